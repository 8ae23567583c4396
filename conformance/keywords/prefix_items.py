"""prefixItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword, through_members
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "prefixItems",
    source="JSON Schema Core 2020-12, section 10.3.1.1",
    words="the first items of {site} fit: {value}",
    idle=through_members,
)
def prefix_items(schemas: list[Json], site: Site) -> Iterator[Obligation]:
    """What each item owes stands at its own site; fewer items than schemas are fine."""
    for count in dict.fromkeys((len(schemas), len(schemas) - 1, 0)):
        found = site.value({"type": "array", "minItems": count, "maxItems": count})
        if found is not None:
            yield must_accept(f"first-{count}", Put(found[0]), f"{count} items fit")
    for index, schema in enumerate(schemas):
        if schema is False:
            free = {**site.schema, "prefixItems": schemas[:index]}
            asked = {"type": "array", "minItems": index + 1, "maxItems": index + 1}
            other = site.value(free, asked, without=("prefixItems",))
            if other is not None:
                yield must_refuse(f"forbidden-{index}", Put(other[0]), f"item {index} may not be")
