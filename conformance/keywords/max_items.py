"""maxItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Change, Keep, Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "maxItems",
    source="JSON Schema Validation 2020-12, section 6.4.1",
    words="{site} has at most {value} items",
)
def max_items(limit: int, site: Site) -> Iterator[Obligation]:
    """One item too many is refused."""
    full = site.value({"type": "array", "minItems": limit, "maxItems": limit})
    nearest: Change = Keep()
    if full is not None:
        nearest = Put(full[0])
        yield must_accept("at-limit", nearest, f"{limit} items are not too many")
    for name, count in (("over-limit", limit + 1), ("far-over-limit", 2 * limit + 10)):
        wanted = {"type": "array", "minItems": count, "maxItems": count}
        found = site.value(wanted, without=("maxItems",))
        if found is not None:
            words = f"{count} items are too many"
            change = Put(found[0])
            yield must_refuse(name, change, words, nearest=nearest, lead=name == "over-limit")
