"""The embedded target: each keyword, the typing of form text, and examples."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.reference import application
from conformance.reference.example import Examples
from conformance.reference.schema import Checker
from tests.miniatures.contract import (
    TEXT,
    ask,
    ask_json,
    operation,
)

ANY = {"a": 1, "b": [1, 2]}


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"type": "integer"}, [1, -1, 1.0], [True, 1.5, "1", None]),
        ({"type": "number"}, [1, 1.5], [True, "1"]),
        ({"type": "boolean"}, [True, False], [0, "true"]),
        ({"type": ["string", "null"]}, ["", None], [0]),
        ({"type": "array", "items": TEXT}, [[], ["a"]], [["a", 1], {"0": "a"}, "a"]),
        ({"enum": [1, None]}, [1, None, 1.0], [True, "1"]),
        ({"const": {"a": [1]}}, [{"a": [1]}], [{"a": [True]}, {}]),
        ({"minLength": 2, "maxLength": 3}, ["😀😀", "abc", 7], ["a", "abcd"]),
        ({"pattern": "^a+$"}, ["aa", 1], ["ab", ""]),
        ({"minItems": 1, "maxItems": 2}, [[1], [1, 2], "x"], [[], [1, 2, 3]]),
        ({"uniqueItems": True}, [[1, True], [[1], [2]]], [[1, 1.0], [{}, {}]]),
        ({"minimum": 1, "maximum": 2}, [1, 2, 1.5, "9"], [0, 3]),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 2}, [1.5], [1, 2]),
        ({"multipleOf": 0.1}, [0.3, 1, "x"], [0.25]),
        ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, ["a", 3], [1]),
        ({"oneOf": [{"minimum": 1}, {"maximum": 5}]}, [0, 9], [3]),
        ({"allOf": [{"minimum": 1}, {"maximum": 5}]}, [3], [0, 9]),
        ({"not": {"type": "string"}}, [1], ["a"]),
        (
            {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}},
            ["ab", 2],
            ["a", 1],
        ),
        ({"required": ["a"], "minProperties": 2, "maxProperties": 2}, [ANY, 1], [{"a": 1}, {}]),
        ({"additionalProperties": TEXT}, [{"a": "b"}, {}], [{"a": 1}]),
        ({"properties": {"a": {}}, "additionalProperties": False}, [{"a": 1}], [{"b": 1}]),
        (
            {"patternProperties": {"^x": TEXT}, "additionalProperties": False},
            [{"xa": ""}],
            [{"xa": 1}, {"a": ""}],
        ),
        ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
        ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}, ANY], [{"a": 1}]),
        ({"prefixItems": [TEXT], "items": {"type": "integer"}}, [["a", 1], []], [["a", "b"], [1]]),
        ({"contains": {"const": 1}, "maxContains": 1}, [[1, 2]], [[2], [1, 1], []]),
        (True, [1], []),
        (False, [], [1]),
        ({"$ref": "#/$defs/tree"}, [{"below": {"below": {}}}], [{"below": 1}]),
        ({"format": "email"}, ["no address"], []),
    ],
    ids=lambda each: json.dumps(each)[:50],
)
def test_each_keyword(schema: Any, valid: list[Any], invalid: list[Any]) -> None:  # noqa: ANN401
    tree = {"type": "object", "properties": {"below": {"$ref": "#/$defs/tree"}}}
    whole = {"properties": {"x": schema}, "$defs": {"tree": tree}}
    assert [value for value in valid if ask_json(whole, {"x": value}) != 200] == []
    assert [value for value in invalid if ask_json(whole, {"x": value}) != 400] == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b"1" * 9_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    app = application(operation({}, "application/json"))
    assert ask(app, body, headers=(("content-type", "application/json"),))[0] == 400


@pytest.mark.parametrize(
    ("schema", "body", "status"),
    [
        ({"type": "integer"}, b"x=12", 200),
        ({"type": "integer"}, b"x=1.5", 400),
        ({"type": "integer"}, b"x=" + b"9" * 5000, 400),
        ({"type": "number"}, b"x=-1.5e3", 200),
        ({"type": "number"}, b"x=NaN", 400),
        ({"type": "boolean"}, b"x=true", 200),
        ({"type": "boolean"}, b"x=True", 400),
        ({"type": ["integer", "null"]}, b"x=", 200),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, b"x=", 200),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, b"x=a", 400),
        ({"type": "object", "additionalProperties": TEXT}, b"x[0]=a&x[k]=b", 200),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, b"x[k]=b", 400),
        ({"type": "array", "items": {"required": ["a"]}}, b"x[][a]=1&x[][b]=2&x[][a]=3", 200),
        ({"type": "array", "items": {"required": ["a"]}}, b"x[0][b]=1", 400),
        ({"type": "array", "maxItems": 1}, b"x[]=1&x[0]=1", 400),
        (True, b"x" + b"[a]" * 100 + b"=1", 400),
        ({"$ref": "#/$defs/n"}, b"x=1", 200),
        ({"$ref": "#/$defs/n"}, b"x=a", 400),
    ],
)
def test_form_text_is_read_as_the_schema_types_it(
    schema: Any,  # noqa: ANN401  (any JSON)
    body: bytes,
    status: int,
) -> None:
    app = application(operation({"properties": {"x": schema}, "$defs": {"n": {"type": "integer"}}}))
    assert ask(app, body)[0] == status


@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"$ref": "#/$defs/d"}},
            "$defs": {"d": {"type": "string", "format": "date-time"}},
        },
        {
            "allOf": [
                {"$ref": "#/$defs/d"},
                {"required": ["b"], "properties": {"b": {"const": 1}}},
            ],
            "$defs": {"d": {"type": "object", "required": ["a"], "properties": {"a": TEXT}}},
        },
        {"anyOf": [False, {"type": "integer", "minimum": 7}]},
        {"type": "string", "pattern": "^[0-9]$"},
        {"type": "array", "minItems": 2, "items": {"type": "boolean"}},
        {"type": "integer", "exclusiveMinimum": 4},
        {"type": "integer", "maximum": -5},
        {"type": "string", "minLength": 4, "maxLength": 4},
        {"type": ["null", "string"]},
    ],
    ids=lambda each: json.dumps(each)[:50],
)
def test_an_example_is_an_instance(schema: Any) -> None:  # noqa: ANN401  (any JSON)
    checker = Checker(schema)
    assert checker.problem(schema, Examples(checker).make(schema)) is None
