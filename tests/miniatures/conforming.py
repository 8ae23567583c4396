"""Targets that honour the contract, each with a freedom that it leaves: never to be reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.http import Request, Response

from .build import BASE, bad, either, good, refuse_when
from .decoder import Decoder, Params
from .model import Miniature, Probe
from .names import allowing
from .server import (
    FORM,
    JSON,
    Context,
    Refusal,
    accept,
    body_of,
    dumps,
    enums,
    error_of,
    media,
    media_type,
    refuse,
    route,
    steps,
)

Inner = Callable[[], Response]


def _free(name: str, sentence: str, probe: Probe, **changed: Any) -> Miniature:  # noqa: ANN401
    return Miniature(
        f"conforming/{name}",
        "conforming",
        sentence,
        frozenset({"none"}),
        probe,
        steps(**changed),
        exits=frozenset({0}),
    )


def _status(**by_reason: int) -> Callable[[Context, Refusal], Response]:
    """Return the step that refuses with a status by reason, `other` for the rest."""

    def answer(context: Context, refusal: Refusal) -> Response:
        reason = refusal.reason.replace("-", "_")
        status = by_reason.get(reason, by_reason.get("other", refusal.status))
        return refuse(context, replace(refusal, status=status))

    return answer


def _error(keep: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., Response]:
    """Return the step that refuses with an error that went through `keep`."""

    def answer(_: Context, refusal: Refusal) -> Response:
        return Response(refusal.status, dumps({"error": keep(error_of(refusal)["error"])}), JSON)

    return answer


def _headed(change: Callable[[Response], tuple[tuple[str, str], ...]]) -> Callable[..., Response]:
    """Return the step around all others that rewrites the headers of every answer."""

    def around(_: Context, answer: Inner) -> Response:
        response = answer()
        return Response(response.status, response.body, change(response))

    return around


def _media(value: str) -> Callable[..., Response]:
    return _headed(lambda _: (("content-type", value),))


def _busy(context: Context, answer: Inner) -> Response:
    if context.number % 20 == 0:
        headers = (*JSON, ("retry-after", "0"))
        return Response(429, refuse(context, Refusal("rate")).body, headers)
    return answer()


def _json(context: Context, answer: Inner) -> Response:
    """Read JSON bodies too, by the same checks."""
    if media_type(context.request) != "application/json" or route(context.request):
        return answer()
    try:
        value = JSON_READER.decode(context.request.body.decode())
    except ValueError:
        return refuse(context, Refusal("syntax"))
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        return refuse(context, Refusal("type"))
    request = Request("POST", context.request.path, "", (("content-type", FORM),), b"")
    return steps(decode=lambda _: value).answer(request, context.state)


def _open_type(params: Params) -> Refusal | None:
    refusal = enums(params)
    return None if refusal is not None and refusal.param == "type" else refusal


def _empty_is_unset(params: Params) -> Refusal | None:
    """Let collect be empty, which takes it back."""
    return enums({name: value for name, value in params.items() if value != ""})


def _refuses_empty(params: Params) -> Refusal | None:
    found = [name for name, value in params.items() if value == ""]
    return Refusal("empty", found[0], code="parameter_invalid_empty") if found else None


def _refuses_empty_anywhere(params: Params) -> Refusal | None:
    expand = params.get("expand", [])
    empty = isinstance(expand, list) and "" in expand
    return _refuses_empty(params) or (Refusal("empty", "expand") if empty else None)


def _fuller(context: Context) -> Response:
    body = {**body_of(context), "livemode": False, "metadata": {"a": ["b", None, 1.5]}}
    return Response(200, dumps(body), JSON)


def _media_400(request: Request) -> Refusal | None:
    return replace(found, status=400) if (found := media(request)) else None


def _route_404(request: Request) -> Refusal | None:
    return replace(found, status=404) if (found := route(request)) else None


def _route_501(request: Request) -> Refusal | None:
    if request.method not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        return Refusal("method", status=501)
    return route(request)


JSON_READER = json.JSONDecoder()
LONG_URL = b"&return_url=" + b"a" * 110_000
FOO = b"&foo=1"
CONFORMING = (
    _free("plain", "is the faithful server", good()),
    _free("status-422", "refuses with 422", bad(FOO), refuse=_status(other=422)),
    _free(
        "status-402-403-409",
        "refuses with 402, 403 and 409, by reason",
        bad(FOO),
        refuse=_status(unknown=403, enum=402, length=409, required=422),
    ),
    _free(
        "status-404-for-values",
        "refuses a bad account with 404",
        bad(body=b"type=account_update&account=" + b"a" * 5001),
        refuse=_status(length=404),
    ),
    _free(
        "empty-refused",
        "refuses empty text",
        either(BASE + b"&return_url="),
        more=_refuses_empty_anywhere,
    ),
    _free(
        "empty-unsets",
        "takes empty text for absence",
        either(b"account=&type=account_update"),
        decode=Decoder(empty_text="unset"),
    ),
    _free(
        "empty-enum",
        "takes an empty collect for absence",
        either(BASE + b"&collect="),
        enums=_empty_is_unset,
    ),
    _free(
        "duplicates-last",
        "takes the last of a repeated name",
        either(BASE + b"&account=b"),
        decode=Decoder(duplicates="last"),
    ),
    _free(
        "duplicates-first",
        "takes the first of a repeated name",
        either(BASE + b"&account=b"),
        decode=Decoder(duplicates="first"),
    ),
    _free(
        "duplicates-refused",
        "refuses a repeated name with 409",
        either(BASE + b"&account=b"),
        refuse=_status(duplicate=409),
    ),
    _free(
        "type-open",
        "accepts types that are not listed",
        either(b"account=a&type=other"),
        enums=_open_type,
    ),
    _free(
        "type-closed",
        "refuses types that are not listed with 422",
        either(b"account=a&type=other"),
        refuse=_status(enum=422),
    ),
    _free("more-fields", "answers fields that are not documented", good(), accept=_fuller),
    _free(
        "charset",
        "gives a charset with its media type",
        good(),
        around=_media("application/json; charset=utf-8"),
    ),
    _free(
        "media-type-case",
        "writes its media type in other case",
        good(),
        around=_media("Application/JSON"),
    ),
    _free(
        "method-404", "answers 404 for a wrong method", either(BASE, method="PUT"), route=_route_404
    ),
    _free(
        "method-405",
        "answers 405 with Allow for a wrong method",
        either(BASE, method="PUT"),
        around=_headed(lambda r: (*r.headers, ("allow", "POST")) if r.status == 405 else r.headers),
    ),
    _free(
        "method-501",
        "answers 501 for a method it does not know",
        Probe("unimplemented", BASE, method="BREW"),
        route=_route_501,
    ),
    _free("busy", "answers every 20th request with 429", Probe("busy", times=20), around=_busy),
    _free(
        "nul-refused",
        "refuses NUL with 422",
        either(BASE + b"&return_url=%00"),
        refuse=_status(nul=422),
    ),
    _free(
        "nul-accepted",
        "accepts NUL",
        either(BASE + b"&return_url=%00"),
        decode=Decoder(nul="accept"),
    ),
    _free(
        "percent-refused",
        "refuses a bad percent escape with 422",
        either(BASE + b"&return_url=%zz"),
        refuse=_status(syntax=422),
    ),
    _free(
        "percent-literal",
        "reads a bad percent escape literally",
        either(BASE + b"&return_url=%zz"),
        decode=Decoder(bad_percent="literal"),
    ),
    _free(
        "utf-8-refused",
        "refuses bytes that are not UTF-8 with 422",
        either(BASE + b"&return_url=%ff"),
        refuse=_status(utf_8=422),
    ),
    _free(
        "utf-8-replaced",
        "replaces bytes that are not UTF-8",
        either(BASE + b"&return_url=%ff"),
        decode=Decoder(bad_utf8="replace"),
    ),
    _free(
        "json",
        "accepts JSON bodies too",
        either(b'{"account": "a", "type": "account_update"}', media_type="application/json"),
        around=_json,
    ),
    _free(
        "media-415",
        "answers 415 with Accept-Post for other media types",
        either(b"x", media_type="text/plain"),
        around=_headed(
            lambda r: (*r.headers, ("accept-post", FORM)) if r.status == 415 else r.headers
        ),
    ),
    _free(
        "media-400",
        "answers 400 for other media types",
        either(b"x", media_type="text/plain"),
        media=_media_400,
    ),
    _free(
        "chunked-411",
        "wants a length",
        either(BASE, chunked=True),
        around=refuse_when(lambda context: context.request.chunked, 411),
    ),
    _free(
        "error-type-only",
        "says nothing but the type of an error",
        bad(FOO),
        refuse=_error(lambda error: {"type": error["type"]}),
    ),
    _free(
        "error-without-param",
        "does not say which parameter is wrong",
        bad(FOO),
        refuse=_error(lambda error: {k: v for k, v in error.items() if k != "param"}),
    ),
    _free(
        "error-with-more",
        "says more of an error than is documented",
        bad(FOO),
        refuse=_error(lambda error: {**error, "hint": ["see", {"page": 1}], "retry": False}),
    ),
    _free(
        "error-types",
        "uses every documented type of error",
        bad(FOO),
        refuse=_error(lambda error: {**error, "type": "card_error"}),
    ),
    _free(
        "headers",
        "sends more headers, some twice",
        good(),
        around=_headed(
            lambda r: (
                ("X-Request-Id", "1"),
                ("Set-Cookie", "a=1"),
                ("set-cookie", "b=2"),
                *r.headers,
            )
        ),
    ),
    _free(
        "header-case",
        "writes header names in other case",
        good(),
        around=_headed(lambda r: tuple((name.upper(), value) for name, value in r.headers)),
    ),
    _free(
        "close",
        "closes after each answer",
        good(),
        around=_headed(lambda r: (*r.headers, ("connection", "close"))),
    ),
    _free(
        "collection-options",
        "knows collection_options",
        either(BASE + b"&collection_options[fields]=x"),
        unknown=allowing(lambda name, _v, _p: name == "collection_options"),
    ),
    _free(
        "body-limit",
        "takes no more than 100 kB",
        either(BASE + LONG_URL),
        around=refuse_when(lambda context: len(context.request.body) > 100_000, 413),
    ),
    _free(
        "empty-name-dropped",
        "drops a parameter without a name",
        either(BASE + b"&=x"),
        decode=Decoder(empty_name="drop"),
    ),
    _free(
        "pretty",
        "answers indented JSON",
        good(),
        accept=lambda c: Response(200, json.dumps(body_of(c), indent=2).encode(), JSON),
    ),
    _free(
        "whole-fractions",
        "answers whole numbers with a fraction of zero",
        good(),
        accept=lambda c: Response(
            200, accept(c).body.replace(b', "expires_at"', b'.0, "expires_at"'), JSON
        ),
    ),
)
