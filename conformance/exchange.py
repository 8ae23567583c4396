"""What goes to the target and what comes back: frozen values, no I/O."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Final, Literal

from msgspec import Struct

Phase = Literal["resolve", "connect", "tls", "send", "receive", "framing"]

NO_KEY: Final = "no-key-of-anybody"
"""What is sent in the place of a key to see whether the target looks at it; never a secret."""

NO_USER: Final = "bm9ib2R5Om5vLWtleS1vZi1hbnlib2R5"
"""The same as the credentials of Basic: base64 of `nobody` and NO_KEY (RFC 7617, section 2)."""


_UNREACHED: Final = frozenset({"resolve", "connect", "tls"})
"""Phases in which nothing of a request was sent yet."""


class Request(Struct, frozen=True, dict=True, cache_hash=True):
    """One complete request, but for what the run adds to all of them (authority, credentials).

    `path` is the origin-form below the target's URL, query included: `/v1/account_links`.
    `body` is None where no body is sent at all, which is not the same as an empty one. `without`
    names what the run is not to add to it: `header:authorization`, `query:api_key`, `cookie:sid`.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    chunked: bool = False
    without: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """The value of the content-type header, or the empty string."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of everything that is sent: two requests with one digest are the same."""
        parts = (self.method, self.path, repr(self.headers), repr(self.chunked), repr(self.body))
        return hashlib.sha256("\n".join((*parts, *self.without)).encode()).hexdigest()


class Response(Struct, frozen=True):
    """A complete, well-framed HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of the header `name` (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Fault(Struct, frozen=True):
    """The target broke HTTP, or no answer came: `code` is stable, `sentence` is for people."""

    code: str
    phase: Phase
    sentence: str


class Exchange(Struct, frozen=True):
    """A request with its response, or with the fault that came instead.

    `attempts` counts deliveries (retries after 429 or a refused connection included).
    `elapsed_ms` ends when the answer was read; judging the one before may be a part of it.
    `received_at` is wall clock, seconds since the epoch, for display and for prose clauses.
    `redirects` says that the contract documents the redirect that came.
    """

    request: Request
    response: Response | None
    fault: Fault | None
    elapsed_ms: float
    received_at: float
    attempts: int = 1
    redirects: bool = False

    @property
    def unreached(self) -> bool:
        """Whether no byte of the request has come to the target: nobody was there."""
        return self.fault is not None and self.fault.phase in _UNREACHED

    @property
    def accepted(self) -> bool:
        """Whether the target said yes (RFC 9110, section 15.3), or went on as documented."""
        return self.succeeded or self.redirects

    @property
    def succeeded(self) -> bool:
        """Whether the target said yes, without sending anybody elsewhere."""
        return self.response is not None and 200 <= self.response.status < 300  # noqa: PLR2004

    @property
    def refused(self) -> bool:
        """Whether the target said no and blamed the request (RFC 9110, section 15.5)."""
        return self.response is not None and 400 <= self.response.status < 500  # noqa: PLR2004
