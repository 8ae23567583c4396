"""Building values from flat schemas: the candidates of `conformance.example`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from conformance.contract.model import Json
from conformance.errors import NoExampleError
from conformance.flat import Flat, flats
from conformance.formats import is_known
from conformance.kinds import kinds_of, settled, text_of
from conformance.words import numbers, of_pattern, texts

Fits = Callable[[Sequence[Json], Json], bool]
"""Whether a value is valid under all of some schemas."""

DEPTH = 6
"""How deep the fullest value goes where a schema contains itself."""

MOST_TRIES = 80
_DEEPEST = 40
_MOST_ITEMS = 2000

MOST_MEMBERS = 25_000
"""A value with more items or members than that is not made: it would be a test of memory."""

_MOST_ASKED = 20_000
"""So many values within one value: a chain of members twice as wide at each step is as good as
endless long before it is deep."""

_FEW = 6


class EndlessError(Exception):
    """A value goes deeper than any that ends."""


class Maker:
    """Builds values; a careful one asks the validator about every part of them."""

    def __init__(self, fits: Fits, root: Json, *, careful: bool) -> None:
        self._fits = fits
        self._root = root
        self._careful = careful
        self._asked = 0

    def candidates(self, parts: Sequence[Json], depth: int, *, full: bool) -> Iterator[Json]:
        """Yield values that may fit all of `parts`."""
        self._asked += 1
        if depth > _DEEPEST or self._asked > _MOST_ASKED:
            raise EndlessError
        if any(part is False for part in parts):
            return
        found = flats(parts, self._root)
        for flat in found if self._careful else islice(found, 3):
            if not full or not all(map(is_known, flat.formats)):
                yield from self._shown(flat, parts)
            yield from self._of(flat, depth, full=full)

    def _shown(self, flat: Flat, parts: Sequence[Json]) -> Iterator[Json]:
        """Yield what the contract itself shows, where it is plain and fits."""
        for value in flat.shown:
            plain = isinstance(value, str | int) and not isinstance(value, bool)
            if plain and self._fits(parts, value):
                yield value

    def _of(self, flat: Flat, depth: int, *, full: bool) -> Iterator[Json]:
        if flat.enum is not None:
            yield from (each for each in flat.enum if each not in ("", None))
            yield from (each for each in flat.enum if each in ("", None))
            return
        for kind in kinds_of(flat):
            match kind:
                case "object":
                    yield from self._objects(flat, depth, frozenset(), full=full)
                case "array":
                    yield from self._arrays(flat, depth, full=full)
                case "string":
                    yield from texts(flat)
                case "number" | "integer":
                    yield from numbers(flat, whole=kind == "integer")
                case "boolean":
                    yield from (True, False)
                case _:
                    yield None

    def _one(self, parts: Sequence[Json], depth: int, *, full: bool) -> Json:
        """Return one value of `parts`. Raises NoExampleError."""
        if not parts:
            return "abc"
        for each in islice(self.candidates(parts, depth, full=full), MOST_TRIES):
            if not self._careful or self._fits(parts, each):
                return each
        raise NoExampleError("a member has no value")

    # --- arrays ---

    def _arrays(self, flat: Flat, depth: int, *, full: bool) -> Iterator[Json]:
        wanted = sum(part.get("minContains", 1) for part in flat.parts if "contains" in part)
        least = max(flat.min_items, wanted)
        prefix = max((len(part.get("prefixItems", ())) for part in flat.parts), default=0)
        most = _MOST_ITEMS if flat.max_items is None else flat.max_items
        count = max(1, least, prefix if full else 0)
        if depth > DEPTH:
            count = least
        for size in dict.fromkeys((min(count, most), least, min(count + 1, most), 0)):
            if least <= size <= min(most, MOST_MEMBERS):
                items = self._items(flat, size, depth, full=full)
                if items is not None:
                    yield items

    def _items(self, flat: Flat, size: int, depth: int, *, full: bool) -> list[Json] | None:
        held = [
            part["contains"]
            for part in flat.parts
            if "contains" in part
            for _ in range(part.get("minContains", 1))
        ]
        items: list[Json] = []
        seen: set[str] = set()
        usual: Json = None
        for index in range(size):
            parts = [*flat.item(index), *held[index : index + 1]]
            fixed = index >= len(held) and index and not flat.unique and not self._prefixed(flat)
            if fixed and index > len(held):
                items.append(usual)
                continue
            item = self._item(parts, seen if flat.unique else None, depth + 1, full=full)
            if item is None:
                return None
            usual = item[0]
            seen.add(text_of(usual))
            items.append(usual)
        return items

    @staticmethod
    def _prefixed(flat: Flat) -> bool:
        return any("prefixItems" in part for part in flat.parts)

    def _item(
        self, parts: list[Json], taken: set[str] | None, depth: int, *, full: bool
    ) -> tuple[Json] | None:
        if taken is None:
            try:
                return (self._one(parts, depth, full=full),)
            except NoExampleError:
                return None
        # Different from the others: the kinds of values are gone through until one is new.
        for each in islice(self.candidates(parts or [{}], depth, full=full), len(taken) + 40):
            new = text_of(each) not in taken
            if new and (not self._careful or not parts or self._fits(parts, each)):
                return (each,)
        return None

    # --- objects ---

    def _objects(
        self, flat: Flat, depth: int, done: frozenset[str], *, full: bool
    ) -> Iterator[Json]:
        names = self._names(flat, depth, full=full)
        for name in list(names):
            names |= dict.fromkeys(flat.together.get(name, ()))
        triggered = {name for name in names if name in flat.dependent and name not in done}
        if triggered:
            more = [schema for name in triggered for schema in flat.dependent[name]]
            for inner in flats([*settled(flat.parts), *more], self._root):
                yield from self._objects(inner, depth, done | triggered, full=full)
            if triggered & flat.required.keys():
                return
            names = {name: None for name in names if name not in triggered}
        value = self._object(flat, names, depth, full=full)
        if value is not None:
            yield value
            if self._careful:
                yield from self._others(flat, value, names, depth, full=full)

    def _others(
        self,
        flat: Flat,
        value: dict[str, Json],
        names: Mapping[str, None],
        depth: int,
        *,
        full: bool,
    ) -> Iterator[Json]:
        """Yield objects that differ from `value`: grown, with other values, with fewer members."""
        if full:
            yield from self._grown(flat, names, depth)
        for name in names:
            parts = flat.member(name) or [{}]
            for each in islice(self.candidates(parts, depth + 1, full=False), _FEW):
                yield {**value, name: each}
        for extra in flat.declared():
            added = self._object(flat, {**names, extra: None}, depth, full=False)
            if added is not None and extra not in value:
                yield added
        least = self._object(flat, flat.required, depth, full=False)
        if least is not None:
            yield least
            yield {**least, "key": "x"}

    def _grown(self, flat: Flat, names: Mapping[str, None], depth: int) -> Iterator[Json]:
        """Yield the object that takes every member that may stand beside those before it."""
        value = self._object(flat, flat.required, depth, full=True)
        if value is None:
            return
        for name in names:
            if name not in value:
                more = self._object(flat, {**dict.fromkeys(value), name: None}, depth, full=True)
                if more is not None and self._fits(flat.parts, more):
                    value = more
        yield value

    def _names(self, flat: Flat, depth: int, *, full: bool) -> dict[str, None]:
        """Return the names to fill in: required ones, all for the fullest, some where few."""
        declared = flat.declared()
        most = flat.max_properties
        wanted = full and depth < DEPTH
        names = {name: None for name in declared if name in flat.required}
        names |= dict.fromkeys(flat.required)
        for name in declared:
            free = wanted or (not names and depth) or len(names) < flat.min_properties
            if free and (most is None or len(names) < most) and self._named(flat, name):
                names[name] = None
        if wanted:  # in the order of the contract
            names = {**{n: None for n in declared if n in names}, **names}
        maps = any(isinstance(p.get("additionalProperties"), Mapping) for p in flat.parts)
        maps |= any("patternProperties" in part for part in flat.parts)
        least = max(flat.min_properties, 1 if not names and maps and 0 < depth < DEPTH else 0)
        if len(names) < least:
            others = (each for each in self._free_names(flat) if each not in names)
            names |= dict.fromkeys(islice(others, least - len(names)))
        return names

    def _named(self, flat: Flat, name: str) -> bool:
        return not flat.names or self._fits(flat.names, name)

    def _free_names(self, flat: Flat) -> Iterator[str]:
        """Yield names that are not declared, fit for the object's patterns and names."""
        patterns = (p for part in flat.parts for p in part.get("patternProperties", ()))
        tries = [text for pattern in patterns for text in islice(of_pattern(pattern), 20)]
        if flat.names:
            named = self.candidates([{"type": "string"}, *flat.names], 0, full=False)
            more: Iterable[Json] = islice(named, 40)
        else:
            more = (f"key{number or ''}" for number in range(MOST_MEMBERS))
        taken = flat.declared()
        for each in chain(tries, more):
            if isinstance(each, str) and each not in taken and self._named(flat, each):
                yield each

    def _object(
        self, flat: Flat, names: Mapping[str, None], depth: int, *, full: bool
    ) -> dict[str, Json] | None:
        value = {}
        for name in names:
            try:
                value[name] = self._one(flat.member(name), depth + 1, full=full)
            except NoExampleError:
                if name in flat.required:
                    return None
        return value
