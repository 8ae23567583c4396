"""else."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword, through_schema
from conformance.obligation import Obligation, Put, Site, must_refuse


@keyword(
    "else",
    source="JSON Schema Core 2020-12, section 10.2.2.3",
    words="{site} fits, where its condition does not hold: {value}",
    idle=through_schema,
)
def else_(schema: Json, site: Site) -> Iterator[Obligation]:
    """What the schema owes stands at its own site; `false` forbids the condition's side."""
    condition = site.schema.get("if")
    if schema is not False or condition is None:
        return
    other = site.value({"not": condition}, without=("if", "then", "else"))
    if other is not None:
        yield must_refuse("forbidden", Put(other[0]), "this side may not be", lead=True)
