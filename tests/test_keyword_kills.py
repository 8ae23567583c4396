"""A server that ignores one keyword is reported by exactly that clause, a faithful one by none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance import reference
from conformance.contract.model import Json
from conformance.keywords import rules
from conformance.plan import Plan
from conformance.planning import derive
from conformance.reference.breaks import Broken
from conformance.sending import Aborted
from conformance.validation import Validator
from conformance.verdict import Expectation
from tests.held import ANSWERS, App, held
from tests.small_schemas import EVERY, SCHEMAS, small
from tests.soundness import JSON, TEXT, closed

OVERLAPPING = frozenset({"oneOf-overlap"})
"""Where one value is in two branches, another keyword of a branch is as good an explanation."""


@cache
def plan_of(name: str, media_type: str) -> Plan:
    return derive(replace(small(name, media_type).operation(), responses=ANSWERS))


def breakable(plan: Plan) -> list[str]:
    """Return the clauses that the plan can show and the embedded target can break."""
    shown = {case.clause.local for case in plan.cases if case.expectation is Expectation.REFUSE}
    return [name for name in reference.clauses(plan.operation) if name in shown]


@pytest.mark.parametrize(("name", "media_type"), EVERY)
def test_a_faithful_target_is_green(name: str, media_type: str, tmp_path: Path) -> None:
    found = held(plan_of(name, media_type), "", tmp_path)
    assert [(each.id, each.actual, each.cases[:3]) for each in found] == []


@pytest.mark.parametrize(("name", "media_type"), EVERY)
def test_a_target_that_ignores_one_clause_is_reported_by_exactly_that(
    name: str, media_type: str, tmp_path: Path
) -> None:
    plan = plan_of(name, media_type)
    own = [each for each in breakable(plan) if each.startswith("/v")]
    if name in OVERLAPPING:
        own = ["/v/oneOf"]
    assert own
    found = {clause: reported(plan, clause, tmp_path) for clause in own}
    # A value of one branch of oneOf may then be one of two, and is refused: a second symptom.
    beside = {clause: {"/v/oneOf"} if "/oneOf." in clause else set() for clause in own}
    assert {
        clause: names
        for clause, names in found.items()
        if clause not in names or set(names) - {clause} - beside[clause]
    } == {}


def reported(plan: Plan, clause: str, folder: Path) -> list[str]:
    """Return the clauses that findings name where the target breaks `clause`."""
    try:
        return [each.clause.removeprefix("PostThing") for each in held(plan, clause, folder)]
    except Aborted:
        # Of oneOf two branches may now take what one took: then no valid body is accepted.
        assert "oneOf" in clause
        return [clause]


def test_a_target_that_counts_none_of_what_it_looks_for_has_two_faults(tmp_path: Path) -> None:
    """One that looks for nothing has one: without `contains` its limits have no meaning."""
    plan = plan_of("contains-counted", JSON)
    found = {
        gone: [each.id for each in held(plan, "", tmp_path, without(gone))]
        for gone in (
            ("contains", "minContains", "maxContains"),
            ("minContains", "maxContains"),
            ("maxContains",),
        )
    }
    assert [*found.values()] == [
        ["PostThing/v/contains/accepted"],
        ["PostThing/v/minContains/accepted", "PostThing/v/maxContains/accepted"],
        ["PostThing/v/maxContains/accepted"],
    ]


def without(gone: tuple[str, ...]) -> App:
    """Return the embedded target that has never heard of some keywords of `contains-counted`."""
    schema = {
        name: value for name, value in SCHEMAS["contains-counted"].items() if name not in gone
    }
    described = replace(
        small("contains-counted"), schema=closed({"v": schema, "z": TEXT}, "v", "z")
    )
    operation = replace(described.operation(), responses=ANSWERS)
    return reference.application(Broken(operation))


@pytest.mark.parametrize("more", [{"maxContains": 2}, {"minContains": 2}, {"minContains": 1}])
def test_what_holds_no_item_that_fits_breaks_contains_itself(more: dict[str, int]) -> None:
    """However many are asked for: the limits count items that fit."""
    schema: Json = {"items": {"contains": {"const": "x"}, **more}}
    found = [each for value in (["y"], []) for each in Validator(schema).broken([value])]
    assert [(each.keyword, each.trail, each.instance_path) for each in found] == [
        ("contains", ("*",), (0,))
    ] * 2


def test_every_keyword_that_forbids_is_ignored_by_some_target() -> None:
    ignored = {
        clause.rpartition("/")[2]
        for name, kind in EVERY
        for clause in breakable(plan_of(name, kind))
    }
    silent = {"properties", "prefixItems", "patternProperties", "propertyNames", "allOf"}
    silent |= {"dependentSchemas", "if", "then", "else", "discriminator", "format"}
    assert set(rules()) - silent - ignored == set()
