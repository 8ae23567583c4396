"""`$ref` → schemas that stand alone.

Every schema that a reference leads to becomes a part. A part is copied into the places that refer
to it where it is small and does not lead back to itself. The others stay `#/$defs/NAME`, and each
schema handed out carries the definitions that it reaches. Parts are made once for a document and
shared: the largest we know of (2.5 MB, nearly everything reaches everything) stays that size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conformance import pointer as json_pointer
from conformance.contract.dialect import rewrite
from conformance.contract.model import Json
from conformance.errors import ContractError

INLINE_LIMIT = 500
"""A part of more schema objects than this, copies within it included, stays a reference."""


@dataclass(frozen=True, slots=True)
class References:
    """The references of one document; `source` names it in errors."""

    document: Json
    source: str

    def follow(self, value: Json, pointer: str) -> tuple[Json, str]:
        """Return what `value` at `pointer` finally refers to (itself without `$ref`), and where.

        Siblings of `$ref` are ignored (OpenAPI 3.0.3, section 4.7.23.1). Raises ContractError for
        a reference that leads nowhere, out of the document, or round in a circle.
        """
        seen = {pointer}
        while isinstance(value, dict) and "$ref" in value:
            target = self._target(value["$ref"], f"{pointer}/$ref")
            if target in seen:
                what = f'the reference "{target}" leads back to itself'
                raise self.error(what, "Refer to a definition.", pointer)
            seen.add(target)
            try:
                value = json_pointer.resolve(self.document, target)
            except ContractError:
                raise self.error(
                    f'the reference "{target}" leads nowhere',
                    "Add what is missing there, or correct the reference.",
                    pointer,
                ) from None
            pointer = target
        return value, pointer

    def error(self, what: str, remedy: str, pointer: str) -> ContractError:
        """Return the error for what stands at `pointer`."""
        return ContractError(what, remedy, f"{self.source}{pointer}")

    def object_error(self, pointer: str) -> ContractError:
        """Return the error for anything but an object at `pointer`."""
        return self.error("an object must stand here", "Correct the document there.", pointer)

    def _target(self, reference: Json, pointer: str) -> str:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            shown = f'"{reference}"' if isinstance(reference, str) else "something else"
            raise self.error(
                f'a reference begins with "#/": {shown} is not read',
                "Bundle the contract into one document.",
                pointer.removesuffix("/$ref"),
            )
        if "%" not in reference:
            return reference
        # A reference is a URI: its fragment may be percent-encoded (RFC 6901, section 6).
        from urllib.parse import unquote  # noqa: PLC0415  (start-up time; rarely needed)

        return unquote(reference)


@dataclass(slots=True, eq=False)
class _Part:
    """A schema that references lead to, and the references that it holds itself.

    A slot is the dict that stands where a `$ref` stood: `{"$ref": "#/$defs/NAME"}` until, perhaps,
    the part it refers to is copied into it. `left` are the parts still referred to afterwards.
    """

    name: str
    schema: dict[str, Json] = field(default_factory=dict)
    slots: list[tuple[dict[str, Json], _Part]] = field(default_factory=list)
    size: int = 0
    cyclic: bool = False
    settled: bool = False
    left: dict[int, _Part] = field(default_factory=dict)


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
        value, where = self._references.follow(schema, pointer)
        part = self._part(value, where)
        reached: dict[int, _Part] = {}
        queue = list(part.left.values())
        for each in queue:
            if id(each) not in reached:
                reached[id(each)] = each
                queue.extend(each.left.values())
        if not reached:
            return part.schema
        definitions = {each.name: each.schema for each in reached.values()}
        return {**part.schema, "$defs": definitions}

    def _part(self, value: Json, pointer: str) -> _Part:
        part = self._parts.get(pointer)
        if part is None:
            part, found = self._make(value, pointer)
            for new, target, where in found:
                self._fill(new, target, where, found)
            _settle(part)
        return part

    def _make(self, value: Json, pointer: str) -> tuple[_Part, list[tuple[_Part, Json, str]]]:
        part = self._parts[pointer] = _Part(self._name(pointer))
        return part, [(part, value, pointer)]

    def _fill(
        self, part: _Part, value: Json, pointer: str, found: list[tuple[_Part, Json, str]]
    ) -> None:
        """Rewrite the schema of `part`; append the parts met for the first time to `found`."""

        def child(schema: Json, where: str, depth: int) -> Json:
            if isinstance(schema, dict) and "$ref" not in schema:
                part.size += 1
                return rewrite(schema, self._references.source, where, depth, child)
            target, at = self._references.follow(schema, where)
            if not isinstance(target, dict):
                raise self._no_schema(at)
            other = self._parts.get(at)
            if other is None:
                other, new = self._make(target, at)
                found.extend(new)
            slot: dict[str, Json] = {"$ref": f"#/$defs/{other.name}"}
            part.slots.append((slot, other))
            return slot

        if not isinstance(value, dict):
            raise self._no_schema(pointer)
        part.schema = child(value, pointer, 1)

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
