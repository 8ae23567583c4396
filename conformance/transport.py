"""httpcore over one guarded connection a request. Importing it imports httpcore.

Not httpx: what it adds (redirects, cookies, proxies, decoding, the environment) is what a request
of this suite must not have, and it would cost a twentieth of a short run.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from typing import Final

import httpcore

from conformance import framing
from conformance.address import TargetUrl
from conformance.errors import SuiteError
from conformance.exchange import Response
from conformance.framing import FaultError
from conformance.guard import Guard

_LAST_WORDS_S: Final = 0.01
"""So long a target that has said that it closes the connection may take to do it."""


class _Parts:
    """A body in as many pieces as it is to have chunks; may be read again."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


class Transport:
    """Sends each request to `url` on a connection of its own, which is a Guard.

    Raises FaultError for what the target does wrong, SuiteError where the request is malformed.
    """

    def __init__(self, url: TargetUrl, tls: ssl.SSLContext | None) -> None:
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
    ) -> httpcore.Request:
        """Return a request with exactly these headers, `target` byte for byte on its first line.

        Raises SuiteError where HTTP cannot carry it.
        """
        try:
            return httpcore.Request(
                method.encode("ascii"),
                httpcore.URL(
                    scheme=self._scheme,
                    host=self._host,
                    port=self._port,
                    target=target.encode("ascii"),
                ),
                headers=[
                    (name.encode("ascii"), value.encode("latin-1")) for name, value in headers
                ],
                content=_Parts(parts),
            )
        except UnicodeEncodeError as problem:
            message = f"a header or a method that HTTP cannot carry: {problem}"
            raise SuiteError(message) from problem

    def exchange(self, request: httpcore.Request, guard: Guard) -> Response:
        """Send `request` through `guard`, and return the complete response."""
        # No pool: there is nothing to keep, and it would cost a fifth of the time.
        connection = httpcore.HTTPConnection(
            self._origin, ssl_context=self._tls, network_backend=guard
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
    connection: httpcore.HTTPConnection, guard: Guard, request: httpcore.Request
) -> Response:
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
    headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers)
    return Response(answer.status, headers, bytes(body))


def _refuse_leftover(guard: Guard, method: str, answer: httpcore.Response) -> None:
    # A target that says it closes does so at once; one that does not is not waited for.
    closes = any(k.lower() == b"connection" and v.lower() == b"close" for k, v in answer.headers)
    guard.read_ahead(_LAST_WORDS_S if closes else 0)
    count = framing.leftover(
        bytes(guard.wire), method=method, status=answer.status, headers=answer.headers
    )
    if count:
        raise framing.leftover_fault(count, method=method, status=answer.status)
