"""What a request need not hold: readOnly properties, whether or not a schema requires them.

OpenAPI 3.0.4, section 4.8.24; any occurrence of the keyword that applies to a value counts (JSON
Schema Validation 2020-12, section 9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.contract.model import Json


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
    found = [schema]
    for each in found:
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).removeprefix("#/$defs/")
            name = name.replace("~1", "/").replace("~0", "~")
            parts = each["allOf"] if isinstance(each.get("allOf"), list) else []
            for part in [root.get("$defs", {}).get(name), *parts]:
                if not any(part is other for other in found):
                    found.append(part)
    return [each for each in found if isinstance(each, dict)]
