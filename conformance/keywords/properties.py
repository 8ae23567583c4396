"""properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


@keyword(
    "properties",
    source="JSON Schema Core 2020-12, section 10.3.2.1",
    words="{site} may carry its declared properties together",
)
def properties(declared: Mapping[str, Json], site: Site) -> Iterator[Obligation]:
    """Which properties go together is placed by `conformance.cases`, which knows whole bodies."""
    yield from ()
