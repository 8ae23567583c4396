"""Faults of the answers that accept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.reference.http import Response

from .build import Test, bad, fault, good, has
from .server import JSON, Body, Context, Refusal, accept, body_of, dumps, error_of

if TYPE_CHECKING:
    from .model import Miniature, Probe

FIELDS = ("object", "created", "expires_at", "url")
ALL_REQUIRED = " ".join(f"response/200/{name}/required" for name in FIELDS)
ERRORS = " ".join(
    f"response/default/error/{each}" for each in ("required", "type", "type/required", "type/enum")
)
Answer = Callable[[Context], Response]


def _success(
    name: str, sentence: str, clauses: str, answer: Answer, probe: Probe | None = None
) -> Miniature:
    return fault("responses", name, sentence, clauses, probe or good(), accept=answer)


def _changed(change: Callable[[Body], object], test: Test | None = None) -> Answer:
    """Return the answer whose body went through `change`, where `test` holds."""

    def answer(context: Context) -> Response:
        body = body_of(context)
        applies = test is None or test(context.params)
        return Response(200, dumps(change(body) if applies else body), JSON)

    return answer


def _without(name: str) -> Callable[[Body], Body]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _with(name: str, value: object) -> Callable[[Body], Body]:
    return lambda body: {**body, name: value}


def _field(name: str, word: str, value: object, keyword: str = "type") -> Miniature:
    return _success(
        f"{name}-{word}",
        f"answers {name} as {word}",
        f"response/200/{name}/{keyword} response/200/{name}/type",
        _changed(_with(name, value)),
    )


def _sent(
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = JSON,
    edit: Callable[[bytes], bytes] = bytes,
) -> Answer:
    return lambda context: Response(status, edit(accept(context).body), headers)


SYNTAX = "response/200/media-type response/200/body response/200/type"
FAULTS = (
    *(
        _success(
            f"{name}-missing",
            f"leaves {name} out",
            f"response/200/{name}/required",
            _changed(_without(name)),
        )
        for name in FIELDS
    ),
    *(_field(name, "null", None) for name in FIELDS),
    _field("object", "number", 1),
    _field("created", "text", "yesterday"),
    _field("expires_at", "text", "tomorrow"),
    _field("url", "number", 1),
    _field("url", "hash", {"href": "https://a.test/"}),
    _field("created", "boolean", value=True),
    _field("expires_at", "boolean", value=True),
    _field("created", "fraction", 1.5),
    _field("expires_at", "fraction", 4102444800.5),
    _field("object", "another-constant", "account", "enum"),
    _success(
        "url-5001-characters",
        "answers url with 5,001 characters, another each time",
        "response/200/url/maxLength",
        _changed(lambda body: {**body, "url": str(body["url"]).ljust(5001, "a")}),
    ),
    _success(
        "wrapped",
        "wraps the body in data",
        "response/200/body",
        _changed(lambda body: {"data": body}),
    ),
    _success(
        "list", "answers with a list of one", "response/200/type", _changed(lambda body: [body])
    ),
    _success(
        "string",
        "answers with JSON text that holds JSON",
        "response/200/type",
        _changed(json.dumps),
    ),
    _success("null", "answers null", "response/200/type", _changed(lambda _: None)),
    _success(
        "media-type",
        "calls its JSON HTML",
        "response/200/media-type",
        _sent(headers=(("content-type", "text/html"),)),
    ),
    _success("no-media-type", "gives no media type", "response/200/media-type", _sent(headers=())),
    _success("truncated", "cuts its JSON short", SYNTAX, _sent(edit=lambda body: body[:-10])),
    _success("empty", "answers 200 with nothing", SYNTAX, _sent(edit=lambda _: b"")),
    _success(
        "not-json",
        "answers with Python's spelling of a hash",
        SYNTAX,
        _sent(edit=lambda body: body.replace(b'"', b"'")),
    ),
    _success(
        "status-201", "answers 201", f"response/status response/default {ERRORS}", _sent(status=201)
    ),
    _success(
        "status-204",
        "answers 204",
        f"response/status response/default response/default/media-type {ERRORS}",
        lambda _: Response(204, b"", ()),
    ),
    _success(
        "redirect",
        "redirects to the new link",
        f"response/status response/default response/default/media-type {ERRORS}",
        lambda _: Response(302, b"", (("location", "https://a.test/"),)),
    ),
    _success(
        "error-in-200",
        "answers an error with status 200",
        "response/200/body",
        lambda _: Response(200, dumps(error_of(Refusal("extra"))), JSON),
    ),
    _success(
        "error-beside-the-link",
        "answers an error beside all that is documented",
        "response/200/body",
        lambda context: Response(
            200, dumps({**body_of(context), **error_of(Refusal("extra"))}), JSON
        ),
    ),
    fault(
        "responses",
        "refuses-with-200",
        "answers every refusal with status 200",
        "response/200/body",
        bad(b"&foo=1"),
        refuse=lambda _, refusal: Response(200, dumps(error_of(refusal)), JSON),
    ),
    *(
        _success(
            f"{field}-missing-beside-{name}",
            f"leaves {field} out where {name} is given",
            f"response/200/{field}/required",
            _changed(_without(field), has(name)),
            good(more),
        )
        for field, name, more in (
            ("url", "refresh_url", b"&refresh_url=https%3A%2F%2Fa.test"),
            ("url", "expand", b"&expand[0]=x"),
            ("created", "collect", b"&collect=currently_due"),
        )
    ),
    *(
        _success(
            f"{field}-text-beside-{name}",
            f"answers {field} as text where {name} is given",
            f"response/200/{field}/type",
            _changed(_with(field, "text"), has(name)),
            good(more),
        )
        for field, name, more in (
            ("expires_at", "refresh_url", b"&refresh_url=https%3A%2F%2Fa.test"),
            ("created", "expand", b"&expand[0]=x"),
        )
    ),
)
