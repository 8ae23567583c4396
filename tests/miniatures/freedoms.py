"""Steps that use a freedom which the contract leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from conformance.reference.http import Request, Response

from .decoder import Decoder, Params
from .server import (
    FORM,
    JSON,
    KNOWN,
    Context,
    Refusal,
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


def by_reason(**statuses: int) -> Callable[[Context, Refusal], Response]:
    """Return the step that refuses with a status by reason, `other` for the rest."""

    def answer(context: Context, refusal: Refusal) -> Response:
        reason = refusal.reason.replace("-", "_")
        status = statuses.get(reason, statuses.get("other", refusal.status))
        return refuse(context, replace(refusal, status=status))

    return answer


def saying(keep: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., Response]:
    """Return the step that refuses with an error that went through `keep`."""

    def answer(_: Context, refusal: Refusal) -> Response:
        return Response(refusal.status, dumps({"error": keep(error_of(refusal)["error"])}), JSON)

    return answer


def headed(change: Callable[[Response], tuple[tuple[str, str], ...]]) -> Callable[..., Response]:
    """Return the step around all others that rewrites the headers of every answer."""

    def around(_: Context, answer: Inner) -> Response:
        response = answer()
        return Response(response.status, response.body, change(response))

    return around


def typed(value: str) -> Callable[..., Response]:
    """Return the step around all others that calls its media type `value`."""
    return headed(lambda _: (("content-type", value),))


def busy(context: Context, answer: Inner) -> Response:
    """Answer every 20th request with 429."""
    if context.number % 20 == 0:
        headers = (*JSON, ("retry-after", "0"))
        return Response(429, refuse(context, Refusal("rate")).body, headers)
    return answer()


def reads_json(context: Context, answer: Inner) -> Response:
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


def open_type(params: Params) -> Refusal | None:
    """Check enums, but not that of type."""
    refusal = enums(params)
    return None if refusal is not None and refusal.param == "type" else refusal


def empty_is_unset(params: Params) -> Refusal | None:
    """Let collect be empty, which takes it back."""
    return enums({name: value for name, value in params.items() if value != ""})


def refuses_empty(params: Params) -> Refusal | None:
    """Refuse a parameter whose text is empty."""
    found = [name for name, value in params.items() if value == ""]
    return Refusal("empty", found[0], code="parameter_invalid_empty") if found else None


def refuses_empty_anywhere(params: Params) -> Refusal | None:
    """Refuse empty text, in expand as well."""
    expand = params.get("expand", [])
    empty = isinstance(expand, list) and "" in expand
    return refuses_empty(params) or (Refusal("empty", "expand") if empty else None)


def unset(body: bytes) -> Params:
    """Decode `body`, and take a known name with empty text for one that is not there."""
    params = Decoder()(body)
    return {name: value for name, value in params.items() if value != "" or name not in KNOWN}


def drops_malformed(body: bytes) -> Params:
    """Decode what can be decoded of `body`, as if the rest had not been sent."""
    kept = [pair for pair in body.split(b"&") if not re.search(rb"%(?![0-9A-Fa-f]{2})", pair)]
    return Decoder()(b"&".join(kept))


def parts_at_semicolons(body: bytes) -> Params:
    """Decode `body` with semicolons between its pairs too (HTML 4.01, appendix B.2.2)."""
    return Decoder()(body.replace(b";", b"&"))


def refuses_controls(params: Params) -> Refusal | None:
    """Refuse texts with control characters."""
    controls = re.compile("[\x00-\x1f\x7f]")
    texts = ((name, value) for name, value in params.items() if isinstance(value, str))
    name = next((name for name, value in texts if controls.search(value)), "")
    return Refusal("control", name, status=422) if name else None


def fuller(context: Context) -> Response:
    """Accept, with fields that are not documented."""
    body = {**body_of(context), "livemode": False, "metadata": {"a": ["b", None, 1.5]}}
    return Response(200, dumps(body), JSON)


def media_400(request: Request) -> Refusal | None:
    """Refuse other media types with 400."""
    return replace(found, status=400) if (found := media(request)) else None


def route_404(request: Request) -> Refusal | None:
    """Refuse other methods with 404."""
    return replace(found, status=404) if (found := route(request)) else None


def route_501(request: Request) -> Refusal | None:
    """Refuse methods that nobody has heard of with 501."""
    if request.method not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        return Refusal("method", status=501)
    return route(request)


JSON_READER = json.JSONDecoder()
