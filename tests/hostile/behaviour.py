"""One thing that a target does on its socket, and what the suite has to make of it."""

from __future__ import annotations

import socket
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from conformance.reference.http import Response
from tests.rawserver import Conversation, say

Says = Callable[[Response], Conversation]
"""What a faithful target would answer → what this one does instead."""


class Behaviour(Struct, frozen=True):
    """A row of a table.

    `owed` is one of `FAULT PHASE/CODE`, `FAIL CLAUSE` (a clause of the answer, without its
    operation), `ABORT WORDS` (nothing can be judged, and the sentence says why), `PASS`; several,
    separated by ` | `, where the kernel decides which. `timeout_s` is the deadline of one request.
    `read_first` False speaks before the request is read; `tls` is the certificate that it shows.
    """

    name: str
    owed: str
    says: Says
    timeout_s: float = 10.0
    read_first: bool = True
    tls: str = ""
    scheme: str = ""

    @property
    def slow(self) -> bool:
        """Whether it ends at the deadline only."""
        return self.timeout_s < 10


def always(conversation: Conversation) -> Says:
    """Do the same whatever was asked."""
    return lambda _: conversation


def raw(data: bytes) -> Says:
    """Write `data` and close."""
    return lambda _: say(data)


def head(plain: Response, *, length: bool = True, extra: bytes = b"") -> bytes:
    """Return the head that a faithful target would send, with `extra` lines."""
    lines = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n" % plain.status
    size = b"Content-Length: %d\r\n" % len(plain.body) if length else b""
    return lines + size + extra + b"\r\n"


def whole(plain: Response) -> bytes:
    """Return the whole answer of a faithful target."""
    return head(plain) + plain.body


def wrapped(before: bytes = b"", after: bytes = b"", extra: bytes = b"") -> Says:
    """Answer faithfully, with bytes before and after, and `extra` lines in the head."""
    return lambda plain: say(before + head(plain, extra=extra) + plain.body + after)


def bodied(change: Callable[[bytes], bytes], extra: bytes = b"") -> Says:
    """Answer faithfully but for the body, which is changed; its length is right."""

    def says(plain: Response) -> Conversation:
        changed = replace(plain, body=change(plain.body))
        return say(head(changed, extra=extra) + changed.body)

    return says


def chunked(*lines: bytes, tail: bytes = b"0\r\n\r\n", extra: bytes = b"") -> Says:
    """Answer faithfully in one chunk, between other `lines` of the framing."""

    def says(plain: Response) -> Conversation:
        coding = b"Transfer-Encoding: chunked\r\n" + extra
        size = b"%x\r\n%s\r\n" % (len(plain.body), plain.body)
        return say(head(plain, length=False, extra=coding) + b"".join(lines) + size + tail)

    return says


def closing(connection: socket.socket) -> None:
    """End the connection without a word."""
    connection.shutdown(socket.SHUT_RDWR)
