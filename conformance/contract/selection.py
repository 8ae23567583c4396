"""Which operations of a document are asked for: by name, tag, path and method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

from msgspec import Struct

from conformance.errors import NothingSelectedError


class Selectable(Protocol):
    """What an operation is chosen by, before anything of it is derived."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def operation_id(self) -> str:
        """Its operationId as stated, or nothing."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        ...

    @property
    def path(self) -> str:
        """Its path, with braces."""
        ...

    @property
    def method(self) -> str:
        """Its method."""
        ...


_Chosen = TypeVar("_Chosen", bound=Selectable)


class Selection(Struct, frozen=True):
    """Patterns as in a shell (`*`, `?`, `[abc]`); none of a kind means all.

    An operation is chosen that fits one pattern of every kind. Names are operationIds or ids;
    methods are the same in any case.
    """

    operations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.operations or self.tags or self.paths or self.methods)

    def chosen(self, entries: Sequence[_Chosen]) -> list[_Chosen]:
        """Return those of `entries` that are asked for, in their order.

        Raises NothingSelectedError, with the nearest names, for a pattern that nothing fits, and
        where no operation fits all kinds.
        """
        left = list(entries)
        for flag, patterns, names in self._kinds():
            for pattern in patterns:
                if not any(_fits(name, pattern) for entry in entries for name in names(entry)):
                    raise _nothing(flag, pattern, entries, names)
            if patterns:
                left = [
                    entry
                    for entry in left
                    if any(_fits(name, each) for name in names(entry) for each in patterns)
                ]
        if not left:
            raise NothingSelectedError(
                "no operation fits everything that was asked for: " + self._shown(),
                "Each kind of option fits some operation, but none fits all of them.",
            )
        return left

    def _kinds(
        self,
    ) -> tuple[tuple[str, tuple[str, ...], Callable[[Selectable], tuple[str, ...]]], ...]:
        return (
            ("--operation", self.operations, lambda each: (each.operation_id, each.id)),
            ("--tag", self.tags, lambda each: each.tags),
            ("--path", self.paths, lambda each: (each.path,)),
            ("--method", tuple(m.upper() for m in self.methods), lambda e: (e.method.upper(),)),
        )

    def _shown(self) -> str:
        return ", ".join(f"{flag}={each}" for flag, given, _ in self._kinds() for each in given)


def _fits(name: str, pattern: str) -> bool:
    # A name may hold what a pattern means otherwise: it always fits itself.
    return bool(name) and (name == pattern or fnmatchcase(name, pattern))


def _nothing(
    flag: str,
    pattern: str,
    entries: Sequence[Selectable],
    names: Callable[[Selectable], tuple[str, ...]],
) -> NothingSelectedError:
    from difflib import get_close_matches  # noqa: PLC0415  (only for this message)

    known = list(dict.fromkeys(name for entry in entries for name in names(entry) if name))
    near = get_close_matches(pattern, known, n=3, cutoff=0.4) or known[:3]
    return NothingSelectedError(
        f'the contract has no operation that {flag} "{pattern}" fits',
        f"The nearest are: {', '.join(near)}." if near else "It has none of that kind at all.",
    )


EVERYTHING = Selection()
