"""Answers from response schemas: the smallest instance, with what is asked for besides.

Instances are tried until one is valid. Where none is found, because a schema contradicts itself or
is too intricate, the first one is returned all the same: nothing better can be said.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from msgspec import Struct, field

from conformance.reference.keywords import same
from conformance.reference.schema import Checker, Path, types_of
from conformance.reference.texts import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json

LIFETIME_S = 300
DEPTH_LIMIT = 24
_FULL_DEPTH = 9
_TRIES = 200
"""So many values are tried at one place."""

_EFFORT = 4000
"""So many values are tried for one instance, wherever they stand in it."""

_ODD: tuple[Json, ...] = (True, 1, "a", 0.5, [], {}, None)
_FEW = 6
_CHOOSE = ("anyOf", "oneOf")
UNIQUE, FUTURE = "x-conformance-unique", "x-conformance-future"


class Examples(Struct):
    """Makes instances of one schema; a counter makes those that must be unique differ.

    `timely` says that every answer needs another instance than the last one that was made.
    """

    checker: Checker
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    timely: bool = False
    _left: int = 0

    def make(self, schema: Json, wanted: Path = ()) -> Json:
        """Return an instance of `schema` in which the place `wanted` is there.

        `x-conformance-unique` gives a text that no other answer has, `x-conformance-future` a
        time LIFETIME_S seconds ahead (seconds since the epoch).
        """
        self._left = _EFFORT
        return self._one(schema, wanted, 0, full=False)

    def _one(self, schema: Json, wanted: Path, depth: int, *, full: bool) -> Json:
        """Return the first value that fits, the first one tried where none does."""
        first: list[Json] = []
        for value in itertools.islice(self._tries(schema, wanted, depth, full=full), _TRIES):
            self._left -= 1
            if self.checker.valid(schema, value) and _reaches(value, wanted):
                return value
            first = first or [value]
            if self._left < 0:
                break
        return first[0] if first else None

    def _tries(self, schema: Json, wanted: Path, depth: int, *, full: bool) -> Iterator[Json]:
        if not isinstance(schema, dict) or depth > DEPTH_LIMIT:
            yield None
            return
        if "$ref" in schema:
            beside = {name: each for name, each in schema.items() if name not in ("$ref", "$defs")}
            target = self.checker.resolve(schema)
            inner = {**beside, "allOf": [*beside.get("allOf", ()), target]} if beside else target
            yield from self._tries(inner, wanted, depth + 1, full=full)
        elif "const" in schema:
            yield schema["const"]
        elif "enum" in schema:
            yield from schema["enum"]
        elif "allOf" in schema:
            yield from self._tries(merged(self.checker, schema), wanted, depth + 1, full=full)
        elif any(keyword in schema for keyword in _CHOOSE):
            yield from self._chosen(schema, wanted, depth, full=full)
        else:
            for kind in types_of(schema) or _implied(schema):
                yield from self._of_kind(kind, schema, wanted, depth, full=full)

    def _chosen(self, schema: Json, wanted: Path, depth: int, *, full: bool) -> Iterator[Json]:
        """Yield values of each branch, then such as another branch does not take."""
        keyword = next(each for each in _CHOOSE if each in schema)
        beside = {name: each for name, each in schema.items() if name not in (keyword, "$defs")}
        branches = [{**beside, "allOf": [*beside.get("allOf", ()), b]} for b in schema[keyword]]
        found: list[Json] = []
        for more in dict.fromkeys((full, True)):
            for each in branches:
                values = self._tries(each, wanted, depth + 1, full=more)
                for value in itertools.islice(values, _FEW):
                    found.append(value)
                    yield value
        inside = [thing for value in found for thing in _things(value)]
        names = {name for thing in inside if isinstance(thing, dict) for name in thing}
        whole = [merged(self.checker, each) for each in branches]
        names |= {name for each in whole for name in each.get("properties", ())}
        for value in found:
            for thing in _things(value):
                if isinstance(thing, dict):
                    for name, odd in itertools.product(sorted(names), _ODD):
                        changed = {**thing, name: odd}
                        yield [changed] if isinstance(value, list) else changed

    def _of_kind(
        self, kind: str, schema: Json, wanted: Path, depth: int, *, full: bool
    ) -> Iterator[Json]:
        match kind:
            case "object":
                yield from self._objects(schema, wanted, depth, full=full)
            case "array":
                yield from self._arrays(schema, wanted, depth, full=full)
            case "string":
                yield from self._strings(schema)
            case "integer" | "number":
                self.timely |= bool(schema.get(FUTURE))
                yield from _numbers(schema, whole=kind == "integer")
            case "boolean":
                yield True
                yield False
            case _:
                yield None

    def _objects(self, schema: Json, wanted: Path, depth: int, *, full: bool) -> Iterator[Json]:
        needed = dict.fromkeys(schema.get("required", ()))
        if wanted:
            needed[str(wanted[0])] = None
        known = schema.get("properties", {})
        whole = needed | dict.fromkeys(known)
        least = self._object(schema, needed, wanted, depth)
        if full and depth < _FULL_DEPTH and self._left > 0:
            yield self._object(schema, whole, wanted, depth, full=True)
        yield least
        for name in known:
            if name not in needed:
                yield {**least, **self._object(schema, {name: None}, (), depth)}
        yield self._object(schema, whole, wanted, depth)
        more = schema.get("minProperties", 0)
        for size in (more, max(more, 1)):
            names = dict.fromkeys((*needed, *known, *(f"key{n}" for n in range(more + 1))))
            grown = dict.fromkeys([*names][:size])
            yield self._object(schema, needed | grown, wanted, depth)

    def _object(
        self,
        schema: Json,
        names: dict[str, None],
        wanted: Path,
        depth: int,
        *,
        full: bool = False,
    ) -> dict[str, Json]:
        properties = schema.get("properties", {})
        return {
            name: self._one(
                properties.get(name, schema.get("additionalProperties", True)),
                wanted[1:] if wanted and str(wanted[0]) == name else (),
                depth + 1,
                full=full,
            )
            for name in names
        }

    def _arrays(self, schema: Json, wanted: Path, depth: int, *, full: bool) -> Iterator[Json]:
        prefix = schema.get("prefixItems", ())
        least = max(schema.get("minItems", 0), schema.get("minContains", 0), 1 if wanted else 0)
        for count in dict.fromkeys((max(least, 1) if full else least, least, max(least, 1))):
            items: list[Json] = []
            for index in range(count):
                own = prefix[index] if index < len(prefix) else schema.get("items", True)
                held = "contains" in schema and index < max(schema.get("minContains", 1), 1)
                wish = {"allOf": [own, schema["contains"]]} if held else own
                items.append(self._item(wish, wanted[1:], depth + 1, items, schema, full=full))
            yield items

    def _item(
        self, own: Json, wanted: Path, depth: int, taken: list[Json], schema: Json, *, full: bool
    ) -> Json:
        if schema.get("uniqueItems") and taken:
            tries = itertools.islice(self._tries(own, wanted, depth, full=full), _TRIES)
            more = (f"{number}" for number in range(len(taken) + 1))
            for value in itertools.chain(tries, more, range(len(taken) + 1)):
                if self.checker.valid(own, value) and not any(same(value, t) for t in taken):
                    return value
        return self._one(own, wanted, depth, full=full)

    def _strings(self, schema: Json) -> Iterator[str]:
        if schema.get(UNIQUE):
            self.timely = True
            # The clock keeps two servers apart, the counter two answers of one.
            yield f"https://connect.example.test/setup/{time.time_ns():x}-{next(self.counter)}"
            return
        yield from texts(schema)


def _things(value: Json) -> list[Json]:
    return value[:1] if isinstance(value, list) else [value]


def _implied(schema: Json) -> tuple[str, ...]:
    """Return the kinds of value that a schema without a type speaks of."""
    if schema.keys() & {"properties", "required", "minProperties", "additionalProperties"}:
        return ("object",)
    if schema.keys() & {"items", "prefixItems", "minItems", "contains"}:
        return ("array",)
    if schema.keys() & {"pattern", "minLength", "maxLength"}:
        return ("string",)
    return ("null", "string", "object", "integer")


def _numbers(schema: Json, *, whole: bool) -> Iterator[int | float]:
    if schema.get(FUTURE):
        yield int(time.time()) + LIFETIME_S
        return
    if schema.get("format") == "unix-time":
        yield int(time.time())
        return
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf", 1)
    near: list[int | float] = [each for each in (low, high) if each is not None]
    near += [above + step] if above is not None else []
    near += [below - step] if below is not None else []
    for each in (*near, 0):
        yield each
        yield from (each // step * step, (each // step + 1) * step)
    if not whole:
        yield from (each + off for each in (*near, 0) for off in (0.5, -0.5, 0.001, -0.001))


def _reaches(value: Json, path: Path) -> bool:
    for step in path:
        if isinstance(value, dict) and str(step) in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return False
    return True


def merged(checker: Checker, schema: Json, depth: int = 0) -> Json:
    """Return `schema` with its `allOf` taken in: members joined, of the rest the later ones win."""
    whole: dict[str, Json] = {key: value for key, value in schema.items() if key != "allOf"}
    for each in schema.get("allOf", ()) if depth < DEPTH_LIMIT else ():
        part = each
        while isinstance(part, dict) and "$ref" in part:
            beside = {key: value for key, value in part.items() if key not in ("$ref", "$defs")}
            part = checker.resolve(part)
            part = {**beside, "allOf": [part]} if beside else part
        if not isinstance(part, dict):
            continue
        part = merged(checker, part, depth + 1) if "allOf" in part else part
        whole = _joined(whole, part)
    return whole


def _joined(one: dict[str, Json], other: dict[str, Json]) -> dict[str, Json]:
    both = {**one, **other}
    properties = {**one.get("properties", {})}
    for name, each in other.get("properties", {}).items():
        beside = name in properties and properties[name] != each
        properties[name] = {"allOf": [properties[name], each]} if beside else each
    if properties:
        both["properties"] = properties
    required = dict.fromkeys((*one.get("required", ()), *other.get("required", ())))
    if required:
        both["required"] = [*required]
    if "enum" in one and "enum" in other:
        both["enum"] = [v for v in one["enum"] if any(same(v, e) for e in other["enum"])]
    if "type" in one and "type" in other:
        kinds = [kind for kind in types_of(one) if kind in types_of(other)]
        both["type"] = kinds or one["type"]
    for keyword in _CHOOSE:
        if keyword in one and keyword in other:
            pairs = itertools.product(one[keyword], other[keyword])
            both[keyword] = [{"allOf": [*pair]} for pair in pairs]
    return both
