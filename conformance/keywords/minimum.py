"""minimum."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.limits import beyond
from conformance.obligation import Obligation, Site


@keyword(
    "minimum",
    source="JSON Schema Validation 2020-12, section 6.2.4",
    words="{site} is at least {value}",
)
def minimum(limit: float, site: Site) -> Iterator[Obligation]:
    """The limit itself is inside; what is just below it is not."""
    yield from beyond(site, "minimum", limit, above=False, excluded=False)
