"""Each clause of a documented answer broken once: exactly that breach, and what is no breach."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from conformance.checks import breaches, marked, parsed, places, texts_at
from conformance.contract.model import Content, DocumentedResponse, Json, Operation
from conformance.exchange import Exchange, Fault, Request, Response
from conformance.prose import Prose
from conformance.response_clauses import response_clauses
from conformance.responses import is_json
from conformance.strictjson import NotJSONError, parse
from conformance.validation import Validators
from conformance.verdict import Level
from tests.soundness import default_operation

OPERATION = default_operation()
POST = Request("POST", OPERATION.path)
NOW = 1_800_000_000.0
LINK = {
    "object": "account_link",
    "created": 1_800_000_000,
    "expires_at": 1_800_000_300,
    "url": "https://connect.example.com/setup/1",
}
ERROR = {"type": "invalid_request_error", "message": "No.", "param": "account"}
JSON = "application/json"


def exchange(status: int, body: Json, kind: str | None = JSON) -> Exchange:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = () if kind is None else (("Content-Type", kind),)
    return Exchange(POST, Response(status, headers, data), None, 1.0, NOW)


def broken(
    status: int, body: Json, kind: str | None = JSON, operation: Operation = OPERATION
) -> list[str]:
    found = breaches(operation, exchange(status, body, kind), Validators())
    assert all(each.sentence for each in found)
    return [each.clause.removeprefix(f"{operation.id}:response/") for each in found]


def link(**changes: Json) -> Json:
    return {name: value for name, value in {**LINK, **changes}.items() if value is not ...}


def error(**changes: Json) -> Json:
    members = {name: value for name, value in {**ERROR, **changes}.items() if value is not ...}
    return {"error": members}


# --- answers as documented ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, LINK, JSON),
        (200, link(livemode=False, extra=[1]), JSON),
        (200, LINK, "Application/JSON; charset=utf-8"),
        (200, link(created=1.8e9), JSON),
        (400, error(), JSON),
        (404, error(extra={"a": 1}, param=...), JSON),
        (429, error(type="api_error"), JSON),
        (500, "nothing like it", "text/html"),
        (503, b"", None),
    ],
)
def test_answers_that_break_nothing(status: int, body: Json, kind: str | None) -> None:
    assert broken(status, body, kind) == []


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        (b"ok", "text/plain", []),
        (b"ok\n", "text/plain; charset=utf-8", []),
        (b"a", "text/plain", ["minLength"]),
        (b"much", "text/plain", ["maxLength"]),
        ("\u00e9\u00e9\u00e9".encode(), "text/plain", []),
        (b"\xff", "text/plain", []),
        (b"a", "text/plain; charset=utf-16", []),
        (b"a", "text/html", ["media-type"]),
    ],
)
def test_a_text_is_the_value_itself(body: bytes, kind: str, found: list[str]) -> None:
    schema = {"type": "string", "minLength": 2, "maxLength": 3}
    content = Content("text/plain", schema, "#/r/schema")
    answers = (DocumentedResponse("200", "", (content,), "#/r"),)
    operation = replace(OPERATION, responses=answers)
    assert broken(200, body, kind, operation) == [f"200/{each}" for each in found]
    clauses = {each.id.rpartition("/")[2] for each in response_clauses(operation)}
    assert {"minLength", "maxLength", "media-type"} <= clauses
    assert "body" not in clauses


def test_no_answer_breaks_nothing() -> None:
    cut = Exchange(POST, None, Fault("cut", "receive", "cut"), 1.0, NOW)
    assert breaches(OPERATION, cut, Validators()) == ()
    assert parsed(cut) is None


# --- one clause each ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "clause"),
    [
        (201, LINK, JSON, "status"),
        (204, b"", None, "status"),
        (302, b"", None, "status"),
        (200, LINK, "text/html", "200/media-type"),
        (200, LINK, None, "200/media-type"),
        (200, LINK, "application/problem+json", "200/media-type"),
        (200, b"", JSON, "200/body"),
        (200, b"{", JSON, "200/body"),
        (200, b"<html></html>", JSON, "200/body"),
        (200, {"data": LINK}, JSON, "200/body"),
        (200, {}, JSON, "200/body"),
        (200, [LINK], JSON, "200/type"),
        (200, "x", JSON, "200/type"),
        (200, None, JSON, "200/type"),
        *(
            (200, link(**{name: ...}), JSON, f"200/{name}/required")
            for name in ("object", "created", "expires_at", "url")
        ),
        *(
            (200, link(**{name: None}), JSON, f"200/{name}/type")
            for name in ("object", "created", "expires_at", "url")
        ),
        (200, link(created="1"), JSON, "200/created/type"),
        (200, link(created=True), JSON, "200/created/type"),
        (200, link(created=1.5), JSON, "200/created/type"),
        (200, link(object="other"), JSON, "200/object/enum"),
        (200, link(url="a" * 5001), JSON, "200/url/maxLength"),
        (400, b"", JSON, "default/body"),
        (400, error(), "text/plain", "default/media-type"),
        (400, [], JSON, "default/type"),
        (400, {"message": "No."}, JSON, "default/error/required"),
        (400, {"error": "No."}, JSON, "default/error/type"),
        (400, {"error": None}, JSON, "default/error/type"),
        (400, error(type=...), JSON, "default/error/type/required"),
        (400, error(type=7), JSON, "default/error/type/type"),
        (400, error(type="odd"), JSON, "default/error/type/enum"),
        (400, error(message=["No."]), JSON, "default/error/message/type"),
        (400, error(message="a" * 40_001), JSON, "default/error/message/maxLength"),
        *(
            (400, error(**{name: 7}), JSON, f"default/error/{name}/type")
            for name in ("code", "decline_code", "doc_url", "param", "request_log_url", "charge")
        ),
    ],
)
def test_one_clause_broken_is_exactly_that_breach(
    status: int, body: Json, kind: str | None, clause: str
) -> None:
    assert broken(status, body, kind) == [clause]
    assert f"{OPERATION.id}:response/{clause}" in {each.id for each in response_clauses(OPERATION)}


def test_two_clauses_broken_are_two_breaches() -> None:
    both = broken(200, link(created="1", url=...))
    assert sorted(both) == ["200/created/type", "200/url/required"]


def test_one_clause_broken_in_many_items_is_one_breach() -> None:
    schema = {"type": "array", "items": {"type": "string", "maxLength": 2}}
    content = Content(JSON, schema, "#/list")
    listed = replace(OPERATION, responses=(DocumentedResponse("200", "", (content,), "#"),))
    assert broken(200, ["abc", "de", "fgh", 7, 8], operation=listed) in (
        ["200/items/maxLength", "200/items/type"],
        ["200/items/type", "200/items/maxLength"],
    )


def test_a_media_type_may_be_documented_as_a_range() -> None:
    for documented, actual, clause in (
        ("text/*", "text/html", []),
        ("*/*", "image/png", []),
        ("text/*", "image/png", ["200/media-type"]),
        ("application/vnd.api+json", "application/vnd.api+json", ["200/body"]),
    ):
        content = Content(documented, None, "#")
        asked = replace(OPERATION, responses=(DocumentedResponse("200", "", (content,), "#"),))
        assert broken(200, b"anything", actual, asked) == clause


def test_an_answer_without_documented_content_or_schema_is_not_read() -> None:
    empty = replace(OPERATION, responses=(DocumentedResponse("2XX", "", (), "#"),))
    assert broken(204, b"", None, empty) == []
    assert broken(302, b"", None, empty) == ["status"]
    free = DocumentedResponse("200", "", (Content(JSON, None, "#"),), "#")
    assert broken(200, {"any": 1}, JSON, replace(OPERATION, responses=(free,))) == []


def test_default_documents_a_success_only_where_nothing_else_does() -> None:
    alone = replace(
        OPERATION, responses=tuple(each for each in OPERATION.responses if each.status == "default")
    )
    assert broken(200, error(), operation=alone) == []
    assert broken(201, LINK) == ["status"]


# --- the list of clauses --------------------------------------------------------------------------


def test_every_clause_of_an_answer_has_words_a_place_and_a_source() -> None:
    found = response_clauses(OPERATION)
    assert len({each.id for each in found}) == len(found)
    for each in found:
        assert each.words
        assert each.source
        assert each.keyword_location.startswith("#/paths/~1v1~1account_links/post/responses")
        assert each.side in ("response", "prose")
        assert each.level is (Level.SHOULD if each.side == "prose" else Level.MUST)
    prose = {each.local for each in found if each.side == "prose"}
    assert prose == {
        "response/200/url/unique",
        "response/200/expires_at/future",
        "response/200/expires_at/after",
    }
    words = {each.local: each.words for each in found}
    assert (
        words["response/200/url/maxLength"] == "in the answer 200, url has at most 5000 characters"
    )
    assert words["response/200/type"] == "in the answer 200, the answer is of type object"


def test_closed_objects_and_items_of_answers_have_clauses() -> None:
    schema = {
        "type": "array",
        "items": {"type": "object", "additionalProperties": False, "not": {}},
        "additionalProperties": True,
    }
    content = Content(JSON, schema, "#/list")
    documented = (DocumentedResponse("200", "", (content,), "#"),)
    local = {each.local for each in response_clauses(replace(OPERATION, responses=documented))}
    assert "response/200/items/additionalProperties" in local
    assert "response/200/additionalProperties" not in local
    assert not any(each.endswith("/items") for each in local)
    assert "response/200/items/not" in local


def test_json_by_name() -> None:
    assert is_json("application/json")
    assert is_json("application/problem+json")
    assert not is_json("text/json5")


# --- what is read from answers --------------------------------------------------------------------


def test_only_json_is_parsed() -> None:
    assert parsed(exchange(200, LINK)) == LINK
    assert parsed(exchange(200, LINK, "text/html")) is None
    assert parsed(exchange(200, b"{")) is None


def test_the_places_of_an_answer() -> None:
    assert {*places({"a": [{"b": 1}], "c/d": 2})} == {"", "/a", "/a/*", "/a/*/b", "/c~1d"}
    deep: Json = 1
    for _ in range(20):
        deep = {"a": deep}
    assert max(place.count("/") for place in places(deep)) == 6


def test_marked_members_are_found() -> None:
    secrets = marked(OPERATION.responses, "x-conformance-secret")
    assert secrets == (("url",),)
    assert [*texts_at(LINK, secrets)] == [LINK["url"]]
    culprits = marked(OPERATION.responses, "x-conformance-culprit")
    assert [*texts_at(error(), culprits)] == ["account"]
    for body in (None, [], {"error": "x"}, error(param=7), error(param="")):
        assert [*texts_at(body, culprits)] == []


# --- prose ----------------------------------------------------------------------------------------


def prose(*bodies: Json, status: int = 200) -> list[str]:
    memory = Prose(OPERATION)
    found = [each for body in bodies for each in memory.breaches(exchange(status, body), body)]
    return [each.clause.removeprefix(f"{OPERATION.id}:response/200/") for each in found]


@pytest.mark.parametrize(
    ("bodies", "clauses"),
    [
        ([LINK], []),
        ([LINK, link(url="https://connect.example.com/setup/2")], []),
        ([LINK, LINK, LINK], ["url/unique", "url/unique"]),
        ([link(expires_at=1_799_999_800, created=1_799_999_000)], []),
        ([link(expires_at=1_700_000_300, created=1_700_000_000)], ["expires_at/future"]),
        ([link(expires_at=1_800_000_000)], ["expires_at/after"]),
        ([link(expires_at=1_700_000_000)], ["expires_at/future"]),
        ([link(expires_at=True), link(expires_at="x", url=7)], []),
        ([link(created=...)], []),
        (["no object"], []),
    ],
)
def test_what_prose_owes(bodies: list[Json], clauses: list[str]) -> None:
    assert prose(*bodies) == clauses


def test_prose_says_nothing_of_undocumented_answers() -> None:
    alone = replace(OPERATION, responses=OPERATION.responses[:1])
    assert Prose(alone).breaches(exchange(201, LINK), LINK) == ()


# --- JSON text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, -0.5, true, null, "\\u00e9"]}', {"a": [1, -0.5, True, None, "é"]}),
        ('"é\U0001f600"'.encode(), "é\U0001f600"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b" 1e5\n", 100_000.0),
        (b'{"__proto__": {"a": 1}}', {"__proto__": {"a": 1}}),
        (b"[" * 64 + b"]" * 64, ...),
        (b'["[[[[{{{{", "\\"[["]', ["[[[[{{{{", '"[[']),
        (b"1" * 400, ...),
    ],
)
def test_json_that_is_read(data: bytes, value: Json) -> None:
    assert parse(data) == (json.loads(data) if value is ... else value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "more than 50,000 values"),
        (b"[" * 40_000 + b"]" * 40_000, "nests deeper than 64"),
        (b"[" * 65 + b"]" * 65, "nests deeper than 64"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nests deeper than 64"),
        (b"1" * 5000, "5000 digits"),
        (b"-" + b"1" * 401, "digits"),
        (b"1e400", "beyond all measure"),
        (b"-1e400", "beyond all measure"),
        (b"0." + b"1" * 5000, "beyond all measure"),
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "'a' stands twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "byte order mark"),
        ("{}".encode("utf-16-le"), "not JSON"),
        ("{}".encode("utf-32-be"), "not JSON"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\xc0\xaf"', "not UTF-8"),
        (b'"\\ud800"', "lone surrogate"),
        (b'{"\\udfff": 1}', "lone surrogate"),
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"{} {}", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'"a\nb"', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"<html></html>", "not JSON"),
        (b"+ADw-", "not JSON"),
    ],
)
def test_json_that_is_none(data: bytes, why: str) -> None:
    with pytest.raises(NotJSONError, match=why):
        parse(data)


def test_what_is_said_of_bad_json_is_bounded() -> None:
    name = b"a" * 10_000
    with pytest.raises(NotJSONError) as raised:
        parse(b'{"' + name + b'": 1, "' + name + b'": 2}')
    assert len(str(raised.value)) < 5000


NODE = {
    "$defs": {
        "node": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}},
        }
    },
    "$ref": "#/$defs/node",
}


def test_an_answer_that_contains_itself_has_clauses_two_levels_deep_and_is_held_to_all() -> None:
    answer = DocumentedResponse("200", "", (Content(JSON, NODE, "#/answer"),), "#/200")
    operation = replace(OPERATION, responses=(answer,))
    clauses = {each.local.partition("200/")[2] for each in response_clauses(operation)}
    assert {"id/type", "next/id/type", "next/id/required", "next/type"} <= clauses
    assert not [each for each in clauses if each.startswith("next/next/")]
    body: Json = {"id": "deep"}
    for _ in range(4):
        body = {"id": 1, "next": body}
    assert broken(200, body, operation=operation) == ["200/next/next/next/next/id/type"]
