"""One name for each kind of value, in the order in which wrong ones are tried."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from conformance.conjunction import Flat
from conformance.contract.model import Json

SAMPLES = ("string", "object", "array", "integer", "number", "boolean", "null")
"""The types of JSON Schema Core 2020-12, section 4.2.1, with integer beside number."""


def settled(parts: Sequence[Mapping[str, Json]]) -> list[Json]:
    """Return `parts` without what led to their choice of branches: it is made."""
    away = ("anyOf", "oneOf", "if", "then", "else", "allOf", "$ref")
    return [{k: v for k, v in part.items() if k not in away} for part in parts]


_HINTS: Mapping[str, str] = {
    **dict.fromkeys(("properties", "required", "additionalProperties"), "object"),
    **dict.fromkeys(("patternProperties", "propertyNames", "minProperties"), "object"),
    **dict.fromkeys(("maxProperties", "dependentRequired", "dependentSchemas"), "object"),
    **dict.fromkeys(("unevaluatedProperties",), "object"),
    **dict.fromkeys(("items", "prefixItems", "contains", "minItems", "maxItems"), "array"),
    **dict.fromkeys(("uniqueItems", "unevaluatedItems"), "array"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    "multipleOf": "number",
}


def kinds_of(flat: Flat) -> list[str]:
    """Return the types that may be, the likeliest first: null last, unless it is alone."""
    declared: list[str] = []
    for part in flat.parts:
        stated = part.get("type", ())
        declared += [stated] if isinstance(stated, str) else stated
    hinted = [_HINTS[keyword] for part in flat.parts for keyword in part if keyword in _HINTS]
    usual = ("string", "integer", "number", "boolean", "array", "object")
    order = [*declared, *hinted, *usual] if declared else [*hinted, *usual]
    found = [kind for kind in dict.fromkeys(order) if kind in flat.types and kind != "null"]
    if "number" in found and "integer" in found and declared[:1] != ["integer"]:
        found.remove("integer")
    return [*found, *(["null"] if "null" in flat.types else [])]


def text_of(value: Json) -> str:
    """Return `value` as text that is the same for equal values."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)
