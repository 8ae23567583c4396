"""Answers that come again are read once; what differs is told apart."""

from __future__ import annotations

import json
from functools import cache

import pytest
from msgspec.structs import replace

from conformance.contract.model import Content
from conformance.exchange import Exchange, Response
from conformance.heard import Heard, Hearer
from conformance.profiles import NOBODY
from conformance.strictjson import MOST_DEPTH
from conformance.validation import Validators
from tests.scripted import plan_of_the_suite

plan = cache(plan_of_the_suite)
JSON = (("content-type", "application/json"),)


def exchange(status: int, body: object, method: str = "") -> Exchange:
    sent = plan().preflight
    sent = replace(sent, method=method or sent.method)
    return Exchange(sent, Response(status, JSON, json.dumps(body).encode()), None, 1.0, 0.0)


def heard(hearer: Hearer, each: Exchange) -> Heard:
    return hearer.hear(plan(), each)


def test_the_same_bytes_are_read_once() -> None:
    hearer = Hearer(NOBODY)
    error = {"error": {"type": "invalid_request_error", "param": "account"}}
    first = heard(hearer, exchange(400, error))
    assert first.blamed == "account"
    assert heard(hearer, exchange(400, error)) is first
    hearer.forget()
    assert heard(hearer, exchange(400, error)) is not first


@pytest.mark.parametrize(
    "other",
    [
        exchange(401, {"error": {}}),
        exchange(400, {"error": {"type": "api_error"}}),
        exchange(400, {"error": {}}, "HEAD"),
    ],
)
def test_what_differs_is_read_anew(other: Exchange) -> None:
    hearer = Hearer(NOBODY)
    first = heard(hearer, exchange(400, {"error": {}}))
    assert first.breaches
    assert heard(hearer, other) is not first


def test_big_answers_and_many_are_not_kept() -> None:
    hearer = Hearer(NOBODY)
    big = exchange(400, {"error": {"message": "a" * 20_000}})
    assert heard(hearer, big) is not heard(hearer, big)
    first = heard(hearer, exchange(400, 0))
    for number in range(1, 300):
        heard(hearer, exchange(400, number))
    assert heard(hearer, exchange(400, 0)) is not first
    deep = exchange(200, None)
    assert deep.response is not None
    nested = b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1)
    deep = replace(deep, response=replace(deep.response, body=nested))
    assert heard(hearer, deep).breaches == heard(hearer, deep).breaches != ()


def test_one_validator_for_one_schema_wherever_it_stands() -> None:
    schema = {"type": "integer"}
    validators = Validators()
    first = validators.of(Content("application/json", schema, "#/a"))
    assert validators.of(Content("application/json", schema, "#/b")) is first
    for number in range(10):
        other = validators.of(Content("application/json", {"maximum": number}, "#/a"))
        assert other.fits(number)
        assert not other.fits(number + 1)
    assert validators.of(Content("application/json", schema, "#/a")) is not first
