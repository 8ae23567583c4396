"""Faults: the wrong reason, crashes for refusals, refusing everything, and what hides deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.http import Response

from .build import accept_when, also, bad, crash, fault, good, leaves, strings, unless
from .server import JSON, Context, Refusal, accept, dumps, items, lengths, refuse, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .decoder import Params
    from .model import Miniature, Probe

LONG = b"type=account_update&account=" + b"a" * 5001


def _reason(name: str, reason: str, param: str, clauses: str, probe: Probe) -> Miniature:
    def answer(context: Context, refusal: Refusal) -> Response:
        if refusal.reason == reason:
            refusal = Refusal(reason, param)
        return refuse(context, refusal)

    return fault(
        "reasons",
        name,
        f"refuses, but blames {param}",
        clauses,
        probe,
        exits=frozenset({7}),  # nothing is broken by the schema, and a clause is not proved
        refuse=answer,
    )


REASONS = (
    _reason(
        "unknown-blames-account",
        "unknown",
        "account",
        "/additionalProperties",
        bad(b"&foo=1", param="foo"),
    ),
    _reason(
        "length-blames-type",
        "length",
        "type",
        "/account/maxLength /expand/items/maxLength",
        bad(body=LONG, param="account"),
    ),
    _reason(
        "enum-blames-account",
        "enum",
        "account",
        "/collect/enum",
        bad(b"&collect=nonsense", param="collect"),
    ),
    _reason(
        "required-blames-collect",
        "required",
        "collect",
        "/account/required /type/required",
        bad(body=b"account=a", param="type"),
    ),
    _reason(
        "type-blames-return-url",
        "type",
        "return_url",
        "/expand/type /expand/items/type /account/type /collect/type /type/type /refresh_url/type",
        bad(b"&expand=x", param="expand"),
    ),
)


def _crash(reason: str, clauses: str, probe: Probe, status: int = 500) -> Miniature:
    def answer(context: Context, refusal: Refusal) -> Response:
        if refusal.reason != reason:
            return refuse(context, refusal)
        return Response(status, crash(context).body, JSON)

    return fault(
        "crashes",
        f"{reason}-{status}",
        f"answers {status} to refuse for {reason}",
        clauses,
        probe,
        refuse=answer,
    )


CRASHES = (
    _crash("required", "/account/required /type/required", bad(body=b"account=a")),
    _crash("enum", "/collect/enum", bad(b"&collect=nonsense")),
    _crash("length", "/account/maxLength /expand/items/maxLength", bad(body=LONG)),
    _crash("unknown", "/additionalProperties", bad(b"&foo=1")),
    _crash(
        "type",
        "/expand/type /expand/items/type /account/type /collect/type /type/type "
        "/refresh_url/type /return_url/type",
        bad(b"&expand=x"),
    ),
    _crash("unknown", "/additionalProperties", bad(b"&foo=1"), 503),
)


def _always(status: int, exits: frozenset[int]) -> Miniature:
    def around(_: Context, _answer: Callable[[], Response]) -> Response:
        return Response(status, dumps(ERROR), JSON)

    return fault(
        "hopeless",
        f"all-{status}",
        f"answers {status} to everything",
        "inconclusive",
        good(),
        exits=exits,
        around=around,
    )


ERROR = {"error": {"type": "invalid_request_error", "message": "No."}}
REFUSALS = (
    "/additionalProperties /account/required /type/required /collect/enum /account/maxLength "
    "/expand/items/maxLength /account/type /collect/type /expand/type /expand/items/type "
    "/type/type /refresh_url/type /return_url/type request/method request/media-type request/syntax"
)
HOPELESS = (
    *(_always(status, frozenset({7})) for status in (400, 401, 403, 404, 429)),
    _always(500, frozenset({1, 7})),
    fault(
        "hopeless",
        "all-200",
        "accepts everything",
        REFUSALS,
        bad(b"&foo=1"),
        around=accept_when(lambda _: True),
    ),
)


def _crash_on(test: Callable[[Params], bool]) -> Callable[[Context], Response]:
    return lambda context: crash(context) if test(context.params) else accept(context)


def _deep(
    name: str,
    sentence: str,
    clauses: str,
    probe: Probe,
    **changed: Any,  # noqa: ANN401
) -> Miniature:
    return fault("exploration", name, sentence, clauses, probe, depth="deep", **changed)


def _arabic(params: Params) -> bool:
    return any("\u0600" <= each <= "\u06ff" for value in strings(params) for each in value)


def _quote_and_backslash(params: Params) -> bool:
    return any('"' in value and "\\" in value for value in strings(params))


def _three_with_a_short_one(params: Params) -> bool:
    found = [each for item in items(params) for each in leaves(item)]
    return len(found) == 3 and any(len(each) <= 1 for each in found)


def _long_return(params: Params) -> bool:
    late = params.get("collect") == "eventually_due" and "expand" in params
    return late and len(text_of(params, "return_url")) > 50


TEXT_TYPES = "/account/type /refresh_url/type /return_url/type /expand/items/type"
EXPLORATION = (
    _deep(
        "arabic",
        "crashes on a character from U+0600 to U+06FF",
        f"{TEXT_TYPES} /account/maxLength /expand/items/maxLength",
        good(b"&return_url=%D8%A7"),
        accept=_crash_on(_arabic),
    ),
    _deep(
        "account-of-1000",
        "crashes on an account of 1,000 to 1,100 characters",
        "/account/maxLength /account/type",
        good(body=b"type=account_update&account=" + b"a" * 1050),
        accept=_crash_on(lambda params: 1000 <= len(text_of(params, "account")) <= 1100),
    ),
    _deep(
        "quote-and-backslash",
        "crashes on a text that holds both a quote and a backslash",
        f"{TEXT_TYPES} /account/maxLength /expand/items/maxLength",
        good(b"&return_url=%22%5C"),
        accept=_crash_on(_quote_and_backslash),
    ),
    _deep(
        "long-account-with-digit",
        "accepts a long account that begins with a digit",
        "/account/maxLength",
        bad(body=b"type=account_update&account=1" + b"a" * 5000),
        lengths=unless(lengths, lambda params: text_of(params, "account")[:1].isdigit()),
    ),
    _deep(
        "three-items",
        "crashes on three items of expand, one of them at most one character",
        "/expand/type /expand/items/type /expand/items/maxLength",
        good(b"&expand[0]=xx&expand[1]=y&expand[2]=zz"),
        accept=_crash_on(_three_with_a_short_one),
    ),
    _deep(
        "long-return-url",
        "refuses a return_url over 50 characters beside eventually_due and expand",
        "/properties /return_url/type",
        good(b"&collect=eventually_due&expand[0]=x&return_url=" + b"a" * 51),
        more=also(_long_return),
    ),
)
FAULTS = (*REASONS, *CRASHES, *HOPELESS, *EXPLORATION)
