"""maxProperties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.counts import too_many
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


@keyword(
    "maxProperties",
    source="JSON Schema Validation 2020-12, section 6.5.1",
    words="{site} has at most {value} members",
)
def max_properties(limit: int, site: Site) -> Iterator[Obligation]:
    """One member too many is refused."""
    return too_many(limit, site, "object")
