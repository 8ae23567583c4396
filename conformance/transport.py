"""httpx's transport over one guarded connection a request. Importing it imports httpx.

The client around it is left out: what that adds (redirects, cookies, proxies, decoding, the
environment) is what a request of this suite must not have.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

import httpcore
import httpx

from conformance import framing
from conformance.address import TargetUrl
from conformance.errors import SuiteError
from conformance.exchange import Response
from conformance.framing import FaultError
from conformance.guard import Guard

_LAST_WORDS_S: Final = 0.01
"""So long a target that has said that it closes the connection may take to do it."""


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
        self._scheme, self._host = url.scheme.encode("ascii"), url.host.encode("ascii")
        self._port = url.port
        self._origin = httpcore.Origin(self._scheme, self._host, url.port)
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

    def exchange(self, request: httpx.Request, guard: Guard) -> Response:
        """Send `request` through `guard`, and return the complete response."""
        request.extensions["guard"] = guard
        answer = self.handle_request(request)
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers.raw)
        # The stream: httpx would decode what a content-encoding names, even where there is no body.
        stream = cast("Iterable[bytes]", answer.stream)
        return Response(answer.status_code, headers, b"".join(stream))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the complete response to `request`."""
        guard: Guard = request.extensions["guard"]
        # No pool: there is nothing to keep, and it would cost a fifth of the time.
        connection = httpcore.HTTPConnection(
            self._origin, ssl_context=self._tls, network_backend=guard
        )
        try:
            return _exchange(connection, guard, self._on_the_wire(request))
        except httpcore.RemoteProtocolError:
            raise framing.diagnose(bytes(guard.wire), ended=guard.ended) from None
        except httpcore.LocalProtocolError as problem:
            raise SuiteError(f"the suite made a request that is not HTTP: {problem}") from problem
        finally:
            guard.close()

    def _on_the_wire(self, request: httpx.Request) -> httpcore.Request:
        return httpcore.Request(
            request.method.encode("ascii"),
            httpcore.URL(
                scheme=self._scheme,
                host=self._host,
                port=self._port,
                target=request.extensions["target"],
            ),
            headers=request.headers.raw,
            content=cast("Iterable[bytes]", request.stream),
        )


def _exchange(
    connection: httpcore.HTTPConnection, guard: Guard, request: httpcore.Request
) -> httpx.Response:
    answer = connection.handle_request(request)
    method = request.method.decode("ascii")
    guard.in_head = False
    framing.check_interim(bytes(guard.wire))
    framing.check_head(
        version=answer.extensions.get("http_version", b"HTTP/1.1"),
        status=answer.status,
        headers=answer.headers,
        method=method,
        limits=guard.limits,
    )
    body = bytearray()
    for part in answer.iter_stream():
        body += part
        guard.deadline.left("receive")  # many small chunks in one read cost time too
        if len(body) > guard.limits.body_bytes:
            raise FaultError(
                "too-large", "framing", f"the body is over {guard.limits.body_bytes} bytes"
            )
    if guard.peer is not None and not guard.ended:
        _refuse_leftover(guard, method, answer)
    return httpx.Response(
        answer.status, headers=answer.headers, stream=httpx.ByteStream(bytes(body))
    )


def _refuse_leftover(guard: Guard, method: str, answer: httpcore.Response) -> None:
    # A target that says it closes does so at once; one that does not is not waited for.
    closes = any(k.lower() == b"connection" and v.lower() == b"close" for k, v in answer.headers)
    guard.read_ahead(_LAST_WORDS_S if closes else 0)
    count = framing.leftover(
        bytes(guard.wire), method=method, status=answer.status, headers=answer.headers
    )
    if count:
        raise framing.leftover_fault(count, method=method, status=answer.status)


def _silence_loggers() -> None:
    """Keep whole URLs and headers out of other people's log files: these loggers write them."""
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "h11", "hpack"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
