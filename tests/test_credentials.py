"""Keys in a header, a query and a cookie: given, asked for, left out, and never shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.contract.model import Json
from conformance.errors import UsageError
from conformance.exchange import NO_KEY, Exchange
from conformance.exchange import Request as Sent
from conformance.headers import TargetHeader, added, credentials, expand_header, expand_query
from conformance.headers import lacking as left
from conformance.planning import derive
from conformance.record import record
from conformance.redact import Redactor
from conformance.reference.http import Request, Response
from conformance.report.curl import command
from tests.cli import Ended, recording, suite
from tests.sample_documents import one
from tests.test_secrets import everything

KEY = "canary/4711+qzjxkvwb"
ENVIRON = {"API_KEY": KEY}
SCHEMES: dict[str, Json] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "api key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
OPTIONS = {
    "bearer": "--target-header=Authorization: Bearer $API_KEY",
    "basic": "--target-header=Authorization: Basic $API_KEY",
    "header": "--target-header=X-Key: $API_KEY",
    "query": "--target-query=api key=$API_KEY",
    "cookie": "--target-header=Cookie: theme=dark; sid=$API_KEY",
}
QUOTED = "canary%2F4711%2Bqzjxkvwb"


def holds(request: Request, name: str) -> bool:
    """Whether `request` carries the key as the scheme `name` says."""
    match name:
        case "bearer" | "basic":
            return request.header("authorization") == f"{name.title()} {KEY}"
        case "header":
            return request.header("x-key") == KEY
        case "query":
            return f"api%20key={QUOTED}" in request.query.split("&")
        case _:
            return f"sid={KEY}" in (request.header("cookie") or "").split("; ")


WRONG = {
    "bearer": "Bearer no-key-of-anybody",
    "basic": f"Basic {base64.b64encode(b'nobody:no-key-of-anybody').decode()}",
    "header": "no-key-of-anybody",
    "query": "no-key-of-anybody",
    "cookie": "sid=no-key-of-anybody; theme=dark",
}


def given_as(request: Request, name: str) -> str | None:
    """Return what `request` carries where the scheme `name` has its key, whoever's it is."""
    if name == "query":
        found = [p.partition("=") for p in request.query.split("&")]
        return next((value for key, _, value in found if key == "api%20key"), None)
    return request.header({"header": "x-key", "cookie": "cookie"}.get(name, "authorization"))


def target(asks: Callable[[Request], bool]) -> Callable[[Request], Response]:
    """Return a target that wants to know who asks, and keeps the one rule of its contract."""
    plain = (("content-type", "application/json"),)

    def answer(request: Request) -> Response:
        if not asks(request):
            return Response(401, b'{"error": "who are you?"}', plain)
        if request.method != "GET":
            return Response(405, b"{}", plain)
        limits = [p.partition("=")[2] for p in request.query.split("&") if p.startswith("limit=")]
        if any(not re.fullmatch("-?[0-9]+", each) or int(each) > 9 for each in limits):
            return Response(400, b'{"error": "limit"}', plain)
        return Response(200, b"{}", plain)

    return answer


def contract(folder: Path, *names: str) -> Path:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
    answer = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": ""}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "security": [{name: []} for name in names],
        "components": {"securitySchemes": {name: SCHEMES[name] for name in names}},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "GetThings",
                    "parameters": [limit],
                    "responses": {"200": answer, "400": answer},
                }
            }
        },
    }
    path = folder / "api.json"
    path.write_text(json.dumps(document))
    return path


def run(folder: Path, asks: Callable[[Request], bool], *more: str, scheme: str) -> Ended:
    with recording(target(asks)) as server:
        return suite(
            folder,
            f"--target-url={server.url}",
            f"--contract={contract(folder, scheme)}",
            *more,
            API_KEY=KEY,
        )


CLAUSE = "GetThings:request/credentials"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_is_sent_where_its_scheme_says_and_never_shown(tmp_path: Path, scheme: str) -> None:
    ended = run(tmp_path, lambda each: holds(each, scheme), OPTIONS[scheme], scheme=scheme)
    assert ended.exit == 0, ended.out
    assert ended.verdicts[f"{CLAUSE}/left-out"] == "PASS"
    for name, text in everything(ended).items():
        assert KEY not in text, name
        assert QUOTED not in text, name
    (line,) = [x for x in ended.journal("finish") if x["id"] == f"{CLAUSE}/left-out"]
    assert "API_KEY" not in json.dumps(line["exchange"])
    assert "API_KEY" in json.dumps(line["control"])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_that_nobody_has_is_sent_once_and_shown(tmp_path: Path, scheme: str) -> None:
    with recording(target(lambda each: holds(each, scheme))) as server:
        ended = suite(
            tmp_path,
            f"--target-url={server.url}",
            f"--contract={contract(tmp_path, scheme)}",
            OPTIONS[scheme],
            API_KEY=KEY,
        )
    assert ended.exit == 0, ended.out
    name = f"{CLAUSE}/wrong-{scheme}"
    assert ended.verdicts[name] == "PASS"
    unknown = [each for each in server.requests if not holds(each, scheme)]
    bare = "theme=dark" if scheme == "cookie" else None
    assert sorted(given_as(each, scheme) or "" for each in unknown) == sorted(
        (bare or "", WRONG[scheme])
    )
    for each in unknown:
        sent = (each.path, each.query, repr(each.headers), each.body.decode())
        assert not any(text in part for part in sent for text in (KEY, QUOTED))
    (line,) = [x for x in ended.journal("finish") if x["id"] == name]
    shown = json.dumps([line["exchange"]["url"], line["exchange"]["headers"]])
    assert WRONG[scheme].partition(";")[0] in shown


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_target_may_take_any_key(tmp_path: Path, scheme: str) -> None:
    """Which keys are good no contract says, and a mock knows none."""

    def asks(request: Request) -> bool:
        return given_as(request, scheme) not in (None, "theme=dark")

    ended = run(tmp_path, asks, OPTIONS[scheme], scheme=scheme)
    assert ended.exit == 0, ended.out
    assert ended.results["findings"] == []


def test_a_key_that_nobody_has_must_not_break_the_target(tmp_path: Path) -> None:
    app = target(lambda each: holds(each, "bearer"))

    def broken(request: Request) -> Response:
        return Response(500) if NO_KEY in repr(request.headers) else app(request)

    with recording(broken) as server:
        ended = suite(
            tmp_path,
            f"--target-url={server.url}",
            f"--contract={contract(tmp_path, 'bearer')}",
            OPTIONS["bearer"],
            API_KEY=KEY,
        )
    (found,) = ended.results["findings"]
    assert found["id"] == f"{CLAUSE}/server-error"


def test_each_way_to_be_let_in_has_its_wrong_key(tmp_path: Path) -> None:
    """Schemes that must all be met are wrong together; a kind that is not known has none."""
    path = contract(tmp_path, *SCHEMES)
    document = json.loads(path.read_text())
    schemes = document["components"]["securitySchemes"]
    schemes["digest"] = {"type": "http", "scheme": "digest"}
    document["security"] = [
        {"bearer": []},
        {"header": [], "query": [], "cookie": []},
        {"digest": []},
    ]
    plan = derive(one(document))
    found = {case.id.removeprefix(f"{CLAUSE}/"): case.request for case in plan.cases}
    asked = {name: each for name, each in found.items() if each.without}
    assert asked.keys() == {"left-out", "wrong-bearer", "wrong-header-query-cookie"}
    both = asked["wrong-header-query-cookie"]
    assert both.headers == (("X-Key", NO_KEY), ("Cookie", f"sid={NO_KEY}"))
    assert both.path == f"/things?api%20key={NO_KEY}"
    assert set(both.without) == {
        "header:authorization",
        "header:x-key",
        "query:api key",
        "cookie:sid",
    }


def test_a_target_that_asks_nobody_is_advised_to(tmp_path: Path) -> None:
    ended = run(tmp_path, lambda _: True, OPTIONS["query"], scheme="query")
    assert ended.exit == 0, ended.out
    (found,) = ended.results["findings"]
    assert (found["id"], found["level"]) == (f"{CLAUSE}/accepted", "SHOULD")
    assert run(tmp_path, lambda _: True, OPTIONS["query"], "--strict", scheme="query").exit == 1


def test_where_no_key_is_given_none_is_left_out(tmp_path: Path) -> None:
    ended = run(tmp_path, lambda _: True, scheme="bearer")
    assert ended.exit == 0, ended.out
    assert not any(name.startswith(CLAUSE) for name in ended.verdicts)
    (clause,) = [each for each in ended.journal("clause") if each["id"] == CLAUSE]
    assert (clause["state"], clause["reason"]) == (
        "uncovered",
        "no credentials of these schemes are given, so none can be left out",
    )


@pytest.mark.parametrize("scheme", ["query", "cookie"])
def test_a_key_that_is_wanted_and_not_given_is_asked_for(tmp_path: Path, scheme: str) -> None:
    ended = run(tmp_path, lambda each: holds(each, scheme), scheme=scheme)
    assert ended.exit == 7
    wanted = {"query": "--target-query='api key=$API_KEY'", "cookie": "'Cookie: sid=$API_KEY'"}
    assert wanted[scheme] in ended.out


def test_a_rehearsal_shows_the_query_as_it_was_written(tmp_path: Path) -> None:
    ended = run(tmp_path, lambda _: True, OPTIONS["query"], "--dry-run", scheme="query")
    assert "/things?api%20key=$API_KEY" in ended.out
    assert KEY not in ended.out


def test_the_command_of_an_exchange_expands_the_key_in_the_query() -> None:
    exchange = Exchange(Sent("GET", "/things?limit=1"), None, None, 1.0, 0.0)
    (key,) = given("api key=$$a $API_KEY")
    kept = record(exchange, "http://h", (), Redactor(), query=(key.shown,))
    assert kept.url == "http://h/things?limit=1&api%20key=$$a $API_KEY"
    assert command(kept).endswith("""'http://h/things?limit=1'"&api%20key=\\$a $API_KEY\"""")
    plain = record(exchange, "http://h", (), Redactor(), query=(("v", "2"),))
    assert command(plain).endswith("'http://h/things?limit=1&v=2'")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key", "has no name"),
        ("=$API_KEY", "has no name"),
        ("key=$MISSING", "variable MISSING of the query's key is not set"),
        ("key=abc", "holds its key itself"),
        ("x=sk_test_0123456789abc", "holds its key itself"),
    ],
)
def test_a_bad_query_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        expand_query(text, ENVIRON)
    assert KEY not in str(caught.value)


def given(*texts: str) -> list[TargetHeader]:
    expand = {True: expand_query, False: expand_header}
    return [expand["=" in text and ":" not in text](text, ENVIRON) for text in texts]


def test_a_query_is_expanded() -> None:
    (version, key) = given("version=2026-01", "key=a$$$API_KEY")
    assert (version.value.reveal(), version.secrets) == ("2026-01", ())
    assert key.value.reveal() == f"a${KEY}"
    assert [each.reveal() for each in key.secrets] == [KEY]
    redactor = Redactor()
    redactor.add(key.secrets[0])
    assert redactor.clean(f"?key={QUOTED}") == "?key=[redacted]"


def test_what_is_given_may_be_left_out_by_name() -> None:
    found = [*credentials(given("X-Key: $API_KEY", "key=$API_KEY", "Cookie: a=1; sid=$API_KEY"))]
    assert found == ["header:x-key", "query:key", "header:cookie", "cookie:a", "cookie:sid"]
    assert left("X-Key", "v", ("header:x-key",)) is None
    assert left("X-Other", "v", ("header:x-key",)) == "v"
    assert left("Cookie", "a=1; sid=2", ("cookie:sid",)) == "a=1"
    assert left("Cookie", "sid=2", ("cookie:sid",)) is None


@pytest.mark.parametrize(
    ("path", "without", "expected"),
    [
        ("/a", (), "?key=v&w=x"),
        ("/a?b=c", (), "&key=v&w=x"),
        ("/a?key=own", (), "&w=x"),
        ("/a", ("query:key",), "?w=x"),
        ("/a", ("query:key", "query:w"), ""),
    ],
)
def test_a_case_s_own_name_comes_before_the_user_s(
    path: str, without: tuple[str, ...], expected: str
) -> None:
    assert added(path, (("key", "v"), ("w", "x")), without) == expected
