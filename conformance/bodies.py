"""Placing one change in a complete body, in several contexts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any
from zlib import crc32

from conformance.contract.model import Content, Json
from conformance.example import NoExampleError, fullest, smallest
from conformance.obligation import ITEM, Change
from conformance.schema import dereference

_FEW = 5
"""Up to so many optional properties, every pair and triple is sent by itself."""

_MOST_FACTORS = 24
"""Pairs are covered over so many optional properties; the others ride in the fullest body."""


@dataclass(frozen=True, slots=True)
class Context:
    """A valid body that surrounds a violation; `name` is stable and made of words."""

    name: str
    body: Mapping[str, Json]
    alone: tuple[tuple[str, Json], ...] = ()

    @property
    def words(self) -> str:
        """The optional properties that it carries, for people."""
        return ", ".join(name for name, _ in self.alone) or "nothing optional"


class Bodies:
    """Valid bodies of one content. Raises NoExampleError where not even the smallest is found."""

    def __init__(self, content: Content) -> None:
        self.schema = content.schema if isinstance(content.schema, Mapping) else {}
        self.smallest: Json = smallest(self.schema, self.schema)
        try:
            self.fullest: Json = fullest(self.schema, self.schema)
        except NoExampleError:
            self.fullest = self.smallest
        full = self.fullest if isinstance(self.fullest, dict) else {}
        least = self.smallest if isinstance(self.smallest, dict) else {}
        self.optional: dict[str, Json] = {n: v for n, v in full.items() if n not in least}
        if full:
            self.fullest = self.with_optional(self.optional)

    def members(self, name: str) -> list[Json]:
        """Return the values worth varying of a property: its enum members, or one example."""
        schema = dereference(self.schema.get("properties", {}).get(name, {}), self.schema)
        listed = schema.get("enum", ()) if isinstance(schema, Mapping) else ()
        members = [member for member in listed if member not in ("", None)][:6]
        return members or [self.optional.get(name, self.fullest.get(name))]

    def with_optional(self, chosen: Mapping[str, Json]) -> dict[str, Json]:
        """Return the smallest body with `chosen` members, in the usual order."""
        body: dict[str, Json] = self.ordered({**self.smallest, **chosen})
        return body

    def ordered(self, body: Json) -> Json:
        """Return `body` in the usual order: required members, optional ones, unknown ones."""
        if not isinstance(body, dict):
            return body
        usual = [*self.smallest, *self.optional]
        return {name: body[name] for name in dict.fromkeys([*usual, *body]) if name in body}

    def combinations(self) -> Iterator[Context]:
        """Yield optional properties sent together: each pair and triple, or a covering array."""
        if len(self.optional) <= _FEW:
            for size in range(2, min(3, len(self.optional)) + 1):
                for names in combinations(self.optional, size):
                    chosen = {name: self.optional[name] for name in names}
                    yield Context(
                        _label("with", names),
                        self.with_optional(chosen),
                        tuple(chosen.items()),
                    )
        if len(self.optional) > 1:
            yield Context("fullest", self.fullest, tuple(self.optional.items()))
        yield from self.rows

    @cached_property
    def rows(self) -> tuple[Context, ...]:
        """Return a pairwise covering array over optional properties (or absent) and enum values."""
        factors: dict[str, list[Any]] = {}
        for name in [*self.optional][:_MOST_FACTORS]:
            factors[name] = [None, *((member,) for member in self.members(name))]
        for name in self.smallest if isinstance(self.smallest, dict) else ():
            if len(members := self.members(name)) > 1:
                factors[name] = [(member,) for member in members]
        rows = []
        for row in _pairwise([*factors.values()]):
            chosen = {
                name: value[0]
                for name, value in zip(factors, row, strict=True)
                if value is not None
            }
            body = self.with_optional(chosen)
            rows.append(Context(_label("mix", [repr(chosen)]), body, tuple(chosen.items())))
        return tuple(rows)


def _label(word: str, names: Iterable[str]) -> str:
    return f"{word}-{crc32(' '.join(names).encode()):08x}"


def _pairwise(factors: list[list[Any]]) -> list[list[Any]]:
    if len(factors) < 2:  # noqa: PLR2004  (a pair needs two)
        return [[value] for value in factors[0]] if factors else []
    from allpairspy import AllPairs  # type: ignore[import-untyped]  # noqa: PLC0415  # it has none

    return [list(row) for row in AllPairs(factors)]


def place(
    body: Json, path: tuple[str, ...], change: Change, samples: Samples, position: int = 0
) -> Json:
    """Return `body` with the value at `path` changed; what is missing on the way is filled in.

    `position` is the index that ITEM stands for; a shorter array is filled with its first item.
    """
    return _place(body, path, change, samples, (), position)


Samples = Mapping[tuple[str, ...], Json]
"""An ordinary valid value for each instance location."""


def _place(
    value: Json,
    path: tuple[str, ...],
    change: Change,
    samples: Samples,
    done: tuple[str, ...],
    position: int,
) -> Json:
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    here = (*done, step)
    sample = samples.get(here, "x")
    if step == ITEM:
        items = list(value) if isinstance(value, list) and value else [sample]
        items += [items[0]] * (position + 1 - len(items))
        items[position] = _place(items[position], rest, change, samples, here, position)
        return items
    members = dict(value) if isinstance(value, dict) else {}
    members[step] = _place(members.get(step, sample), rest, change, samples, here, position)
    return members


def moved(body: Json, name: str, *, first: bool) -> Json:
    """Return `body` with its member `name` first or last."""
    if not isinstance(body, dict) or name not in body:
        return body
    rest = {key: value for key, value in body.items() if key != name}
    return {name: body[name], **rest} if first else {**rest, name: body[name]}
