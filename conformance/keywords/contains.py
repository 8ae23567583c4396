"""contains."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "contains",
    source="JSON Schema Core 2020-12, section 10.3.1.3",
    words="{site} holds an item that fits: {value}",
)
def contains(wanted: Json, site: Site) -> Iterator[Obligation]:
    """One item that fits is enough, wherever it stands; how many is a matter of minContains."""
    ours = ("contains", "minContains", "maxContains")
    found = site.value({"type": "array"})
    if found is not None:
        yield must_accept("held", Put(found[0]), "an item fits")
    if site.schema.get("minContains", 1) == 0:
        return
    for name, count in (("not-held", 1), ("held-by-none-of-two", 2), ("empty", 0)):
        asked = {"type": "array", "minItems": count, "maxItems": count}
        other = site.value({**asked, "items": {"not": wanted}}, without=ours)
        if other is not None:
            lead = name == "not-held"
            yield must_refuse(name, Put(other[0]), f"none of {count} items fits", lead=lead)
