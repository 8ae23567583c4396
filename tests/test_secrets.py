"""No key and no single-use URL gets into anything that a run writes, whatever the target does."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.exchange import NO_KEY, NO_USER
from conformance.reference.http import Request, Response
from tests.cli import Ended, miniature, recording, suite, texts
from tests.miniatures import FAULTS
from tests.miniatures.server import JSON, State, Steps

KEY = "canary/4711+qzjxkvwb"
LINK = re.compile(r"connect\.example\.test|setup/[0-9a-f]")


def everything(ended: Ended) -> dict[str, str]:
    """Return all that a run wrote: the terminal, and every file, cache and JUnit included."""
    found = {str(path): text for path, text in texts(ended.folder).items()}
    return {"the terminal": ended.out, **found}


def with_key(request: Request, plain: Response) -> Response:
    """Say the key again in every part of an answer."""
    authorization = request.header("authorization") or ""
    key = authorization.partition(" ")[2]
    headers = (*plain.headers, ("x-echo", key), ("set-cookie", f"k={key}"))
    try:
        body = json.loads(plain.body)
    except ValueError:
        return Response(plain.status, plain.body + authorization.encode(), headers)
    if "error" in body:
        body["error"]["message"] = f"your {authorization} is no good"
    return Response(plain.status, json.dumps({**body, "echo": [key]}).encode(), headers)


def echo() -> Callable[[Request], Response]:
    """Return a faithful target that says the key again wherever it can."""
    state, steps = State(), Steps()
    return lambda request: with_key(request, steps.answer(request, state))


def confused(request: Request) -> Response:
    """Accept everything, in a body that is no JSON and holds key and link."""
    link = b'{"object": "account_link", "url": "https://connect.example.test/setup/4711",'
    return with_key(request, Response(200, link, JSON))


def plain_text(request: Request) -> Response:
    """Accept everything, in text that holds key and link."""
    link = b'{"object": "account_link", "url": "https:\\/\\/connect.example.test\\/setup\\/4711"}'
    return with_key(request, Response(200, link, (("content-type", "text/plain"),)))


def wants_a_key(request: Request) -> Response:
    """Refuse everything, and say why."""
    error = {"type": "invalid_request_error", "message": "Invalid API Key"}
    return with_key(request, Response(401, json.dumps({"error": error}).encode(), JSON))


@pytest.mark.parametrize(
    ("answer", "header", "code"),
    [
        (echo(), "Authorization: Bearer $KEY_4711", 0),
        (confused, "Authorization: Bearer ${KEY_4711}", 1),
        (plain_text, "X-Api-Key: $KEY_4711", 1),
        (wants_a_key, "Authorization: Bearer $KEY_4711", 7),
    ],
)
def test_a_key_appears_nowhere(
    tmp_path: Path, answer: Callable[[Request], Response], header: str, code: int
) -> None:
    arguments = ("-vv", "--showlocals", "--junitxml=junit.xml", f"--target-header={header}")
    with recording(answer) as target:
        url = f"--target-url={target.url}"
        ended = suite(tmp_path, url, *arguments, KEY_4711=KEY)
    assert ended.exit == code, ended.out
    name, _, value = header.partition(": ")
    sent = value.replace("${KEY_4711}", KEY).replace("$KEY_4711", KEY)
    given = [each.header(name.lower()) for each in target.requests]
    # One case leaves the key out on purpose, some send nobody's; a failing one is sent three times.
    assert {*given} - {None, f"Bearer {NO_KEY}", f"Basic {NO_USER}"} == {sent}
    assert given.count(None) <= 3
    for place, text in everything(ended).items():
        assert "canary" not in text.lower(), place
        assert "4711+" not in text, place
        assert "qzjxkvwb" not in text, place
        assert not LINK.search(text), place
    assert (tmp_path / "junit.xml").exists()
    assert (tmp_path / ".pytest_cache").exists()
    assert shlex.quote(f"--target-header={header}") in ended.out


@pytest.mark.parametrize(
    "name",
    sorted(
        each.name for each in FAULTS if any("response/200/url" in clause for clause in each.clauses)
    )
    or ["none"],
)
def test_a_single_use_url_appears_nowhere_even_where_it_is_wrong(tmp_path: Path, name: str) -> None:
    with miniature(name).serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", "-k", "maxLength or response/200/url")
    assert ended.exit in (0, 1), ended.out
    for place, text in everything(ended).items():
        assert not LINK.search(text), place
