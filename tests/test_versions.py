"""What a server may enforce beyond the schema is owed nothing, neither acceptance nor refusal."""

from __future__ import annotations

import json

import pytest

from conformance.contract.dialect import rewrite
from conformance.contract.model import Json
from conformance.plan import Plan
from conformance.planning import derive
from conformance.readings import Judge
from conformance.verdict import Expectation, Level
from conformance.versions import named, read_elsewhere, strictest
from conformance.wire import Readings
from tests.soundness import JSON, TEXT, Small, closed

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER


def owed(schema: Json, value: Json) -> Expectation:
    return Judge.of(schema, "#", named(schema)).expectation(Readings((value,)))


@pytest.mark.parametrize(
    ("schema", "accepted", "open_", "refused"),
    [
        ({"type": "string", "format": "date"}, "2026-02-28", "2026-02-30", 1),
        ({"type": "string", "format": "uuid"}, "123e4567-e89b-12d3-a456-426614174000", "x", None),
        ({"type": "integer", "format": "int32"}, 2**31 - 1, 2**31, "x"),
        ({"type": "integer", "format": "int64"}, -(2**63), 2**63, 1.5),
    ],
)
def test_a_format_may_be_enforced(schema: Json, accepted: Json, open_: Json, refused: Json) -> None:
    assert owed(schema, accepted) is ACCEPT
    assert owed(schema, open_) is EITHER
    assert owed(schema, refused) is REFUSE


def test_what_a_schema_lists_is_owed_acceptance_where_nothing_of_it_has_the_format() -> None:
    schema = {"type": "string", "format": "date-time", "enum": ["now"]}
    assert owed(schema, "now") is ACCEPT
    assert owed(schema, "later") is REFUSE
    assert owed({"format": "date", "const": "now"}, "now") is ACCEPT
    some = {"type": "string", "format": "date", "enum": ["now", "2026-02-28"]}
    assert owed(some, "now") is EITHER


@pytest.mark.parametrize("name", ["decimal", "password", "html", "x-own"])
def test_a_format_without_a_range_or_a_check_changes_nothing(name: str) -> None:
    schema = {"type": "string", "format": name}
    assert strictest(schema) is schema
    assert owed(schema, "anything") is ACCEPT


PETS = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Dog"}},
}
CAT = closed({"kind": TEXT, "lives": {"type": "integer"}}, "kind", "lives")
DOG = closed({"kind": TEXT, "barks": {"type": "boolean"}}, "kind", "barks")


def pets() -> Json:
    """Return the schema of the two pets as the contract reads it: references taken in."""
    branches = {"#/components/schemas/Cat": CAT, "#/components/schemas/Dog": DOG}
    return rewrite(PETS, "here", "#", 1, lambda branch, *_: branches[branch["$ref"]])


@pytest.mark.parametrize(
    ("value", "expectation"),
    [
        ({"kind": "Cat", "lives": 9}, ACCEPT),
        ({"kind": "dog", "barks": True}, ACCEPT),
        ({"kind": "Dog", "barks": True}, EITHER),
        ({"kind": "dog", "lives": 9}, EITHER),
        ({"kind": "bird", "lives": 9}, EITHER),
        ({"kind": "Cat"}, REFUSE),
        ({"lives": 9}, REFUSE),
    ],
)
def test_a_discriminator_may_be_enforced(value: Json, expectation: Expectation) -> None:
    assert owed(pets(), value) is expectation


def test_bodies_say_the_name_of_their_branch() -> None:
    plan = derive(Small("pets", closed({"v": pets()}, "v"), JSON).operation())
    assert json.loads(plan.preflight.body or b"") == {"v": {"kind": "Cat", "lives": 1}}
    accepted = [case for case in plan.cases if case.expectation is ACCEPT]
    kinds = {json.loads(case.request.body or b"")["v"]["kind"] for case in accepted}
    assert kinds == {"Cat", "dog"}


def test_a_branch_that_does_not_take_the_name_of_its_definition_is_known_by_its_own() -> None:
    told = {"propertyName": "kind", "x-conformance-names": [["Cat"], ["Dog"]]}
    cat = closed({"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "kind", "lives")
    dog = {"allOf": [closed({"kind": {"enum": ["dog", "hound"]}}, "kind")]}
    schema = {"oneOf": [cat, dog], "discriminator": told}
    assert owed(schema, {"kind": "cat", "lives": 9}) is ACCEPT
    assert owed(schema, {"kind": "hound"}) is ACCEPT
    assert owed(schema, {"kind": "Cat", "lives": 9}) is REFUSE
    plan = derive(Small("pets", closed({"v": schema}, "v"), JSON).operation())
    accepted = [case for case in plan.cases if case.expectation is ACCEPT]
    assert {json.loads(each.request.body or b"")["v"]["kind"] for each in accepted} >= {"cat"}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[0-9]{5}$", "12345\n"),
        (r"^\d+$", "\u0664"),
        (r"^[\w-]+$", "\u00e9"),
    ],
)
def test_what_only_ecma_262_does_not_match_is_advice(pattern: str, text: str) -> None:
    for schema, value in (
        ({"pattern": pattern}, text),
        ({"patternProperties": {pattern: {}}, "additionalProperties": False}, {text: 1}),
    ):
        judge = Judge.of(schema, "#")
        assert judge.expectation(Readings((value,))) is EITHER
        assert judge.advised(Readings((value,))) is REFUSE


def test_what_no_engine_matches_is_refused_and_what_only_others_refuse_is_open() -> None:
    assert owed({"pattern": "^[0-9]{5}$"}, "12345\n\n") is REFUSE
    assert owed({"pattern": r"^[\d$.]$"}, "x") is REFUSE
    assert owed({"pattern": r"^\W$"}, "\u00e9") is EITHER
    schema = {"properties": {"pattern": {"type": "string"}}}
    assert not [*read_elsewhere(schema)]


def test_a_break_of_a_pattern_that_engines_read_alike_leads() -> None:
    plan = derive(Small("p", closed({"v": {"pattern": r"^\d{2}$", **TEXT}}, "v"), JSON).operation())
    levels = {
        each.id.rpartition("/")[2]: each.level
        for each in plan.cases
        if "/v/pattern/" in each.id and each.expectation is REFUSE
    }
    assert levels["line-break-after"] is levels["other-last"] is Level.SHOULD
    assert levels["cut-short"] is levels["blank-after"] is Level.MUST


# --- no silent drop -------------------------------------------------------------------------------


def keywords_of(schema: Json, place: str) -> set[str]:
    """Return the place of every keyword in `schema`, read without the suite."""
    if not isinstance(schema, dict):
        return set()
    found = {f"{place}/{name}" for name in schema if name != "$ref"}
    for name, value in schema.items():
        below = f"{place}/{name}"
        if name in ("properties", "patternProperties", "dependentSchemas"):
            for key, each in value.items():
                step = key.replace("~", "~0").replace("/", "~1")
                found |= keywords_of(each, f"{below}/{step}")
        elif name in ("allOf", "anyOf", "oneOf", "prefixItems"):
            for index, each in enumerate(value):
                found |= keywords_of(each, f"{below}/{index}")
        elif name not in ("const", "discriminator", "$defs", "enum", "dependentRequired"):
            found |= keywords_of(value, below)
    return found


def located(plan: Plan) -> set[str]:
    return {clause.keyword_location for clause in plan.clauses if clause.side == "request"}
