"""One connection for one request, under a deadline and a byte budget.

A client bounds each single operation, but neither the whole of a request nor the size of an answer:
a target that sends one byte now and then holds it for ever, an endless body takes all memory. So
the socket is ours.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from conformance.dial import Address, connect, tls_fault
from conformance.errors import SuiteError
from conformance.exchange import Phase
from conformance.framing import FaultError, Limits

_MOST_READ: Final = 64 * 1024
_SMALLEST_TIMEOUT_S: Final = 0.001


class Deadline(Struct, frozen=True):
    """The moment by which everything has to be over, on a monotonic clock."""

    clock: Callable[[], float]
    at: float
    total_s: float

    def left(self, phase: Phase) -> float:
        """Return the seconds that are left; raises FaultError where there are none."""
        seconds = self.at - self.clock()
        if seconds <= 0:
            raise self.missed(phase)
        return max(seconds, _SMALLEST_TIMEOUT_S)  # 0 would mean: do not block

    def missed(self, phase: Phase) -> FaultError:
        """Return the fault of a target that took too long."""
        late = {"send": "the target did not take the whole request"}
        sentence = late.get(phase, "there was no complete answer")
        return FaultError("deadline", phase, f"{sentence} within {self.total_s:g} s")


class Guard:
    """The connection of one request, from connect to close; `wire` is every byte received.

    `addresses` are tried in turn; `peer` is the one that answered. Raises FaultError for whatever
    the target does, in the phase in which it does it.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        deadline: Deadline,
        limits: Limits,
        connect_timeout_s: float,
    ) -> None:
        self.deadline = deadline
        self.limits = limits
        self.wire = bytearray()
        self.ended = False
        self.in_head = True
        self.peer: Address | None = None
        self._addresses = addresses
        self._connect_timeout_s = connect_timeout_s
        self._socket: socket.socket | None = None
        self._broken_off = False

    def connect(self) -> None:
        """Connect to one of the addresses."""
        end = self.deadline.clock() + self._connect_timeout_s
        fault: FaultError | None = None
        for index, address in enumerate(self._addresses):
            seconds = (end - self.deadline.clock()) / (len(self._addresses) - index)
            timeout = max(_SMALLEST_TIMEOUT_S, min(seconds, self.deadline.left("connect")))
            try:
                self._socket = connect(address, timeout)
            except FaultError as problem:
                fault = problem
            else:
                self.peer = address
                return
        raise fault or SuiteError("there is no address to connect to")

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Do the handshake with `host`, which the certificate has to name."""
        plain = self._open()
        plain.settimeout(min(self._connect_timeout_s, self.deadline.left("tls")))
        try:
            # A socket that is no longer connected would be wrapped without a handshake, or lost.
            plain.getpeername()
            # Not suppressing a ragged end: without close_notify, the end of a body that only the
            # end of the connection delimits may have been forged (RFC 9112, section 9.8).
            self._socket = context.wrap_socket(
                plain, server_hostname=host, suppress_ragged_eofs=False
            )
        except OSError as problem:
            plain.close()
            raise tls_fault(problem) from None

    def send(self, request: bytes) -> None:
        """Send the whole of a request, head and body together."""
        data = memoryview(request)
        connection = self._open()
        try:
            while data:
                # Not sendall(): under TLS that grants each record the whole of the time left.
                connection.settimeout(self.deadline.left("send"))
                data = data[connection.send(data) :]
        except TimeoutError:
            raise self.deadline.missed("send") from None
        except OSError:
            # The target may have answered early and closed: a 413 is still there to be read.
            self._broken_off = True

    def unattended(self, seconds: float) -> None:
        """Learn that nobody has looked at this connection for `seconds`: they do not count."""
        self.deadline = replace(self.deadline, at=self.deadline.at + seconds)

    def read(self) -> bytes:
        """Return what came; empty at the end of the connection."""
        room = self._room()
        connection = self._open()
        connection.settimeout(self.deadline.left("receive"))
        try:
            data = connection.recv(min(_MOST_READ, room))
        except TimeoutError:
            raise self.deadline.missed("receive") from None
        except ssl.SSLEOFError:
            raise FaultError(
                "truncated", "receive", "the target closed the connection without ending TLS"
            ) from None
        except OSError as problem:
            raise self._reset(problem) from None
        self.ended = not data
        self.wire += data
        if self._broken_off and not self.wire:
            raise self._reset(ConnectionResetError())
        return data

    def _room(self) -> int:
        """Return how many bytes may still come. Raises FaultError where there are none."""
        most = self.limits.wire_bytes
        if len(self.wire) >= most:
            raise FaultError("too-large", "framing", f"the answer is over {most} bytes")
        if self.in_head:
            # However the bytes arrive, no read takes in more than a head may have.
            most = min(most, self.limits.header_bytes)
            if len(self.wire) >= most:
                raise FaultError("too-large", "framing", f"the head is over {most} bytes")
        return most - len(self.wire)

    def read_ahead(self, wait_s: float) -> None:
        """Add to `wire` what is already there, or comes within `wait_s`."""
        connection = self._open()
        connection.settimeout(wait_s)
        try:
            self.wire += connection.recv(_MOST_READ)
        except OSError:  # nothing there, or the end
            return

    def close(self) -> None:
        """Close the socket; closing twice is nothing."""
        if self._socket is not None:
            self._socket.close()

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise SuiteError("the connection is used before it is open")
        return self._socket

    def _reset(self, problem: OSError) -> FaultError:
        if self._broken_off and not self.wire:
            return FaultError("reset", "send", "the target broke off while the request was sent")
        how = problem.strerror or type(problem).__name__
        sentence = f"the target broke off after {len(self.wire)} bytes of its answer ({how})"
        return FaultError("reset", "receive", sentence)
