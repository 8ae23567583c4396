"""minProperties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Change, Keep, Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "minProperties",
    source="JSON Schema Validation 2020-12, section 6.5.2",
    words="{site} has at least {value} members",
    idle=forbids_nothing,
)
def min_properties(limit: int, site: Site) -> Iterator[Obligation]:
    """One member too few is refused."""
    least = site.value({"type": "object", "minProperties": limit, "maxProperties": limit})
    nearest: Change = Keep()
    if least is not None:
        nearest = Put(least[0])
        yield must_accept("at-limit", nearest, f"{limit} members are enough")
    if limit == 0:
        return
    for name, count in (("too-few", limit - 1), ("none", 0)):
        wanted = {"type": "object", "minProperties": count, "maxProperties": count}
        found = site.value(wanted, without=("minProperties",))
        if found is not None:
            words = f"{count} members are too few"
            change = Put(found[0])
            yield must_refuse(name, change, words, nearest=nearest, lead=name == "too-few")
