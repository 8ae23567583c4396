"""items."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


@keyword(
    "items",
    source="JSON Schema Core 2020-12, section 10.3.1.2",
    words="every item of {site} obeys its schema",
)
def items(schema: Json, site: Site) -> Iterator[Obligation]:
    """What an item owes stands at its own site; `conformance.cases` places the positions."""
    yield from ()
