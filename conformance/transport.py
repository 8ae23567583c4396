"""httpx's transport over one guarded connection a request. Importing it imports httpx."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

import httpcore
import httpx

from conformance import framing
from conformance.errors import SuiteError
from conformance.framing import FaultError
from conformance.guard import Guard

_PORTS = {"http": 80, "https": 443}
_LAST_WORDS_S: Final = 0.01
"""So long a target that has said that it closes the connection may take to do it."""


class _Parts(httpx.SyncByteStream):
    """A body in as many pieces as it is to have chunks; may be read again."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


class Transport(httpx.BaseTransport):
    """Sends each request on a connection of its own: the Guard in its extension `guard`.

    Raises FaultError for what the target does wrong, SuiteError where the request is malformed.
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None) -> None:
        self._url = httpx.URL(url)
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

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the complete response to `request`."""
        guard: Guard = request.extensions["guard"]
        url = request.url
        # No pool: there is nothing to keep, and it would cost a fifth of the time.
        connection = httpcore.HTTPConnection(
            httpcore.Origin(url.raw_scheme, url.raw_host, url.port or _PORTS[url.scheme]),
            ssl_context=self._tls,
            network_backend=guard,
        )
        try:
            return _exchange(connection, guard, request)
        except httpcore.RemoteProtocolError:
            raise framing.diagnose(bytes(guard.wire), ended=guard.ended) from None
        except httpcore.LocalProtocolError as problem:
            raise SuiteError(f"the suite made a request that is not HTTP: {problem}") from problem
        finally:
            guard.close()


def _exchange(
    connection: httpcore.HTTPConnection, guard: Guard, request: httpx.Request
) -> httpx.Response:
    url = request.url
    answer = connection.handle_request(
        httpcore.Request(
            request.method.encode("ascii"),
            httpcore.URL(
                scheme=url.raw_scheme,
                host=url.raw_host,
                port=url.port,
                target=request.extensions["target"],
            ),
            headers=request.headers.raw,
            content=cast("Iterable[bytes]", request.stream),
        )
    )
    guard.in_head = False
    framing.check_interim(bytes(guard.wire))
    framing.check_head(
        version=answer.extensions.get("http_version", b"HTTP/1.1"),
        status=answer.status,
        headers=answer.headers,
        method=request.method,
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
        _refuse_leftover(guard, request.method, answer)
    return httpx.Response(
        answer.status,
        headers=answer.headers,
        stream=httpx.ByteStream(bytes(body)),
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
