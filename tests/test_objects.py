"""Objects in a form whose contract does not say how they travel: found out, never presumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import pytest
from msgspec.structs import replace

from conformance.arrays import assumed
from conformance.contract.model import DocumentedResponse, Json, Operation
from conformance.contract.openapi import to_contract
from conformance.objects import assumed_objects
from conformance.planning import derive
from conformance.reference import application
from conformance.reference.http import Request, Response
from conformance.verdict import Verdict
from tests.over_http import held
from tests.soundness import DEEP, FORM, TEXT, Small, closed

ANSWERS = tuple(DocumentedResponse(each, "", (), f"#/{each}") for each in ("200", "4XX"))
COUNT: Json = {"type": "integer", "minimum": 3}
Change = Callable[[dict[str, str]], dict[str, str]]


def taking(*, required: bool = False, count: Json = COUNT) -> Operation:
    """Return an operation that takes an object in a form, and does not say how."""
    address = closed({"city": TEXT, "zip": count}, "city")
    names = ("a", "addr") if required else ("a",)
    small = Small("x", closed({"a": TEXT, "addr": address}, *names), FORM)
    return assumed(replace(small.operation(), responses=ANSWERS))


def respelt(operation: Operation, change: Change) -> Callable[[Request], Response]:
    """Serve `operation` to those who spell its object in another way than with brackets."""
    inner = application(operation)

    def answer(request: Request) -> Response:
        pairs = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if any(name.startswith("addr[") for name in pairs):
            return Response(400, b"{}", (("content-type", "application/json"),))
        return inner(replace(request, body=urlencode(change(pairs)).encode()))

    return answer


def from_json(pairs: dict[str, str]) -> dict[str, str]:
    """Read the object from JSON text (OpenAPI 3.0.4, section 4.8.15.2)."""
    try:
        inner = json.loads(pairs.get("addr", ""))
    except ValueError:
        return pairs
    if not isinstance(inner, dict):
        return pairs
    rest = {name: value for name, value in pairs.items() if name != "addr"}
    return rest | {f"addr[{name}]": str(value) for name, value in inner.items()}


def from_beside(pairs: dict[str, str]) -> dict[str, str]:
    """Read the members beside the others (OpenAPI 3.0.3, section 4.7.14.4)."""
    own = ("city", "zip")
    return {f"addr[{name}]" if name in own else name: value for name, value in pairs.items()}


@pytest.mark.parametrize("change", [from_json, from_beside])
def test_a_target_that_reads_objects_otherwise_is_accused_of_nothing(change: Change) -> None:
    plan = derive(taking())
    found = held(plan, respelt(taking(), change))
    assert found
    assert {each.verdict for each in found} == {Verdict.INCONCLUSIVE}
    assert all("state encoding.addr.style" in each.because for each in found)
    known = {case.id for case in plan.cases if "with addr" in case.traits}
    assert {each.id for each in found} == known


@pytest.mark.parametrize("change", [from_json, from_beside])
def test_what_leaves_early_is_what_would_be_sent_in_turn(change: Change) -> None:
    plan = derive(taking())
    sent: dict[bool, list[bytes]] = {True: [], False: []}
    for early, bodies in sent.items():
        inner = respelt(taking(), change)

        def answer(
            request: Request,
            inner: Callable[[Request], Response] = inner,
            bodies: list[bytes] = bodies,
        ) -> Response:
            bodies.append(request.body)
            return inner(request)

        held(plan, answer, early=early)
    assert sent[True] == sent[False]


@pytest.mark.parametrize("required", [False, True])
def test_where_brackets_are_read_the_rules_of_members_are_tested(*, required: bool) -> None:
    asked = taking(required=required)
    assert held(derive(asked), application(asked)) == []
    wrong = taking(required=required, count={"type": "integer"})
    found = held(derive(asked), application(wrong))
    assert {each.clause for each in found} == {"PostThing/addr/zip/minimum"}
    assert {each.verdict for each in found} == {Verdict.FAIL}


def document(encoding: Json) -> Json:
    address = closed({"city": TEXT, "zip": COUNT}, "city")
    content = {FORM: {"schema": closed({"a": TEXT, "addr": address}, "a"), "encoding": encoding}}
    answers = {"200": {"description": ""}, "4XX": {"description": ""}}
    post = {"requestBody": {"required": True, "content": content}, "responses": answers}
    return {"openapi": "3.0.4", "info": {}, "paths": {"/a": {"post": post}}}


def test_a_content_type_settles_that_an_object_is_a_json_text() -> None:
    stated = {"addr": {"contentType": "application/json; charset=utf-8"}}
    (operation,) = to_contract(document(stated), "d").operations
    assert assumed_objects(assumed(operation)) == frozenset()
    plan = derive(assumed(operation))
    assert any(b"addr=%7B" in (case.request.body or b"") for case in plan.cases)
    assert held(plan, application(operation)) == []
    (open_,) = to_contract(document({}), "d").operations
    assert assumed_objects(assumed(open_)) == {"addr"}


def test_what_the_contract_settles_is_never_in_question() -> None:
    open_ = taking()
    assert assumed_objects(open_) == {"addr"}
    (content,) = open_.contents
    stated = replace(open_, contents=(replace(content, encoding={"addr": DEEP}),))
    assert assumed_objects(assumed(stated)) == frozenset()
    found = held(derive(stated), respelt(taking(), from_json))
    assert Verdict.FAIL in {each.verdict for each in found}
