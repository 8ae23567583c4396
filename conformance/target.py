"""The target: everything the suite sends goes through here, and nothing else does network I/O.

`Target.send` returns an Exchange whatever the target does. The parts, from the outside in:
`address` (what the user said), `outgoing` (what the run adds), this module (faults as data),
`pacing` (rate and retries), `transport` (httpx over httpcore), `guard` (deadline and byte budget),
`dial` (DNS, connect, TLS) and `framing` (what is wrong with the bytes). Importing this module loads
no HTTP library; building a Target does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
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
    import httpx

    from conformance.dial import Address
    from conformance.guard import Guard

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
        from conformance.dial import tls_context  # noqa: PLC0415  (imports ssl)
        from conformance.transport import Transport  # noqa: PLC0415  (imports httpx)

        self.url = url
        self.redactor = redactor or Redactor()
        for header in headers:
            for secret in header.secrets:
                self.redactor.add(secret)
        self._outgoing = Outgoing(url, headers)
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._limits = limits
        self._clock, self._now = clock, now
        self._sleep = sleep
        self._pace = pace or Pace(None, clock, sleep, now)
        self._safety = safety
        self._once = Once(idempotency_header)
        self._live_member = live_member
        self._halt: HaltError | None = None
        self._transport = Transport(url, tls_context(ca_file) if url.scheme == "https" else None)
        self._lock = threading.Lock()
        self._addresses: tuple[Address, ...] = ()
        self._unresolved: FaultError | None = None
        self._answered = False
        self._first_at = self._last_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the addresses; no connection outlives its request."""
        with self._lock:
            self._addresses = ()

    @property
    def requests_sent(self) -> int:
        """How many deliveries were made, retries included."""
        return self._pace.sent

    @property
    def sending(self) -> tuple[float, float]:
        """When the first delivery left and the last one came back, in seconds since the epoch."""
        return self._first_at, self._last_at

    @property
    def address(self) -> str:
        """The IP address and port in use: `127.0.0.1:8080`; empty before the first request."""
        if not self._addresses:
            return ""
        host, port = self._addresses[0][1][:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def send(self, request: Request) -> Exchange:
        """Deliver `request` and return what came of it; faults of the target are data.

        Delivers again as `Pace.again` says. Raises SuiteError where `request` is not HTTP,
        HaltError where nothing more may be sent, UsageError where the address must not be used.
        """
        request = self._once.keyed(request)
        attempt = 1
        while True:
            if self._halt is not None:
                raise self._halt
            answered_before = self._answered
            exchange, silent = self._deliver(request, attempt)
            harmless = silent and self._once.holds(request)
            if not self._pace.again(exchange, answered_before=answered_before, harmless=harmless):
                return exchange
            attempt += 1

    def await_up(self, request: Request, wait_s: float) -> None:
        """Send `request` again and again until something answers it, at most for `wait_s`."""
        end = self._clock() + wait_s
        while self._clock() < end:
            exchange, _ = self._deliver(self._once.keyed(request), 1)
            status = exchange.response.status if exchange.response is not None else _BAD_GATEWAY
            if status not in _NOT_UP:
                return
            self._sleep(_BETWEEN_S)
            self._unresolved = None  # the name may come up with the target

    def shown_headers(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the headers sent with `request` for display, the user's variables unexpanded."""
        shown = tuple(
            (name, self.redactor.clean(shown)) for name, _, shown in self._outgoing.headers(request)
        )
        keyed = self._once.keyed(request) is not request
        return (*shown, (self._once.name, "(new for every request)")) if keyed else shown

    def _deliver(self, request: Request, attempt: int) -> tuple[Exchange, bool]:
        """Return what came of one delivery, and whether not a byte of an answer came."""
        path, headers, parts = self._outgoing.head_and_body(request)
        prepared = self._transport.prepare(request.method, path, headers, parts)
        self._pace.await_turn()
        start = self._clock()
        self._first_at = self._first_at or self._now()
        response: Response | None = None
        fault: Fault | None = None
        silent = True
        try:
            guard = self._guard(start + self._timeout_s)
            try:
                response = self._exchange(prepared, guard)
                self._answered = True
            finally:
                silent = not guard.wire
        except FaultError as problem:
            fault = self._with_hint(problem.fault)
        elapsed_ms = (self._clock() - start) * 1000
        self._last_at = self._now()
        self._refuse_the_real_thing(response)
        return Exchange(request, response, fault, elapsed_ms, self._last_at, attempt), silent

    def _refuse_the_real_thing(self, response: Response | None) -> None:
        if response is None or not says_true(response.body, self._live_member):
            return
        self._halt = HaltError(
            "The target answers about real things, not test ones (livemode is true).",
            "Use a test key and a sandbox. What was sent so far stands in the journal.",
        )
        raise self._halt

    def _guard(self, end: float) -> Guard:
        from conformance.guard import Deadline, Guard  # noqa: PLC0415  (imports httpcore)

        deadline = Deadline(self._clock, end, self._timeout_s)
        return Guard(self._resolve(), deadline, self._limits, self._connect_timeout_s)

    def _exchange(self, prepared: httpx.Request, guard: Guard) -> Response:
        response = self._transport.exchange(prepared, guard)
        if guard.peer is not None:
            self._prefer(guard.peer)
        return response

    def _resolve(self) -> tuple[Address, ...]:
        """Return the target's addresses: one look-up a run, so that no later one can move it.

        A look-up that failed is not tried again either: it may have taken seconds.
        """
        from conformance.dial import resolve  # noqa: PLC0415  (imports ssl)

        with self._lock:
            if self._unresolved is not None:
                raise self._unresolved
            if not self._addresses:
                limit_s = min(self._connect_timeout_s, self._timeout_s)
                try:
                    found = resolve(self.url.host, self.url.port, limit_s)
                except FaultError as problem:
                    self._unresolved = problem
                    raise
                if self._safety is not None:
                    for _, where in found:
                        self._safety.check_address(where[0])
                self._addresses = found
            return self._addresses

    def _prefer(self, peer: Address) -> None:
        with self._lock:
            if self._addresses[:1] != (peer,):
                others = (address for address in self._addresses if address != peer)
                self._addresses = (peer, *others)

    def _with_hint(self, fault: Fault) -> Fault:
        if self._answered or (fault.phase, fault.code) not in _MISMATCHES[self.url.scheme]:
            return fault
        other = "https" if self.url.scheme == "http" else "http"
        hint = f"Scheme mismatch? The target may speak {other}."
        return replace(fault, sentence=f"{fault.sentence}. {hint}")
