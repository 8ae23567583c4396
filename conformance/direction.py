"""Properties that travel one way only: `readOnly` in answers, `writeOnly` in requests.

A readOnly property should not be sent, and where it is required that holds for answers alone
(OpenAPI 3.0.4, section 4.8.24). OpenAPI 3.1 leaves it to JSON Schema, which has it ignored or
rejected (Validation 2020-12, section 9.4), so it is not asked for there either. What a server does
with one that is sent all the same is its own affair: each is a version of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from conformance import pointer
from conformance.contract.model import Json
from conformance.errors import ContractError

_GONE = object()

_DEEPEST = 32
"""So many references in a row are followed: a chain of thousands is looked at from each link."""


def to_send(schema: Json) -> Json:
    """Return `schema` without its readOnly properties: what a request should hold."""
    return _Rewriter("readOnly", _GONE).of(schema)


def unasked(schema: Json) -> Json:
    """Return `schema` with readOnly properties that need not be there: no request owes them."""
    return _Rewriter("readOnly", None).of(schema)


def ignored(schema: Json) -> Json:
    """Return `schema` with readOnly properties that may hold anything, and need not be there."""
    return _Rewriter("readOnly", {}).of(schema)


def refused(schema: Json) -> Json:
    """Return `schema` with readOnly properties that must not be there."""
    return _Rewriter("readOnly", False).of(schema)  # noqa: FBT003  (the schema `false`)


class _Rewriter:
    """Rewrites what is marked; parts that are shared stay shared, and unchanged ones themselves."""

    def __init__(self, mark: str, new: object) -> None:
        self._mark = mark
        self._new = new
        self._done: dict[int, tuple[Json, Json]] = {}

    def of(self, schema: Json) -> Json:
        """Return `schema` rewritten; references lead to what it defines."""
        return self._of(schema, schema)

    def _of(self, value: Json, root: Json) -> Json:
        if not isinstance(value, (dict, list)):
            return value
        if id(value) not in self._done:
            self._done[id(value)] = (value, value)  # a part within itself stays as it is
            self._done[id(value)] = (value, self._rewritten(value, root))
        return self._done[id(value)][1]

    def _rewritten(self, value: Json, root: Json) -> Json:
        if isinstance(value, list):
            items = [self._of(each, root) for each in value]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        found = {name: self._of(each, root) for name, each in value.items()}
        own = self._marked(value, root)
        if own:
            found["properties"] = self._members(found["properties"], own)
        beside = (self._marked(part, root) for part in _held_with(value, root))
        found = _asking_less(found, own.union(*beside))
        return found if any(found[name] is not value[name] for name in value) else value

    def _marked(self, schema: Mapping[str, Json], root: Json) -> set[str]:
        """Return the properties of `schema` that are marked, there or in what holds with them."""
        properties = schema.get("properties")
        return {
            name
            for name, each in (properties.items() if isinstance(properties, Mapping) else ())
            if isinstance(each, Mapping)
            if any(part.get(self._mark) is True for part in (each, *_held_with(each, root)))
        }

    def _members(self, properties: Mapping[str, Json], marked: set[str]) -> Json:
        if self._new is None:
            return properties
        if self._new is _GONE:
            return {name: each for name, each in properties.items() if name not in marked}
        return {name: self._new if name in marked else each for name, each in properties.items()}


def _held_with(schema: Mapping[str, Json], root: Json) -> list[Mapping[str, Json]]:
    """Return what every value of `schema` fits as well: what it refers to, and each of its `allOf`.

    What is said of a value anywhere there holds for it (JSON Schema Validation 2020-12, section
    9.4, of `readOnly` and `writeOnly`).
    """
    found = level = {id(schema): schema}
    for _ in range(_DEEPEST):
        level = {
            id(part): part
            for each in level.values()
            for part in _beside(each, root)
            if id(part) not in found
        }
        if not level:
            break
        found = found | level
    return [*found.values()][1:]


def _beside(schema: Mapping[str, Json], root: Json) -> Iterator[Mapping[str, Json]]:
    """Yield what `schema` refers to, and the parts of its `allOf`."""
    reference, listed = schema.get("$ref"), schema.get("allOf")
    parts = [*listed] if isinstance(listed, list) else []
    if isinstance(reference, str):
        with suppress(ContractError):  # an extension may hold references that lead nowhere
            parts.append(pointer.resolve(root, reference))
    yield from (part for part in parts if isinstance(part, Mapping))


def _asking_less(schema: dict[str, Json], marked: set[str]) -> dict[str, Json]:
    """Return `schema`, and what its `allOf` has itself, without asking for what is marked."""
    changed: dict[str, Json] = {}
    required, listed = schema.get("required"), schema.get("allOf")
    if isinstance(required, list) and not marked.isdisjoint(required):
        changed["required"] = [each for each in required if each not in marked]
    if isinstance(listed, list) and marked:
        parts = [_asking_less(p, marked) if isinstance(p, dict) else p for p in listed]
        if any(new is not old for new, old in zip(parts, listed, strict=True)):
            changed["allOf"] = parts
    return {**schema, **changed} if changed else schema


class Received(_Rewriter):
    """Returns schemas with writeOnly properties that an answer need not have.

    What several of them have in common is rewritten once.
    """

    def __init__(self) -> None:
        super().__init__("writeOnly", None)
