"""minItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.counts import too_few
from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Obligation, Site


@keyword(
    "minItems",
    source="JSON Schema Validation 2020-12, section 6.4.2",
    words="{site} has at least {value} items",
    idle=forbids_nothing,
)
def min_items(limit: int, site: Site) -> Iterator[Obligation]:
    """One item too few is refused."""
    return too_few(limit, site, "array")
