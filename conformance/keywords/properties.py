"""properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword, through_members
from conformance.obligation import Obligation, Site, With, must_refuse


@keyword(
    "properties",
    source="JSON Schema Core 2020-12, section 10.3.2.1",
    words="{site} may carry its declared properties together",
    idle=through_members,
)
def properties(declared: Mapping[str, Json], site: Site) -> Iterator[Obligation]:
    """Which properties go together is placed by `conformance.cases`, which knows whole bodies.

    A property whose schema is `false` may not be there at all.
    """
    for name, schema in declared.items():
        if schema is False:
            words = f"{name} may not be sent"
            change = With({name: "x"})
            yield must_refuse("forbidden", change, words, subject=name, lead=True, culprits=(name,))
