"""A small engine: a faithful target for `POST /v1/account_links` as a row of steps.

    route → media → decode → unknown → required → types → enums → lengths → more → accept | refuse

`around` stands outside of them all. A miniature replaces one step; the rest stays faithful.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from conformance.reference.http import Request, Response

from .decoder import Decoder, Params, UnreadableError, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/v1/account_links"
FORM = "application/x-www-form-urlencoded"
JSON = (("content-type", "application/json"),)
TEXTS = ("account", "refresh_url", "return_url", "collect", "type")
KNOWN = ("account", "collect", "expand", "refresh_url", "return_url", "type")
COLLECT = ("currently_due", "eventually_due")
TYPE = ("account_onboarding", "account_update")
LIMIT = 5000
Body = dict[str, Any]


class Refusal(Struct, frozen=True):
    """Why a request is refused; `reason` is the name of the step."""

    reason: str
    param: str = ""
    status: int = 400
    code: str = ""


class State(Struct):
    """What one running target remembers."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    memory: dict[str, Any] = field(default_factory=dict)


class Context(Struct):
    """One request on its way; `number` counts the requests of this target from 1."""

    request: Request
    state: State
    number: int
    params: Params = field(default_factory=dict)
    refusal: Refusal | None = None


Check = Callable[[Params], Refusal | None]


def route(request: Request) -> Refusal | None:
    if request.path != PATH:
        return Refusal("path", status=404)
    return None if request.method == "POST" else Refusal("method", status=405)


def media(request: Request) -> Refusal | None:
    if media_type(request) == FORM or (media_type(request) == "" and not request.body):
        return None
    return Refusal("media-type", status=415)


def unknown(params: Params) -> Refusal | None:
    return first(
        Refusal("unknown", name, code="parameter_unknown") for name in params if name not in KNOWN
    )


def required(params: Params) -> Refusal | None:
    return first(
        Refusal("required", name, code="parameter_missing")
        for name in ("account", "type")
        if name not in params
    )


def types(params: Params) -> Refusal | None:
    for name in TEXTS:
        if not isinstance(params.get(name, ""), str):
            return Refusal("type", name)
    expand = params.get("expand", [])
    if not isinstance(expand, list):
        return Refusal("type", "expand")
    return first(
        Refusal("type", f"expand[{index}]")
        for index, item in enumerate(expand)
        if not isinstance(item, str)
    )


def enums(params: Params) -> Refusal | None:
    for name, members in (("collect", COLLECT), ("type", TYPE)):
        if name in params and params[name] not in members:
            return Refusal("enum", name)
    return None


def lengths(params: Params) -> Refusal | None:
    if len(params.get("account", "")) > LIMIT:
        return Refusal("length", "account")
    return first(
        Refusal("length", f"expand[{index}]")
        for index, item in enumerate(items(params))
        if len(item) > LIMIT
    )


def nothing(_: Params) -> Refusal | None:
    return None


def body_of(context: Context) -> Body:
    now = int(time.time())
    url = f"https://connect.example.test/setup/{time.time_ns():x}-{context.number}"
    return {"object": "account_link", "created": now, "expires_at": now + 300, "url": url}


def accept(context: Context) -> Response:
    return Response(200, dumps(body_of(context)), JSON)


def error_of(refusal: Refusal) -> Body:
    message = f"refused: {refusal.reason} {refusal.param[:200]}"
    error = {"type": "invalid_request_error", "message": message}
    if refusal.param:
        error["param"] = refusal.param[:LIMIT]
    if refusal.code:
        error["code"] = refusal.code
    return {"error": error}


def refuse(_: Context, refusal: Refusal) -> Response:
    return Response(refusal.status, dumps(error_of(refusal)), JSON)


def around(_: Context, answer: Callable[[], Response]) -> Response:
    return answer()


class Steps(Struct, frozen=True):
    """The row of steps; the defaults are the faithful server."""

    route: Callable[[Request], Refusal | None] = route
    media: Callable[[Request], Refusal | None] = media
    decode: Callable[[bytes], Params] = field(default_factory=Decoder)
    unknown: Check = unknown
    required: Check = required
    types: Check = types
    enums: Check = enums
    lengths: Check = lengths
    more: Check = nothing
    accept: Callable[[Context], Response] = accept
    refuse: Callable[[Context, Refusal], Response] = refuse
    around: Callable[[Context, Callable[[], Response]], Response] = around

    def answer(self, request: Request, state: State) -> Response:
        """Answer `request`; `state` is this target's own."""
        context = Context(request, state, next(state.numbers))

        def inner() -> Response:
            context.refusal = self._judge(context)
            if context.refusal is None:
                return self.accept(context)
            return self.refuse(context, context.refusal)

        return self.around(context, inner)

    def _judge(self, context: Context) -> Refusal | None:
        refusal = self.route(context.request) or self.media(context.request)
        if refusal is not None:
            return refusal
        try:
            context.params = self.decode(context.request.body)
        except UnreadableError as problem:
            return Refusal(problem.why, problem.name)
        for check in (self.unknown, self.required, self.types, self.enums, self.lengths):
            if refusal := check(context.params):
                return refusal
        return self.more(context.params)


def first(refusals: Iterator[Refusal]) -> Refusal | None:
    """Return the first of `refusals`, or None."""
    return next(refusals, None)


def text_of(params: Params, name: str) -> str:
    """Return the text that `name` holds, the empty one where it holds none."""
    value = params.get(name, "")
    return value if isinstance(value, str) else ""


def items(params: Params) -> list[Value]:
    """Return the items of expand, none where it is no array."""
    expand = params.get("expand", [])
    return expand if isinstance(expand, list) else []


def media_type(request: Request) -> str:
    """Return the media type of `request` in lower case, without parameters."""
    return (request.header("content-type") or "").partition(";")[0].strip().lower()


def dumps(value: object) -> bytes:
    """Return `value` as JSON bytes."""
    return json.dumps(value).encode()


def steps(**changed: Any) -> Steps:  # noqa: ANN401  (each field has its own type)
    """Return the faithful steps with `changed` in their place."""
    return replace(Steps(), **changed)
