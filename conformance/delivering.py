"""One delivery of a request: its connection, the bytes both ways, faults raised. Imports httpx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

import httpx
from msgspec import Struct

from conformance.address import TargetUrl
from conformance.addresses import Addresses
from conformance.dial import tls_context
from conformance.exchange import Request, Response
from conformance.framing import FaultError, Limits
from conformance.guard import Deadline, Guard
from conformance.outgoing import Outgoing
from conformance.safety import Safety
from conformance.transport import Transport


class Delivery(Struct, eq=False):
    """One delivery of a request, and what is known of it so far.

    `attempt` counts from one. `fault` is what kept it from leaving. `left_at` is when it left
    early, on the clock of its Deliverer.
    """

    request: Request
    attempt: int
    prepared: httpx.Request
    start: float = 0.0
    guard: Guard | None = None
    fault: FaultError | None = None
    left_at: float | None = None

    @property
    def silent(self) -> bool:
        """Whether not a byte of an answer has come."""
        return self.guard is None or not self.guard.wire

    def close(self) -> None:
        """Let go of the connection."""
        if self.guard is not None:
            self.guard.close()


class Deliverer:
    """Delivers requests to `url`, each within `timeout_s`. Safe to share between threads.

    Raises UsageError where `ca_file` holds no certificates.
    """

    def __init__(  # noqa: PLR0913  (what one delivery is bound by)
        self,
        url: TargetUrl,
        outgoing: Outgoing,
        timeout_s: float,
        connect_timeout_s: float,
        limits: Limits,
        *,
        ca_file: Path | None,
        safety: Safety | None,
        clock: Callable[[], float],
    ) -> None:
        self._outgoing = outgoing
        self._timeout_s, self._connect_timeout_s = timeout_s, connect_timeout_s
        self._limits = limits
        self._clock = clock
        self._transport = Transport(url, tls_context(ca_file) if url.scheme == "https" else None)
        self.addresses = Addresses(url, min(connect_timeout_s, timeout_s), safety)

    def prepared(self, request: Request, attempt: int) -> Delivery:
        """Return a delivery that is yet to start. Raises SuiteError where it would not be HTTP."""
        path, headers, parts = self._outgoing.head_and_body(request)
        return Delivery(
            request, attempt, self._transport.prepare(request.method, path, headers, parts)
        )

    def start(self, delivery: Delivery) -> None:
        """Let its time begin. Raises UsageError where the address must not be used."""
        delivery.start = self._clock()
        deadline = Deadline(self._clock, delivery.start + self._timeout_s, self._timeout_s)
        try:
            addresses = self.addresses.found()
        except FaultError as problem:
            delivery.fault = problem
            return
        delivery.guard = Guard(addresses, deadline, self._limits, self._connect_timeout_s)
        delivery.prepared.extensions["guard"] = delivery.guard

    def leave(self, delivery: Delivery) -> None:
        """Send the request, and no more: until `response` is called the time is nobody's."""
        if delivery.fault is None:
            try:
                self._transport.leave(delivery.prepared)
            except FaultError as problem:
                delivery.fault = problem
        delivery.left_at = self._clock()

    def response(self, delivery: Delivery) -> Response:
        """Return the complete response. Raises FaultError for what the target does wrong."""
        if delivery.fault is not None:
            raise delivery.fault
        if delivery.left_at is not None and delivery.guard is not None:
            delivery.guard.unattended(self._clock() - delivery.left_at)
        answer = self._transport.handle_request(delivery.prepared)
        if delivery.guard is not None and delivery.guard.peer is not None:
            self.addresses.prefer(delivery.guard.peer)
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers.raw)
        # The stream: httpx would decode what a content-encoding names, even where there is no body.
        stream = cast("Iterable[bytes]", answer.stream)
        return Response(answer.status_code, headers, b"".join(stream))
