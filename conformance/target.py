"""The target: everything the suite sends goes through here, and nothing else does network I/O.

`Target.send` returns an Exchange whatever the target does. The parts, from the outside in:
`address` (what the user said), `outgoing` (what the run adds), this module (faults as data),
`pacing` (rate and retries), `delivering` (one delivery), `transport` (httpx over h11), `guard`
(deadline and byte budget), `dial` (connect, TLS) and `framing` (what is wrong with the bytes).
Importing this module loads no HTTP library; building a Target does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from msgspec.structs import replace

from conformance.address import TargetUrl, parse_target_url
from conformance.exchange import Exchange, Fault, Request, Response
from conformance.framing import FaultError, Limits
from conformance.headers import TargetHeader, expand_header
from conformance.once import Once
from conformance.outgoing import Outgoing
from conformance.pacing import HaltError, Pace
from conformance.redact import Redactor
from conformance.safety import Safety, says_true

if TYPE_CHECKING:
    from conformance.delivering import Delivery

__all__ = ["Limits", "Target", "TargetHeader", "TargetUrl", "expand_header", "parse_target_url"]

_LIMITS: Final = Limits()
_BAD_GATEWAY: Final = 502
_NOT_UP: Final = frozenset({_BAD_GATEWAY, 503, 504})
_BETWEEN_S: Final = 0.5
_MISMATCHES: Final = {
    "http": (("receive", "closed"), ("receive", "reset"), ("framing", "not-http")),
    "https": (("tls", "tls"), ("tls", "timeout"), ("tls", "closed"), ("tls", "reset")),
}
"""The first faults of a target that speaks the other scheme, as (phase, code)."""


class Target:
    """The server under test, as far as the suite can reach it. Safe to share between threads.

    `timeout_s` covers one delivery whole: connecting, TLS, the request, the complete answer.
    Without a `pace` it sends as fast as the target answers. No redirect is followed, no cookie
    kept, no proxy used, nothing is read from the environment. `safety` refuses addresses.
    `idempotency_header` is added to every POST, with a value that is new for each `send` and the
    same for its deliveries. `live_member` of an answer must not be true.
    Raises UsageError where `ca_file` holds no certificates.
    """

    def __init__(  # noqa: PLR0913  (keyword arguments: each an option of the user, or a test's clock)
        self,
        url: TargetUrl,
        *,
        headers: Sequence[TargetHeader] = (),
        timeout_s: float = 10.0,
        connect_timeout_s: float = 5.0,
        limits: Limits = _LIMITS,
        ca_file: Path | None = None,
        redactor: Redactor | None = None,
        pace: Pace | None = None,
        safety: Safety | None = None,
        idempotency_header: str = "",
        live_member: str = "",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        from conformance.delivering import Deliverer  # noqa: PLC0415  (imports httpx)

        self.url = url
        self.redactor = redactor or Redactor()
        for header in headers:
            for secret in header.secrets:
                self.redactor.add(secret)
        self._outgoing = Outgoing(url, headers)
        self._deliverer = Deliverer(
            url,
            self._outgoing,
            timeout_s,
            connect_timeout_s,
            limits,
            ca_file=ca_file,
            safety=safety,
            clock=clock,
        )
        self._clock, self._now = clock, now
        self._sleep = sleep
        self._pace = pace or Pace(None, clock, sleep, now)
        self._once = Once(idempotency_header)
        self._live_member = live_member
        self._halt: HaltError | None = None
        self._left: Delivery | None = None
        self._answered = False
        self._first_at = self._last_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was begun."""
        if self._left is not None:
            self._left.close()
        self._left = None

    @property
    def requests_sent(self) -> int:
        """How many deliveries were made, retries included."""
        return self._pace.sent

    @property
    def sending(self) -> tuple[float, float]:
        """When the first delivery left and the last one came back, in seconds since the epoch."""
        return self._first_at, self._last_at

    def send(self, request: Request) -> Exchange:
        """Deliver `request` and return what came of it; faults of the target are data.

        Delivers again as `Pace.again` says. Raises SuiteError where `request` is not HTTP,
        HaltError where nothing more may be sent, UsageError where the address must not be used.
        """
        request = self._once.keyed(request)
        return self._to_its_end(self._begun(request, 1))

    def begin(self, request: Request) -> Callable[[], Exchange]:
        """Let `request` leave, and return what waits for its answer, to be called in this thread.

        Raises what `send` raises, and what is returned does so too. One request may be begun at a
        time.
        """
        delivery = self._begun(self._once.keyed(request), 1)
        self._deliverer.leave(delivery)
        self._left = delivery
        return partial(self._attended, delivery)

    def _attended(self, delivery: Delivery) -> Exchange:
        self._left = None
        return self._to_its_end(delivery)

    def _to_its_end(self, delivery: Delivery) -> Exchange:
        """Return what comes of a delivery, and of those that follow it."""
        while True:
            answered_before = self._answered
            exchange = self._ended(delivery)
            harmless = delivery.silent and self._once.holds(exchange.request)
            if not self._pace.again(exchange, answered_before=answered_before, harmless=harmless):
                return exchange
            delivery = self._begun(exchange.request, exchange.attempts + 1)

    def await_up(self, request: Request, wait_s: float) -> None:
        """Send `request` again and again until something answers it, at most for `wait_s`."""
        end = self._clock() + wait_s
        while self._clock() < end:
            exchange = self._ended(self._begun(self._once.keyed(request), 1))
            status = exchange.response.status if exchange.response is not None else _BAD_GATEWAY
            if status not in _NOT_UP:
                return
            self._sleep(_BETWEEN_S)
            self._deliverer.addresses.retry()

    def shown_headers(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the headers sent with `request` for display, the user's variables unexpanded."""
        shown = tuple(
            (name, self.redactor.clean(shown)) for name, _, shown in self._outgoing.headers(request)
        )
        keyed = self._once.keyed(request) is not request
        return (*shown, (self._once.name, "(new for every request)")) if keyed else shown

    def _begun(self, request: Request, attempt: int) -> Delivery:
        """Return a delivery whose turn has come."""
        if self._halt is not None:
            raise self._halt
        delivery = self._deliverer.prepared(request, attempt)
        self._pace.await_turn()
        self._first_at = self._first_at or self._now()
        self._deliverer.start(delivery)
        return delivery

    def _ended(self, delivery: Delivery) -> Exchange:
        """Return what came of one delivery."""
        response: Response | None = None
        fault: Fault | None = None
        try:
            response = self._deliverer.response(delivery)
            self._answered = True
        except FaultError as problem:
            fault = self._with_hint(problem.fault)
        elapsed_ms = (self._clock() - delivery.start) * 1000
        self._last_at = self._now()
        self._refuse_the_real_thing(response)
        return Exchange(
            delivery.request, response, fault, elapsed_ms, self._last_at, delivery.attempt
        )

    def _refuse_the_real_thing(self, response: Response | None) -> None:
        if response is None or not says_true(response.body, self._live_member):
            return
        self._halt = HaltError(
            "The target answers about real things, not test ones (livemode is true).",
            "Use a test key and a sandbox. What was sent so far stands in the journal.",
        )
        raise self._halt

    def _with_hint(self, fault: Fault) -> Fault:
        if self._answered or (fault.phase, fault.code) not in _MISMATCHES[self.url.scheme]:
            return fault
        other = "https" if self.url.scheme == "http" else "http"
        hint = f"Scheme mismatch? The target may speak {other}."
        return replace(fault, sentence=f"{fault.sentence}. {hint}")
