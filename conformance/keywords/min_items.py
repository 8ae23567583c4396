"""minItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Change, Keep, Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "minItems",
    source="JSON Schema Validation 2020-12, section 6.4.2",
    words="{site} has at least {value} items",
    idle=forbids_nothing,
)
def min_items(limit: int, site: Site) -> Iterator[Obligation]:
    """One item too few is refused."""
    least = site.value({"type": "array", "minItems": limit, "maxItems": limit})
    nearest: Change = Keep()
    if least is not None:
        nearest = Put(least[0])
        yield must_accept("at-limit", nearest, f"{limit} items are enough")
    if limit == 0:
        return
    for name, count in (("too-few", limit - 1), ("none", 0)):
        wanted = {"type": "array", "minItems": count, "maxItems": count}
        found = site.value(wanted, without=("minItems",))
        if found is not None:
            words = f"{count} items are too few"
            change = Put(found[0])
            yield must_refuse(name, change, words, nearest=nearest, lead=name == "too-few")
