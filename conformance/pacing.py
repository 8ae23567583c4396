"""How fast requests leave, and when one is delivered again. Waits, but does no I/O."""

from __future__ import annotations

import email.utils
import re
import threading
from collections.abc import Callable
from typing import Final

from conformance.exchange import Exchange

DELIVERIES: Final = 3
"""How often one request is delivered at most."""

_LONGEST_WAIT_S: Final = 30.0
_WAIT_BUDGET_S: Final = 60.0
_WAIT_AFTER_429_S: Final = 1.0
_TOO_MANY, _UNAVAILABLE = 429, 503

_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_IMF_FIXDATE: Final = re.compile(  # RFC 9110, section 5.6.7
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)


class Pace:
    """The pace of one run. Safe to share between threads.

    `rate_per_s` None means: as fast as the target answers. `now` is seconds since the epoch.
    """

    def __init__(
        self,
        rate_per_s: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        now: Callable[[], float],
    ) -> None:
        self._rate_per_s = rate_per_s
        self._clock, self._sleep, self._now = clock, sleep, now
        self._lock = threading.Lock()
        self._next_slot = 0.0
        self._waited_s = 0.0
        self.sent = 0

    def await_turn(self) -> None:
        """Count one delivery, and wait until it may leave."""
        wait_s = 0.0
        with self._lock:
            self.sent += 1
            if self._rate_per_s:
                now = self._clock()
                slot = max(now, self._next_slot)
                self._next_slot = slot + 1 / self._rate_per_s
                wait_s = slot - now
        if wait_s > 0:
            self._sleep(wait_s)

    def again(self, exchange: Exchange, *, answered_before: bool) -> bool:
        """Say whether to deliver the request of `exchange` again, after having waited as asked.

        After a 429 (RFC 6585, section 4), after a 503 that names a time (RFC 9110, section
        15.6.4), and once after a refused connection where the target has answered before: then
        no byte has left, so nothing can happen twice.
        """
        if exchange.attempts >= DELIVERIES:
            return False
        if exchange.fault:
            refused = (exchange.fault.phase, exchange.fault.code) == ("connect", "refused")
            return refused and answered_before and exchange.attempts == 1
        wait_s = self._wait_s(exchange)
        if wait_s is None:
            return False
        with self._lock:
            if self._waited_s + wait_s > _WAIT_BUDGET_S:
                return False
            self._waited_s += wait_s
        if wait_s > 0:
            self._sleep(wait_s)
        return True

    def _wait_s(self, exchange: Exchange) -> float | None:
        response = exchange.response
        if response is None or response.status not in (_TOO_MANY, _UNAVAILABLE):
            return None
        wait_s = retry_after(response.header("retry-after"), self._now())
        if wait_s is None and response.status == _TOO_MANY:
            return _WAIT_AFTER_429_S
        return wait_s


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds, 0 to 30, that a Retry-After asks for; None where it asks for nothing.

    `now` is seconds since the epoch. Only what RFC 9110, section 10.2.3 defines counts: Python's
    own parsers take `-5`, `1_000` and digits of other scripts.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return min(float(value), _LONGEST_WAIT_S)
    if not _IMF_FIXDATE.fullmatch(value):
        return None
    try:
        moment = email.utils.parsedate_to_datetime(value).timestamp()
    except ValueError:  # there is no such day
        return None
    return min(max(moment - now, 0.0), _LONGEST_WAIT_S)
