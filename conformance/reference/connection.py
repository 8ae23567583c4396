"""One connection: h11 over a plain socket, one request at a time."""

from __future__ import annotations

import socket
from collections.abc import Callable

import h11
from msgspec import Struct, field

BODY_LIMIT_BYTES = 10 * 1024 * 1024
HEAD_LIMIT_BYTES = 64 * 1024
RECEIVE_BYTES = 64 * 1024
LINGER_TIMEOUT_S = 2.0


class Request(Struct, frozen=True):
    """One request as it arrived: header names in lower case, `query` without its question mark."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunked: bool = False

    def header(self, name: str) -> str | None:
        """Return the first value of the header `name` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)


class Response(Struct, frozen=True):
    """One answer; the length is added by the server, where the status allows a body."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


App = Callable[[Request], Response]
Refuse = Callable[[int, str], Response]


def plain_refusal(status: int, sentence: str) -> Response:
    """Answer `sentence` as text: for requests that no application can be asked about."""
    return Response(status, sentence.encode(), (("content-type", "text/plain; charset=utf-8"),))


class _RefusedError(Exception):
    """The request cannot be read: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class GoneError(Exception):
    """The client closed the connection, or stopped talking."""


class Connection(Struct, eq=False):
    """A socket with its protocol state; lives until `reusable` is false."""

    socket: socket.socket
    state: h11.Connection = field(
        default_factory=lambda: h11.Connection(
            h11.SERVER, max_incomplete_event_size=HEAD_LIMIT_BYTES
        )
    )

    def exchange(self, app: App, refuse: Refuse) -> bool:
        """Read one request and answer it; tell whether the connection can carry another."""
        try:
            request = self._read()
        except _RefusedError as refused:
            self._send(refuse(refused.status, refused.sentence), close=True)
            self._linger()
            return False
        self._send(app(request), head=request.method == "HEAD")
        if self.state.our_state is not h11.DONE or self.state.their_state is not h11.DONE:
            return False
        self.state.start_next_cycle()
        return True

    @property
    def talking(self) -> bool:
        """Whether the next request has begun to arrive already (RFC 9112, section 9.3.2)."""
        return bool(self.state.trailing_data[0])

    def _read(self) -> Request:
        head: h11.Request | None = None
        body = bytearray()
        try:
            while True:
                event = self.state.next_event()
                if event is h11.NEED_DATA:
                    self._receive()
                elif isinstance(event, h11.Request):
                    head = event
                    _refuse_length(head)
                elif isinstance(event, h11.Data):
                    body += event.data
                    _refuse_size(len(body))
                elif isinstance(event, h11.EndOfMessage) and head is not None:
                    return _request(head, bytes(body))
                else:
                    raise GoneError
        except h11.RemoteProtocolError as problem:
            raise _RefusedError(problem.error_status_hint, f"Malformed HTTP: {problem}") from None

    def _receive(self) -> None:
        if self.state.they_are_waiting_for_100_continue:
            go_ahead = h11.InformationalResponse(status_code=100, headers=[])
            self.socket.sendall(self.state.send(go_ahead) or b"")
        data = self.socket.recv(RECEIVE_BYTES)
        if not data and self.state.their_state is h11.IDLE:
            raise GoneError
        self.state.receive_data(data)

    def _send(self, answer: Response, *, head: bool = False, close: bool = False) -> None:
        headers = list(answer.headers)
        bodiless = answer.status in (204, 304)
        if not bodiless:
            headers.append(("content-length", str(len(answer.body))))
        if close:
            headers.append(("connection", "close"))
        parts: list[h11.Event] = [h11.Response(status_code=answer.status, headers=headers)]
        if answer.body and not head and not bodiless:
            parts.append(h11.Data(data=answer.body))
        parts.append(h11.EndOfMessage())
        self.socket.sendall(b"".join(self.state.send(part) or b"" for part in parts))

    def _linger(self) -> None:
        """Read on for a while, so that the answer is not lost to a reset (RFC 9112, 9.6)."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.settimeout(LINGER_TIMEOUT_S)
        left = 4 * BODY_LIMIT_BYTES
        while left > 0 and (data := self.socket.recv(RECEIVE_BYTES)):
            left -= len(data)


def _refuse_length(head: h11.Request) -> None:
    length = dict(head.headers).get(b"content-length", b"0")
    _refuse_size(int(length[:20]))


def _refuse_size(size_bytes: int) -> None:
    if size_bytes > BODY_LIMIT_BYTES:
        raise _RefusedError(413, f"The body is larger than {BODY_LIMIT_BYTES} bytes.")


def _request(head: h11.Request, body: bytes) -> Request:
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    headers = tuple(pairs)
    target = head.target.decode("latin-1")
    if "://" in target.partition("?")[0]:  # absolute-form (RFC 9112, section 3.2.2)
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    chunked = any(key == "transfer-encoding" for key, _ in headers)
    return Request(head.method.decode("latin-1"), path, query, headers, body, chunked)
