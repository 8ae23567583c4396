"""respx in the place of the suite's own transport: `@respx.mock(using="conformance")`."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
from respx.mocks import AbstractRequestMocker


class TransportMocker(AbstractRequestMocker):  # type: ignore[misc]  # respx leaves it untyped
    """Answers what `Transport.handle_request` is asked to send."""

    name = "conformance"
    targets: ClassVar[list[str]] = ["conformance.transport.Transport"]
    target_methods: ClassVar[list[str]] = ["handle_request"]

    @classmethod
    def to_httpx_request(cls, **kwargs: Any) -> httpx.Request:  # noqa: ANN401  (respx's own)
        """Return the request as it stands on the wire, its target with it."""
        request: httpx.Request = kwargs["request"]
        url = request.url.copy_with(raw_path=request.extensions["target"])
        return httpx.Request(request.method, url, headers=request.headers, stream=request.stream)

    @classmethod
    def from_sync_httpx_response(
        cls, httpx_response: httpx.Response, target: object, **_: object
    ) -> httpx.Response:
        """Return the response as it is."""
        del target
        return httpx_response
