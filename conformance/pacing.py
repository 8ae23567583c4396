"""How fast requests leave, and when one is delivered again. Waits, but does no I/O."""

from __future__ import annotations

import email.utils
import re
import threading
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from conformance.exchange import Exchange
from conformance.turns import LocalTurns, Turns

DELIVERIES: Final = 3
"""How often one request is delivered at most."""

_LONGEST_WAIT_S: Final = 30.0
_WAIT_BUDGET_S: Final = 60.0
_WAIT_AFTER_429_S: Final = 1.0
_WAIT_AFTER_LOSS_S: Final = 0.5
_TOO_MANY, _UNAVAILABLE = 429, 503

_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_IMF_FIXDATE: Final = re.compile(  # RFC 9110, section 5.6.7
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)


class HaltError(Exception):
    """Nothing more may be sent in this run; says why, and what to do next."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence, self.remedy = sentence, remedy


class Budget(Struct, frozen=True):
    """What a run may spend, retries and replays included; None: without a limit."""

    requests: int | None = None
    seconds: float | None = None


UNLIMITED: Final = Budget()


class Pace:
    """The pace of one run. Safe to share between threads.

    `rate_per_s` None means: as fast as the target answers. `now` is seconds since the epoch.
    `turns` are shared by all processes of a run.
    """

    def __init__(
        self,
        rate_per_s: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        now: Callable[[], float],
        *,
        budget: Budget = UNLIMITED,
        turns: Turns | None = None,
    ) -> None:
        self._gap_s = 1 / rate_per_s if rate_per_s else 0.0
        self._budget = budget
        self._turns = turns or LocalTurns()
        self._clock, self._sleep, self._now = clock, sleep, now
        self._lock = threading.Lock()
        self._waited_s = 0.0
        self.sent = 0

    def await_turn(self) -> None:
        """Count one delivery, and wait until it may leave. Raises HaltError over the budget."""
        now = self._clock()
        turn = self._turns.take(now, self._gap_s, self._budget.requests)
        if turn is None:
            raise HaltError(
                f"The budget of {self._budget.requests:,} requests is spent.",
                "Raise --max-requests, or choose fewer cases with --only.",
            )
        seconds = self._budget.seconds
        if seconds is not None and turn.leaves - turn.began > seconds:
            raise HaltError(
                f"The budget of {seconds:g} seconds is spent.",
                "Raise --max-duration, or choose fewer cases with --only.",
            )
        with self._lock:
            self.sent += 1
        if turn.leaves > now:
            self._sleep(turn.leaves - now)

    def again(self, exchange: Exchange, *, answered_before: bool, harmless: bool = False) -> bool:
        """Say whether to deliver the request of `exchange` again, after having waited as asked.

        After a 429 (RFC 6585, section 4), after a 503 that names a time (RFC 9110, section
        15.6.4), and once, a moment after a refused connection, where the target has answered
        before: no byte has left, so nothing can happen twice, and it may be up again soon.
        `harmless` says that no byte of an answer came and that the target does once what it is
        asked twice (RFC 9110, section 9.2.2).
        """
        if exchange.attempts >= DELIVERIES:
            return False
        if exchange.fault and harmless:
            return self._wait(exchange.attempts * _WAIT_AFTER_LOSS_S)
        if exchange.fault:
            refused = (exchange.fault.phase, exchange.fault.code) == ("connect", "refused")
            again = refused and answered_before and exchange.attempts == 1
            return again and self._wait(_WAIT_AFTER_LOSS_S)
        wait_s = self._wait_s(exchange)
        return wait_s is not None and self._wait(wait_s)

    def _wait(self, wait_s: float) -> bool:
        with self._lock:
            if self._waited_s + wait_s > _WAIT_BUDGET_S:
                return False
            self._waited_s += wait_s
        if wait_s > 0:
            self._turns.delay(self._clock() + wait_s)
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
