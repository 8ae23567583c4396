"""Ordinary valid values of a schema: the smallest and the fullest."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Json
from conformance.schema import dereference, type_of
from conformance.validation import Validator

_DEPTH = 6
"""How deep the fullest value goes where a schema contains itself."""

_ENDLESS = "the schema contains itself without an end"

_TEXTS: Mapping[str, str] = {
    "date": "2026-02-28",
    "date-time": "2026-02-28T12:00:00Z",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "ipv4": "192.0.2.1",
    "email": "ann@example.com",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
}


class NoExampleError(Exception):
    """No valid value was found for a schema; the message says where."""


def smallest(schema: Json, root: Json) -> Json:
    """Return a valid value with the required members only. Raises NoExampleError."""
    return _checked(schema, root, full=False)


def fullest(schema: Json, root: Json) -> Json:
    """Return a valid value with every declared member. Raises NoExampleError."""
    return _checked(schema, root, full=True)


def _checked(schema: Json, root: Json, *, full: bool) -> Json:
    try:
        value = _value(schema, root, 0, full=full)
    except RecursionError:
        raise NoExampleError(_ENDLESS) from None
    whole = schema
    if isinstance(schema, Mapping) and isinstance(root, Mapping) and "$defs" in root:
        whole = {**schema, "$defs": root["$defs"]}
    if not Validator(whole).fits(value):
        raise NoExampleError(f"no ordinary value was found, {value!r:.80} does not fit")
    return value


def _value(schema: Json, root: Json, depth: int, *, full: bool) -> Json:
    schema = dereference(schema, root)
    if not isinstance(schema, Mapping):
        return "x"
    for shown in ("example", "default"):
        plain = not full and type_of(schema.get(shown)) in ("string", "integer")
        if plain and _fits_alone(schema[shown], schema, root):
            return schema[shown]
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return next((each for each in schema["enum"] if each not in ("", None)), schema["enum"][0])
    for applicator in ("anyOf", "oneOf"):
        for branch in schema.get(applicator, ()):
            value = _value({**_plain(schema), **dereference(branch, root)}, root, depth, full=full)
            if value != "" and _fits_alone(value, schema, root):
                return value
    if "allOf" in schema:
        return _value(_merged(schema, root), root, depth, full=full)
    return _typed(schema, root, depth, full=full)


def _plain(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf", "description", "title")}


def _merged(schema: Mapping[str, Json], root: Json) -> dict[str, Json]:
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for each in schema["allOf"]:
        branch = dereference(each, root)
        if "allOf" in branch:
            branch = _merged(branch, root)
        properties = {**merged.get("properties", {}), **branch.get("properties", {})}
        required = [*merged.get("required", ()), *branch.get("required", ())]
        merged = {**merged, **branch}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = list(dict.fromkeys(required))
    return merged


def _fits_alone(value: Json, schema: Mapping[str, Json], root: Json) -> bool:
    defs = {"$defs": root["$defs"]} if isinstance(root, Mapping) and "$defs" in root else {}
    return Validator({**schema, **defs}).fits(value)


def _typed(schema: Mapping[str, Json], root: Json, depth: int, *, full: bool) -> Json:
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((each for each in declared if each != "null"), "null")
    if declared is None:
        declared = (
            "object" if "properties" in schema else "array" if "items" in schema else "string"
        )
    match declared:
        case "object":
            return _object(schema, root, depth, full=full)
        case "array":
            count = max(1, schema.get("minItems", 0))
            if schema.get("maxItems") == 0 or (depth > _DEPTH and not schema.get("minItems")):
                return []
            return [_value(schema.get("items", {}), root, depth + 1, full=full)] * count
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(schema)


def _object(schema: Mapping[str, Json], root: Json, depth: int, *, full: bool) -> Json:
    declared = schema.get("properties", {}).items()
    properties = {name: each for name, each in declared if each is not False}
    required = schema.get("required", ())
    names = [name for name in properties if name in required or (full and depth < _DEPTH)]
    names += [name for name in required if name not in properties]
    if not names and depth and properties:
        names = [next(iter(properties))]
    value = {name: _value(properties.get(name, {}), root, depth + 1, full=full) for name in names}
    extra = schema.get("additionalProperties")
    if not value and 0 < depth < _DEPTH and isinstance(extra, Mapping):
        value = {"key": _value(extra, root, depth + 1, full=full)}
    return value


def _number(schema: Mapping[str, Json]) -> Json:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf", 1)
    value = low if low is not None else min(1, high) if high is not None else 1
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        value = value + step
    if "multipleOf" in schema and value % step:
        value = (value // step + 1) * step
    return int(value) if schema.get("type") == "integer" else value


def _text(schema: Mapping[str, Json]) -> str:
    text = _TEXTS.get(schema.get("format", ""), "abc")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(text) < least:
        text += "a" * (least - len(text))
    return text if most is None else text[:most]
