"""propertyNames."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword, through_schema
from conformance.obligation import Obligation, Site, With, must_refuse


@keyword(
    "propertyNames",
    source="JSON Schema Core 2020-12, section 10.3.2.4",
    words="every name in {site} fits: {value}",
    idle=through_schema,
)
def property_names(schema: Json, site: Site) -> Iterator[Obligation]:
    """What a name owes stands at its own site; `false` forbids every name."""
    if schema is False:
        yield must_refuse("any-name", With({"unlisted": "x"}), "no name may be there", lead=True)
