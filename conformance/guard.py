"""One connection for one request, under a deadline and a byte budget.

httpcore bounds each single operation, but neither the whole of a request nor the size of an answer:
a target that sends one byte now and then holds a plain client for ever, an endless body takes all
memory. So the socket under it is ours.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Final

import httpcore
from msgspec import Struct

from conformance.dial import Address, connect, tls_fault
from conformance.errors import SuiteError
from conformance.exchange import Phase
from conformance.framing import FaultError, Limits

_COALESCED: Final = 64 * 1024
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


class Guard(httpcore.NetworkBackend, httpcore.NetworkStream):
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
        self._unsent = bytearray()
        self._broken_off = False

    def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> Guard:
        """Connect to one of the addresses, which were resolved before, whatever `host` is."""
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
                return self
        raise fault or SuiteError(f"no address to connect to for {host}, port {port}")

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  (the deadline decides)
    ) -> Guard:
        """Do the handshake."""
        plain = self._open()
        plain.settimeout(min(self._connect_timeout_s, self.deadline.left("tls")))
        try:
            # A socket that is no longer connected would be wrapped without a handshake, or lost.
            plain.getpeername()
            # Not suppressing a ragged end: without close_notify, the end of a body that only the
            # end of the connection delimits may have been forged (RFC 9112, section 9.8).
            self._socket = ssl_context.wrap_socket(
                plain, server_hostname=server_hostname, suppress_ragged_eofs=False
            )
        except OSError as problem:
            plain.close()
            raise tls_fault(problem) from None
        return self

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Take bytes to send; head and body leave together, before the first read."""
        self._unsent += buffer
        if len(self._unsent) >= _COALESCED:
            self._flush()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Return what came, at most `max_bytes`; empty at the end of the connection."""
        self._flush()
        room = self._room()
        connection = self._open()
        connection.settimeout(self.deadline.left("receive"))
        try:
            data = connection.recv(min(max_bytes, room))
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
            self.wire += connection.recv(_COALESCED)
        except OSError:  # nothing there, or the end
            return

    def close(self) -> None:
        """Close the socket; closing twice is nothing."""
        if self._socket is not None:
            self._socket.close()

    def get_extra_info(self, info: str) -> None:
        """Tell nothing: httpcore asks for the protocol that TLS chose, and it is HTTP/1.1."""

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise SuiteError("the connection is used before it is open")
        return self._socket

    def _flush(self) -> None:
        if not self._unsent:
            return
        data, self._unsent = memoryview(bytes(self._unsent)), bytearray()
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

    def _reset(self, problem: OSError) -> FaultError:
        if self._broken_off and not self.wire:
            return FaultError("reset", "send", "the target broke off while the request was sent")
        how = problem.strerror or type(problem).__name__
        sentence = f"the target broke off after {len(self.wire)} bytes of its answer ({how})"
        return FaultError("reset", "receive", sentence)
