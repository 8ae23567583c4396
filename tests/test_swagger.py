"""Swagger 2.0 becomes OpenAPI 3.0: parameters, bodies, forms, files, answers, security."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.contract.model import Encoding, Json, Operation, SecurityScheme
from conformance.contract.openapi import to_contract
from conformance.contract.swagger import from_swagger
from conformance.errors import ContractError


def swagger(operation: Json, **more: Json) -> dict[str, Json]:
    return {"swagger": "2.0", "info": {"title": "L"}, "paths": {"/a/{b}": operation}, **more}


def one(document: dict[str, Json]) -> Operation:
    before = json.dumps(document)
    (operation,) = to_contract(from_swagger(document, "api.json"), "api.json").operations
    assert json.dumps(document) == before
    return operation


def test_body_answers_and_definitions() -> None:
    pet = {
        "type": "object",
        "discriminator": "kind",
        "required": ["kind"],
        "properties": {"kind": {"type": "string", "x-nullable": True}, "next": {}},
    }
    pet["properties"]["next"] = {"$ref": "#/definitions/Pet"}
    operation = one(
        swagger(
            {
                "parameters": [{"$ref": "#/parameters/b"}],
                "put": {
                    "operationId": "putA",
                    "tags": ["x"],
                    "deprecated": True,
                    "consumes": ["application/json", "application/vnd.a+json"],
                    "parameters": [
                        {
                            "in": "body",
                            "name": "body",
                            "required": True,
                            "schema": {"$ref": "#/definitions/Pet"},
                        },
                        {"in": "query", "name": "n", "type": "integer", "maximum": 5},
                    ],
                    "responses": {
                        "200": {"$ref": "#/responses/ok"},
                        "default": {"description": "No.", "headers": {"X-A": {"type": "integer"}}},
                        "x-note": 1,
                    },
                },
            },
            host="h.example",
            basePath="/v1",
            schemes=["https", "http"],
            produces=["application/json"],
            definitions={"Pet": pet},
            parameters={"b": {"in": "path", "name": "b", "required": True, "type": "string"}},
            responses={"ok": {"description": "Yes.", "schema": {"$ref": "#/definitions/Pet"}}},
        )
    )
    assert (operation.id, operation.method, operation.path) == ("putA", "PUT", "/a/{b}")
    assert (operation.tags, operation.deprecated) == (("x",), True)
    assert operation.servers == ("https://h.example/v1", "http://h.example/v1")
    assert [each.media_type for each in operation.contents] == [
        "application/json",
        "application/vnd.a+json",
    ]
    body = operation.contents[0].schema
    assert operation.body_required
    assert body["required"] == ["kind"]
    assert body["discriminator"] == {"propertyName": "kind"}
    assert body["properties"]["kind"] == {"type": ["string", "null"], "x-nullable": True}
    assert [(each.name, each.location, each.schema) for each in operation.parameters] == [
        ("b", "path", {"type": "string"}),
        ("n", "query", {"type": "integer", "maximum": 5}),
    ]
    ok, other = operation.responses
    assert (ok.status, ok.description, ok.contents[0].media_type) == (
        "200",
        "Yes.",
        "application/json",
    )
    assert ok.contents[0].schema == body
    assert (other.contents, other.headers[0].schema) == ((), {"type": "integer"})


def test_collection_formats() -> None:
    formats = ("csv", "ssv", "tsv", "pipes", "multi")
    parameters = [
        {"in": "query", "name": name, "type": "array", "items": {"type": "string"}}
        for name in formats
    ]
    for each in parameters:
        each["collectionFormat"] = str(each["name"])
    array = {"type": "array", "items": {"type": "integer"}}
    parameters += [{"in": "header", "name": "h", **array}, {"in": "query", "name": "d", **array}]
    operation = one(swagger({"get": {"parameters": parameters}}))
    assert [(each.name, each.style, each.explode) for each in operation.parameters] == [
        ("csv", "form", False),
        ("ssv", "spaceDelimited", False),
        ("tsv", "tabDelimited", False),
        ("pipes", "pipeDelimited", False),
        ("multi", "form", True),
        ("h", "simple", False),
        ("d", "form", False),
    ]
    assert operation.parameters[-1].schema == array


@pytest.mark.parametrize(
    ("consumes", "file", "kinds"),
    [
        ([], False, ["application/x-www-form-urlencoded"]),
        (["application/json"], False, ["application/x-www-form-urlencoded"]),
        (["multipart/form-data"], False, ["multipart/form-data"]),
        (["application/x-www-form-urlencoded"], True, ["multipart/form-data"]),
    ],
)
def test_forms(consumes: list[str], file: bool, kinds: list[str]) -> None:  # noqa: FBT001  (a row)
    parameters: list[Json] = [
        {"in": "formData", "name": "a", "type": "string", "required": True, "maxLength": 3},
        {
            "in": "formData",
            "name": "b",
            "type": "array",
            "items": {"type": "string"},
            "collectionFormat": "multi",
            "description": "Some.",
        },
    ]
    if file:
        parameters.append({"in": "formData", "name": "f", "type": "file"})
    operation = one(swagger({"post": {"parameters": parameters, "consumes": consumes}}))
    assert [each.media_type for each in operation.contents] == kinds
    schema = operation.contents[0].schema
    assert schema["required"] == ["a"]
    assert schema["properties"]["a"] == {"type": "string", "maxLength": 3}
    assert schema["properties"]["b"]["description"] == "Some."
    assert operation.contents[0].encoding == {"b": Encoding("form", explode=True)}
    if file:
        assert schema["properties"]["f"] == {"type": "string", "format": "binary"}


def test_a_file_as_an_answer() -> None:
    responses = {"200": {"description": "", "schema": {"type": "file"}}}
    operation = one(swagger({"get": {"produces": ["image/png"], "responses": responses}}))
    (content,) = operation.responses[0].contents
    assert (content.media_type, content.schema) == (
        "image/png",
        {"type": "string", "format": "binary"},
    )


def test_security() -> None:
    schemes = {
        "b": {"type": "basic"},
        "k": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "o": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a", "scopes": {}},
    }
    document = swagger(
        {"get": {}, "put": {"security": [{"k": [], "o": ["x"]}]}},
        securityDefinitions=schemes,
        security=[{"b": []}],
    )
    get, put = to_contract(from_swagger(document, "api.json"), "api.json").operations
    assert get.security == ((SecurityScheme("b", "http", scheme="basic"),),)
    assert put.security == (
        (SecurityScheme("k", "apiKey", "header", "X-Key"), SecurityScheme("o", "oauth2")),
    )


@pytest.mark.parametrize(
    ("document", "place", "what"),
    [
        ({"swagger": "1.2"}, "#/swagger", "this is Swagger 1.2"),
        (swagger([]), "#/paths/~1a~1{b}", "an object must stand here"),
        (swagger({"get": 1}), "#/paths/~1a~1{b}/get", "an object must stand here"),
        (swagger({"parameters": {}}), "#/paths/~1a~1{b}/parameters",
         "a list of parameters must stand here"),
        (swagger({"parameters": [{"name": "a", "in": "cookie"}]}), "#/paths/~1a~1{b}/parameters/0",
         "a parameter needs a name, and in: one of path, query, header, body, formData"),
        (swagger({"get": {"responses": {"200": {"$ref": "#/responses/x"}}}}),
         "#/paths/~1a~1{b}/get/responses/200", 'the reference "#/responses/x" leads nowhere'),
    ],
)  # fmt: skip
def test_error(document: Json, place: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        from_swagger(document, "api.json")
    assert (caught.value.place, caught.value.what) == (f"api.json{place}", what)


def test_a_document_is_told_by_its_content_and_files_come_along(tmp_path: Path) -> None:
    (tmp_path / "defs.json").write_text('{"Pet": {"type": "string"}}')
    source = tmp_path / "swagger.yaml"
    source.write_text(
        "swagger: '2.0'\nbasePath: /v2\npaths:\n  /pets:\n    post:\n      parameters:\n"
        "      - {in: body, name: x, schema: {$ref: 'defs.json#/Pet'}}\n"
    )
    (operation,) = load(str(source)).operations
    assert operation.contents[0].schema == {"type": "string"}
    assert operation.servers == ("/v2",)
