"""exclusiveMinimum."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.limits import beyond
from conformance.obligation import Obligation, Site


@keyword(
    "exclusiveMinimum",
    source="JSON Schema Validation 2020-12, section 6.2.5",
    words="{site} is more than {value}",
)
def exclusive_minimum(limit: float, site: Site) -> Iterator[Obligation]:
    """The limit itself is outside."""
    yield from beyond(site, "exclusiveMinimum", limit, above=False, excluded=True)
