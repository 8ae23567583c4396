"""maxContains."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "maxContains",
    source="JSON Schema Validation 2020-12, section 6.4.4",
    words="{site} holds at most {value} items that fit what it contains",
)
def max_contains(limit: int, site: Site) -> Iterator[Obligation]:
    """Only items that fit `contains` count; without it, nothing does."""
    if "contains" not in site.schema:
        return
    fitting = {"type": "array", "items": site.schema["contains"]}
    exact = site.value({**fitting, "minItems": limit, "maxItems": limit})
    if exact is not None:
        yield must_accept("at-limit", Put(exact[0]), f"{limit} items fit")
    count = limit + 1
    asked = {**fitting, "minItems": count, "maxItems": count}
    other = site.value(asked, without=("minContains", "maxContains"))
    if other is not None:
        words = f"{count} items fit, one too many"
        yield must_refuse("over-limit", Put(other[0]), words, lead=True)
