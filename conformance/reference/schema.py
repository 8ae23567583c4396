"""Direct checks of a value against JSON Schema 2020-12: no compiler, nothing to import at start.

`problem()` finds the first thing wrong, `problems()` all of them. A keyword not listed in
`CHECKS` constrains nothing here; `format` is an annotation (JSON Schema Validation, section 7.2.1)
but where the contract asserts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conformance.reference.keywords import CHECKS, searches
from conformance.reference.manners import well_formed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json


Path = tuple[str | int, ...]
"""Names and indices from the root of a value."""


class Problem(Struct, frozen=True):
    """A keyword that a value breaks: `path` holds names and indices from the body's root."""

    keyword: str
    path: Path
    message: str


class Checker(Struct, frozen=True):
    """Checks against one document, whose `$defs` its references name; `formats` bind or do not."""

    root: Json
    formats: bool = False

    def problem(self, schema: Json, value: Json, path: Path = ()) -> Problem | None:
        """Return the first problem of `value`, or None."""
        return next(self.problems(schema, value, path), None)

    def valid(self, schema: Json, value: Json) -> bool:
        """Whether nothing is wrong with `value`."""
        return self.problem(schema, value) is None

    def problems(self, schema: Json, value: Json, path: Path = ()) -> Iterator[Problem]:
        """Yield every problem of `value`, outermost first."""
        if schema is False:
            yield Problem("false", path, "Nothing is allowed here")
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            yield from self.problems(self.resolve(schema), value, path)
        for keyword, check in CHECKS.items():
            if keyword in schema:
                for where, message in check(schema, value, self.valid):
                    yield Problem(keyword, (*path, *where), message)
        name = schema.get("format", "") if self.formats and isinstance(value, str) else ""
        if name and not well_formed(name, value):
            yield Problem("format", path, f"{name}")
        yield from self._below(schema, value, path)

    def resolve(self, schema: Json) -> Json:
        """Return what the `$ref` of `schema` names; anything not in `$defs` allows all."""
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        if not isinstance(self.root, dict):
            return True
        return self.root.get("$defs", {}).get(name.replace("~1", "/").replace("~0", "~"), True)

    def _below(self, schema: Json, value: Json, path: Path) -> Iterator[Problem]:
        for each in self._in_place(schema, value):
            yield from self.problems(each, value, path)
        if isinstance(value, dict):
            for name, member in value.items():
                if "propertyNames" in schema:
                    for problem in self.problems(schema["propertyNames"], name):
                        yield Problem(problem.keyword, (*path, name), "name")
                for each in member_schemas(schema, name):
                    yield from self.problems(each, member, (*path, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.problems(item_schema(schema, index), item, (*path, index))
        yield from self._unevaluated(schema, value, path)

    def _in_place(self, schema: Json, value: Json) -> Iterator[Json]:
        """Yield the schemas that hold for the same value."""
        yield from schema.get("allOf", ())
        if "if" in schema:
            yield schema.get("then" if self.valid(schema["if"], value) else "else", True)
        if isinstance(value, dict):
            for name, each in schema.get("dependentSchemas", {}).items():
                if name in value:
                    yield each

    def _unevaluated(self, schema: Json, value: Json, path: Path) -> Iterator[Problem]:
        """Yield what no schema speaks of (2020-12 Core, sections 11.2 and 11.3)."""
        for keyword, kind in UNEVALUATED.items():
            if keyword not in schema or not isinstance(value, kind):
                continue
            own = {name: each for name, each in schema.items() if name != keyword}
            spoken = self.evaluated(own, value)
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for key, member in members:
                if key not in spoken and not self.valid(schema[keyword], member):
                    yield Problem(keyword, (*path, key), "unknown")

    def evaluated(self, schema: Json, value: Json) -> set[str | int]:
        """Return the names or indices of `value` that `schema` speaks of."""
        if not isinstance(schema, dict):
            return set()
        found: set[str | int] = set()
        if isinstance(value, dict):
            whole = schema.keys() & {"additionalProperties", "unevaluatedProperties"}
            found |= {name for name in value if whole or member_schemas(schema, name)}
        elif isinstance(value, list):
            whole = schema.keys() & {"items", "unevaluatedItems"}
            first = len(schema.get("prefixItems", ()))
            held = schema.get("contains", False)
            found |= {
                index
                for index, item in enumerate(value)
                if whole or index < first or self.valid(held, item)
            }
        beside = [*self._in_place(schema, value)]
        beside += [self.resolve(schema)] if "$ref" in schema else []
        beside += [schema["if"]] if "if" in schema else []
        for each in (*beside, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if self.valid(each, value):
                found |= self.evaluated(each, value)
        return found


UNEVALUATED = {"unevaluatedProperties": dict, "unevaluatedItems": list}


def member_schemas(schema: Json, name: str) -> list[Json]:
    """Return the schemas of the member `name`; additionalProperties false is left to its check."""
    found = []
    if name in schema.get("properties", {}):
        found.append(schema["properties"][name])
    for pattern, each in schema.get("patternProperties", {}).items():
        if searches(pattern, name):
            found.append(each)
    rest = schema.get("additionalProperties")
    if not found and isinstance(rest, dict):
        found.append(rest)
    return found


def item_schema(schema: Json, index: int) -> Json:
    """Return the schema of the item at `index`; True where there is none."""
    first = schema.get("prefixItems", ())
    return first[index] if index < len(first) else schema.get("items", True)


def types_of(schema: Json) -> tuple[str, ...]:
    """Return the type names that `schema` lists, none where it has no `type`."""
    kinds = schema.get("type", ()) if isinstance(schema, dict) else ()
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)
