"""Schemas with a change to each schema object in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.contract.model import Json

_VALUES = frozenset({"enum", "const", "example", "examples", "default"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})

Change = Callable[[dict[str, Json]], None]
"""What changes a schema object in place, its subschemas changed already."""


def changed(schema: Json, change: Change) -> Json:
    """Return a copy of `schema` with this change to every schema object in it."""
    if isinstance(schema, list):
        return [changed(each, change) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    out = {name: _member(name, value, change) for name, value in schema.items()}
    change(out)
    return out


def _member(name: str, value: Json, change: Change) -> Json:
    if name in _VALUES:
        return value
    if name in _MAPS and isinstance(value, Mapping):
        return {key: changed(each, change) for key, each in value.items()}
    return changed(value, change)
