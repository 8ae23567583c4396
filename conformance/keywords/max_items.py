"""maxItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.counts import too_many
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


@keyword(
    "maxItems",
    source="JSON Schema Validation 2020-12, section 6.4.1",
    words="{site} has at most {value} items",
)
def max_items(limit: int, site: Site) -> Iterator[Obligation]:
    """One item too many is refused."""
    return too_many(limit, site, "array")
