"""Documents that would fill the memory or never end: a case list or a clear error, soon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.contract.model import Json
from conformance.errors import ContractError, NoExampleError
from conformance.plan import Plan
from conformance.planning import derive


def planned(folder: Path, schema: Json, **named: Json) -> Plan:
    content = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "op",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "ok"}},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": operation}},
        "components": {"schemas": named},
    }
    (folder / "d.json").write_text(json.dumps(document))
    (found,) = load(str(folder / "d.json")).operations
    return derive(found)


def wider(steps: int, wrap: str) -> dict[str, Json]:
    """Return schemas that lead to the next twice, `steps` times."""
    named: dict[str, Json] = {f"S{steps}": {"type": "string"}}
    for number in range(steps):
        ref = {"$ref": f"#/components/schemas/S{number + 1}"}
        tree = {"type": "object", "properties": {"l": ref, "r": ref}, "required": ["l", "r"]}
        named[f"S{number}"] = {"anyOf": [ref, ref]} if wrap == "anyOf" else tree
    return named


@pytest.mark.parametrize("wrap", ["anyOf", "properties"])
def test_what_doubles_thirty_times_is_refused(wrap: str, tmp_path: Path) -> None:
    with pytest.raises((ContractError, NoExampleError), match=r"over 10,000|without an end"):
        planned(tmp_path, {"$ref": "#/components/schemas/S0"}, **wider(30, wrap))


@pytest.mark.parametrize("limit", [2**31 - 1, 10**18])
def test_a_limit_that_no_request_reaches_is_left_untried(limit: int, tmp_path: Path) -> None:
    text = {"type": "string", "maxLength": limit}
    plan = planned(tmp_path, {"type": "object", "properties": {"a": text}, "required": ["a"]})
    (clause,) = [each for each in plan.clauses if each.keyword == "maxLength"]
    assert clause.state == "uncovered"
    assert max(len(case.request.body or b"") for case in plan.cases) < 3_000_000


def test_a_least_length_that_no_request_reaches_has_no_example(tmp_path: Path) -> None:
    text = {"type": "string", "minLength": 10**9}
    with pytest.raises(NoExampleError):
        planned(tmp_path, {"type": "object", "properties": {"a": text}, "required": ["a"]})


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_backtracks_is_no_trap(pattern: str, tmp_path: Path) -> None:
    text = {"type": "string", "pattern": pattern}
    assert planned(tmp_path, {"type": "object", "properties": {"a": text}}).cases
