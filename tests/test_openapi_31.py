"""OpenAPI 3.1: schemas are JSON Schema 2020-12, references have siblings."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from conformance.contract.model import Json
from conformance.contract.openapi import to_contract
from conformance.contract.schemas import SPREAD_LIMIT
from conformance.errors import ContractError
from tests.sample_documents import POINTER, api, ref, with_body

KINDS = (
    "type must be one of array, boolean, integer, number, object, string, null, or a list of them"
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def modern(schema: Json, **schemas: Json) -> dict[str, Json]:
    """Return a document of 3.1 with one operation, whose request body has this schema."""
    return {**with_body(schema, **schemas), "openapi": "3.1.0"}


def read(schema: Json, **schemas: Json) -> Any:  # noqa: ANN401  (a schema)
    (operation,) = to_contract(modern(schema, **schemas), "api.json").operations
    found = operation.contents[0].schema
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.mark.parametrize(
    ("stated", "owed"),
    [
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": "null"}, {"type": "null"}),
        ({"type": ["string"], "nullable": True}, {"type": ["string", "null"]}),
        ({"exclusiveMinimum": 5, "minimum": 1}, {"exclusiveMinimum": 5, "minimum": 1}),
        ({"prefixItems": [True, False]}, {"prefixItems": [{}, {"not": {}}]}),
        ({"properties": {"a": False}}, {"properties": {"a": {"not": {}}}}),
        ({"items": False, "contains": True}, {"items": False, "contains": True}),
        ({"const": None, "minContains": 1.0}, {"const": None, "minContains": 1}),
        ({"$comment": "a", "$schema": DIALECT, "$anchor": "b", "$defs": {"c": 1}}, {}),
        ({"contentSchema": {"$ref": "nowhere"}, "contentMediaType": "a/b"},
         {"contentMediaType": "a/b"}),
        (True, {}),
        (False, {"not": {}}),
        ({**ref("a"), "description": "says nothing more"}, {"type": "string"}),
        ({**ref("a"), "minLength": 1}, {"minLength": 1, "allOf": [{"type": "string"}]}),
        ({**ref("a"), "allOf": [{}], "readOnly": True},
         {"allOf": [{"type": "string"}, {}], "readOnly": True}),
        ({"items": {**ref("a"), "minLength": 1}},
         {"items": {"minLength": 1, "allOf": [{"type": "string"}]}}),
        (ref("both"), {"maxLength": 2, "allOf": [{"type": "string"}]}),
        ({"not": ref("yes")}, {"not": {}}),
        ({"not": {"$ref": "#named"}}, {"not": {"$anchor": 1, "type": "integer"}}),
    ],
)  # fmt: skip
def test_schema(stated: Json, owed: Json) -> None:
    schemas = {
        "a": {"type": "string"},
        "both": {**ref("a"), "maxLength": 2},
        "yes": True,
        "n": {"$anchor": "named", "type": "integer"},
    }
    if isinstance(owed, dict) and isinstance(owed.get("not"), dict):
        owed["not"].pop("$anchor", None)
    assert read(stated, **schemas) == owed


def test_local_definitions_are_reached_through_the_document() -> None:
    tree: dict[str, Json] = {"$defs": {"leaf": {"type": "integer"}}, "properties": {"a": {}}}
    tree["properties"]["a"] = {"$ref": "#/components/schemas/tree/$defs/leaf"}
    assert read(ref("tree"), tree=tree) == {"properties": {"a": {"type": "integer"}}}


def test_siblings_of_a_recursive_reference_hold() -> None:
    tree = {"type": "object", "properties": {"sub": {**ref("tree"), "minProperties": 1}}}
    found = read(ref("tree"), tree=tree)
    validator = jsonschema.Draft202012Validator(found)
    assert validator.is_valid({"sub": {"sub": {"x": 1}}})
    assert not validator.is_valid({"sub": {"sub": {}}})


@pytest.mark.parametrize(
    ("schema", "where", "what"),
    [
        ({"type": "file"}, "/type", f'{KINDS}, not "file"'),
        ({"type": []}, "/type", f"{KINDS}, not an empty list"),
        ({"not": {"$id": "http://a"}}, "/not/$id",
         "$id is not read: references would start from it"),
        ({"$dynamicRef": "#a"}, "/$dynamicRef",
         "$dynamicRef is not read: where it leads depends on the way there"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema",
         'the schema dialect "http://json-schema.org/draft-07/schema#" is not read'),
        ({"not": {"$ref": "#absent"}}, "/not",
         'a reference begins with "#/": "#absent" is not read'),
        (5, "", "a schema must be an object"),
    ],
)  # fmt: skip
def test_schema_error(schema: Json, where: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        to_contract(modern(schema), "api.json")
    assert (caught.value.place, caught.value.what) == (f"api.json{POINTER}{where}", what)


def test_the_dialect_of_the_document() -> None:
    document = {**modern({}), "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base"}
    assert to_contract(document, "api.json").operations
    document["jsonSchemaDialect"] = "https://example.com/own"
    with pytest.raises(ContractError) as caught:
        to_contract(document, "api.json")
    assert caught.value.place == "api.json#/jsonSchemaDialect"


def test_webhooks_are_noted_and_paths_may_be_missing() -> None:
    document = {**modern({}), "webhooks": {"lent": {"post": {}}}}
    contract = to_contract(document, "api.json")
    assert [each.id for each in contract.operations] == ["lend"]
    assert contract.notes == (
        "webhooks are what the target sends, not what it answers: 1 not tested",
    )
    del document["paths"]
    with pytest.raises(ContractError, match="the document describes no operation"):
        to_contract(document, "api.json")


@pytest.mark.parametrize(
    "schemas",
    [
        {"a": {"allOf": [ref("a")]}},
        {"a": {"anyOf": [{"not": ref("b")}]}, "b": {"if": {"dependentSchemas": {"x": ref("a")}}}},
    ],
)
def test_a_schema_that_applies_itself_to_the_same_value_is_refused(schemas: Json) -> None:
    document = with_body(ref("a"), **schemas)
    with pytest.raises(ContractError, match="the schema applies itself to the same value"):
        to_contract(document, "api.json")


def test_a_schema_that_unfolds_without_end_is_refused() -> None:
    schemas: dict[str, Json] = {"s0": {"type": "string"}}
    for level in range(1, 40):
        schemas[f"s{level}"] = {"anyOf": [ref(f"s{level - 1}"), ref(f"s{level - 1}")]}
    wanted = f"applies over {SPREAD_LIMIT:,} schemas to one value"
    with pytest.raises(ContractError, match=wanted):
        to_contract(with_body(ref("s39"), **schemas), "api.json")
    # A fault does not stick to what it was reached from, nor to what it reaches.
    both = api(
        {
            "/a": {"post": with_body(ref("s39"))["paths"]["/loans"]["post"]},
            "/b": {"post": {**with_body(ref("s5"))["paths"]["/loans"]["post"], "operationId": "b"}},
        },
        components={"schemas": schemas},
    )
    contract = to_contract(both, "api.json")
    assert [name for name, _ in contract.unreadable] == ["lend"]
    validator = jsonschema.Draft202012Validator(contract.operations[0].contents[0].schema)
    assert validator.is_valid("x")
    assert not validator.is_valid(1)
