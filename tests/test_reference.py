"""The embedded target: strict where the contract is, and wrong exactly where it is told to be."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.model import Content, DocumentedResponse, Encoding, Operation, Parameter
from conformance.errors import UsageError
from conformance.reference import Request, Response, application, break_clause, clauses, serve
from conformance.reference.__main__ import broken, listed
from conformance.reference.app import refuse
from conformance.reference.connection import BODY_LIMIT_BYTES
from conformance.reference.example import Examples
from conformance.reference.schema import Checker
from tests.miniatures.bodies import ACCEPTED, REFUSED

ROOT = Path(__file__).parents[1]
FORM = "application/x-www-form-urlencoded"
PATH = "/v1/account_links"
BASE = b"account=acct_1&type=account_onboarding"
TEXT = {"type": "string"}
SHORT = {"type": "string", "maxLength": 5000}
REQUEST = {
    "type": "object",
    "required": ["account", "type"],
    "properties": {
        "account": SHORT,
        "collect": {"type": "string", "enum": ["currently_due", "eventually_due"]},
        "expand": {"type": "array", "items": SHORT},
        "refresh_url": TEXT,
        "return_url": TEXT,
        "type": {"type": "string", "enum": ["account_onboarding", "account_update"]},
    },
    "additionalProperties": False,
}
LINK = {
    "type": "object",
    "required": ["created", "expires_at", "object", "url"],
    "properties": {
        "created": {"type": "integer", "format": "unix-time"},
        "expires_at": {"type": "integer", "x-conformance-future": True},
        "object": {"type": "string", "enum": ["account_link"]},
        "url": {"type": "string", "maxLength": 5000, "x-conformance-unique": True},
    },
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"type": "string", "enum": ["api_error", "invalid_request_error"]},
                "message": {"type": "string", "maxLength": 40000},
                "param": SHORT,
                "code": SHORT,
            },
        }
    },
}


def documented(status: str, schema: Any) -> DocumentedResponse:  # noqa: ANN401  (any JSON)
    return DocumentedResponse(status, "", (Content("application/json", schema, "#"),), "#")


LINKS = Operation(
    "PostAccountLinks",
    "POST",
    PATH,
    "#",
    contents=(Content(FORM, REQUEST, "#", {"expand": Encoding("deepObject", explode=True)}),),
    body_required=True,
    responses=(documented("200", LINK), documented("default", ERROR)),
)


def operation(schema: Any, media_type: str = FORM, **rest: Any) -> Operation:  # noqa: ANN401
    content = Content(media_type, {"type": "object", **schema}, "#")
    return replace(LINKS, contents=(content,), **rest)


def ask(app: Any, body: bytes, **rest: Any) -> tuple[int, Any]:  # noqa: ANN401
    """Return the status and the JSON of the answer to a form, or to what `rest` makes of it."""
    asked = Request(
        rest.get("method", "POST"),
        rest.get("path", PATH),
        rest.get("query", ""),
        rest.get("headers", (("content-type", FORM),)),
        body,
    )
    answer = app(asked)
    return answer.status, json.loads(answer.body)


def ask_json(schema: Any, value: Any) -> int:  # noqa: ANN401  (any JSON)
    app = application(operation(schema, "application/json"))
    headers = (("content-type", "application/json"),)
    return ask(app, json.dumps(value).encode(), headers=headers)[0]


@pytest.mark.parametrize("body", ACCEPTED, ids=lambda body: body[:60].decode())
def test_what_the_contract_allows_is_accepted(body: bytes) -> None:
    status, link = ask(application(LINKS), body)
    assert status == 200
    assert Checker(LINK).problem(LINK, link) is None


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:60].decode() or "nothing")
def test_what_the_contract_forbids_is_refused(body: bytes) -> None:
    status, error = ask(application(LINKS), body)
    assert status == 400
    assert Checker(ERROR).problem(ERROR, error) is None


@pytest.mark.parametrize(
    ("more", "param", "code", "words"),
    [
        (b"&foo=1", "foo", "parameter_unknown", "Received unknown parameter: foo"),
        (b"&=1", "", "parameter_unknown", "Received unknown parameter: "),
        (b"&expand=x", "expand", None, "Invalid array"),
        (b"&expand[0]=x&expand[1][a]=y", "expand[1]", None, "Invalid type: must be string (exp"),
        (b"&collect=x", "collect", None, "Invalid value: must be one of currently_due, eventual"),
        (b"&collect=", "collect", "parameter_invalid_empty", "Invalid value: must be one of curr"),
        (b"&account=b", "account", None, "Parameter account is given more than once."),
        (b"&expand[0]=" + b"a" * 5001, "expand[0]", None, "Invalid string: must be at most 5000"),
    ],
)
def test_a_refusal_says_why(more: bytes, param: str, code: str | None, words: str) -> None:
    _, body = ask(application(LINKS), BASE + more)
    error = body["error"]
    assert error["type"] == "invalid_request_error"
    assert (error.get("param", ""), error.get("code")) == (param, code)
    assert error["message"].startswith(words)


def test_a_missing_name_is_named() -> None:
    _, body = ask(application(LINKS), b"account=a")
    assert body["error"]["param"] == "type"
    assert body["error"]["message"] == "Missing required param: type."
    assert body["error"]["code"] == "parameter_missing"


def test_paths_methods_and_media_types() -> None:
    app = application(LINKS)
    assert ask(app, BASE, path="/v1/other")[0] == 404
    assert ask(app, BASE, method="PUT")[0] == 405
    assert dict(app(Request("PUT", PATH, "", (), b"")).headers)["allow"] == "POST"
    assert ask(app, b"{}", headers=(("content-type", "application/json"),))[0] == 415
    assert ask(app, BASE, headers=())[0] == 415
    assert ask(app, b"", headers=())[1]["error"]["param"] == "account"
    upper = (("content-type", "Application/X-WWW-Form-URLencoded; charset=UTF-8"),)
    assert ask(app, BASE, headers=upper)[0] == 200


def test_links_are_unique_and_expire_later() -> None:
    app = application(LINKS)
    links = [ask(app, BASE)[1] for _ in range(50)]
    assert len({link["url"] for link in links}) == 50
    assert all(link["expires_at"] > link["created"] for link in links)


ANY = {"a": 1, "b": [1, 2]}


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"type": "integer"}, [1, -1, 1.0], [True, 1.5, "1", None]),
        ({"type": "number"}, [1, 1.5], [True, "1"]),
        ({"type": "boolean"}, [True, False], [0, "true"]),
        ({"type": ["string", "null"]}, ["", None], [0]),
        ({"type": "array", "items": TEXT}, [[], ["a"]], [["a", 1], {"0": "a"}, "a"]),
        ({"enum": [1, None]}, [1, None, 1.0], [True, "1"]),
        ({"const": {"a": [1]}}, [{"a": [1]}], [{"a": [True]}, {}]),
        ({"minLength": 2, "maxLength": 3}, ["😀😀", "abc", 7], ["a", "abcd"]),
        ({"pattern": "^a+$"}, ["aa", 1], ["ab", ""]),
        ({"minItems": 1, "maxItems": 2}, [[1], [1, 2], "x"], [[], [1, 2, 3]]),
        ({"uniqueItems": True}, [[1, True], [[1], [2]]], [[1, 1.0], [{}, {}]]),
        ({"minimum": 1, "maximum": 2}, [1, 2, 1.5, "9"], [0, 3]),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 2}, [1.5], [1, 2]),
        ({"multipleOf": 0.1}, [0.3, 1, "x"], [0.25]),
        ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, ["a", 3], [1]),
        ({"oneOf": [{"minimum": 1}, {"maximum": 5}]}, [0, 9], [3]),
        ({"allOf": [{"minimum": 1}, {"maximum": 5}]}, [3], [0, 9]),
        ({"not": {"type": "string"}}, [1], ["a"]),
        (
            {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}},
            ["ab", 2],
            ["a", 1],
        ),
        ({"required": ["a"], "minProperties": 2, "maxProperties": 2}, [ANY, 1], [{"a": 1}, {}]),
        ({"additionalProperties": TEXT}, [{"a": "b"}, {}], [{"a": 1}]),
        ({"properties": {"a": {}}, "additionalProperties": False}, [{"a": 1}], [{"b": 1}]),
        (
            {"patternProperties": {"^x": TEXT}, "additionalProperties": False},
            [{"xa": ""}],
            [{"xa": 1}, {"a": ""}],
        ),
        ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
        ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}, ANY], [{"a": 1}]),
        ({"prefixItems": [TEXT], "items": {"type": "integer"}}, [["a", 1], []], [["a", "b"], [1]]),
        ({"contains": {"const": 1}, "maxContains": 1}, [[1, 2]], [[2], [1, 1], []]),
        (True, [1], []),
        (False, [], [1]),
        ({"$ref": "#/$defs/tree"}, [{"below": {"below": {}}}], [{"below": 1}]),
        ({"format": "email"}, ["no address"], []),
    ],
    ids=lambda each: json.dumps(each)[:50],
)
def test_each_keyword(schema: Any, valid: list[Any], invalid: list[Any]) -> None:  # noqa: ANN401
    tree = {"type": "object", "properties": {"below": {"$ref": "#/$defs/tree"}}}
    whole = {"properties": {"x": schema}, "$defs": {"tree": tree}}
    assert [value for value in valid if ask_json(whole, {"x": value}) != 200] == []
    assert [value for value in invalid if ask_json(whole, {"x": value}) != 400] == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b"1" * 9_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    app = application(operation({}, "application/json"))
    assert ask(app, body, headers=(("content-type", "application/json"),))[0] == 400


@pytest.mark.parametrize(
    ("schema", "body", "status"),
    [
        ({"type": "integer"}, b"x=12", 200),
        ({"type": "integer"}, b"x=1.5", 400),
        ({"type": "integer"}, b"x=" + b"9" * 5000, 400),
        ({"type": "number"}, b"x=-1.5e3", 200),
        ({"type": "number"}, b"x=NaN", 400),
        ({"type": "boolean"}, b"x=true", 200),
        ({"type": "boolean"}, b"x=True", 400),
        ({"type": ["integer", "null"]}, b"x=", 200),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, b"x=", 200),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, b"x=a", 400),
        ({"type": "object", "additionalProperties": TEXT}, b"x[0]=a&x[k]=b", 200),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, b"x[k]=b", 400),
        ({"type": "array", "items": {"required": ["a"]}}, b"x[][a]=1&x[][b]=2&x[][a]=3", 200),
        ({"type": "array", "items": {"required": ["a"]}}, b"x[0][b]=1", 400),
        ({"type": "array", "maxItems": 1}, b"x[]=1&x[0]=1", 400),
        (True, b"x" + b"[a]" * 100 + b"=1", 400),
        ({"$ref": "#/$defs/n"}, b"x=1", 200),
        ({"$ref": "#/$defs/n"}, b"x=a", 400),
    ],
)
def test_form_text_is_read_as_the_schema_types_it(
    schema: Any,  # noqa: ANN401  (any JSON)
    body: bytes,
    status: int,
) -> None:
    app = application(operation({"properties": {"x": schema}, "$defs": {"n": {"type": "integer"}}}))
    assert ask(app, body)[0] == status


def test_arrays_by_repetition_where_the_contract_has_them() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "array", "maxItems": 2}}}
    for explode, body in ((True, b"x=1&x=2"), (False, b"x=1,2")):
        content = Content(FORM, schema, "#", {"x": Encoding("form", explode)})
        app = application(replace(LINKS, contents=(content,)))
        assert ask(app, body)[0] == 200
        assert ask(app, body.replace(b"2", b"2,3" if not explode else b"2&x=3"))[0] == 400


def test_parameters_outside_the_body() -> None:
    wanted = replace(
        LINKS,
        method="GET",
        path="/v1/things/{id}/parts",
        contents=(),
        parameters=(
            Parameter("id", "path", required=True, schema={"maxLength": 3}, pointer="#"),
            Parameter("limit", "query", False, {"type": "integer", "maximum": 9}, "#"),  # noqa: FBT003
            Parameter("tags", "query", False, {"type": "array", "items": TEXT}, "#"),  # noqa: FBT003
            Parameter("X-Key", "header", required=True, schema=TEXT, pointer="#"),
        ),
    )
    app = application(wanted, LINKS)

    def get(path: str, query: str = "", headers: tuple[tuple[str, str], ...] = KEY) -> int:
        return ask(app, b"", method="GET", path=path, query=query, headers=headers)[0]

    assert get("/v1/things/a/parts", "limit=9&tags=a&tags=b") == 200
    assert get("/v1/things/abcd/parts") == 400
    assert get("/v1/things/a/parts", "limit=10") == 400
    assert get("/v1/things/a/parts", headers=()) == 400
    assert get("/v1/things/a/b/parts") == 404
    assert ask(app, BASE)[0] == 200


KEY = (("x-key", "1"),)


def test_answers_follow_other_error_shapes_and_statuses() -> None:
    flat = {
        "type": "object",
        "required": ["message"],
        "additionalProperties": False,
        "properties": {"message": TEXT},
    }
    odd = {"type": "array", "items": {"type": "object"}, "minItems": 1}
    for schema in (flat, odd):
        app = application(
            replace(LINKS, responses=(documented("201", {}), documented("422", schema)))
        )
        status, body = ask(app, b"")
        assert status == 422
        assert Checker(schema).problem(schema, body) is None
        assert app(Request("POST", PATH, "", (("content-type", FORM),), BASE)).status == 201
    silent = application(replace(LINKS, responses=(DocumentedResponse("204", "", (), "#"),)))
    assert silent(Request("POST", PATH, "", (("content-type", FORM),), BASE)) == Response(
        204, b"", ()
    )


@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"$ref": "#/$defs/d"}},
            "$defs": {"d": {"type": "string", "format": "date-time"}},
        },
        {
            "allOf": [
                {"$ref": "#/$defs/d"},
                {"required": ["b"], "properties": {"b": {"const": 1}}},
            ],
            "$defs": {"d": {"type": "object", "required": ["a"], "properties": {"a": TEXT}}},
        },
        {"anyOf": [False, {"type": "integer", "minimum": 7}]},
        {"type": "string", "pattern": "^[0-9]$"},
        {"type": "array", "minItems": 2, "items": {"type": "boolean"}},
        {"type": "integer", "exclusiveMinimum": 4},
        {"type": "integer", "maximum": -5},
        {"type": "string", "minLength": 4, "maxLength": 4},
        {"type": ["null", "string"]},
    ],
    ids=lambda each: json.dumps(each)[:50],
)
def test_an_example_is_an_instance(schema: Any) -> None:  # noqa: ANN401  (any JSON)
    checker = Checker(schema)
    assert checker.problem(schema, Examples(checker).make(schema)) is None


SHOWS = {
    "/account/required": b"type=account_update",
    "/type/required": b"account=a",
    "/additionalProperties": BASE + b"&foo=1",
    "/account/type": b"type=account_update&account[0]=a",
    "/account/maxLength": b"type=account_update&account=" + b"a" * 5001,
    "/collect/type": BASE + b"&collect[0]=currently_due",
    "/collect/enum": BASE + b"&collect=nonsense",
    "/expand/type": BASE + b"&expand=x",
    "/expand/items/type": BASE + b"&expand[0][a]=x",
    "/expand/items/maxLength": BASE + b"&expand[0]=" + b"a" * 5001,
    "/refresh_url/type": BASE + b"&refresh_url[0]=x",
    "/return_url/type": BASE + b"&return_url[a]=x",
    "/type/type": b"account=a&type[0]=account_update",
    "/type/enum": b"account=a&type=other",
}


def test_every_request_clause_can_be_broken() -> None:
    assert {name for name in clauses(LINKS) if name.startswith("/")} == set(SHOWS)


@pytest.mark.parametrize("clause", SHOWS)
def test_a_broken_request_clause_is_not_enforced_and_the_others_are(clause: str) -> None:
    app = application(break_clause(LINKS, clause))
    accepted = {name for name, body in SHOWS.items() if ask(app, body)[0] == 200}
    assert accepted == {clause}


@pytest.mark.parametrize("clause", [each for each in clauses(LINKS) if each.startswith("response")])
def test_a_broken_response_clause_is_violated_alone(clause: str) -> None:
    _, status, *path, keyword = clause.split("/")
    app = application(break_clause(LINKS, clause))
    schema, body = (LINK, BASE) if status == "200" else (ERROR, BASE + b"&foo=1")
    answer = app(Request("POST", PATH, "", (("content-type", FORM),), body))
    problems = list(Checker(schema).problems(schema, json.loads(answer.body)))
    if keyword == "media-type":
        assert (problems, dict(answer.headers)) == ([], {"content-type": "text/plain"})
        return
    found = [(each.keyword, each.path) for each in problems]
    assert (keyword, tuple(path)) in found
    beside = {"enum"} if keyword == "type" else set()
    assert [
        each for each in found if each != (keyword, tuple(path)) and each[0] not in beside
    ] == []
    other = application(LINKS)(Request("POST", PATH, "", (("content-type", FORM),), body))
    assert answer.status == other.status


def test_the_original_is_left_alone() -> None:
    before = json.dumps(REQUEST)
    break_clause(LINKS, "/account/required")
    break_clause(LINKS, "/collect/type")
    assert json.dumps(REQUEST) == before


def test_clauses_behind_references_and_of_several_operations() -> None:
    other = operation(
        {"properties": {"x": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"maximum": 3}}},
        id="Other",
        path="/v1/other",
    )
    assert "/x/maximum" in clauses(other)
    names = listed([LINKS, other])
    assert "Other/x/maximum" in names
    assert "Other:response/200/url/type" in names
    app = application(*broken([LINKS, other], "Other/x/maximum"))
    assert ask(app, b"x=4", path="/v1/other")[0] == 200
    assert ask(app, BASE + b"&foo=1")[0] == 400
    with pytest.raises(UsageError, match="Other has no clause"):
        broken([LINKS, other], "Other/x/minimum")


def test_an_unknown_clause_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        break_clause(LINKS, "/acount/maxLenght")
    assert "/account/maxLength" in caught.value.remedy


def test_an_open_enum_is_no_clause_to_break() -> None:
    opened = operation({"properties": {"x": {"enum": ["a"], "x-stripeBypassValidation": True}}})
    assert "/x/enum" not in clauses(opened)


def test_a_keyword_of_the_listing_with_no_instance_to_spoil_is_left_out() -> None:
    never = replace(LINKS, responses=(documented("200", {"type": "string", "pattern": "^"}),))
    assert [each for each in clauses(never) if "200" in each] == [
        "response/200/media-type",
        "response/200/type",
    ]


def hello(request: Request) -> Response:
    """Answer with what arrived; fail on /fail."""
    if request.path == "/fail":
        raise ValueError(request.path)
    seen = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "size": len(request.body),
        "chunked": request.chunked,
    }
    return Response(200, json.dumps(seen).encode())


def talk(port: int, data: bytes) -> bytes:
    """Send `data` on a fresh connection; return what comes until the server closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_the_server_speaks_http() -> None:
    with serve(hello) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        head = b"POST /a?b=c HTTP/1.1\r\nhost: x\r\n"
        chunked = talk(
            server.port, head + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        )
        assert json.loads(chunked.partition(b"\r\n\r\n")[2]) == {
            "method": "POST", "path": "/a", "query": "b=c", "size": 2, "chunked": True,
        }  # fmt: skip
        absolute = talk(server.port, b"GET http://x/a HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b'"path": "/a"' in absolute
        waiting = talk(server.port, head + b"content-length: 1\r\nexpect: 100-continue\r\n\r\nx")
        assert b'"size": 1' in waiting
        bodiless = talk(server.port, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert bodiless.startswith(b"HTTP/1.1 200")
        assert bodiless.endswith(b"\r\n\r\n")


def test_one_connection_carries_several_requests_until_close_is_said() -> None:
    with serve(hello) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for number in range(3):
            client.request("POST", f"/{number}", b"x" * number)
            assert json.loads(client.getresponse().read())["size"] == number
        client.request("GET", "/", headers={"connection": "close"})
        answer = client.getresponse()
        assert answer.will_close
        answer.read()
        two = b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n"
        pipelined = talk(server.port, two)
        assert pipelined.count(b"HTTP/1.1 200") == 2
        client.close()


def test_idle_connections_do_not_keep_others_waiting() -> None:
    with serve(hello) as server:
        clients = [
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=10) for _ in range(20)
        ]
        for _ in range(2):
            for client in clients:
                client.request("GET", "/")
                assert client.getresponse().read()
        for client in clients:
            client.close()


def test_what_is_not_http_or_too_large_is_refused() -> None:
    with serve(application(LINKS), refuse=refuse) as server:
        for data in (
            b"nonsense\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        ):
            answer = talk(server.port, data)
            assert answer.startswith(b"HTTP/1.1 400 ")
            error = json.loads(answer.partition(b"\r\n\r\n")[2])
            assert Checker(ERROR).problem(ERROR, error) is None
        large = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (BODY_LIMIT_BYTES + 1)
        assert talk(server.port, large + b"a" * 100_000).startswith(b"HTTP/1.1 413 ")
        piece = b"%x\r\n" % BODY_LIMIT_BYTES + b"a" * BODY_LIMIT_BYTES + b"\r\n"
        chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        whole = chunked + piece + b"1\r\na\r\n0\r\n\r\n"
        assert talk(server.port, whole).startswith(b"HTTP/1.1 413 ")


def test_a_fault_of_the_application_is_a_500() -> None:
    with serve(hello) as server:
        answer = talk(server.port, b"GET /fail HTTP/1.1\r\nhost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"ValueError: /fail" in answer


def test_closing_ends_every_thread_and_frees_the_port() -> None:
    before = threading.active_count()
    server = serve(hello)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        server.close()
        server.close()
    assert threading.active_count() == before
    with serve(hello, server.port) as again:
        assert again.port == server.port
        with pytest.raises(OSError, match="in use"):
            serve(hello, server.port)


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(  # noqa: S603  (our own interpreter, our own arguments)
        [sys.executable, "-m", "conformance.reference", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )


def test_reading_the_reference_imports_no_validator() -> None:
    code = "import conformance.reference, sys; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603  (our own interpreter, our own arguments)
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    names = done.stdout.split()
    assert "conformance.reference.app" in names
    outside = [name for name in names if name.startswith("conformance.")]
    allowed = (
        "conformance.reference",
        "conformance.contract",
        "conformance.errors",
        "conformance.pointer",
    )
    assert [name for name in outside if not name.startswith(allowed)] == []
    assert {"jsonschema", "jsonschema_rs", "httpx", "hypothesis"} & set(names) == set()


assert signal
assert select
