"""Nothing leaks in or out: environment, cookies, redirects, log files, secrets, imports."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.address import parse_target_url
from conformance.exchange import Request
from conformance.headers import expand_header
from conformance.redact import Redactor, Secret
from conformance.target import Target
from tests.rawserver import say, serving

KEY = "canary-key-0123456789"
AUTHORIZATION = expand_header("Authorization: Bearer $API_KEY", {"API_KEY": KEY})
POST = Request("POST", "/v1/account_links", (), b"type=account_onboarding")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def test_cookies_are_not_kept_and_redirects_not_followed() -> None:
    answer = (
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\n"
        b"Set-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    )
    with serving(say(answer)) as server:
        target = Target(parse_target_url(server.url))
        statuses = [exchange.response for exchange in (target.send(POST), target.send(POST))]
    assert [response.status for response in statuses if response] == [307, 307]
    assert len(server.requests) == 2
    assert server.requests[0] == server.requests[1]


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("NO_PROXY", "[garbage")
    with serving(say(GOOD)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with serving(say(GOOD)) as server:
            assert Target(parse_target_url(server.url)).send(POST).fault is None
        assert proxy.connections == 0
    assert server.requests[0].startswith(b"POST /v1/account_links HTTP/1.1\r\n")
    assert b"authorization" not in server.requests[0].lower()


def test_the_users_secrets_are_known_to_the_redactor() -> None:
    redactor = Redactor()
    redactor.add(Secret("another-secret"))
    target = Target(parse_target_url("http://h"), headers=[AUTHORIZATION], redactor=redactor)
    assert KEY not in target.redactor.clean(f"you sent {KEY} and {KEY.upper()}")
    assert target.redactor is redactor
    assert KEY not in str(vars(target))


def test_shown_headers_hold_variables_and_no_secret() -> None:
    target = Target(parse_target_url("http://h:8"), headers=[AUTHORIZATION])
    shown = target.shown_headers(Request("GET", "/", (("X-Echo", KEY),)))
    assert shown[0] == ("Host", "h:8")
    assert shown[-2:] == (("X-Echo", "[redacted]"), ("Authorization", "Bearer $API_KEY"))


def test_loggers_of_the_libraries_are_silent(caplog: pytest.LogCaptureFixture) -> None:
    with serving(say(GOOD)) as server, caplog.at_level(logging.DEBUG):
        logging.getLogger("httpcore.http11").setLevel(logging.DEBUG)
        Target(parse_target_url(server.url), headers=[AUTHORIZATION]).send(POST)
    assert caplog.records == []


def test_importing_the_target_loads_no_http_library() -> None:
    script = (
        "import sys, conformance.target; "
        "print([m for m in ('ssl', 'httpx', 'httpcore', 'h11') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.strip() == b"[]"
