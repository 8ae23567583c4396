"""maximum."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.limits import beyond
from conformance.obligation import Obligation, Site


@keyword(
    "maximum",
    source="JSON Schema Validation 2020-12, section 6.2.2",
    words="{site} is at most {value}",
)
def maximum(limit: float, site: Site) -> Iterator[Obligation]:
    """The limit itself is inside; what is just above it is not."""
    yield from beyond(site, "maximum", limit, above=True, excluded=False)
