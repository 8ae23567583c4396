"""Schema Objects become JSON Schema 2020-12: spellings, references, faults."""

from __future__ import annotations

import jsonschema
import pytest

from conformance.contract.model import Json
from conformance.contract.openapi import to_contract
from conformance.contract.schemas import INLINE_LIMIT
from conformance.errors import ContractError
from conformance.pointer import resolve
from tests.sample_documents import POINTER, api, one, ref, schema_of, with_body


def inside(schema: Json) -> dict[str, Json]:
    """Return schemas that hold `schema`, each by the keyword that holds it."""
    return {
        "properties": {"properties": {"nullable": schema, "$ref": schema}},
        "patternProperties": {"patternProperties": {"a": schema}},
        "additionalProperties": {"additionalProperties": schema},
        "items": {"items": schema},
        "not": {"not": schema},
        "allOf": {"allOf": [schema, schema]},
        "if": {"if": schema, "then": schema, "else": schema},
    }


DIALECT: list[tuple[str, Json, Json]] = [
    ("empty", {}, {}),
    ("nullable", {"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ("not nullable", {"type": "string", "nullable": False}, {"type": "string"}),
    (
        "nullable enum",
        {"nullable": True, "type": "string", "enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    ("nullable enum with null", {"nullable": True, "enum": [None]}, {"enum": [None]}),
    (
        "nullable anyOf",
        {"nullable": True, "anyOf": [{"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
    ),
    (
        "nullable oneOf",
        {"nullable": True, "oneOf": [{"type": "string", "nullable": True}]},
        {"anyOf": [{"oneOf": [{"type": ["string", "null"]}]}, {"type": "null"}]},
    ),
    (
        "nullable allOf and type",
        {"type": "object", "nullable": True, "allOf": [{"type": "object"}], "anyOf": [{}]},
        {
            "type": ["object", "null"],
            "anyOf": [{"allOf": [{"type": "object"}], "anyOf": [{}]}, {"type": "null"}],
        },
    ),
    ("nullable alone", {"nullable": True, "title": "A"}, {"title": "A"}),
    ("exclusive", {"minimum": 5, "exclusiveMinimum": True}, {"exclusiveMinimum": 5}),
    ("exclusive first", {"exclusiveMaximum": True, "maximum": 5}, {"exclusiveMaximum": 5}),
    ("not exclusive", {"exclusiveMinimum": False, "minimum": 5}, {"minimum": 5}),
    ("exclusive without limit", {"exclusiveMinimum": True}, {}),
    ("2020-12 exclusive", {"exclusiveMinimum": 5}, {"exclusiveMinimum": 5}),
    ("whole float", {"maxLength": 5.0}, {"maxLength": 5}),
    ("closed", {"additionalProperties": False}, {"additionalProperties": False}),
    ("identifiers", {"$id": "http://a", "$schema": "b", "type": "array"}, {"type": "array"}),
    *(
        (keyword, {keyword: value}, {keyword: value})
        for keyword, value in {
            "example": {"$ref": "not a reference"},
            "default": {"nullable": True},
            "enum": [{"$ref": "not a reference"}],
            "discriminator": {"propertyName": "a", "mapping": {"b": "#/components/schemas/b"}},
            "xml": {"name": "a"},
            "externalDocs": {"url": "a"},
            "deprecated": True,
            "readOnly": True,
            "writeOnly": True,
            "title": "a",
            "description": "a",
            "format": "a",
            "x-nullable": True,
            "unheardOf": [1],
            "const": 1,
        }.items()
    ),
    *(
        (f"inside {keyword}", stated, owed)
        for (keyword, stated), owed in zip(
            inside({"nullable": True, "type": "integer"}).items(),
            inside({"type": ["integer", "null"]}).values(),
            strict=True,
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "owed"), [row[1:] for row in DIALECT], ids=[row[0] for row in DIALECT]
)
def test_dialect(stated: Json, owed: Json) -> None:
    found = schema_of(stated)
    assert found == owed
    jsonschema.Draft202012Validator.check_schema(found)


def test_members_keep_their_order() -> None:
    stated = {"maxLength": 5, "nullable": True, "type": "string", "x-a": 1, "minLength": 1}
    assert list(schema_of(stated)) == ["maxLength", "type", "x-a", "minLength"]
    stated = {"title": "a", "minimum": 1, "type": "integer", "exclusiveMinimum": True}
    assert list(schema_of(stated)) == ["title", "exclusiveMinimum", "type"]


def test_references_are_copied_in() -> None:
    found = schema_of(
        {"properties": {"a": {**ref("a"), "description": "ignored"}, "b": ref("b")}},
        a={"items": ref("b"), "nullable": True, "type": "array"},
        b=ref("c"),
        c={"type": "string"},
    )
    string = {"type": "string"}
    assert found == {"properties": {"a": {"items": string, "type": ["array", "null"]}, "b": string}}


def test_root_reference_keeps_the_pointer_of_where_it_stands() -> None:
    content = one(with_body(ref("a"), a={"type": "object"})).contents[0]
    assert content.schema == {"type": "object"}
    assert content.pointer == POINTER


def test_references_may_lead_anywhere_in_the_document() -> None:
    document = with_body({"properties": {"a": {"type": "string"}, "b": {}}})
    document["paths"]["/a b"] = {"put": {"x-shape": {"type": "integer"}}}
    properties = resolve(document, POINTER)["properties"]
    properties["b"] = {"$ref": "#/paths/~1a%20b/put/x-shape"}
    found = to_contract(document, "api.json").operations[0].contents[0].schema
    assert found["properties"] == {"a": {"type": "string"}, "b": {"type": "integer"}}


def test_recursive_references_stay() -> None:
    tree = {"properties": {"left": ref("tree"), "leaf": ref("leaf")}}
    owed = {"properties": {"left": {"$ref": "#/$defs/tree"}, "leaf": {"type": "integer"}}}
    found = schema_of(ref("tree"), tree=tree, leaf={"type": "integer"}, other={})
    assert found == {**owed, "$defs": {"tree": owed}}
    found = schema_of({"items": ref("tree")}, tree=tree, leaf={"type": "integer"})
    assert found == {"items": {"$ref": "#/$defs/tree"}, "$defs": {"tree": owed}}
    validator = jsonschema.Draft202012Validator(found)
    assert validator.is_valid([{"left": {"left": {"leaf": 1}}}])
    assert not validator.is_valid([{"left": {"left": {"leaf": "1"}}}])


def test_circle_of_several_stays_and_what_hangs_on_it_is_copied() -> None:
    found = schema_of(
        {"properties": {"way": ref("way"), "a": ref("a")}},
        way={"items": ref("a")},
        a={"not": ref("b"), "x-name": 1},
        b={"anyOf": [ref("c"), ref("leaf")]},
        c={"items": ref("a"), "additionalProperties": ref("b")},
        leaf={"type": "integer"},
    )
    a, b, c = ({"$ref": f"#/$defs/{name}"} for name in "abc")
    assert found == {
        "properties": {"way": {"items": a}, "a": a},
        "$defs": {
            "a": {"not": b, "x-name": 1},
            "b": {"anyOf": [c, {"type": "integer"}]},
            "c": {"items": a, "additionalProperties": b},
        },
    }


def test_large_parts_stay_and_carry_what_they_reach() -> None:
    # Each level doubles: copied in whole, thirty of them would be a billion schemas.
    schemas: dict[str, Json] = {
        f"s{n}": {"properties": {"a": ref(f"s{n + 1}"), "b": ref(f"s{n + 1}")}} for n in range(30)
    }
    schemas["s30"] = {"type": "string"}
    found = schema_of(ref("s0"), **schemas)

    def size(schema: Json) -> int:
        below = schema.values() if isinstance(schema, dict) else ()
        return 1 + sum(size(each) for each in below)

    assert 0 < len(found["$defs"]) < 30
    assert size(found) < 10 * INLINE_LIMIT * len(found["$defs"])
    validator = jsonschema.Draft202012Validator(found)
    instance: Json = "leaf"
    for _ in range(30):
        instance = {"b": instance}
    assert validator.is_valid(instance)
    assert not validator.is_valid({"b": {"b": instance}})


def test_definitions_have_plain_names() -> None:
    document = with_body(
        {"properties": {"a": ref("a b"), "b": ref("a~1b"), "c": {"$ref": "#/components/x/~0"}}},
        **{"a b": {"items": ref("a b")}, "a/b": {"items": ref("a~1b")}},
    )
    document["components"]["x"] = {"~": {"items": {"$ref": "#/components/x/~0"}}}
    (operation,) = to_contract(document, "api.json").operations
    assert operation.contents[0].schema == {
        "properties": {
            "a": {"$ref": "#/$defs/a_b"},
            "b": {"$ref": "#/$defs/a_b_2"},
            "c": {"$ref": "#/$defs/components_x"},
        },
        "$defs": {
            "a_b": {"items": {"$ref": "#/$defs/a_b"}},
            "a_b_2": {"items": {"$ref": "#/$defs/a_b_2"}},
            "components_x": {"items": {"$ref": "#/$defs/components_x"}},
        },
    }


def test_operations_share_what_they_refer_to() -> None:
    responses = {"200": {"content": {"application/json": {"schema": ref("tree")}}}}
    document = api(
        {"/a": {"get": {"responses": responses}, "post": {"responses": responses}}},
        components={"schemas": {"tree": {"items": ref("tree")}}},
    )
    first, second = (
        operation.responses[0].contents[0].schema
        for operation in to_contract(document, "api.json").operations
    )
    assert first == second
    assert first["$defs"]["tree"] is second["$defs"]["tree"]


def nested(levels: int) -> dict[str, Json]:
    schema: dict[str, Json] = {}
    for _ in range(levels - 1):
        schema = {"not": schema}
    return schema


def test_64_levels_are_read() -> None:
    assert schema_of(nested(64)) == nested(64)


CORRECT = "Correct the value in the document."
COUNT = "a whole number, zero or more"
NO_CHECK = "As it stands it would check nothing."

SCHEMA_ERRORS: list[tuple[Json, str, str, str]] = [
    ({"maxlength": 5}, "/maxlength", 'unknown keyword "maxlength". Did you mean "maxLength"?',
     NO_CHECK),
    ({"items": {"Type": "a"}}, "/items/Type", 'unknown keyword "Type". Did you mean "type"?',
     NO_CHECK),
    ({"$Ref": "#/a"}, "/$Ref", 'unknown keyword "$Ref". Did you mean "$ref"?', NO_CHECK),
    ({"maxLength": "5"}, "/maxLength", f'maxLength must be {COUNT}, not "5"', CORRECT),
    ({"minItems": -1}, "/minItems", f"minItems must be {COUNT}, not -1", CORRECT),
    ({"minItems": 1.5}, "/minItems", f"minItems must be {COUNT}, not 1.5", CORRECT),
    ({"maxLength": True}, "/maxLength", f"maxLength must be {COUNT}, not true", CORRECT),
    ({"minimum": None}, "/minimum", "minimum must be a number, not null", CORRECT),
    ({"exclusiveMinimum": "a"}, "/exclusiveMinimum",
     'exclusiveMinimum must be true or false, not "a"', CORRECT),
    ({"multipleOf": 0}, "/multipleOf", "multipleOf must be a number over zero, not 0", CORRECT),
    ({"type": ["string"]}, "/type",
     "type must be one of array, boolean, integer, number, object, string, not a list", CORRECT),
    ({"type": {}}, "/type",
     "type must be one of array, boolean, integer, number, object, string, not an object",
     CORRECT),
    ({"type": "file"}, "/type",
     'type must be one of array, boolean, integer, number, object, string, not "file"', CORRECT),
    ({"enum": []}, "/enum", "enum must be a list of one value or more, not an empty list", CORRECT),
    ({"required": True}, "/required", "required must be a list of property names, not true",
     CORRECT),
    ({"pattern": 5}, "/pattern", "pattern must be text, not 5", CORRECT),
    ({"nullable": "a" * 50}, "/nullable",
     f'nullable must be true or false, not "{"a" * 40}…"', CORRECT),
    ({"items": [{}]}, "/items", "items must be a schema, that is an object, not a list", CORRECT),
    ({"anyOf": {}}, "/anyOf", "anyOf must be a list of schemas, not an object", CORRECT),
    ({"properties": []}, "/properties",
     "properties must be an object of schemas, not an empty list", CORRECT),
    ({"additionalProperties": False, "properties": {"a/b": {"additionalProperties": 1}}},
     "/properties/a~1b/additionalProperties",
     "additionalProperties must be true, false or a schema, not 1", CORRECT),
    ({"allOf": [{}, True]}, "/allOf/1", "a schema must be an object",
     "Write {} for a schema that allows everything."),
    ({"not": {"$ref": "#/components/schemas/absent"}}, "/not",
     'the reference "#/components/schemas/absent" leads nowhere',
     "Add what is missing there, or correct the reference."),
    ({"not": {"$ref": "other.json#/a"}}, "/not",
     'a reference begins with "#/": "other.json#/a" is not read',
     "Bundle the contract into one document."),
    ({"$ref": 5}, "", 'a reference begins with "#/": something else is not read',
     "Bundle the contract into one document."),
    ({"$ref": POINTER}, "", f'the reference "{POINTER}" leads back to itself',
     "Refer to a definition."),
    (nested(65), "/not" * 64, "the schemas here are nested over 64 levels deep",
     "Name the inner ones and refer to them."),
    (5, "", "a schema must be an object", "Write {} for a schema that allows everything."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "where", "what", "remedy"), SCHEMA_ERRORS, ids=[row[2][:40] for row in SCHEMA_ERRORS]
)
def test_schema_error(schema: Json, where: str, what: str, remedy: str) -> None:
    with pytest.raises(ContractError) as caught:
        to_contract(with_body(schema), "api.json")
    assert str(caught.value) == f"api.json{POINTER}{where}: {what}\n{remedy}"


def test_error_in_a_component_names_the_component() -> None:
    with pytest.raises(ContractError) as caught:
        to_contract(with_body({"not": ref("a")}, a={"items": 5}), "api.json")
    assert caught.value.place == "api.json#/components/schemas/a/items"
    with pytest.raises(ContractError) as caught:
        to_contract(with_body({"not": ref("a")}, a=5), "api.json")
    assert str(caught.value) == (
        "api.json#/components/schemas/a: a schema must be an object\n"
        "Write {} for a schema that allows everything."
    )
