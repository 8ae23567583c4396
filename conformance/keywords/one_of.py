"""oneOf."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from conformance.branches import each_branch, no_branch
from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_refuse

_PAIRS = 6


@keyword(
    "oneOf",
    source="JSON Schema Core 2020-12, section 10.2.1.3",
    words="{site} fits exactly one of: {value}",
)
def one_of(branches: list[Json], site: Site) -> Iterator[Obligation]:
    """A value of each branch is accepted; a value of none is refused, and one of two as well."""
    yield from each_branch(branches, site)
    yield from no_branch(branches, site, "oneOf")
    for (one, first), (two, second) in islice(combinations(enumerate(branches), 2), _PAIRS):
        both = site.value(first, second, without=("oneOf",))
        if both is not None:
            words = f"branches {one} and {two} both take it"
            yield must_refuse(f"branches-{one}-{two}", Put(both[0]), words, lead=True)
