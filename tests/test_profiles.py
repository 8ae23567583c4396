"""What is known of a provider: when it is used, and what it hides and reads."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from conformance.answers import Answers
from conformance.contract import default_source, load
from conformance.exchange import Exchange, Response
from conformance.plan import Plan
from conformance.planning import derive
from conformance.profiles import NOBODY, Profile, chosen, host_of, profiles
from conformance.redact import Redactor
from conformance.run import Run, Settings

STRIPE = profiles()["stripe"]
LINK = "https://hooks.example.test/s/4711-canary"


@cache
def plan() -> Plan:
    return derive(load(default_source()).operations[0])


@pytest.mark.parametrize(
    ("name", "hosts", "default", "expected"),
    [
        (None, (), True, STRIPE),
        (None, (), False, NOBODY),
        (None, ("127.0.0.1",), False, NOBODY),
        (None, ("127.0.0.1", "api.stripe.com"), False, STRIPE),
        (None, ("stripe.com.example.com",), False, NOBODY),
        ("stripe", ("127.0.0.1",), False, STRIPE),
        ("none", ("api.stripe.com",), True, NOBODY),
    ],
)
def test_a_profile_is_named_or_follows_from_host_and_contract(
    name: str | None,
    hosts: tuple[str, ...],
    default: bool,  # noqa: FBT001  (a row)
    expected: Profile,
) -> None:
    assert chosen(name, hosts, default_contract=default) is expected


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://API.stripe.com/v1", "api.stripe.com"), ("/v1", ""), ("http://[::1", ""), ("", "")],
)
def test_a_server_without_a_host_names_none(url: str, host: str) -> None:
    assert host_of(url) == host


def answered(status: int, body: object, profile: Profile) -> tuple[str, str]:
    """Return what is kept of an answer's body, and whom it blames."""
    headers = (("content-type", "application/json"),)
    response = Response(status, headers, json.dumps(body).encode())
    exchange = Exchange(plan().preflight, response, None, 1.0, 0.0)
    answer = Answers(Redactor(), "http://h", profile=profile).take(plan(), exchange)
    return answer.record.response_body, answer.blamed


def test_secrets_that_the_contract_does_not_mark_are_hidden() -> None:
    body = {"object": "checkout.session", "client_reference": "x", "client_secret": LINK}
    kept, _ = answered(200, {"data": [body]}, STRIPE)
    assert "canary" not in kept
    assert STRIPE.secret_members(b'{"object": "other", "url": "x"}') == ()
    assert STRIPE.secret_members(b'{"object" : "login_link"') == ("url",)
    assert STRIPE.secret_members(b'"object":"object":"login_link"') == ("url",)


def test_the_culprit_of_an_error_is_read() -> None:
    error = {"error": {"type": "invalid_request_error", "param": "account"}}
    assert answered(400, error, STRIPE)[1] == "account"


def test_a_profile_says_what_the_contract_does_not(tmp_path: Path) -> None:
    """A page of one operation has no encoding, and its nested objects are open."""
    inner = {"type": "object", "properties": {"city": {"type": "string"}}}
    schema = {"type": "object", "properties": {"addr": inner, "a": {"type": "string"}}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    path = {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}
    source = tmp_path / "api.json"
    info = {"title": "", "version": ""}
    source.write_text(json.dumps({"openapi": "3.0.3", "info": info, "paths": {"/a": path}}))
    known = {}
    for name in ("stripe", "none"):
        run = Run(Settings(contract=str(source), profile=name, reports=tmp_path), "x")
        (operation,) = run.operations
        known[name] = (operation.closed, {*operation.contents[0].encoding})
    assert known == {"stripe": (True, {"addr"}), "none": (False, set())}
