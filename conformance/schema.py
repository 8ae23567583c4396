"""Looking into schemas: `$ref`, applicators in place, members and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from conformance import pointer
from conformance.contract.model import Json

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_DEPTH = 32


class View:
    """All the schemas that may speak about one instance location, with the root of `#/` refs.

    What was looked at once is kept: readings ask for the same places again and again.
    """

    __slots__ = ("_item", "_members", "_types", "root", "schemas")

    def __init__(self, schemas: tuple[Mapping[str, Json], ...], root: Json) -> None:
        self.schemas = schemas
        self.root = root
        self._types: frozenset[str] | None = None
        self._members: dict[str | None, View] = {}
        self._item: View | None = None

    @classmethod
    def of(cls, schema: Json, root: Json) -> View:
        """Look at `schema`: itself, what it refers to, and its allOf, anyOf and oneOf branches."""
        return _viewed(Same(schema), Same(root))

    @property
    def types(self) -> frozenset[str]:
        """Every JSON type that some schema names, by `type` or by the members of an enum."""
        if self._types is None:
            self._types = self._named_types()
        return self._types

    def _named_types(self) -> frozenset[str]:
        found: set[str] = set()
        for schema in self.schemas:
            declared = schema.get("type")
            if declared is None:
                found |= {type_of(member) for member in schema.get("enum", ())}
                found |= {type_of(schema["const"])} if "const" in schema else set()
            else:
                found |= {declared} if isinstance(declared, str) else set(declared)
        return frozenset(found)

    def declares(self, name: str) -> bool:
        """Whether some schema has the property `name`."""
        return any(name in schema.get("properties", ()) for schema in self.schemas)

    def declared(self) -> Iterator[str]:
        """Yield the properties that some schema names."""
        for schema in self.schemas:
            yield from schema.get("properties", ())

    def member(self, name: str) -> View:
        """Look at the property `name`, declared, matched by a pattern, or additional."""
        # All names that no schema declares are looked at alike.
        key = name if self.declares(name) else None
        if key not in self._members:
            found: list[Mapping[str, Json]] = []
            for schema in self.schemas:
                for child in _of_member(schema, name):
                    found.extend(_spread(child, self.root, 0))
            self._members[key] = View(tuple(found), self.root)
        return self._members[key]

    def item(self) -> View:
        """Look at the items of an array, wherever they stand in it."""
        if self._item is None:
            found = [
                each
                for schema in self.schemas
                for child in _of_items(schema)
                for each in _spread(child, self.root, 0)
            ]
            self._item = View(tuple(found), self.root)
        return self._item


class Same:
    """Holds a value that is known by its identity alone, so that it can be the key of a cache."""

    __slots__ = ("value",)

    def __init__(self, value: Json) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


@lru_cache(maxsize=256)
def _viewed(schema: Same, root: Same) -> View:
    return View(tuple(_spread(schema.value, root.value, 0)), root.value)


def _of_member(schema: Mapping[str, Json], name: str) -> Iterator[Json]:
    own = schema.get("properties", {})
    if name in own:
        yield own[name]
    elif "patternProperties" in schema or "unevaluatedProperties" in schema:
        # Any of them may govern the name: what it is read as must be open, not guessed.
        yield from schema.get("patternProperties", {}).values()
        yield schema.get("unevaluatedProperties")
        yield schema.get("additionalProperties")
    else:
        yield schema.get("additionalProperties")


def _of_items(schema: Mapping[str, Json]) -> Iterator[Json]:
    yield from schema.get("prefixItems", ())
    for keyword in ("items", "contains", "unevaluatedItems"):
        yield schema.get(keyword)


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
        if not (isinstance(schema, dict) and isinstance(schema.get("$ref"), str)):
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
    for applicator in ("then", "else"):
        if applicator in schema:
            yield from _spread(schema[applicator], root, depth + 1)
    for branch in schema.get("dependentSchemas", {}).values():
        yield from _spread(branch, root, depth + 1)


def standalone(schema: Json, root: Json) -> Json:
    """Return `schema` with the definitions of `root` that it reaches."""
    definitions = root.get("$defs") if isinstance(root, Mapping) else None
    if not definitions or not isinstance(schema, Mapping) or "$defs" in schema:
        return schema
    reached: dict[str, Json] = {}
    queue: list[Json] = [schema]
    while queue:
        each = queue.pop()
        if isinstance(each, Mapping):
            name = each.get("$ref")
            if isinstance(name, str):
                key = pointer.unescape(name.removeprefix("#/$defs/"))
                if key in definitions and key not in reached:
                    reached[key] = definitions[key]
                    queue.append(definitions[key])
            queue.extend(value for value in each.values() if isinstance(value, Mapping | list))
        elif isinstance(each, list):
            queue.extend(each)
    return {**schema, "$defs": reached} if reached else schema
