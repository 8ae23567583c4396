"""What a request need not hold: readOnly properties, whether or not a schema requires them.

OpenAPI 3.0.4, section 4.8.24; any occurrence of the keyword that applies to a value counts (JSON
Schema Validation 2020-12, section 9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.contract.model import Json

DEPTH_LIMIT = 32
"""So many references in a row are followed."""


def to_send(schema: Json) -> Json:
    """Return `schema` with readOnly properties that need not be sent."""
    return _less(schema, schema, frozenset())


def _less(schema: Json, root: Json, spared: frozenset[str]) -> Json:
    """Return `schema` without requiring `spared`, the names that stand beside it, and its own."""
    if isinstance(schema, list):
        return [_less(each, root, spared) for each in schema]
    if not isinstance(schema, dict):
        return schema
    spared |= {
        name
        for part in _together(schema, root)
        if isinstance(part.get("properties"), dict)
        for name, member in part["properties"].items()
        if any(each.get("readOnly") is True for each in _together(member, root))
    }
    found = {
        name: _less(each, root, spared if name == "allOf" else frozenset())
        for name, each in schema.items()
    }
    if isinstance(schema.get("required"), list):
        found["required"] = [name for name in schema["required"] if name not in spared]
    return found


def _together(schema: Json, root: Json) -> list[dict[str, Json]]:
    """Return `schema` with all that holds wherever it does: references and conjunctions."""
    found: dict[int, Json] = {}
    fresh = {id(schema): schema}
    for _ in range(DEPTH_LIMIT):
        found |= fresh
        inner = [part for each in fresh.values() for part in _parts(each, root)]
        fresh = {id(part): part for part in inner if id(part) not in found}
        if not fresh:
            break
    return [each for each in found.values() if isinstance(each, dict)]


def _parts(schema: Json, root: Json) -> list[Json]:
    """Return what stands in the `allOf` of `schema`, and what it refers to."""
    if not isinstance(schema, dict):
        return []
    parts = [*schema["allOf"]] if isinstance(schema.get("allOf"), list) else []
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        parts.append(root.get("$defs", {}).get(name.replace("~1", "/").replace("~0", "~")))
    return parts
