"""Large operations: each clause has its case, the rest is a share, and what is left out is said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance import placing, sites
from conformance.contract import load
from conformance.plan import Plan
from conformance.planning import derive
from tests.cli import suite


def document(properties: dict[str, Any]) -> str:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    encoding = {name: {"style": "deepObject", "explode": True} for name in properties}
    form = {"schema": schema, "encoding": encoding if "kinds" in properties else {}}
    body = {"required": True, "content": {"application/x-www-form-urlencoded": form}}
    operation = {
        "operationId": "PostLarge",
        "requestBody": body,
        "responses": {"200": {"description": "made"}, "400": {"description": "refused"}},
    }
    paths = {"/large": {"post": operation}}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "L", "version": "1"}, "paths": paths})


def plan_of(folder: Path, properties: dict[str, Any]) -> Plan:
    path = folder / "large.json"
    path.write_text(document(properties))
    (operation,) = load(str(path)).operations
    return derive(operation)


def texts(number: int) -> dict[str, Any]:
    return {f"text{each:03}": {"type": "string", "maxLength": 20 + each} for each in range(number)}


def listed(number: int) -> dict[str, Any]:
    members = [f"kind{each}" for each in range(number)]
    return {"type": "array", "items": {"type": "string", "enum": members}}


def test_a_small_operation_leaves_nothing_out(tmp_path: Path) -> None:
    assert plan_of(tmp_path, texts(4)).left_out == 0


def test_cases_grow_no_faster_than_clauses(tmp_path: Path) -> None:
    some, more = plan_of(tmp_path, texts(60)), plan_of(tmp_path, texts(120))
    assert 0 < some.left_out < more.left_out
    assert len(more.cases) < 2 * len(some.cases)
    for plan in (some, more):
        own = Counter(case.clause.id for case in plan.cases)
        limits = [c for c in plan.clauses if c.keyword == "maxLength" and c.side == "request"]
        assert all(own[clause.id] >= 2 for clause in limits)  # one too long, and one that fits


def test_what_is_sent_grows_no_faster_than_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each clause, with every member around it, would grow with their square."""
    monkeypatch.setattr(placing, "_MOST_MEMBERS", 2_000)
    some, more = (
        sum(len(case.request.body or b"") for case in plan_of(tmp_path, texts(number)).cases)
        for number in (120, 480)
    )
    assert more < 6 * some


def test_of_a_long_list_each_member_is_sent_and_a_few_as_further_items(tmp_path: Path) -> None:
    members = [f"kind{number}" for number in range(200)]
    plan = plan_of(tmp_path, {"kinds": listed(200)})
    sent = [case.request.body or b"" for case in plan.cases]
    assert all(any(each.endswith(f"={m}".encode()) for each in sent) for m in members)
    further = Counter(case.context for case in plan.cases if case.clause.keyword == "enum")
    assert 0 < further["second-item"] < 12
    assert plan.left_out > 300


def test_a_run_says_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "large.json").write_text(document(texts(60)))
    ended = suite(tmp_path, "--contract=large.json")
    assert ended.exit == 0, ended.out
    assert " left out of large operations: " in ended.out
    assert "; --all-cases sends them" in ended.out
    assert "--max-cases" not in ended.out
    page = (tmp_path / "reports" / "report.html").read_text()
    assert " left out of large operations: " in page
    (plan,) = ended.journal("plan")
    whole = suite(tmp_path, "--contract=large.json", "--all-cases", "--reports=all")
    assert whole.exit == 0, whole.out
    assert "left out" not in whole.out
    assert whole.outcomes["passed"] > ended.outcomes["passed"] + plan["left_out"] // 2


def test_a_whole_plan_has_all_that_a_share_has(tmp_path: Path) -> None:
    """Alone all values are sent, and of each clause one in all surroundings."""
    for properties in (texts(60), {"kinds": listed(200)}):
        (tmp_path / "large.json").write_text(document(properties))
        (operation,) = load(str(tmp_path / "large.json")).operations
        some, whole = derive(operation), derive(operation, whole=True)
        assert (whole.left_out, whole.whole) == (0, True)
        assert alone(some) <= alone(whole)
        assert places(some) <= places(whole)
        assert len(whole.cases) > len(some.cases)


def alone(plan: Plan) -> set[str]:
    return {case.request.digest for case in plan.cases if not case.context}


def places(plan: Plan) -> set[tuple[str, str]]:
    return {(case.clause.id, case.context) for case in plan.cases}


def test_of_too_many_places_the_outer_ones_are_visited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "_MOST_SITES", 30)
    deep: dict[str, Any] = {"type": "integer"}
    for _ in range(3):
        deep = {"type": "object", "properties": {f"m{number}": deep for number in range(4)}}
    last = {"type": "object", "properties": texts(1)}
    plan = plan_of(tmp_path, {"deep": deep, "last": last})
    sent = {case.clause.id for case in plan.cases}
    assert "PostLarge/last/text000/maxLength" in sent
    assert "PostLarge/deep/m3/m3/type" in sent
    assert "PostLarge/deep/m0/m0/m0/type" in sent  # a level has as many as there is room for
    assert "PostLarge/deep/m3/m3/m3/type" not in sent
    (told,) = [clause for clause in plan.clauses if "not visited" in clause.reason]
    assert told.state == "uncovered"
    assert told.reason.startswith("over 30 places are described: 58 that lie as deep as this one")
