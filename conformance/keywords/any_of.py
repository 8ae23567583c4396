"""anyOf."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.kinds import SAMPLES
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "anyOf",
    source="JSON Schema Core 2020-12, section 10.2.1.2",
    words="{site} fits one of: {value}",
)
def any_of(branches: list[Json], site: Site) -> Iterator[Obligation]:
    """A value of each branch is accepted, a value of none is refused."""
    for index, branch in enumerate(branches):
        found = site.value(branch)
        if found is not None:
            yield must_accept(f"branch-{index}", Put(found[0]), f"branch {index} is one")
    for name in SAMPLES:
        asked = {"type": name, "not": {"anyOf": branches}}
        other = site.value(asked, without=("anyOf",))
        if other is not None:
            words = f"no branch takes this {name}"
            yield must_refuse(f"no-branch-{name}", Put(other[0]), words, lead=True)
