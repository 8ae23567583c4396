"""The miniatures are what they say: the plain one is faithful, the others differ as stated."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.reference.http import Request, Response
from tests.miniatures import CONFORMING, FAULTS, Miniature, Probe
from tests.miniatures.bodies import ACCEPTED, REFUSED
from tests.miniatures.build import BASE
from tests.miniatures.server import FORM, JSON, KNOWN, PATH, State, Steps

PLAIN = Steps()
TYPES = ("api_error", "card_error", "idempotency_error", "invalid_request_error")


def send(steps: Steps, probe: Probe) -> list[Response]:
    """Return the answers to `probe`, without those to what comes before it."""
    state = State()
    answers = [steps.answer(request, state) for request in probe.requests()]
    return answers[len(probe.before) :]


def broken_success(body: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say what is wrong with the body of a success; nothing, if nothing is."""
    if not isinstance(body, dict):
        return "no object"
    for name in ("created", "expires_at"):
        value = body.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            return name
    if "error" in body:
        return "an error beside it"
    if body.get("object") != "account_link":
        return "object"
    if not isinstance(body.get("url"), str) or len(body["url"]) > 5000:
        return "url"
    return "" if body["expires_at"] > time.time() else "expired"


def broken_error(body: Any) -> str:  # noqa: ANN401  (any JSON)
    """Say what is wrong with the body of an error; nothing, if nothing is."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "no error object"
    if error.get("type") not in TYPES:
        return "error type"
    texts = ("message", "param", "code")
    return next((name for name in texts if not isinstance(error.get(name, ""), str)), "")


def complaint(response: Response, probe: Probe) -> str:
    """Say what is wrong with one answer to `probe`; nothing, if nothing is."""
    media = {name.lower(): value for name, value in response.headers}.get("content-type", "")
    if media.partition(";")[0].lower() != "application/json":
        return "media type"
    try:
        body = json.loads(response.body)
    except ValueError:
        return "not JSON"
    if response.status == 200:
        return "accepted" if probe.owed == "refused" else broken_success(body)
    named = {"busy": {429}, "unimplemented": {501}}.get(probe.owed, set())
    if response.status not in named and not 400 <= response.status < 500:
        return f"status {response.status}"
    if response.status not in named and probe.owed in ("accepted", "busy"):
        return "refused"
    return broken_error(body) or wrong_reason(body, probe)


def wrong_reason(body: dict[str, Any], probe: Probe) -> str:
    """Say whether the error names another declared parameter than the one at fault."""
    named = body["error"].get("param", "").partition("[")[0]
    return "reason" if probe.param and named in KNOWN and named != probe.param else ""


def complaints(steps: Steps, probe: Probe) -> list[str]:
    """Return all that is wrong with the answers to `probe`."""
    answers = send(steps, probe)
    found = [said for each in answers if (said := complaint(each, probe))]
    urls = [json.loads(each.body)["url"] for each in answers if not found and each.status == 200]
    return [*found, "repeated url"] if len(set(urls)) < len(urls) else found


@pytest.mark.parametrize("body", ACCEPTED, ids=lambda body: body[:60].decode())
def test_the_plain_server_accepts(body: bytes) -> None:
    assert complaints(PLAIN, Probe("accepted", body)) == []


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:60].decode() or "nothing")
def test_the_plain_server_refuses(body: bytes) -> None:
    assert complaints(PLAIN, Probe("refused", body)) == []


@pytest.mark.parametrize("miniature", FAULTS, ids=lambda each: each.name)
def test_a_faulty_one_is_wrong_where_the_plain_one_is_right(miniature: Miniature) -> None:
    assert complaints(PLAIN, miniature.probe) == []
    assert complaints(miniature.steps, miniature.probe) != []


FREE = [each for each in CONFORMING if each.name != "conforming/plain"]


def decided(body: bytes) -> bool:
    """Whether the contract leaves no freedom with `body`."""
    empty = any(not piece.partition(b"=")[2] for piece in body.split(b"&") if b"=" in piece)
    return not empty and not any(piece in body for piece in UNDECIDED)


UNDECIDED = (b"%zz", b"=%f", b"=%ff", b"%00", b"&account=b", b"&=x", b"type=other", b"collection_")


@pytest.mark.parametrize("miniature", CONFORMING, ids=lambda each: each.name)
def test_a_conforming_one_is_never_wrong(miniature: Miniature) -> None:
    assert complaints(miniature.steps, miniature.probe) == []
    for body in filter(decided, ACCEPTED):
        assert complaints(miniature.steps, Probe("accepted", body)) == [], body[:80]
    for body in filter(decided, REFUSED):
        assert complaints(miniature.steps, Probe("refused", body)) == [], body[:80]


@pytest.mark.parametrize("miniature", FREE, ids=lambda each: each.name)
def test_a_conforming_one_uses_its_freedom(miniature: Miniature) -> None:
    def seen(steps: Steps) -> list[tuple[int, object, object]]:
        return [
            (each.status, each.headers, shape(each.body)) for each in send(steps, miniature.probe)
        ]

    assert seen(miniature.steps) != seen(PLAIN)


def shape(body: bytes) -> object:
    """Return what of `body` does not change from answer to answer: layout, and errors whole."""
    value = json.loads(body)
    if "error" in value:
        return value
    return b"\n" in body, {name: type(each) for name, each in value.items()}


@pytest.mark.parametrize("miniature", [*FAULTS, *CONFORMING], ids=lambda each: each.name)
def test_each_one_answers_over_http_as_in_process(miniature: Miniature) -> None:
    expected = [each.status for each in send(miniature.steps, miniature.probe)]
    with miniature.serve() as url:
        statuses = [_over_http(url, request) for request in miniature.probe.requests()]
    assert statuses[len(miniature.probe.before) :] == expected


def test_serving_again_starts_without_memories() -> None:
    late = next(each for each in FAULTS if each.name == "state/seventh-500")
    request = Request("POST", PATH, "", (("content-type", FORM),), BASE)
    for _ in range(2):
        with late.serve() as url:
            statuses = [_over_http(url, request) for _ in range(7)]
        assert statuses == [200] * 6 + [500]


def test_the_registry_is_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    whole = (*FAULTS, *CONFORMING)
    with capsys.disabled():
        kinds = Counter(each.kind for each in whole)
        print(f"\n{len(FAULTS)} faults, {len(CONFORMING)} conforming: {dict(kinds)}")  # noqa: T201
    assert [name for name, count in Counter(each.name for each in whole).items() if count > 1] == []
    assert [each.name for each in whole if not each.clauses] == []
    assert {each.level for each in whole} == {"MUST", "SHOULD"}
    assert {each.depth for each in whole} == {"standard", "deep"}
    assert len(FAULTS) >= 160
    assert len(CONFORMING) >= 22


def _over_http(url: str, request: Request) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.putrequest(request.method, request.path, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.chunked:
        connection.putheader("transfer-encoding", "chunked")
        connection.endheaders([request.body], encode_chunked=True)
    else:
        connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_judge_here_knows_right_from_wrong() -> None:
    right = b'{"error": {"type": "api_error"}}'
    assert complaint(Response(400, right, JSON), Probe("refused")) == ""
    assert complaint(Response(500, right, JSON), Probe("either")) == "status 500"
    assert complaint(Response(400, b"[]", JSON), Probe("either")) == "no error object"
    assert complaint(Response(400, right, ()), Probe("either")) == "media type"
