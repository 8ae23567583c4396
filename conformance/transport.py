"""An httpx transport: each request has one guarded connection of its own. It imports httpx.

httpx's client and its pool are left out: what they add (redirects, cookies, proxies, decoding, the
environment, connections that are kept) is what a request of this suite must not have. h11 writes
and reads HTTP/1.1; sending and receiving are two steps, so that the caller may do something else
while the target thinks.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Sequence
from typing import Final

import h11
import httpx

from conformance import framing
from conformance.address import TargetUrl
from conformance.errors import SuiteError
from conformance.framing import FaultError
from conformance.guard import Guard

_LAST_WORDS_S: Final = 0.01
"""So long a target that has said that it closes the connection may take to do it."""

_LONGEST_EVENT: Final = 100 * 1024
"""Bytes of a head, a chunk's head or the trailers; what is longer is a fault."""


class _Parts(httpx.SyncByteStream):
    """A body in as many pieces as it is to have chunks; may be read again."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


class Transport(httpx.BaseTransport):
    """Sends each request to `url` on a connection of its own: the Guard in its extension `guard`.

    Raises FaultError for what the target does wrong, SuiteError where the request is malformed.
    """

    def __init__(self, url: TargetUrl, tls: ssl.SSLContext | None) -> None:
        _silence_loggers()
        self._url = httpx.URL(str(url))
        self._host = url.host
        self._tls = tls

    def prepare(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        parts: Sequence[bytes],
    ) -> httpx.Request:
        """Return a request with exactly these headers, `target` byte for byte on its first line.

        Raises SuiteError where HTTP cannot carry it.
        """
        try:
            method.encode("ascii")
            return httpx.Request(
                method,
                self._url,
                headers=[
                    (name.encode("ascii"), value.encode("latin-1")) for name, value in headers
                ],
                stream=_Parts(parts),
                extensions={"target": target.encode("ascii")},
            )
        except UnicodeEncodeError as problem:
            message = f"a header or a method that HTTP cannot carry: {problem}"
            raise SuiteError(message) from problem

    def leave(self, request: httpx.Request) -> None:
        """Connect and send `request`; `handle_request` will then do no more than receive."""
        guard: Guard = request.extensions["guard"]
        state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_EVENT)
        data = _written(state, request)
        try:
            guard.connect()
            if self._tls is not None:
                guard.start_tls(self._tls, self._host)
            guard.send(data)
        except BaseException:
            guard.close()
            raise
        request.extensions["state"] = state

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the complete response to `request`."""
        if "state" not in request.extensions:
            self.leave(request)
        guard: Guard = request.extensions["guard"]
        try:
            return _received(request.extensions["state"], guard, request.method)
        except h11.RemoteProtocolError:
            raise framing.diagnose(bytes(guard.wire), ended=guard.ended) from None
        finally:
            guard.close()


def _written(state: h11.Connection, request: httpx.Request) -> bytes:
    """Return the bytes of `request`. Raises SuiteError where it is not HTTP."""
    try:
        head = h11.Request(
            method=request.method,
            target=request.extensions["target"],
            headers=request.headers.raw,
        )
        assert isinstance(request.stream, _Parts)  # noqa: S101  (see prepare)
        events = (head, *(h11.Data(data=part) for part in request.stream), h11.EndOfMessage())
        return b"".join(state.send(event) or b"" for event in events)
    except h11.LocalProtocolError as problem:
        raise SuiteError(f"the suite made a request that is not HTTP: {problem}") from problem


def _received(state: h11.Connection, guard: Guard, method: str) -> httpx.Response:
    answer = _next(state, guard)
    while not isinstance(answer, h11.Response):
        answer = _next(state, guard)  # what came is informational
    guard.in_head = False
    headers = answer.headers.raw_items()
    framing.check_interim(bytes(guard.wire))
    framing.check_head(
        version=b"HTTP/" + answer.http_version,
        status=answer.status_code,
        headers=headers,
        method=method,
        limits=guard.limits,
    )
    body = bytearray()
    while isinstance(part := _next(state, guard), h11.Data):
        body += part.data
        guard.deadline.left("receive")  # many small chunks in one read cost time too
        if len(body) > guard.limits.body_bytes:
            raise FaultError(
                "too-large", "framing", f"the body is over {guard.limits.body_bytes} bytes"
            )
    if not guard.ended:
        _refuse_leftover(guard, method, answer.status_code, headers)
    return httpx.Response(answer.status_code, headers=headers, stream=httpx.ByteStream(bytes(body)))


def _next(state: h11.Connection, guard: Guard) -> object:
    """Return h11's next event. Raises h11.RemoteProtocolError where it is not HTTP."""
    while (event := state.next_event()) is h11.NEED_DATA:
        data = guard.read()
        if not data and state.their_state is h11.SEND_RESPONSE:
            raise h11.RemoteProtocolError("the connection was closed before an answer")
        state.receive_data(data)
    return event


def _refuse_leftover(guard: Guard, method: str, status: int, headers: framing.RawHeaders) -> None:
    # A target that says it closes does so at once; one that does not is not waited for.
    closes = any(k.lower() == b"connection" and v.lower() == b"close" for k, v in headers)
    guard.read_ahead(_LAST_WORDS_S if closes else 0)
    count = framing.leftover(bytes(guard.wire), method=method, status=status, headers=headers)
    if count:
        raise framing.leftover_fault(count, method=method, status=status)


def _silence_loggers() -> None:
    """Keep whole URLs and headers out of other people's log files: these loggers write them."""
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "h11", "hpack"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
