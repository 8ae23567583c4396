"""The embedded target is as strict as its contract, and answers as it documents."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.contract.model import Content, DocumentedResponse, Encoding, Parameter
from conformance.reference import Request, Response, application
from conformance.reference.schema import Checker
from tests.miniatures.bodies import ACCEPTED, REFUSED
from tests.miniatures.contract import (
    BASE,
    ERROR,
    FORM,
    LINK,
    LINKS,
    PATH,
    TEXT,
    ask,
    documented,
)


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
