"""Every media type of a request is tested, and a fault in one of them named by it."""

from __future__ import annotations

import pytest

from conformance.arrays import assumed
from conformance.contract.model import Content, DocumentedResponse, Json, Operation
from conformance.planning import derive
from conformance.reference import application
from conformance.verdict import Expectation, Verdict
from tests.over_http import complaints, held
from tests.soundness import FORM, JSON, TEXT, closed

ANSWERS = tuple(DocumentedResponse(each, "", (), f"#/{each}") for each in ("200", "4XX"))
BODY: Json = closed(
    {"a": TEXT, "n": {"type": "integer", "minimum": 3}, "tags": {"type": "array", "items": TEXT}},
    "a",
)
PARTS = "multipart/form-data"


def taking(**schemas: Json) -> Operation:
    """Return an operation with one body in several media types, some with another schema."""
    kinds = {"json": JSON, "form": FORM, "parts": PARTS, "xml": "application/xml"}
    contents = tuple(
        Content(kinds[name], schema, f"#/content/{name}/schema") for name, schema in schemas.items()
    )
    return Operation(
        "PostThing",
        "POST",
        "/v1/things",
        "#/paths/~1v1~1things/post",
        contents=contents,
        body_required=True,
        responses=ANSWERS,
        declared_methods=frozenset({"POST"}),
    )


THREE = taking(json=BODY, form=BODY, parts=BODY, xml=BODY)


@pytest.mark.parametrize("names", [("json", "form", "parts"), ("form", "json"), ("parts", "form")])
def test_a_target_that_keeps_all_of_them_is_accused_of_nothing(names: tuple[str, ...]) -> None:
    assert complaints(taking(**dict.fromkeys(names, BODY))) == []


def test_each_media_type_has_its_clauses() -> None:
    plan = derive(THREE)
    states = {each.local: each for each in plan.clauses}
    for label in ("application_x-www-form-urlencoded", "multipart_form-data"):
        own = [c for c in plan.cases if c.clause.local.startswith(f"{label}/")]
        assert {c.expectation for c in own} >= {Expectation.REFUSE}
        assert states[f"{label}/n/minimum"].state == "covered"
        assert states[f"{label}/n/minimum"].words.startswith("n is at least 3, as ")
        assert (
            states[f"request/{label}"].words == f"a body may be sent as {label.replace('_', '/')}"
        )
    xml = states["request/application_xml"]
    assert (xml.state, xml.reason) == ("uncovered", "this suite does not write this media type")
    ids = [case.id for case in plan.cases]
    assert len(ids) == len(set(ids))


FAULTS = {
    "n/minimum": {**BODY["properties"], "n": {"type": "integer"}},
    "a/maxLength": {**BODY["properties"], "a": {"type": "string"}},
}


@pytest.mark.parametrize("clause", FAULTS)
@pytest.mark.parametrize(
    ("first", "second"), [("json", "form"), ("form", "json"), ("json", "parts")]
)
def test_a_fault_in_the_second_is_found_there_alone(first: str, second: str, clause: str) -> None:
    wrong = {**BODY, "properties": FAULTS[clause]}
    plan = derive(taking(**{first: BODY, second: BODY}))
    found = held(plan, application(taking(**{first: BODY, second: wrong})))
    assert {r.verdict for r in found} == {Verdict.FAIL}
    label = {"json": "application_json", "parts": "multipart_form-data"}
    name = label.get(second, "application_x-www-form-urlencoded")
    assert {r.clause for r in found} == {f"PostThing:{name}/{clause}"}


def test_a_second_media_type_that_is_not_taken_is_one_finding() -> None:
    plan = derive(taking(json=BODY, form=BODY))
    found = held(plan, application(taking(json=BODY)))
    failed = {r.clause for r in found if r.verdict is Verdict.FAIL}
    assert failed == {"PostThing:request/application_x-www-form-urlencoded"}
    assert {r.verdict for r in found} == {Verdict.FAIL, Verdict.INCONCLUSIVE}


def test_what_a_second_form_leaves_open_stays_open() -> None:
    """Which spelling of arrays is read is found out for the first form alone."""
    plan = derive(assumed(taking(json=BODY, form=BODY)))
    forms = [
        c for c in plan.cases if c.request.media_type == FORM and b"tags" in (c.request.body or b"")
    ]
    assert forms
    assert {c.expectation for c in forms} == {Expectation.EITHER}


def test_a_second_media_type_that_cannot_be_derived_is_listed() -> None:
    never = {"type": "string", "minLength": 3, "maxLength": 1}
    plan = derive(taking(json=BODY, form=closed({"a": never}, "a")))
    (clause,) = [c for c in plan.clauses if c.local.startswith("request/application_x-www")]
    assert clause.state == "uncovered"
    assert "no ordinary value was found" in clause.reason
