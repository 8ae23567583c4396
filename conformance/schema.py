"""Looking into schemas: `$ref`, applicators in place, members and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance import pointer
from conformance.contract.model import Json

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_DEPTH = 32


@dataclass(frozen=True, slots=True)
class View:
    """All the schemas that may speak about one instance location, with the root of `#/` refs."""

    schemas: tuple[Mapping[str, Json], ...]
    root: Json

    @classmethod
    def of(cls, schema: Json, root: Json) -> View:
        """Look at `schema`: itself, what it refers to, and its allOf, anyOf and oneOf branches."""
        return cls(tuple(_spread(schema, root, 0)), root)

    @property
    def types(self) -> frozenset[str]:
        """Every JSON type that some schema names, by `type` or by the members of an enum."""
        found: set[str] = set()
        for schema in self.schemas:
            declared = schema.get("type")
            if declared is None:
                found |= {type_of(member) for member in schema.get("enum", ())}
            else:
                found |= {declared} if isinstance(declared, str) else set(declared)
        return frozenset(found)

    def declares(self, name: str) -> bool:
        """Whether some schema has the property `name`."""
        return any(name in schema.get("properties", ()) for schema in self.schemas)

    def member(self, name: str) -> View:
        """Look at the property `name`, declared or additional."""
        found: list[Mapping[str, Json]] = []
        for schema in self.schemas:
            properties = schema.get("properties", {})
            child = properties.get(name, schema.get("additionalProperties"))
            if isinstance(child, Mapping):
                found.extend(_spread(child, self.root, 0))
        return View(tuple(found), self.root)

    def item(self) -> View:
        """Look at the items of an array."""
        found = [
            each
            for schema in self.schemas
            if isinstance(schema.get("items"), Mapping)
            for each in _spread(schema["items"], self.root, 0)
        ]
        return View(tuple(found), self.root)


def type_of(value: Json) -> str:
    """Return the type of `value`; 1.0 is an integer (JSON Schema Core 2020-12, 4.2.2)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def dereference(schema: Json, root: Json) -> Json:
    """Follow `#/…` references, at most 32 in a row."""
    for _ in range(_DEPTH):
        if not (isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str)):
            return schema
        schema = pointer.resolve(root, schema["$ref"])
    return schema


def _spread(schema: Json, root: Json, depth: int) -> Iterator[Mapping[str, Json]]:
    schema = dereference(schema, root)
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    yield schema
    for applicator in _IN_PLACE:
        for branch in schema.get(applicator, ()):
            yield from _spread(branch, root, depth + 1)
