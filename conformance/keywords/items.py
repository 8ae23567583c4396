"""items."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword, through_schema
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "items",
    source="JSON Schema Core 2020-12, section 10.3.1.2",
    words="every item of {site} obeys its schema",
    idle=through_schema,
)
def items(schema: Json, site: Site) -> Iterator[Obligation]:
    """What an item owes stands at its own site; `false` forbids items behind the first ones."""
    if schema is not False:
        return
    first = len(site.schema.get("prefixItems", ()))
    full = site.value({"type": "array", "minItems": first, "maxItems": first})
    if full is None:
        return
    yield must_accept("no-more", Put(full[0]), f"{first} items are all there may be")
    for name, more in (("one-more", ["x"]), ("two-more", ["x", "y"])):
        words, nearest = f"no item may stand behind the first {first}", Put(full[0])
        lead = name == "one-more"
        yield must_refuse(name, Put([*full[0], *more]), words, nearest=nearest, lead=lead)
