"""Schemas of a document → schemas that stand alone.

Every schema that a reference leads to becomes a part. A part is copied into the places that refer
to it where it is small and does not lead back to itself. The others stay `#/$defs/NAME`, and each
schema handed out carries the definitions that it reaches. Parts are made once for a document and
shared: the largest we know of (2.5 MB, nearly everything reaches everything) stays that size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from msgspec import Struct, field

from conformance import pointer as json_pointer
from conformance.contract.dialect import rewrite
from conformance.contract.model import Json
from conformance.contract.refs import References
from conformance.errors import ContractError

_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
SPREAD_LIMIT = 10_000
"""So many schemas at most may speak about one value, by applying each other to it."""

INLINE_LIMIT = 500
"""A part of more schema objects than this, copies within it included, stays a reference."""


class _Part(Struct, eq=False):
    """A schema that references lead to, and the references that it holds itself.

    A slot is the dict that stands where a `$ref` stood: `{"$ref": "#/$defs/NAME"}` until, perhaps,
    the part it refers to is copied into it. `left` are the parts still referred to afterwards.
    """

    name: str
    schema: dict[str, Json] = field(default_factory=dict)
    slots: list[tuple[dict[str, Json], _Part]] = field(default_factory=list)
    size: int = 0
    spread: int = 0
    cyclic: bool = False
    settled: bool = False
    left: dict[int, _Part] = field(default_factory=dict)
    alone: dict[str, Json] | None = None


class Schemas:
    """Makes self-contained 2020-12 schemas of those of one document."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._parts: dict[str, _Part] = {}
        self._names: set[str] = set()

    def standalone(self, schema: Json, pointer: str) -> dict[str, Json]:
        """Return `schema`, which stands at `pointer`, with all that it refers to.

        Raises ContractError for any fault in what it reaches.
        """
        part = self._part(*self._references.follow_schema(schema, pointer))
        if part.alone is not None:
            return part.alone  # the same value for all who ask, so that they can tell
        reached: dict[int, _Part] = {}
        queue = list(part.left.values())
        for each in queue:
            if id(each) not in reached:
                reached[id(each)] = each
                queue.extend(each.left.values())
        definitions = {each.name: each.schema for each in reached.values()}
        part.alone = {**part.schema, "$defs": definitions} if reached else part.schema
        return part.alone

    def _part(self, value: Json, pointer: str) -> _Part:
        part = self._parts.get(pointer)
        if part is None:
            part, found = self._make(value, pointer)
            try:
                for new, target, where in found:
                    self._fill(new, target, where, found)
                self._refuse_circles([(new, where) for new, _, where in found])
            except ContractError:
                for _, _, where in found:  # half made: nobody else shall find them
                    del self._parts[where]
                raise
            _settle(part)
        return part

    def _make(self, value: Json, pointer: str) -> tuple[_Part, list[tuple[_Part, Json, str]]]:
        part = self._parts[pointer] = _Part(self._name(pointer))
        return part, [(part, value, pointer)]

    def _fill(
        self, part: _Part, value: Json, pointer: str, found: list[tuple[_Part, Json, str]]
    ) -> None:
        """Rewrite the schema of `part`; append the parts met for the first time to `found`."""
        modern = self._references.modern

        def child(schema: Json, where: str, depth: int) -> Json:
            if modern and isinstance(schema, bool):
                return {} if schema else {"not": {}}
            if not isinstance(schema, dict):
                raise self._no_schema(where)
            if "$ref" not in schema:
                part.size += 1
                source = self._references.source
                return rewrite(schema, source, where, depth, child, modern=modern)
            if not self._references.says_more(schema):
                return refer(schema, where)
            beside = {name: value for name, value in schema.items() if name != "$ref"}
            out = child(beside, where, depth + 1)
            slot = refer({"$ref": schema["$ref"]}, where)
            return {**out, "allOf": [slot, *out.get("allOf", ())]}

        def refer(schema: Json, where: str) -> Json:
            target, at = self._references.follow_schema(schema, where)
            if modern and isinstance(target, bool):
                return {} if target else {"not": {}}
            if not isinstance(target, dict):
                raise self._no_schema(at)
            other = self._parts.get(at)
            if other is None:
                other, new = self._make(target, at)
                found.extend(new)
            slot: dict[str, Json] = {"$ref": f"#/$defs/{other.name}"}
            part.slots.append((slot, other))
            return slot

        part.schema = child(value, pointer, 1)

    def _refuse_circles(self, parts: list[tuple[_Part, str]]) -> None:
        """Raise ContractError for a schema that applies itself to the same value, or too many.

        Both would keep whoever follows them busy for ever. The parts that a new one leads to come
        before it, or are of the same making.
        """
        places = {id(part): where for part, where in parts}
        walk: list[tuple[_Part, Iterator[_Part], list[int]]] = []
        open_: set[int] = set()
        for root, _ in parts:
            walk.append((root, iter(_in_place(root)), [1]))
            while walk:
                part, others, total = walk[-1]
                open_.add(id(part))
                other = None if part.spread else next(others, None)
                if other is None:
                    part.spread = part.spread or min(total[0], 2 * SPREAD_LIMIT)
                    walk.pop()
                    open_.discard(id(part))
                    if walk:
                        walk[-1][2][0] += part.spread
                elif id(other) in open_:
                    self._refuse("applies itself to the same value", places[id(part)])
                else:
                    walk.append((other, iter(_in_place(other)), [1]))
            if root.spread > SPREAD_LIMIT:
                what = f"applies over {SPREAD_LIMIT:,} schemas to one value"
                self._refuse(what, places[id(root)])

    def _refuse(self, what: str, pointer: str) -> NoReturn:
        remedy = "Say it with fewer of allOf, anyOf, oneOf and the like."
        raise self._references.error(f"the schema {what}", remedy, pointer)

    def _no_schema(self, pointer: str) -> ContractError:
        what = "a schema must be an object"
        remedy = "Write {} for a schema that allows everything."
        return self._references.error(what, remedy, pointer)

    def _name(self, pointer: str) -> str:
        """Return a definition's name that needs no escaping, neither as URI nor as pointer."""
        short = pointer.removeprefix("#/components/schemas/")
        base = re.sub(r"[^A-Za-z0-9._-]+", "_", json_pointer.unescape(short)).strip("_") or "schema"
        name, number = base, 1
        while name in self._names:
            number += 1
            name = f"{base}_{number}"
        self._names.add(name)
        return name


def _in_place(part: _Part) -> list[_Part]:
    """Return the parts that `part` applies to the value itself, as often as it does."""
    slots = {id(slot): other for slot, other in part.slots}
    found: list[_Part] = []
    walk: list[Json] = [part.schema]
    while walk:
        schema = walk.pop()
        if not isinstance(schema, dict):
            continue
        if id(schema) in slots:
            found.append(slots[id(schema)])
            continue
        for keyword in _IN_PLACE:
            value = schema.get(keyword)
            if keyword == "dependentSchemas" and isinstance(value, dict):
                walk.extend(value.values())
            else:
                walk.extend(value if isinstance(value, list) else [value])
    return found


def _settle(root: _Part) -> None:
    """Copy the small parts that `root` reaches into their slots, innermost first.

    Tarjan's algorithm (SIAM Journal on Computing 1, 1972) without recursion: it finds the cycles,
    and leaves a part only after all that it refers to.
    """
    order: dict[int, int] = {id(root): 0}
    low: dict[int, int] = {id(root): 0}
    stack = [root]
    walk = [(root, iter(root.slots))]
    while walk:
        part, slots = walk[-1]
        for _, other in slots:
            if other.settled:
                continue
            if id(other) not in order:
                order[id(other)] = low[id(other)] = len(order)
                stack.append(other)
                walk.append((other, iter(other.slots)))
                break
            low[id(part)] = min(low[id(part)], order[id(other)])
        else:
            walk.pop()
            if walk:
                parent = id(walk[-1][0])
                low[parent] = min(low[parent], low[id(part)])
            if low[id(part)] == order[id(part)]:
                _close(stack, part)


def _close(stack: list[_Part], first: _Part) -> None:
    """Take the parts of one cycle (or the one part of none) off `stack`, and settle them."""
    index = stack.index(first)
    members = stack[index:]
    del stack[index:]
    for part in members:
        part.cyclic = len(members) > 1 or any(other is part for _, other in part.slots)
    for part in members:
        _inline(part)
        part.settled = True


def _inline(part: _Part) -> None:
    for slot, other in part.slots:
        if other.settled and not other.cyclic and other.size <= INLINE_LIMIT:
            slot.clear()
            slot.update(other.schema)
            part.size += other.size
            part.left.update(other.left)
        else:
            part.left[id(other)] = other
