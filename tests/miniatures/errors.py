"""Faults of the answers that refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.http import Response

from .build import bad, either, fault
from .server import JSON, Body, Context, Refusal, dumps, error_of, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Miniature, Probe


def _error(
    name: str,
    sentence: str,
    clauses: str,
    change: Callable[[Body], object],
    headers: tuple[tuple[str, str], ...] = JSON,
    reason: str = "",
    probe: Probe | None = None,
) -> Miniature:
    """Answer refusals for `reason` (any, if empty) with a body that went through `change`."""

    def answer(context: Context, refusal: Refusal) -> Response:
        if reason not in ("", refusal.reason):
            return refuse(context, refusal)
        body = change(error_of(refusal))
        return Response(refusal.status, body if isinstance(body, bytes) else dumps(body), headers)

    named = " ".join(f"response/default/{each}" for each in clauses.split())
    return fault("errors", name, sentence, named, probe or bad(b"&foo=1"), refuse=answer)


def _set(name: str, value: object) -> Callable[[Body], Body]:
    return lambda body: {"error": {**body["error"], name: value}}


def _drop(name: str) -> Callable[[Body], Body]:
    return lambda body: {"error": {k: v for k, v in body["error"].items() if k != name}}


BODY = "media-type syntax body type"
FAULTS = (
    _error(
        "string",
        "answers an error as text",
        "error/type",
        lambda body: {"error": body["error"]["message"]},
    ),
    _error("list", "answers a list of errors", "type", lambda body: [body]),
    _error(
        "error-list",
        "answers errors in a list",
        "error/type",
        lambda body: {"error": [body["error"]]},
    ),
    _error("flat", "answers a flat error", "error/required", lambda body: body["error"]),
    _error("empty-object", "answers an empty object", "error/required", lambda _: {}),
    _error("empty-error", "answers an empty error", "error/type/required", lambda _: {"error": {}}),
    _error("null-error", "answers null for the error", "error/type", lambda _: {"error": None}),
    _error("empty", "refuses with nothing", BODY, lambda _: b""),
    _error(
        "html",
        "refuses with HTML",
        BODY,
        lambda _: b"<h1>Bad Request</h1>",
        (("content-type", "text/html"),),
    ),
    _error(
        "html-as-json",
        "refuses with HTML and calls it JSON",
        BODY,
        lambda _: b"<h1>Bad Request</h1>",
    ),
    _error(
        "type-value",
        "names an error type that is not documented",
        "error/type/enum",
        _set("type", "validation_error"),
    ),
    _error("type-missing", "leaves the error type out", "error/type/required", _drop("type")),
    _error(
        "type-number",
        "answers a number for the error type",
        "error/type/type error/type/enum",
        _set("type", 400),
    ),
    _error(
        "message-list", "answers messages in a list", "error/message/type", _set("message", ["no"])
    ),
    _error("param-list", "answers a path for param", "error/param/type", _set("param", ["foo"])),
    _error("code-number", "answers a number for code", "error/code/type", _set("code", 400)),
    _error(
        "media-type",
        "calls its JSON text",
        "media-type",
        lambda body: body,
        (("content-type", "text/plain"),),
    ),
    _error(
        "unknown-only-flat",
        "answers a flat error for unknown names only",
        "error/required",
        lambda body: body["error"],
        reason="unknown",
    ),
    _error(
        "enum-only-type",
        "answers an undocumented type for enums only",
        "error/type/enum",
        _set("type", "enum_error"),
        reason="enum",
        probe=bad(b"&collect=nonsense"),
    ),
    _error(
        "length-only-html",
        "refuses too long texts with HTML",
        BODY,
        lambda _: b"<h1>Too long</h1>",
        (("content-type", "text/html"),),
        reason="length",
        probe=bad(body=b"type=account_update&account=" + b"a" * 5001),
    ),
    _error(
        "required-only-string",
        "answers text for what is missing only",
        "error/type",
        lambda body: {"error": body["error"]["message"]},
        reason="required",
        probe=bad(body=b"account=a"),
    ),
    _error(
        "type-only-empty",
        "answers an empty object for wrong types only",
        "error/required",
        lambda _: {},
        reason="type",
        probe=bad(b"&expand=x"),
    ),
    _error(
        "media-type-only-empty",
        "answers nothing for other media types",
        BODY,
        lambda _: b"",
        reason="media-type",
        probe=either(b"{}", media_type="application/json"),
    ),
)
