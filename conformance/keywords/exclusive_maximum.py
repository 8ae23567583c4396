"""exclusiveMaximum."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.limits import beyond
from conformance.obligation import Obligation, Site


@keyword(
    "exclusiveMaximum",
    source="JSON Schema Validation 2020-12, section 6.2.3",
    words="{site} is less than {value}",
)
def exclusive_maximum(limit: float, site: Site) -> Iterator[Obligation]:
    """The limit itself is outside."""
    yield from beyond(site, "exclusiveMaximum", limit, above=True, excluded=True)
