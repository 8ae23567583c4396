"""Small schemas, one for each keyword and each way through an applicator, for every test of them.

Each is the schema of the required member `v` of a closed object, beside a required text `z`.
"""

from __future__ import annotations

from conformance.contract.model import Json
from tests.soundness import DEEP, FORM, JSON, TEXT, Small, closed

WHOLE: Json = {"type": "integer"}
PAIR = closed({"a": TEXT, "n": WHOLE}, "a")

SCHEMAS: dict[str, Json] = {
    "type": {"type": "integer"},
    "types": {"type": ["integer", "boolean"]},
    "null": {"type": ["string", "null"], "minLength": 2},
    "enum": {"type": "string", "enum": ["due_now", "due_later"]},
    "enum-mixed": {"enum": ["a", 1, None]},
    "const": {"const": "fixed"},
    "const-number": {"const": 7},
    "maxLength": {"type": "string", "maxLength": 5},
    "minLength": {"type": "string", "minLength": 3},
    "pattern": {"type": "string", "pattern": "^[a-z]{2,4}$"},
    "pattern-amid": {"type": "string", "pattern": "[0-9]{3}"},
    "pattern-length": {"type": "string", "pattern": "^ab*$", "maxLength": 6, "minLength": 2},
    "pattern-ahead": {"type": "string", "pattern": "^(?=.*[0-9])[a-z0-9]+$"},
    "pattern-unicode": {"type": "string", "pattern": "^\\p{L}+$"},
    "minimum": {"type": "integer", "minimum": 3},
    "maximum": {"type": "number", "maximum": 9.5},
    "exclusiveMinimum": {"type": "number", "exclusiveMinimum": 0},
    "exclusiveMaximum": {"type": "integer", "exclusiveMaximum": 100},
    "multipleOf": {"type": "number", "multipleOf": 0.1},
    "multipleOf-large": {"type": "integer", "multipleOf": 1000, "minimum": 5},
    "minItems": {"type": "array", "items": TEXT, "minItems": 2},
    "maxItems": {"type": "array", "items": TEXT, "maxItems": 3},
    "uniqueItems": {"type": "array", "items": TEXT, "uniqueItems": True},
    "uniqueItems-numbers": {"type": "array", "items": WHOLE, "uniqueItems": True},
    "contains": {"type": "array", "contains": {"const": "x"}, "items": TEXT},
    "minContains": {"type": "array", "contains": {"const": "x"}, "minContains": 2, "items": TEXT},
    "maxContains": {"type": "array", "contains": {"const": "x"}, "maxContains": 2, "items": TEXT},
    "contains-counted": {
        "type": "array",
        "contains": {"const": "x"},
        "minContains": 2,
        "maxContains": 3,
        "items": TEXT,
    },
    "prefixItems": {"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2},
    "items-closed": {"type": "array", "prefixItems": [WHOLE], "items": False},
    "items-after": {"type": "array", "prefixItems": [WHOLE], "items": {"type": "string"}},
    "items-objects": {"type": "array", "items": PAIR},
    "properties": PAIR,
    "properties-false": {"type": "object", "properties": {"a": TEXT, "no": False}},
    "minProperties": {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "minProperties": 2},
    "maxProperties": {"type": "object", "additionalProperties": TEXT, "maxProperties": 2},
    "propertyNames": {
        "type": "object",
        "additionalProperties": TEXT,
        "propertyNames": {"pattern": "^[a-z]+$", "maxLength": 6},
    },
    "patternProperties": {
        "type": "object",
        "patternProperties": {"^x-": {"type": "integer", "minimum": 0}},
        "additionalProperties": False,
    },
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "integer"}},
    "dependentRequired": {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "dependentRequired": {"a": ["b"]},
    },
    "dependentSchemas": {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"minLength": 3}}}},
    },
    "allOf": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": TEXT}},
            {"properties": {"n": {"type": "integer", "maximum": 5}}},
        ]
    },
    "anyOf": {"anyOf": [PAIR, {"type": "string", "enum": ["", "none"]}]},
    "anyOf-plain": {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 4}]},
    "anyOf-required": {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "oneOf": {
        "oneOf": [
            closed({"kind": {"const": "x"}, "n": {"type": "integer", "minimum": 1}}, "kind"),
            closed({"kind": {"const": "y"}, "t": TEXT}, "kind", "t"),
        ]
    },
    "oneOf-overlap": {"oneOf": [{"type": "integer", "multipleOf": 2}, {"multipleOf": 3}]},
    "not": {"type": "string", "not": {"enum": ["bad", "worse"]}},
    "if": {
        "type": "object",
        "properties": {"kind": {"enum": ["p", "q"]}, "w": {"type": "integer"}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "p"}}},
        "then": {"required": ["w"]},
        "else": {"properties": {"w": {"maximum": 5}}},
    },
    "unevaluatedProperties": {
        "type": "object",
        "allOf": [{"properties": {"a": TEXT}}],
        "properties": {"b": TEXT},
        "unevaluatedProperties": False,
    },
    "unevaluatedItems": {"type": "array", "prefixItems": [TEXT], "unevaluatedItems": False},
    "discriminator": {
        "oneOf": [
            closed({"pet": {"enum": ["cat"]}, "lives": WHOLE}, "pet"),
            closed({"pet": {"enum": ["dog"]}, "barks": {"type": "boolean"}}, "pet"),
        ],
        "discriminator": {"propertyName": "pet", "mapping": {"cat": "#/c", "dog": "#/d"}},
    },
    "nested": closed({"in": closed({"deep": {"type": "array", "items": PAIR}}, "deep")}, "in"),
}

NOT_IN_FORMS = frozenset(
    {
        *("enum-mixed", "const-number", "prefixItems", "items-closed", "items-after"),
        *("properties-false", "unevaluatedItems", "maxContains", "minContains", "contains"),
        *(
            "contains-counted",
            "uniqueItems-numbers",
            "multipleOf",
            "multipleOf-large",
            "oneOf-overlap",
            "anyOf-plain",
        ),
    }
)
"""What a form cannot tell apart, or does not type: those are described as JSON only."""

RECURSIVE = Small(
    "recursion",
    {
        **closed({"v": {"$ref": "#/$defs/tree"}, "z": TEXT}, "v", "z"),
        "$defs": {
            "tree": closed(
                {"name": TEXT, "below": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
                "name",
            )
        },
    },
    JSON,
)


def small(name: str, media_type: str = JSON) -> Small:
    """Return the description with the schema `name` for its member `v`."""
    if name == "recursion":
        return RECURSIVE
    return Small(
        name, closed({"v": SCHEMAS[name], "z": TEXT}, "v", "z"), media_type, (("v", DEEP),)
    )


EVERY = (
    *((name, JSON) for name in SCHEMAS),
    ("recursion", JSON),
    *((name, FORM) for name in SCHEMAS if name not in NOT_IN_FORMS),
)
