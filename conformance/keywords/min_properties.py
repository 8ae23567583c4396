"""minProperties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.counts import too_few
from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Obligation, Site


@keyword(
    "minProperties",
    source="JSON Schema Validation 2020-12, section 6.5.2",
    words="{site} has at least {value} members",
    idle=forbids_nothing,
)
def min_properties(limit: int, site: Site) -> Iterator[Obligation]:
    """One member too few is refused."""
    return too_few(limit, site, "object")
