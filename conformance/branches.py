"""What anyOf and oneOf both oblige to: each branch is one way, and what no branch takes is none."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.kinds import SAMPLES
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


def each_branch(branches: list[Json], site: Site) -> Iterator[Obligation]:
    """Yield that a value of each branch is accepted."""
    for index, branch in enumerate(branches):
        if (found := site.value(branch)) is not None:
            yield must_accept(f"branch-{index}", Put(found[0]), f"branch {index} is one")


def no_branch(branches: list[Json], site: Site, keyword: str) -> Iterator[Obligation]:
    """Yield that a value of each type that no branch of `keyword` takes is refused."""
    for name in SAMPLES:
        asked = {"type": name, "not": {"anyOf": branches}}
        if (other := site.value(asked, without=(keyword,))) is not None:
            words = f"no branch takes this {name}"
            yield must_refuse(f"no-branch-{name}", Put(other[0]), words, lead=True)
