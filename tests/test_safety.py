"""Live keys, live hosts, clear text and the addresses of clouds: refused before a byte leaves."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from conformance.address import parse_target_url
from conformance.errors import UsageError
from conformance.headers import TargetHeader, expand_header
from conformance.reference.http import Request, Response
from conformance.safety import CONSENT, Safety, is_loopback, says_true
from tests.cli import Recorder, recording, suite

LOCAL, FAR, STRIPE = "http://127.0.0.1:9", "https://sandbox.example.com", "https://api.stripe.com"
TEST, LIVE = "sk_test_0123456789", "sk_live_0123456789"


def header(key: str, form: str = "Authorization: Bearer $KEY") -> tuple[TargetHeader, ...]:
    return (expand_header(form, {"KEY": key}),)


def safety(url: str, key: str = "", **said: object) -> Safety:
    return Safety(parse_target_url(url), header(key) if key else (), **said)  # type: ignore[arg-type]


# --- keys and hosts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (FAR, ""),
        (FAR, TEST),
        (FAR, "any-other-key"),
        ("https://stripe.com.example.com", "any-other-key"),
        (LOCAL, TEST),
        (LOCAL, "any-other-key"),
        ("http://localhost:12111", TEST),
        ("http://[::1]:12111", TEST),
        ("http://0.0.0.0:12111", TEST),
        ("http://mock.example:12111", ""),
        (STRIPE, TEST),
        (STRIPE, "rk_test_0123456789"),
    ],
)
def test_a_sandbox_needs_no_word_of_consent(url: str, key: str) -> None:
    safety(url, key).check()


@pytest.mark.parametrize(
    ("url", "key", "said"),
    [
        (LOCAL, LIVE, "is a live one"),
        (FAR, LIVE, "is a live one"),
        (FAR, "rk_live_0123456789", "is a live one"),
        (STRIPE, LIVE, "is a live one"),
        (STRIPE, "", "api.stripe.com is the live service"),
        (STRIPE, "any-other-key", "api.stripe.com is the live service"),
        ("https://connect.stripe.com", "", "connect.stripe.com is the live service"),
        ("https://API.Stripe.com.", "", "is the live service"),
        (FAR, "pk_test_0123456789", "begins with pk_: it is a publishable key"),
        (LOCAL, "pk_live_0123456789", "begins with pk_: it is a publishable key"),
        (LOCAL, "whsec_0123456789", "begins with whsec_: it is the secret of a webhook"),
        (LOCAL, "ek_test_0123456789", "begins with ek_: it is an ephemeral key"),
        ("http://mock.example:12111", TEST, "sends it in clear text to mock.example"),
        ("http://192.168.0.7", TEST, "sends it in clear text to 192.168.0.7"),
        ("http://169.254.169.254", "", "clouds keep their credentials there"),
        ("https://169.254.169.254", "", "clouds keep their credentials there"),
        ("http://[::ffff:169.254.169.254]", "", "clouds keep their credentials there"),
        ("http://[fe80::1]", "", "clouds keep their credentials there"),
        ("http://[fd00:ec2::254]", "", "clouds keep their credentials there"),
        ("http://100.100.100.200", "", "clouds keep their credentials there"),
    ],
)
def test_what_could_do_harm_is_refused(url: str, key: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        safety(url, key).check()
    assert said in caught.value.what
    assert caught.value.remedy
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    "form", ["Authorization: Basic $KEY", "X-Api-Key: $KEY", "X-Any: key=$KEY", "Cookie: a=$KEY"]
)
def test_a_live_key_is_found_wherever_it_stands(form: str) -> None:
    basic = base64.b64encode(f"{LIVE}:".encode()).decode()
    found = header(basic if "Basic" in form else LIVE, form)
    with pytest.raises(UsageError, match="is a live one"):
        Safety(parse_target_url(LOCAL), found).check()


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({}, True),
        ({"allow_live": "api.stripe.com"}, True),
        ({"consent": "6789"}, True),
        ({"allow_live": "stripe.com", "consent": "6789"}, True),
        ({"allow_live": "api.stripe.com", "consent": "0000"}, True),
        ({"allow_live": "api.stripe.com", "consent": ""}, True),
        ({"allow_live": "api.stripe.com", "consent": "6789"}, False),
    ],
)
def test_the_real_thing_takes_two_words_of_consent(said: dict[str, str], refused: bool) -> None:  # noqa: FBT001  (a row)
    chosen = safety(STRIPE, LIVE, **said)
    assert chosen.live is not refused
    if refused:
        with pytest.raises(UsageError, match=f"--allow-live=api.stripe.com.*{CONSENT}"):
            chosen.check()
    else:
        chosen.check()


def test_clear_text_may_be_allowed() -> None:
    safety("http://mock.example", TEST, allow_cleartext=True).check()
    safety("http://mock.example", TEST, allow_cleartext=True).check_address("10.0.0.7")


def test_the_address_behind_a_name_counts() -> None:
    named = safety("http://localhost:9", TEST)
    named.check_address("127.0.0.1")
    named.check_address("::1")
    with pytest.raises(UsageError, match="clear text"):
        named.check_address("192.0.2.7")
    with pytest.raises(UsageError, match="clouds keep"):
        safety(FAR).check_address("169.254.169.254")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.example.com", False),
        ("192.168.0.1", False),
        ("example.com", False),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, local: bool) -> None:  # noqa: FBT001  (a row)
    assert is_loopback(host) is local


# --- on the command line --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "options", "said"),
    [
        (LIVE, (), "is a live one"),
        (LIVE, ("--allow-live=127.0.0.1",), "is a live one"),
        ("whsec_0123456789", (), "the secret of a webhook"),
        (TEST, ("--profile=strip",), 'there is no profile "strip"\nDid you mean "stripe"?'),
    ],
)
def test_nothing_is_sent_and_the_remedy_is_said(
    tmp_path: Path, key: str, options: tuple[str, ...], said: str
) -> None:
    given = "--target-header=Authorization: Bearer $KEY_4711"
    with recording() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", given, *options, KEY_4711=key)
    assert ended.exit == 4
    assert said in ended.out
    assert key not in ended.out
    assert target.requests == []


# --- the first answer about real things -----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "real"),
    [
        (b'{"livemode": true}', True),
        (b'{"data": [{"livemode":\n true, "a', True),
        (b'{"livemode": false}', False),
        (b'{"livemode": "true"}', False),
        (b'{"livemode": trueish}', False),
        (b'{"message": "say \\"livemode\\": true"}', False),
        (b"", False),
    ],
)
def test_real_things_are_known_by_their_mark(body: bytes, real: bool) -> None:  # noqa: FBT001  (a row)
    assert says_true(body, "livemode") is real
    assert not says_true(body, "")


def live_after(number: int, target: Recorder) -> Response | None:
    if len(target.requests) <= number:
        return None
    return Response(200, b'{"livemode": true}', (("content-type", "application/json"),))


@pytest.mark.parametrize("options", [(), ("--concurrency=3",), ("--profile=none",)])
def test_the_first_real_thing_stops_the_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(200, b'{"livemode": true}', (("content-type", "application/json"),))

    with recording(answer) as target:
        ended = suite(tmp_path, f"--target-url={target.url}", *options)
    if "--profile=none" in options:
        assert len(seen) > 100
        return
    assert len(seen) == 1
    assert ended.exit == 7, ended.out
    assert "livemode is true" in ended.out
    assert "Use a test key and a sandbox." in ended.out


def test_what_the_embedded_target_makes_up_is_never_the_real_thing(tmp_path: Path) -> None:
    response = {"type": "object", "required": ["livemode"]}
    response["properties"] = {"livemode": {"type": "boolean"}}
    content = {"application/json": {"schema": response}}
    get = {"operationId": "see", "responses": {"200": {"description": "", "content": content}}}
    contract = tmp_path / "contract.json"
    contract.write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "info": {"title": "", "version": ""},
                "servers": [{"url": "https://api.stripe.com/"}],
                "paths": {"/things": {"get": get}},
            }
        )
    )
    ended = suite(tmp_path, f"--contract={contract}", "--profile=stripe")
    assert "livemode is true" not in ended.out
    assert ended.exit == 0, ended.out
