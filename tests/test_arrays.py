"""How arrays are spelt is found out by a few requests, and their items are tested so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from conformance.arrays import Respelt, assumed
from conformance.contract import default_source, load
from conformance.contract.model import Content, Encoding, Operation
from conformance.exchange import Exchange, Request, Response
from conformance.plan import Plan
from conformance.planning import derive
from conformance.respelling import respell
from conformance.verdict import Expectation

ACCEPT, REFUSE = Expectation.ACCEPT, Expectation.REFUSE
(STRIPE,) = load(default_source()).operations
LIMIT = 5000


def without_encoding(operation: Operation) -> Operation:
    """Return `operation` with its array style left open."""
    (content,) = operation.contents
    return replace(operation, contents=(replace(content, encoding={}),))


Reader = Callable[[Mapping[str, list[str]]], list[str] | None]
"""Returns the items of `expand`, None where they are refused."""


def indices(sent: Mapping[str, list[str]]) -> list[str] | None:
    if {"expand", "expand[]"} & sent.keys():
        return None
    return [text for name, texts in sent.items() if name.startswith("expand[") for text in texts]


def empty_brackets(sent: Mapping[str, list[str]]) -> list[str] | None:
    known = not any(name.startswith("expand") and name != "expand[]" for name in sent)
    return sent.get("expand[]", []) if known else None


def repeated(sent: Mapping[str, list[str]]) -> list[str] | None:
    return None if any("[" in name for name in sent) else sent.get("expand", [])


def repeated_only(sent: Mapping[str, list[str]]) -> list[str] | None:
    """Ignore names in brackets, as unknown ones."""
    return sent.get("expand", [])


def nothing(sent: Mapping[str, list[str]]) -> list[str] | None:
    return None if any(name.startswith("expand") for name in sent) else []


class Target:
    """Reads `expand` in its own way, and looks at the length of its items."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.sent: list[Request] = []

    def __call__(self, request: Request) -> Exchange:
        """Answer `request`."""
        self.sent.append(request)
        found: dict[str, list[str]] = {}
        for name, text in parse_qsl((request.body or b"").decode(), keep_blank_values=True):
            found.setdefault(name, []).append(text)
        items = self.reader(found)
        good = items is not None and all(len(each) <= LIMIT for each in items)
        return Exchange(request, Response(200 if good else 400, (), b"{}"), None, 1.0, 0.0)


def respelt(plan: Plan, reader: Reader) -> Respelt | None:
    """Return what is made of `plan` for a target with `reader`."""
    return respell(plan, Target(reader))


def body(found: Respelt, case: str) -> bytes:
    """Return the body that is sent for `case`."""
    return found.cases[f"{STRIPE.id}/expand/{case}"].request.body or b""


@pytest.fixture(scope="module")
def stated() -> Plan:
    return derive(STRIPE)


@pytest.fixture(scope="module")
def left_open() -> Plan:
    return derive(assumed(without_encoding(STRIPE)))


def test_what_is_read_stays(stated: Plan, left_open: Plan) -> None:
    assert respelt(stated, indices) is None
    assert respelt(left_open, repeated) is None


def test_to_see_that_it_is_read_takes_three_requests(stated: Plan) -> None:
    target = Target(indices)
    assert respell(stated, target) is None
    assert len(target.sent) == 3
    assert {each.digest for each in target.sent[1:]} <= {
        each.request.digest for each in stated.cases
    }


@pytest.mark.parametrize(
    ("reader", "shown"), [(empty_brackets, b"&expand[]=a"), (repeated, b"&expand=a")]
)
def test_items_are_tested_in_the_spelling_that_is_read(
    stated: Plan, reader: Reader, shown: bytes
) -> None:
    found = respelt(stated, reader)
    assert found is not None
    assert shown + b"a" * LIMIT in body(found, "items/maxLength/over-limit")
    assert found.cases[f"{STRIPE.id}/expand/items/maxLength/over-limit"].expectation is REFUSE
    assert all(each.request.body for each in found.plan.cases if "maxLength" in each.id)


def test_a_spelling_that_is_ignored_is_not_read(stated: Plan) -> None:
    """`expand[0]=` is accepted by who knows no brackets and lets unknown names pass."""
    found = respelt(stated, repeated_only)
    assert found is not None
    assert b"&expand=" in body(found, "items/maxLength/over-limit")


def test_what_the_contract_settles_stays_owed_and_is_controlled_by_what_is_read(
    stated: Plan,
) -> None:
    found = respelt(stated, repeated)
    assert found is not None
    own = f"{STRIPE.id}:request/array-spelling"
    index = found.cases[f"{own}/index"]
    assert index.expectation is ACCEPT
    assert b"expand[0]=" in (index.request.body or b"")
    assert Target(repeated)(index.controls[0]).accepted
    assert b"expand[]=" in (found.cases[f"{own}/append"].request.body or b"")


def test_what_the_spelling_cannot_say_is_owed_nothing(stated: Plan) -> None:
    found = respelt(stated, repeated)
    assert found is not None
    scalar = found.cases[f"{STRIPE.id}/expand/type/string"]  # `expand=x` is an array now
    assert scalar.expectation is Expectation.EITHER
    assert scalar.clause.keyword == "array-spelling"
    assert {each.id for each in stated.cases} <= found.cases.keys()


def test_cases_without_the_array_stay_as_they_are(stated: Plan) -> None:
    found = respelt(stated, repeated)
    assert found is not None
    plain = [each for each in stated.cases if "with expand" not in each.traits]
    assert {each.id for each in plain} <= found.cases.keys()
    assert all(found.cases[each.id].request == each.request for each in plain)


def test_where_no_spelling_is_read_the_contract_decides(stated: Plan, left_open: Plan) -> None:
    assert respelt(stated, nothing) is None  # that is for the clauses of the array to say
    found = respelt(left_open, nothing)
    assert found is not None
    assert f"{STRIPE.id}/expand/items/maxLength/over-limit" not in found.cases


@pytest.mark.parametrize(
    ("reader", "shown"), [(indices, b"&expand[0]=a"), (empty_brackets, b"&expand[]=a")]
)
def test_an_open_style_is_found_out(left_open: Plan, reader: Reader, shown: bytes) -> None:
    found = respelt(left_open, reader)
    assert found is not None
    assert shown in body(found, "items/maxLength/over-limit")


def test_of_an_open_style_no_spelling_is_owed(left_open: Plan) -> None:
    own = [each for each in left_open.cases if each.clause.keyword == "array-spelling"]
    assert own
    assert {each.expectation for each in own} == {Expectation.EITHER}


def test_only_open_arrays_are_assumed() -> None:
    encoding: Any = {"stated": Encoding("deepObject", explode=True)}
    schema = {
        "type": "object",
        "properties": {
            "stated": {"type": "array"},
            "open": {"type": "array"},
            "text": {"type": "string"},
            "either": {"anyOf": [{"type": "array"}, {"type": "string"}]},
        },
    }
    content = Content("application/x-www-form-urlencoded", schema, "#", encoding)
    (found,) = assumed(replace(STRIPE, contents=(content,))).contents
    assert {name for name, each in found.encoding.items() if each.assumed} == {"open"}
    assert found.encoding["open"].style == "form"
    as_json = replace(content, media_type="application/json")
    assert assumed(replace(STRIPE, contents=(as_json,))).contents == (as_json,)
