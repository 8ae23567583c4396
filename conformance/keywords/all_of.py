"""allOf."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword, through_members
from conformance.obligation import Obligation, Site


@keyword(
    "allOf",
    source="JSON Schema Core 2020-12, section 10.2.1.1",
    words="{site} fits every schema of: {value}",
    idle=through_members,
)
def all_of(branches: list[Json], site: Site) -> Iterator[Obligation]:
    """What each schema owes stands at a site of its own; a schema `false` forbids everything."""
    yield from ()
