"""Every keyword at every site has a clause, and each that is not tested says why."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from conformance.contract.model import Encoding, Json
from conformance.planning import derive
from conformance.validation import Validator
from tests.small_schemas import EVERY, SCHEMAS, small
from tests.soundness import FORM, JSON, Small, closed
from tests.test_versions import keywords_of, located


@pytest.mark.parametrize(("name", "media_type"), EVERY)
def test_every_keyword_at_every_site_has_a_clause(name: str, media_type: str) -> None:
    described = small(name, media_type)
    plan = derive(described.operation())
    missing = keywords_of(described.schema, "#/schema") - located(plan)
    assert {each for each in missing if "$defs" not in each} == set()
    used = {case.clause.id for case in plan.cases}
    for clause in plan.clauses:
        if clause.keyword == "properties":
            continue  # its own requests are those drawn at random
        if clause.side == "request" and clause.id not in used:
            assert clause.state != "covered", clause.id
            assert clause.reason, clause.id


VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 6, 7, 1.5, 0.5, 9.5, 10, 99, 100, 1000, 10**20),
    *("", "a", "ab", "abc", "abcd", "123", "fixed", "due_now", "bad", "a1", "\U0001f600\u00e9"),
    *(
        [],
        ["x"],
        ["x", "x"],
        ["x", "y", "x"],
        [1],
        [1, "a"],
        [1, 1.0],
        [1, True],
        ["a", "b", "c", "d"],
    ),
    *({}, {"a": "x"}, {"b": "x"}, {"a": "x", "b": "abc"}, {"a": "x", "n": 1}, {"key": 1}),
    *({"x-1": 1}, {"x-1": -1}, {"A": "x"}, {"no": 1}, {"kind": "p"}, {"kind": "p", "w": 9}),
    *(
        {"kind": "q", "w": 9},
        {"kind": "x"},
        {"kind": "y", "t": "t"},
        {"pet": "cat"},
        {"pet": "cow"},
    ),
    *({"a": "x", "n": 9}, {"in": {"deep": [{"a": "x"}]}}, {"in": {"deep": [{"b": 1}]}}),
)


@pytest.mark.parametrize("name", [each for each in SCHEMAS if "unicode" not in each])
def test_two_validators_agree_on_the_values_of_each_keyword(name: str) -> None:
    ours, theirs = Validator(SCHEMAS[name]), Draft202012Validator(SCHEMAS[name])
    answers = {json.dumps(value): (ours.fits(value), theirs.is_valid(value)) for value in VALUES}
    assert {text: pair for text, pair in answers.items() if pair[0] is not pair[1]} == {}
    assert {one for one, _ in answers.values()} == {True, False}


@pytest.mark.parametrize("name", [*SCHEMAS, "recursion"])
def test_every_case_agrees_with_a_second_validator(name: str) -> None:
    if "unicode" in name:
        pytest.skip("the second validator reads patterns as Python does")
    described = small(name, JSON)
    second = Draft202012Validator(described.schema)
    for case in derive(described.operation()).cases:
        if "line-break-after" in case.id:
            continue  # to Python `$` is before a last line break as well, to ECMA 262 it is not
        if case.clause.side == "request" and case.request.body:
            valid = second.is_valid(json.loads(case.request.body))
            assert valid is (case.expectation == "ACCEPT") or case.expectation == "EITHER", case.id


def test_a_required_name_that_a_form_cannot_leave_out_is_not_said_to_be_tested() -> None:
    text = {"type": "string"}
    inner = {"type": "object", "properties": {"a": text}, "required": ["a"]}
    shut = {**inner, "additionalProperties": False}
    schema = closed({"open": inner, "shut": shut, "t": text}, "t")
    styles = tuple((name, Encoding("deepObject", explode=True)) for name in ("open", "shut"))
    plan = derive(Small("x", schema, FORM, styles).operation())
    states = {clause.local: clause.state for clause in plan.clauses}
    assert states["/open/a/required"] == "covered"
    assert states["/open/required"] == "annotation"
    assert states["/shut/a/required"] == "uncovered"
    sent = {case.id: case.request.body for case in plan.cases}
    assert sent["PostThing/open/a/required/missing-beside"] == b"t=abc&open[key]=abc"
