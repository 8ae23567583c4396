"""uniqueItems."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "uniqueItems",
    source="JSON Schema Validation 2020-12, section 6.4.3",
    words="no two items of {site} are equal",
    idle=forbids_nothing,
)
def unique_items(unique: bool, site: Site) -> Iterator[Obligation]:  # noqa: FBT001  (its value)
    """Items are compared as JSON values: `[1, true]` are two, `[1, 1.0]` are one twice."""
    if not unique:
        return
    different = site.value({"type": "array", "minItems": 3}) or site.value({"minItems": 2})
    if different is None or not isinstance(different[0], list) or not different[0]:
        return
    items = different[0]
    yield must_accept("different", Put(items), f"{len(items)} items are all different")
    equal = [("twice", [items[0], items[0]]), ("far-apart", [*items, items[0]])]
    if isinstance(items[0], dict) and len(items[0]) > 1:
        equal.append(("other-order", [items[0], dict(reversed(items[0].items()))]))
    if isinstance(items[0], int) and not isinstance(items[0], bool):
        equal.append(("as-fraction", [items[0], float(items[0])]))
    for name, value in equal:
        alone = Put(value[:-1])
        nearest = alone if site.fits(value[:-1]) else Put(items)
        yield must_refuse(
            name, Put(value), "one item comes twice", nearest=nearest, lead=name == "twice"
        )
