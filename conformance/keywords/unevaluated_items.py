"""unevaluatedItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


def _allows_all(value: Json) -> str:
    return "allows everything" if value is True or value == {} else ""


@keyword(
    "unevaluatedItems",
    source="JSON Schema Core 2020-12, section 11.2",
    words="items of {site} that no other keyword speaks of fit: {value}",
    idle=_allows_all,
)
def unevaluated_items(schema: Json, site: Site) -> Iterator[Obligation]:
    """An item that no schema beside, in a branch or in `allOf` speaks of is refused by `false`."""
    if schema is True:
        return
    found = site.value({"type": "array"})
    if found is not None:
        yield must_accept("fits", Put(found[0]), "every item is spoken of, or fits")
    for more in range(1, 6):
        ours = ("unevaluatedItems",)
        asked = {"type": "array", "minItems": more, "not": {**site.schema}}
        other = site.value(asked, without=ours)
        if other is not None:
            words = f"an item among {len(other[0])} is spoken of by no schema"
            yield must_refuse(f"more-{more}", Put(other[0]), words, lead=True)
            return
