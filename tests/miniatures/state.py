"""Faults that depend on what was asked before."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.reference.http import Response

from .build import BASE, Around, accept_when, bad, crash_when, fault, good, refuse_when
from .server import JSON, Context, Refusal, accept, body_of, dumps, refuse, text_of

if TYPE_CHECKING:
    from .model import Miniature, Probe

KIND = "state"
Inner = Callable[[], Response]
TURN, LAST = 60, 375


def _each(count: int) -> Callable[[Context], bool]:
    return lambda context: context.number % count == 0


def _on(count: int, step: Callable[[Callable[[Context], bool]], Around]) -> Around:
    return step(_each(count))


def _forgiving(context: Context, answer: Inner) -> Response:
    response = answer()
    if context.number % 9 == 0 and context.refusal is not None:
        return accept(context)
    return response


def _offended(context: Context, answer: Inner) -> Response:
    """Refuse, once, the valid body that comes next after an error, if it was seen before."""
    seen: set[bytes] = context.state.memory.setdefault("seen", set())
    after_error = context.state.memory.get("error", False)
    response = answer()
    known = context.request.body in seen
    seen.add(context.request.body)
    context.state.memory["error"] = context.refusal is not None
    if after_error and known and context.refusal is None:
        return refuse(context, REPEATED)
    return response


def _late(context: Context) -> bool:
    return context.number > TURN


def _last(context: Context) -> bool:
    return context.number > LAST


def _body(**changed: Callable[[Context], object]) -> Callable[[Context], Response]:
    def answer(context: Context) -> Response:
        body = body_of(context)
        body |= {name: value(context) for name, value in changed.items()}
        return Response(200, dumps(body), JSON)

    return answer


def _flaky_body(context: Context) -> Response:
    body = body_of(context)
    if context.number % 11 == 0:
        del body["url"]
    return Response(200, dumps(body), JSON)


def _state(name: str, sentence: str, clauses: str, probe: Probe, **changed: Any) -> Miniature:  # noqa: ANN401
    return fault(KIND, name, sentence, clauses, probe, **changed)


def _prose(name: str, sentence: str, clauses: str, probe: Probe, **changed: Any) -> Miniature:  # noqa: ANN401
    return fault(KIND, name, sentence, clauses, probe, level="SHOULD", **changed)


REPEATED = Refusal("repeated")
ORDER = "state/steady"
ANYTHING = (
    "/additionalProperties /account/required /type/required /collect/enum /account/maxLength "
    "/expand/items/maxLength /account/type /collect/type /expand/type /expand/items/type "
    "/type/type /refresh_url/type /return_url/type request/method request/media-type request/syntax"
)
FAULTS = (
    _state(
        "seventh-500",
        "answers every 7th request with 500",
        "state/steady",
        good(times=7),
        around=_on(7, crash_when),
    ),
    _state(
        "tenth-500",
        "answers every 10th request with 500",
        "state/steady",
        good(times=10),
        around=_on(10, crash_when),
    ),
    _state(
        "thirteenth-refused",
        "refuses every 13th request",
        "state/steady",
        good(times=13),
        around=_on(13, refuse_when),
    ),
    _state(
        "ninth-accepted",
        "accepts every 9th request, whatever it says",
        f"state/steady {ANYTHING}",
        bad(b"&foo=1", times=9),
        around=_forgiving,
    ),
    _state(
        "eleventh-without-url",
        "leaves url out of every 11th answer",
        "state/steady response/200/url/required",
        good(times=11),
        accept=_flaky_body,
    ),
    _prose(
        "same-url",
        "answers the same url each time",
        "response/200/url/unique",
        good(times=2),
        accept=_body(url=lambda _: "https://connect.example.test/setup/1"),
    ),
    _prose(
        "url-by-account",
        "answers the same url for the same account",
        "response/200/url/unique",
        good(times=2),
        accept=_body(
            url=lambda c: f"https://connect.example.test/{text_of(c.params, 'account')[:20]}"
        ),
    ),
    _prose(
        "expired",
        "answers links that expired an hour ago",
        "response/200/expires_at/future response/200/expires_at/after",
        good(),
        accept=_body(expires_at=lambda _: int(time.time()) - 3600),
    ),
    _prose(
        "expires-when-created",
        "answers links that expire when they are made",
        "response/200/expires_at/future response/200/expires_at/after",
        good(),
        accept=_body(expires_at=lambda _: int(time.time())),
    ),
    _state(
        "late-refusals",
        f"refuses everything after {TURN} requests",
        ORDER,
        good(times=TURN + 1),
        around=refuse_when(_late),
    ),
    _state(
        "last-refusals",
        f"refuses everything after {LAST} requests, when only what is to be refused is left",
        ORDER,
        good(times=LAST + 1),
        around=refuse_when(_last),
    ),
    _state(
        "late-acceptance",
        f"accepts everything after {TURN} requests",
        f"{ORDER} {ANYTHING}",
        bad(b"&foo=1", times=TURN + 1),
        around=accept_when(_late),
    ),
    _state(
        "offended",
        "refuses a body seen before where an error came just before it",
        ORDER,
        good(before=(BASE, BASE + b"&foo=1")),
        around=_offended,
    ),
)
