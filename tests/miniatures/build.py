"""Short words for writing miniatures as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from conformance.reference.http import Response

from .decoder import Params, Value
from .model import Miniature, Probe
from .server import JSON, Check, Context, Refusal, accept, dumps, refuse, steps

BASE = b"account=acct_1&type=account_onboarding"
URLS = b"&refresh_url=https%3A%2F%2Fa.test%2F&return_url=https%3A%2F%2Fb.test%2F"
FULL = BASE + b"&collect=currently_due&expand[0]=x" + URLS

Test = Callable[[Params], bool]
Around = Callable[[Context, Callable[[], Response]], Response]


def good(more: bytes = b"", **rest: Any) -> Probe:  # noqa: ANN401  (fields of Probe)
    """Return the probe of a request that is to be accepted: BASE and `more`."""
    return Probe("accepted", **{"body": BASE + more, **rest})


def bad(more: bytes = b"", **rest: Any) -> Probe:  # noqa: ANN401  (fields of Probe)
    """Return the probe of a request that is to be refused: BASE and `more`."""
    return Probe("refused", **{"body": BASE + more, **rest})


def either(body: bytes | None, **rest: Any) -> Probe:  # noqa: ANN401  (fields of Probe)
    """Return the probe of a request that owes a sound answer, whichever it be."""
    return Probe("either", **{"body": body or b"", **rest})


def fault(  # noqa: PLR0913  (the columns of the table)
    kind: str,
    name: str,
    sentence: str,
    clauses: str,
    probe: Probe,
    *,
    level: str = "MUST",
    depth: str = "standard",
    exits: frozenset[int] = frozenset({1}),
    **changed: Any,  # noqa: ANN401  (each step has its own type)
) -> Miniature:
    """Return the faithful server with `changed` steps; `clauses` are apart by blanks."""
    return Miniature(
        f"{kind}/{name}",
        kind,
        sentence,
        frozenset(clauses.split()),
        probe,
        steps(**changed),
        level,
        depth,
        exits,
    )


def text(value: str) -> bytes:
    """Return `value` percent-encoded."""
    return quote(value, safe="").encode()


def unless(check: Check, test: Test) -> Check:
    """Return `check`, blind where `test` holds."""
    return lambda params: None if test(params) else check(params)


def also(test: Test, param: str = "", reason: str = "extra") -> Check:
    """Return a check that refuses, naming `param`, where `test` holds."""
    return lambda params: Refusal(reason, param) if test(params) else None


def has(*names: str) -> Test:
    """Return the test whether all of `names` are given."""
    return lambda params: all(name in params for name in names)


def strings(params: Params) -> list[str]:
    """Return every text in `params`, names not counted."""
    return [each for value in params.values() for each in leaves(value)]


def leaves(value: Value) -> list[str]:
    """Return the texts in `value`."""
    if isinstance(value, str):
        return [value]
    below: Sequence[Value] = value if isinstance(value, list) else list(value.values())
    return [each for one in below for each in leaves(one)]


def crash(context: Context) -> Response:
    """Answer 500 in the documented shape: what is wrong is the status alone."""
    del context
    error = {"error": {"type": "api_error", "message": "Something went wrong."}}
    return Response(500, dumps(error), JSON)


def crash_when(test: Callable[[Context], bool]) -> Around:
    """Return the step around all others that crashes where `test` holds of the request."""

    def around(context: Context, answer: Callable[[], Response]) -> Response:
        return crash(context) if test(context) else answer()

    return around


def refuse_when(test: Callable[[Context], bool], status: int = 400) -> Around:
    """Return the step around all others that refuses where `test` holds of the request."""

    def around(context: Context, answer: Callable[[], Response]) -> Response:
        if test(context):
            refusal = Refusal("extra", status=status)
            return refuse(context, refusal)
        return answer()

    return around


def accept_when(test: Callable[[Context], bool]) -> Around:
    """Return the step around all others that accepts unread where `test` holds of the request."""

    def around(context: Context, answer: Callable[[], Response]) -> Response:
        return accept(context) if test(context) else answer()

    return around


def holds(*pieces: bytes) -> Callable[[Context], bool]:
    """Return the test whether the body holds one of `pieces`."""
    return lambda context: any(piece in context.request.body for piece in pieces)


def free(name: str, sentence: str, probe: Probe, **changed: Any) -> Miniature:  # noqa: ANN401
    """Return the faithful server with `changed` steps: a freedom that the contract leaves."""
    return Miniature(
        f"conforming/{name}",
        "conforming",
        sentence,
        frozenset({"none"}),
        probe,
        steps(**changed),
        exits=frozenset({0}),
    )
