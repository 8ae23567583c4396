"""A sandbox: the faithful target, with a business behind its schema.

The account must exist, URLs must be given and be absolute, nothing can be expanded, empty text is
refused, and so is whoever sends more than 25 requests a second. No schema says any of it, so
without known-good values nothing can be judged here. A fault may stand on top: any of those that
leave the business alone.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.reference.http import Response

from .model import Miniature, Probe
from .server import JSON, Refusal, Steps, dumps, error_of, nothing

if TYPE_CHECKING:
    from .decoder import Params
    from .server import Context

ACCOUNT = "acct_1Sandbox"
VALUES = {
    "account": ACCOUNT,
    "type": ["account_onboarding"],
    "refresh_url": "https://example.com/again",
    "return_url": "https://example.com/done",
    "never": ["expand"],
}
"""What a user of this sandbox knows, as `conformance.toml` has it."""

_ABSOLUTE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/\S*)?")
_URLS = ("refresh_url", "return_url")
_PER_SECOND = 25


def business(params: Params) -> Refusal | None:
    """Return what no schema says of a body that fits it."""
    for name, value in params.items():
        if value == "":
            return Refusal("empty", name, code="parameter_invalid_empty")
    for name in _URLS:
        if name not in params:
            return Refusal("a URL is needed", name, code="parameter_missing")
        if not _ABSOLUTE.fullmatch(str(params[name])):
            return Refusal("no absolute URL", name, code="url_invalid")
    if params["account"] != ACCOUNT:
        return Refusal("no such account", "account", code="resource_missing")
    if params["type"] != "account_onboarding":
        return Refusal("not for this account", "type")
    if "expand" in params:
        return Refusal("nothing here can be expanded", "expand")
    return None


class Limit:
    """Refuses what comes too fast, with the seconds to wait (RFC 6585, section 4)."""

    def __init__(self, per_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._clock = per_s, clock
        self._times: deque[float] = deque()
        self.refused = 0

    def around(self, _: Context, answer: Callable[[], Response]) -> Response:
        """Answer, or say 429."""
        now = self._clock()
        while self._times and now - self._times[0] >= 1:
            self._times.popleft()
        if len(self._times) >= self._per_s:
            self.refused += 1
            body = dumps(error_of(Refusal("too many requests", code="rate_limit", status=429)))
            return Response(429, body, (*JSON, ("retry-after", "1")))
        self._times.append(now)
        return answer()


def sandbox(limit: Limit | None = None, fault: Steps | None = None) -> Miniature:
    """Return the sandbox, limited or not, with the steps of a fault or faithful ones."""
    steps = replace(fault or Steps(), more=business)
    if limit is not None:
        steps = replace(steps, around=limit.around)
    probe = Probe("either")
    return Miniature("sandbox", "sandbox", "a sandbox", frozenset(), probe, steps)


def leaves_the_business_alone(miniature: Miniature) -> bool:
    """Whether the fault of `miniature` can stand on a sandbox."""
    return miniature.steps.more is nothing
