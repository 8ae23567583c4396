"""Targets that refuse everything, or are not there: red, with one sentence and what to do."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.model import Operation, SecurityScheme
from conformance.preflight import _below, credentials
from conformance.reference.http import Request, Response
from tests.cli import always, recording
from tests.miniatures.server import State, Steps
from tests.rawserver import reset, say, serving

pytest_plugins = ["pytester"]

LINE = "POST /v1/account_links with the smallest valid body"
MEANINGLESS = "so no refusal would mean anything."
KEY = "Set a key, as the contract wants it: --target-header='Authorization: Bearer $TOKEN'"


def held(pytester: pytest.Pytester, url: str, *more: str) -> tuple[int, str]:
    """Run the suite against `url`; return the exit status and what it said, on one line."""
    arguments = ("-p", "no:randomly", "--pyargs", "conformance", f"--target-url={url}", *more)
    result = pytester.runpytest_inprocess(*arguments)
    return int(result.ret), " ".join(" ".join(result.outlines).split())


def reports(pytester: pytest.Pytester) -> dict[str, object]:
    """Return the results of the one run, whose page must be there as well."""
    folder = Path(pytester.path, "reports")
    assert (folder / "report.html").stat().st_size > 0
    (results,) = folder.glob("*/results.json")
    found: dict[str, object] = json.loads(results.read_text())
    return found


@pytest.mark.parametrize(
    ("status", "sentence", "remedy"),
    [
        (400, f"It refuses what the contract allows, {MEANINGLESS}", "See what it says: either"),
        (401, f"It wants a key, {MEANINGLESS}", KEY),
        (403, f"The key has no permission, {MEANINGLESS}", KEY),
        (404, "The endpoint is not there.", "Check the path in --target-url="),
        (405, "The endpoint does not take this method.", "Check the path in --target-url="),
        (
            429,
            "It is limiting the rate.",
            "Wait, or send more slowly with --rate=N, and run again.",
        ),
        (500, f"It is broken or not ready, {MEANINGLESS}", "Look at the target's log, and run"),
        (503, f"It is broken or not ready, {MEANINGLESS}", "Look at the target's log, and run"),
    ],
)
def test_a_target_that_refuses_everything(
    pytester: pytest.Pytester, status: int, sentence: str, remedy: str
) -> None:
    answer = always(status, "go away")

    def app(request: Request) -> Response:
        plain = answer(request)
        return Response(plain.status, plain.body, (*plain.headers, ("retry-after", "0")))

    with recording(app) as target:
        code, said = held(pytester, target.url)
    assert code == 7, said
    headline = f'? Inconclusive: The target answered {status} to {LINE} ("go away"). {sentence}'
    assert said.count(headline) == 1
    assert remedy in said
    assert len(target.requests) <= 6
    assert "no clause" not in said
    assert "0 of 6" in said
    assert "Traceback" not in said
    assert reports(pytester)["cases"] == []


def test_nobody_listens(pytester: pytest.Pytester) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        code, said = held(pytester, f"http://127.0.0.1:{port}")
    assert code == 7, said
    reason = f"nobody listens at 127.0.0.1, port {port}: connection refused."
    assert f"? Inconclusive: No case was sent: {reason}" in said
    assert "Start the target, or check --target-url. stripe-mock listens on 12111 (http)" in said
    assert reports(pytester)["cases"] == []


def test_the_host_is_unknown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    code, said = held(pytester, "http://nowhere.example")
    assert code == 7, said
    assert "? Inconclusive: No case was sent: " in said
    assert "Check --target-url. Beside a service container the host is localhost" in said


@pytest.mark.parametrize("bytes_", [b"SSH-2.0-OpenSSH_9.6\r\n", b"* OK IMAP4 ready\r\n"])
def test_a_server_that_speaks_something_else(pytester: pytest.Pytester, bytes_: bytes) -> None:
    with serving(say(bytes_)) as server:
        code, said = held(pytester, server.url)
        assert server.connections <= 3
    assert code == 7, said
    assert "? Inconclusive: No case was sent: " in said
    assert "Scheme mismatch? The target may speak https." in said
    assert "The target must answer in HTTP/1.1; look at its log." in said
    assert reports(pytester)["cases"] == []


def test_a_server_that_hangs_up(pytester: pytest.Pytester) -> None:
    with serving(reset()) as server:
        code, said = held(pytester, server.url)
    assert code == 7, said
    assert "? Inconclusive: No case was sent: " in said


def test_a_server_without_tls(pytester: pytest.Pytester) -> None:
    with serving(say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_first=False) as server:
        code, said = held(pytester, server.url.replace("http:", "https:"))
    assert code == 7, said
    assert "Pass --ca-file PEM where the certificate is your own, or check the scheme" in said


def test_a_message_is_quoted_only_in_part(pytester: pytest.Pytester) -> None:
    with recording(always(400, "x" * 5000)) as target:
        code, said = held(pytester, target.url)
    assert code == 7
    assert "x" * 160 in said
    assert "x" * 170 not in said


def test_a_refusal_for_another_reason_proves_nothing(pytester: pytest.Pytester) -> None:
    """Every refusal blames the type of the link, whatever was wrong."""
    state, steps = State(), Steps()

    def app(request: Request) -> Response:
        plain = steps.answer(request, state)
        body = json.loads(plain.body)
        if "error" in body:
            body["error"]["param"] = "type"
        return Response(plain.status, json.dumps(body).encode(), plain.headers)

    with recording(app) as target:
        code, said = held(pytester, target.url, "--only=/account/maxLength", "-v")
    assert code == 7, said
    assert "/account/maxLength/over-limit] INCONCLUSIVE" in said
    assert "the error blames type" in said
    assert "PostAccountLinks/account/maxLength/other-reason" in said


def test_a_journal_that_was_lost_midway_is_an_error_of_the_place(
    pytester: pytest.Pytester,
) -> None:
    Path(pytester.path, "conftest.py").write_text(
        "import pathlib, pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_sessionfinish():\n"
        "    for journal in pathlib.Path('reports').glob('*/journal.ndjson'):\n"
        "        journal.write_text('lost')\n"
    )
    with recording() as target:
        code, said = held(pytester, target.url, "--only=/account/maxLength/at-limit")
    assert code == 4, said
    assert "is not a conformance journal: it has no run line" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (SecurityScheme("a", "apiKey", "header", "X-Key"), "--target-header='X-Key: $API_KEY'"),
        (SecurityScheme("a", "apiKey", "cookie", "sid"), "--target-header='Cookie: sid=$API_KEY'"),
        (SecurityScheme("a", "apiKey", "query", "key"), "--target-query='key=$API_KEY'"),
        (SecurityScheme("a", "http", scheme="basic"), "'Authorization: Basic $CREDENTIALS'"),
        (SecurityScheme("a", "http", scheme="bearer"), "'Authorization: Bearer $TOKEN'"),
        (SecurityScheme("a", "http", scheme="digest"), "'Authorization: Digest $CREDENTIALS'"),
        (SecurityScheme("a", "oauth2"), "'Authorization: Bearer $TOKEN'"),
        (SecurityScheme("a", "mutualTLS"), "a client certificate"),
    ],
)
def test_the_contract_says_which_key_is_wanted(scheme: SecurityScheme, words: str) -> None:
    operation = Operation("Op", "GET", "/x", "#", security=((scheme,), ()))
    assert words in credentials(operation)
    assert credentials(replace(operation, security=((),))) == "no key at all"


@pytest.mark.parametrize(
    ("server", "base", "advice"),
    [
        ("https://api.example.com/v2", "http://h:1", "perhaps --target-url=http://h:1/v2"),
        ("/v2/", "http://h:1/", "perhaps --target-url=http://h:1/v2"),
        ("https://api.example.com/v2", "http://h:1/v2", ""),
        ("https://api.example.com/v2", "http://h:1/mocks/v2", ""),
        ("https://api.example.com", "http://h:1", ""),
        ("https://{host}/{base}", "http://h:1", ""),
        ("http://[::1/x", "http://h:1", ""),
    ],
)
def test_a_path_that_is_not_there_may_lack_that_of_the_server(
    server: str, base: str, advice: str
) -> None:
    remedy = _below(base, Operation("Op", "GET", "/x", "#", servers=(server,)))
    assert remedy.endswith(advice)
    assert bool(remedy) is bool(advice)
