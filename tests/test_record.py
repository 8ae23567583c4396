"""What the journal keeps of an exchange: bounded, redacted, fit to be read."""

from __future__ import annotations

import base64
import hashlib

import pytest

from conformance.exchange import Exchange, Fault, Request, Response
from conformance.record import MOST_BODY, MOST_EXCERPT, record, shown
from conformance.records import ExchangeRecord
from conformance.redact import Redactor, Secret

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
KEY = "canary/4711+abcdefgh"
SENT = Request("POST", "/v1/account_links", FORM, b"account=a&type=account_onboarding")


def kept(
    request: Request = SENT,
    response: Response | None = None,
    fault: Fault | None = None,
    secrets: tuple[Secret, ...] = (),
) -> ExchangeRecord:
    """Return the record of an exchange of a run that knows KEY."""
    redactor = Redactor()
    redactor.add(Secret(KEY))
    exchange = Exchange(request, response, fault, 1.23456, 0.0, 2)
    headers = (("Authorization", "Bearer $KEY"),)
    return record(exchange, "http://h:8/m", headers, redactor, secrets)


def answer(body: bytes, *headers: tuple[str, str]) -> Response:
    return Response(200, headers, body)


def test_a_record_says_what_went_out_and_came_back() -> None:
    body = b'{"object": "account_link"}'
    found = kept(response=answer(body, ("Content-Type", "application/json")))
    assert found.url == "http://h:8/m/v1/account_links"
    assert found.headers == (*FORM, ("Authorization", "Bearer $KEY"))
    assert found.body == "account=a&type=account_onboarding"
    assert found.body_sha256 == hashlib.sha256(SENT.body or b"").hexdigest()
    assert (found.status, found.response_body) == (200, body.decode())
    assert (found.response_bytes, found.response_sha256) == (
        len(body),
        hashlib.sha256(body).hexdigest(),
    )
    assert (found.elapsed_ms, found.attempts, found.fault_code) == (1.23, 2, "")


def test_a_fault_stands_where_the_answer_would() -> None:
    found = kept(fault=Fault("closed", "receive", f"the target said {KEY} and closed"))
    assert (found.status, found.response_body, found.response_headers) == (None, "", ())
    assert (found.fault_code, found.fault_phase) == ("closed", "receive")
    assert found.fault_sentence == "the target said [redacted] and closed"


@pytest.mark.parametrize(
    ("body", "text", "encoded"),
    [
        (None, None, None),
        (b"", "", None),
        (b"a=\xff", None, base64.b64encode(b"a=\xff").decode()),
        (b"a" * MOST_BODY, "a" * MOST_BODY, None),
        (b"a" * (MOST_BODY + 1), None, None),
        (b"account=canary%2F4711%2Babcdefgh", "account=[redacted]", None),
    ],
)
def test_a_body_is_kept_whole_or_not_at_all(
    body: bytes | None, text: str | None, encoded: str | None
) -> None:
    found = kept(Request("POST", "/", FORM, body))
    assert (found.body, found.body_base64) == (text, encoded)
    assert found.body_bytes == len(body or b"")


@pytest.mark.parametrize(
    "echo",
    [
        f'{{"key": "{KEY}"}}',
        '{"key": "canary\\/4711+abcdefgh"}',
        f"Bearer {KEY.upper()}",
        "canary%2f4711%2babcdefgh",
        base64.b64encode(f"user:{KEY}".encode()).decode(),
        "x" * (MOST_EXCERPT - 5) + KEY,
        "x" * (4 * MOST_EXCERPT - 10) + KEY,
    ],
)
def test_a_key_that_comes_back_is_not_kept(echo: str) -> None:
    found = kept(response=answer(echo.encode(), ("X-Echo", echo), ("Set-Cookie", "a=b")))
    text = repr(found).lower()
    for part in ("canary", "4711", "abcdefgh", base64.b64encode(b"4711+abc").decode().lower()):
        assert part not in text
    assert len(found.response_body) <= MOST_EXCERPT
    assert all(len(value) <= 500 for _, value in found.response_headers)
    assert found.response_headers[-1] == ("Set-Cookie", "[redacted]")


@pytest.mark.parametrize(
    "body",
    [
        b'{"url": "https://connect.example/s/4711"}',
        b'{"url": "https:\\/\\/connect.example\\/s\\/4711"}',
    ],
)
def test_the_secrets_of_one_answer_are_not_kept(body: bytes) -> None:
    found = kept(response=answer(body), secrets=(Secret("https://connect.example/s/4711"),))
    assert found.response_body == '{"url": "[redacted]"}'


def test_many_headers_are_cut() -> None:
    found = kept(response=answer(b"", *((f"X-{number}", "v") for number in range(100))))
    assert len(found.response_headers) == 32


def test_bytes_that_are_no_text_do_not_disturb() -> None:
    found = kept(response=answer(b"\xff\x00\x1b[31m\xe2\x80\xae"))
    assert found.response_body == "\ufffd\\u0000\\u001b[31m\\u202e"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (Request("GET", "/"), "(no body)"),
        (Request("POST", "/", FORM, b""), "(empty body)"),
        (Request("POST", "/", FORM, b"a=b+c%21&d"), 'a="b c!", d'),
        (Request("POST", "/", FORM, b"&"), "(empty), (empty)"),
        (Request("POST", "/", FORM, b"a=" + b"x" * 5001), 'a="xxxxxxxx…" (5001 characters)'),
        (Request("POST", "/", FORM, b"a=" + b"x" * 40), f'a="{"x" * 40}"'),
        (Request("POST", "/", (), b"{}"), 'no media type: "{}"'),
        (Request("GET", "/a?b=c", (("X-N", "-1"),)), 'b="c"; X-N: -1'),
        (
            Request("POST", "/", (*FORM, ("X-N", "9" * 41)), b"a"),
            'X-N: "99999999…" (41 characters); a',
        ),
        (
            Request("POST", "/", (("content-type", "application/json"),), b"{}"),
            'application/json: "{}"',
        ),
    ],
)
def test_a_body_is_shown_to_people(request_: Request, text: str) -> None:
    assert shown(request_) == text


def test_a_body_of_many_pairs_is_shown_in_part() -> None:
    many = Request("POST", "/", FORM, b"&".join(b"a%d=b" % number for number in range(100)))
    assert shown(many).endswith(', a23="b", … (100 pairs)')
    long = Request("POST", "/", FORM, b"&".join([b"a" * 38 + b"=" + b"b" * 38] * 20))
    assert len(shown(long)) == 600
    assert shown(long).endswith("…")
