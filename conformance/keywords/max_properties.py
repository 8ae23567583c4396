"""maxProperties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Change, Keep, Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "maxProperties",
    source="JSON Schema Validation 2020-12, section 6.5.1",
    words="{site} has at most {value} members",
)
def max_properties(limit: int, site: Site) -> Iterator[Obligation]:
    """One member too many is refused."""
    full = site.value({"type": "object", "minProperties": limit, "maxProperties": limit})
    nearest: Change = Keep()
    if full is not None:
        nearest = Put(full[0])
        yield must_accept("at-limit", nearest, f"{limit} members are not too many")
    for name, count in (("over-limit", limit + 1), ("far-over-limit", 2 * limit + 10)):
        wanted = {"type": "object", "minProperties": count, "maxProperties": count}
        found = site.value(wanted, without=("maxProperties",))
        if found is not None:
            words = f"{count} members are too many"
            change = Put(found[0])
            yield must_refuse(name, change, words, nearest=nearest, lead=name == "over-limit")
