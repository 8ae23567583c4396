"""Reserved characters that a contract lets a value carry as they are (`allowReserved`)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from conformance import reference
from conformance.contract.model import Json, Operation
from conformance.exchange import Request
from conformance.plan import Plan
from conformance.planning import derive
from conformance.reference.breaks import Broken
from conformance.values import Values
from conformance.verdict import Expectation
from tests.cli import recording, suite
from tests.held import App, held
from tests.sample_documents import api, one

FORM = "application/x-www-form-urlencoded"
TEXT: Json = {"type": "string"}
ANSWER = {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
MARKS = ":/?@!$'()*,"
ASKED, SENT = "Find:query/q/allowReserved", "Find/q/allowReserved"


def document(schema: Json, *, form: bool = False, **more: Json) -> Json:
    """Return a document whose `q`, in the query or in a form, may have reserved characters."""
    described: dict[str, Json] = {
        "operationId": "Find",
        "responses": {"200": ANSWER, "4XX": ANSWER},
    }
    if form:
        body = {"type": "object", "properties": {"q": schema, "z": TEXT}, "required": ["z"]}
        media = {"schema": body, "encoding": {"q": {"allowReserved": True, **more}}}
        described["requestBody"] = {"required": True, "content": {FORM: media}}
    else:
        allowed = {"name": "q", "in": "query", "schema": schema, "allowReserved": True, **more}
        described["parameters"] = [allowed, {"name": "z", "in": "query", "schema": TEXT}]
    return api({"/things": {"post" if form else "get": described}})


def operation(schema: Json, *, form: bool = False, **more: Json) -> Operation:
    return one(document(schema, form=form, **more))


def raw(plan: Plan) -> Request | None:
    """Return the request with raw characters, whose control says the same in percent-encoding."""
    found = [case for case in plan.cases if case.clause.keyword == "allowReserved"]
    if not found:
        return None
    (case,) = found
    assert case.expectation is Expectation.ACCEPT
    assert pairs(case.request) == pairs(case.controls[0])
    assert text(case.request) != text(case.controls[0])
    return case.request


def text(request: Request) -> str:
    return request.path.partition("?")[2] or (request.body or b"").decode()


def pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(text(request), keep_blank_values=True)


@pytest.mark.parametrize("form", [False, True])
def test_reserved_characters_are_sent_as_they_are(*, form: bool) -> None:
    request = raw(derive(operation(TEXT, form=form)))
    assert request is not None
    assert f"q=a{MARKS}b" in text(request).split("&")


@pytest.mark.parametrize("form", [False, True])
def test_what_stands_in_an_array_keeps_its_comma_encoded(*, form: bool) -> None:
    """A comma parts items where the style says so."""
    many = {"type": "array", "items": TEXT}
    request = raw(derive(operation(many, form=form, style="form", explode=False)))
    assert request is not None
    assert "q=a:/?@!$'()*%2Cb" in text(request).split("&")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "maxLength": 3}, "a/b"),
        ({"type": "string", "pattern": "^[a-z]:[a-z]$"}, "a:b"),
        ({"type": "string", "enum": ["now", "at/once"]}, "at/once"),
    ],
)
def test_the_value_is_a_valid_one(schema: Json, value: str) -> None:
    request = raw(derive(operation(schema, example=value)))
    assert request is not None
    assert text(request) == f"q={value}"


@pytest.mark.parametrize(
    ("schema", "more"),
    [({"type": "integer"}, {}), ({"type": "string", "enum": ["now", "a&b"]}, {"example": "a&b"})],
)
def test_where_no_value_has_such_a_character_that_is_said(
    schema: Json, more: dict[str, Json]
) -> None:
    plan = derive(operation(schema, **more))
    assert raw(plan) is None
    (clause,) = [each for each in plan.clauses if each.id == ASKED]
    said = "no valid value with such a character is known"
    assert (clause.state, clause.reason) == ("uncovered", said)


def test_a_value_that_is_pinned_is_not_replaced() -> None:
    unsaid = derive(operation(TEXT), Values({("query", "q"): ("known",)}))
    assert raw(unsaid) is None
    (clause,) = [each for each in unsaid.clauses if each.id == ASKED]
    assert clause.reason.startswith("only your values of query.q are known to be good")
    request = raw(derive(operation(TEXT), Values({("query", "q"): ("a/known",)})))
    assert request is not None
    assert text(request) == "q=a/known"


def test_elsewhere_and_without_the_word_there_is_no_such_clause() -> None:
    described = document(TEXT, allowReserved=False)
    described["paths"]["/things"]["get"]["parameters"].append(
        {"name": "h", "in": "header", "schema": TEXT, "allowReserved": True}
    )
    plan = derive(one(described))
    assert not [each for each in plan.clauses if each.keyword == "allowReserved"]


@pytest.mark.parametrize("form", [False, True])
def test_a_target_that_wants_them_encoded_is_reported_by_exactly_that(
    *, form: bool, tmp_path: Path
) -> None:
    described = operation(TEXT, form=form)
    plain = reference.application(Broken(described))

    def strict(request: reference.Request) -> reference.Response:
        if "/" in request.query or b":" in request.body:
            return reference.Response(400, b"{}", (("content-type", "application/json"),))
        return plain(request)

    def names(app: App | None) -> list[str]:
        return [each.id for each in held(derive(described), "", tmp_path, app)]

    assert names(strict) == [f"{SENT if form else ASKED}/refused"]
    assert names(None) == []


def test_they_arrive_as_they_were_written(tmp_path: Path) -> None:
    contract = tmp_path / "api.json"
    contract.write_text(json.dumps(document(TEXT)))
    plain = reference.application(Broken(operation(TEXT)))
    with recording(plain) as server:
        ended = suite(tmp_path, f"--target-url={server.url}", f"--contract={contract}")
    assert ended.exit == 0, ended.out
    assert ended.verdicts[f"{ASKED}/raw"] == "PASS"
    assert f"q=a{MARKS}b" in {each.query for each in server.requests}
