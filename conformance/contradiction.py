"""Schemas that contradict themselves: what nothing can be is no fault of the target.

Only what is sure is said: types that exclude each other. A schema that nothing fits for another
reason is taken for one that something fits.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Json
from conformance.schema import dereference, type_of

NOTHING_FITS = "the contract contradicts itself: no value is of every type that it asks for here"

_ALL = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_DEPTH = 8


def contradictory(schema: Json, root: Json) -> bool:
    """Whether no value at all fits `schema`, because of its types and listed values alone.

    The schema `false` says so on purpose, and does not count.
    """
    return isinstance(schema, Mapping) and not _types(schema, root, 0)


def _types(schema: Json, root: Json, depth: int) -> frozenset[str]:
    """Return every type that a value of `schema` may have, and maybe more."""
    schema = dereference(schema, root)
    if schema is False:
        return frozenset()
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return _ALL
    found = _named(schema["type"]) if "type" in schema else _ALL
    if "enum" in schema or "const" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        found &= {type_of(value) for value in values}
    for each in schema.get("allOf", ()):
        found &= _types(each, root, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            found &= frozenset().union(*(_types(b, root, depth + 1) for b in schema[keyword]))
    return found


def _named(stated: Json) -> frozenset[str]:
    """Return the types stated; a number may be an integer (JSON Schema Core 2020-12, 4.2.2)."""
    named = {stated} if isinstance(stated, str) else set(stated)
    return frozenset(named | ({"integer"} if "number" in named else set()))
