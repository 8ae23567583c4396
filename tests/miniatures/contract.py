"""The first contract, made by hand, and short words for asking an application."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from conformance.contract.model import Content, DocumentedResponse, Encoding, Operation
from conformance.reference import Request, application

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
