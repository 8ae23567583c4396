"""Idempotency keys: a request that is delivered twice is done once.

With one, a delivery of which no byte of an answer came may be repeated (the IETF draft "The
Idempotency-Key HTTP Header Field", section 2). A replay of a failure is another request, with
another key: a provider that keeps its answers would only give the kept one again.
"""

from __future__ import annotations

import uuid

from msgspec import Struct
from msgspec.structs import replace

from conformance.exchange import Request


class Once(Struct, frozen=True):
    """Gives every POST a key of its own in the header `name`; without a name it does nothing."""

    name: str = ""

    def keyed(self, request: Request) -> Request:
        """Return `request` with a new key, or as it is where it has one or is to have none."""
        if not self.name or request.method != "POST" or self.holds(request):
            return request
        return replace(request, headers=(*request.headers, (self.name, str(uuid.uuid4()))))

    def holds(self, request: Request) -> bool:
        """Whether `request` has a key."""
        return any(name.lower() == self.name.lower() for name, _ in request.headers)
