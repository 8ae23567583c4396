"""anyOf."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.branches import each_branch, no_branch
from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Site


@keyword(
    "anyOf",
    source="JSON Schema Core 2020-12, section 10.2.1.2",
    words="{site} fits one of: {value}",
)
def any_of(branches: list[Json], site: Site) -> Iterator[Obligation]:
    """A value of each branch is accepted, a value of none is refused."""
    yield from each_branch(branches, site)
    yield from no_branch(branches, site, "anyOf")
