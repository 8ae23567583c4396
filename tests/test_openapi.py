"""OpenAPI 3.0 documents become contracts: structure, references, dialect, faults."""

from __future__ import annotations

import hashlib

import jsonschema
import pytest

from conformance.contract.model import Encoding, Json, Operation
from conformance.contract.openapi import slice_of, to_contract
from conformance.contract.refs import INLINE_LIMIT
from conformance.errors import ContractError, UsageError
from conformance.pointer import resolve

POINTER = "#/paths/~1loans/post/requestBody/content/application~1json/schema"


def api(paths: Json, **more: Json) -> dict[str, Json]:
    """Return a document with these paths."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Library", "version": "2"},
        "paths": paths,
        **more,
    }


def with_body(schema: Json, **schemas: Json) -> dict[str, Json]:
    """Return a document with one operation, whose request body has this schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    return api(
        {"/loans": {"post": {"operationId": "lend", "requestBody": body}}},
        components={"schemas": schemas},
    )


def one(document: Json) -> Operation:
    """Return the only operation of `document`."""
    (operation,) = to_contract(document, "api.json").operations
    return operation


def schema_of(schema: Json, **schemas: Json) -> Json:
    """Return what becomes of a request body's schema."""
    return one(with_body(schema, **schemas)).contents[0].schema


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_whole_operation() -> None:
    document = api(
        {
            "x-note": 1,
            "/books/{isbn}": {
                "summary": "A book",
                "parameters": [
                    {"name": "isbn", "in": "path", "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                ],
                "put": {
                    "operationId": "lend",
                    "summary": "Lend",
                    "description": "Lends a book.",
                    "parameters": [
                        {"$ref": "#/components/parameters/page"},
                        {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                        {"name": "page", "in": "header", "schema": {"type": "string"}},
                        {
                            "name": "filter",
                            "in": "query",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        },
                    ],
                    "requestBody": {"$ref": "#/components/requestBodies/loan"},
                    "responses": {
                        "x-note": 1,
                        "200": {"$ref": "#/components/responses/ok"},
                        "4xx": {"description": "No."},
                        "default": {"description": "Other."},
                    },
                },
                "get": {"responses": {}},
            },
        },
        components={
            "parameters": {
                "page": {
                    "name": "page",
                    "in": "query",
                    "required": True,
                    "description": "Which.",
                    "style": "deepObject",
                    "explode": True,
                    "schema": {"type": "string"},
                }
            },
            "requestBodies": {
                "loan": {
                    "required": True,
                    "content": {
                        "Application/X-WWW-Form-URLencoded; charset=utf-8": {
                            "schema": {"type": "object"},
                            "encoding": {
                                "a": {"style": "deepObject", "explode": True},
                                "b": {"style": "spaceDelimited"},
                                "c": {"explode": False},
                                "d": {"contentType": "text/plain"},
                            },
                        },
                        "text/csv": {},
                    },
                }
            },
            "responses": {
                "ok": {
                    "description": "Lent.",
                    "content": {"application/json": {"schema": {"type": "string"}}},
                }
            },
        },
    )
    contract = to_contract(document, "api.json")
    assert (contract.source, contract.title, contract.version) == ("api.json", "Library", "2")
    put, get = contract.operations
    assert (put.id, put.method, put.path) == ("lend", "PUT", "/books/{isbn}")
    assert (put.summary, put.description) == ("Lend", "Lends a book.")
    assert put.pointer == "#/paths/~1books~1{isbn}/put"
    assert put.declared_methods == {"PUT", "GET"}
    assert put.body_required
    assert put.notes == ()
    at = "#/components/requestBodies/loan/content"
    form, csv = put.contents
    assert form.media_type == "application/x-www-form-urlencoded"
    assert form.schema == {"type": "object"}
    assert form.pointer == (f"{at}/Application~1X-WWW-Form-URLencoded; charset=utf-8/schema")
    assert form.encoding == {
        "a": Encoding("deepObject", explode=True),
        "b": Encoding("spaceDelimited", explode=False),
        "c": Encoding("form", explode=False),
    }
    assert (csv.media_type, csv.schema, csv.pointer) == (
        "text/csv",
        None,
        f"{at}/text~1csv/schema",
    )
    shown = [
        (each.name, each.location, each.required, each.schema, each.style, each.explode)
        for each in put.parameters
    ]
    assert shown == [
        ("isbn", "path", True, {"type": "string"}, "simple", False),
        ("page", "query", True, {"type": "string"}, "deepObject", True),
        ("page", "header", False, {"type": "string"}, "simple", False),
        ("filter", "query", False, {"type": "object"}, "application/json", False),
    ]
    assert [each.pointer for each in put.parameters] == [
        "#/paths/~1books~1{isbn}/parameters/0/schema",
        "#/components/parameters/page/schema",
        "#/paths/~1books~1{isbn}/put/parameters/2/schema",
        "#/paths/~1books~1{isbn}/put/parameters/3/content/application~1json/schema",
    ]
    assert put.parameters[1].description == "Which."
    for each in put.parameters:
        assert resolve(document, each.pointer)["type"]
    assert [(each.status, each.description) for each in put.responses] == [
        ("200", "Lent."),
        ("4XX", "No."),
        ("default", "Other."),
    ]
    assert put.responses[0].pointer == "#/components/responses/ok"
    assert put.responses[0].contents[0].pointer == (
        "#/components/responses/ok/content/application~1json/schema"
    )
    assert [each.covers(404) for each in put.responses] == [False, True, True]
    assert put.response_for(200) is put.responses[0]
    assert put.response_for(404) is put.responses[1]
    assert put.response_for(500) is put.responses[2]
    assert get.response_for(200) is None
    assert get.id == "get_books_isbn"
    assert get.contents == ()


def test_parameter_without_schema_allows_anything() -> None:
    document = api({"/a": {"get": {"parameters": [{"name": "q", "in": "query", "content": {}}]}}})
    (parameter,) = one(document).parameters
    assert parameter.schema == {}
    assert (parameter.style, parameter.explode) == ("form", True)


@pytest.mark.parametrize("method", ["get", "head", "delete", "trace"])
def test_body_on_a_method_without_is_noted(method: str) -> None:
    body = {"content": {"text/csv": {"schema": {"type": "object", "properties": {"a": {}}}}}}
    document = api({"/a": {method: {"requestBody": body}, "post": {}}})
    operation, other = to_contract(document, "api.json").operations
    assert operation.contents == ()
    assert operation.notes == (
        (
            f"the request body is ignored: on {method.upper()} it has no defined meaning "
            "(OpenAPI 3.0.3, section 4.7.10.1)"
        ),
    )
    assert other.known_names == ()


def test_known_names_are_those_of_other_operations() -> None:
    def body(*names: str) -> dict[str, Json]:
        schema: Json = {"properties": {name: {} for name in names}}
        return {"requestBody": {"content": {"text/csv": {"schema": schema}}}}

    document = api(
        {
            "/a": {"post": body("own", "both")},
            "/b": {"post": body("z", "both"), "put": {"requestBody": {"$ref": "#/components/b"}}},
            "/c": {"post": body(*(f"name_{n:03}" for n in range(300)))},
        },
        components={"b": body("a")["requestBody"]},
    )
    document["components"]["b"]["content"]["text/csv"]["schema"] = ref("s")
    document["components"]["schemas"] = {"s": {"properties": {"referred": {}}}}
    first, second, third, fourth = to_contract(document, "api.json").operations
    assert first.known_names == tuple(f"name_{n:03}" for n in range(200))
    assert third.known_names == ("both", *(f"name_{n:03}" for n in range(199)))
    assert fourth.known_names == ("both", "own", "referred", "z")
    assert (
        "own"
        in to_contract(slice_of(document, "api.json", frozenset(("post_a", "post_b"))), "api.json")
        .operations[1]
        .known_names
    )
    assert second.id == "post_b"


def test_derived_ids_are_unique() -> None:
    document = api(
        {"/a/{b}": {"get": {}}, "/a/b": {"get": {}}, "/a-b": {"get": {}}, "/": {"get": {}}}
    )
    ids = [operation.id for operation in to_contract(document, "api.json").operations]
    assert ids == ["get_a_b", "get_a_b_2", "get_a_b_3", "get"]


def test_only_the_operations_asked_for_are_read() -> None:
    document = api({"/a": {"get": {}}, "/b": {"get": {"responses": "broken"}}})
    contract = to_contract(document, "api.json", frozenset(("get_a",)))
    assert [operation.id for operation in contract.operations] == ["get_a"]
    with pytest.raises(ContractError):
        to_contract(document, "api.json")


def test_slice_keeps_the_operations_asked_for() -> None:
    parameters = [{"name": "id", "in": "path", "schema": {}}]
    item = {"parameters": parameters, "get": {}, "post": {}}
    document = api({"/a/{id}": item, "/b": {"get": {}}}, components={"schemas": {}})
    assert slice_of(document, "api.json", frozenset(("post_a_id",))) == api(
        {"/a/{id}": {"parameters": parameters, "post": {}}}, components={"schemas": {}}
    )


def test_digest_is_of_canonical_json() -> None:
    text = '{"info":{"title":"\\u00fc"},"openapi":"3.0.0","paths":{"/a":{"get":{"x-b":1,"x-c":2}}}}'
    document = {
        "openapi": "3.0.0",
        "paths": {"/a": {"get": {"x-c": 2, "x-b": 1}}},
        "info": {"title": "ü"},
    }
    assert to_contract(document, "a").digest == hashlib.sha256(text.encode()).hexdigest()


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
        c={"allOf": [ref("a"), ref("b")]},
        leaf={"type": "integer"},
    )
    a, b, c = ({"$ref": f"#/$defs/{name}"} for name in "abc")
    assert found == {
        "properties": {"way": {"items": a}, "a": a},
        "$defs": {
            "a": {"not": b, "x-name": 1},
            "b": {"anyOf": [c, {"type": "integer"}]},
            "c": {"allOf": [a, b]},
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
        **{"a b": {"not": ref("a b")}, "a/b": {"items": ref("a~1b")}},
    )
    document["components"]["x"] = {"~": {"not": {"$ref": "#/components/x/~0"}}}
    (operation,) = to_contract(document, "api.json").operations
    assert operation.contents[0].schema == {
        "properties": {
            "a": {"$ref": "#/$defs/a_b"},
            "b": {"$ref": "#/$defs/a_b_2"},
            "c": {"$ref": "#/$defs/components_x"},
        },
        "$defs": {
            "a_b": {"not": {"$ref": "#/$defs/a_b"}},
            "a_b_2": {"items": {"$ref": "#/$defs/a_b_2"}},
            "components_x": {"not": {"$ref": "#/$defs/components_x"}},
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


READ = "OpenAPI 3.0 is read (3.0.0 to 3.0.4). Convert the document, or give another."
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


def get(operation: Json) -> dict[str, Json]:
    return api({"/a": {"get": operation}})


HERE = "Correct the document there."
AN_OBJECT = "an object must stand here"

DOCUMENT_ERRORS: list[tuple[Json, str]] = [
    ([], f"api.json: this is not an OpenAPI document: no object\n{READ}"),
    ({"paths": {}},
     f"api.json: this is not an OpenAPI document: it has no member openapi\n{READ}"),
    ({"swagger": "2.0"}, f"api.json#/swagger: this is Swagger 2.0\n{READ}"),
    ({"openapi": "3.1.0"}, f"api.json#/openapi: this is OpenAPI 3.1.0\n{READ}"),
    ({"openapi": "3.00"}, f"api.json#/openapi: this is OpenAPI 3.00\n{READ}"),
    ({"openapi": "3.0.0"},
     ("api.json#/paths: the document describes no operation\n"
     "Describe at least one method on one path.")),
    (api({"/a": {"summary": "a"}, "x-b": {"get": {}}}),
     ("api.json#/paths: the document describes no operation\n"
     "Describe at least one method on one path.")),
    (api([]), f"api.json#/paths: {AN_OBJECT}\n{HERE}"),
    (api({"/a": []}), f"api.json#/paths/~1a: {AN_OBJECT}\n{HERE}"),
    (api({"/a": {"$ref": "#/b"}}),
     ('api.json#/paths/~1a: the reference "#/b" leads nowhere\n'
     "Add what is missing there, or correct the reference.")),
    (api({"a": {}}),
     'api.json#/paths/a: the path "a" does not begin with a slash\nCorrect it.'),
    (get(None), f"api.json#/paths/~1a/get: {AN_OBJECT}\n{HERE}"),
    ({**get({}), "info": 1}, f"api.json#/info: {AN_OBJECT}\n{HERE}"),
    (api({"/a": {"get": {"operationId": "x"}}, "/b": {"put": {"operationId": "x"}}}),
     ('api.json#/paths/~1b/put/operationId: the operationId "x" is taken by #/paths/~1a/get\n'
     "Give each operation an operationId of its own.")),
    (get({"parameters": {}}),
     f"api.json#/paths/~1a/get/parameters: a list of parameters must stand here\n{HERE}"),
    (get({"parameters": [1]}), f"api.json#/paths/~1a/get/parameters/0: {AN_OBJECT}\n{HERE}"),
    (get({"parameters": [{"name": "a", "in": "body"}]}),
     ("api.json#/paths/~1a/get/parameters/0: a parameter needs a name, and in: one of path, query, "
     f"header, cookie\n{HERE}")),
    (get({"parameters": [{"name": "a", "in": "query", "content": {"b/c": 1}}]}),
     f"api.json#/paths/~1a/get/parameters/0/content/b~1c: {AN_OBJECT}\n{HERE}"),
    (get({"responses": []}), f"api.json#/paths/~1a/get/responses: {AN_OBJECT}\n{HERE}"),
    (get({"responses": {"200": 1}}), f"api.json#/paths/~1a/get/responses/200: {AN_OBJECT}\n{HERE}"),
    (get({"responses": {"200": {"content": []}}}),
     f"api.json#/paths/~1a/get/responses/200/content: {AN_OBJECT}\n{HERE}"),
    (api({"/a": {"put": {"requestBody": []}}}),
     f"api.json#/paths/~1a/put/requestBody: {AN_OBJECT}\n{HERE}"),
    (api({"/a": {"put": {"requestBody": {"content": {"text/csv": 1}}}}}),
     f"api.json#/paths/~1a/put/requestBody/content/text~1csv: {AN_OBJECT}\n{HERE}"),
    (api({"/a": {"put": {"requestBody": {"content": {"a": {"encoding": {"b": 1}}}}}}}),
     f"api.json#/paths/~1a/put/requestBody/content/a/encoding/b: {AN_OBJECT}\n{HERE}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "message"), DOCUMENT_ERRORS, ids=[row[1][:60] for row in DOCUMENT_ERRORS]
)
def test_document_error(document: Json, message: str) -> None:
    with pytest.raises(ContractError) as caught:
        to_contract(document, "api.json")
    assert str(caught.value) == message


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.0", 3.0])
def test_versions_read(version: Json) -> None:
    assert one({**get({}), "openapi": version}).id == "get_a"


@pytest.mark.parametrize("read", [to_contract, slice_of])
def test_unknown_operation(read: Json) -> None:
    paths = {f"/{n}": {"get": {"operationId": n}} for n in ("lendBook", "lendBooks", "pay", "go")}
    with pytest.raises(UsageError) as caught:
        read(api(paths), "api.json", frozenset(("lendbook", "pay")))
    assert str(caught.value) == (
        'the contract has no operation "lendbook"\nThe nearest are: lendBook, lendBooks.'
    )
    with pytest.raises(UsageError) as caught:
        read(api(paths), "api.json", frozenset(("12345",)))
    assert caught.value.remedy == "The nearest are: lendBook, lendBooks, pay."


def test_document_nested_too_deep() -> None:
    document = get({})
    deep: dict[str, Json] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    document["x-deep"] = deep
    with pytest.raises(ContractError) as caught:
        to_contract(document, "api.json")
    assert str(caught.value) == "api.json: the document is nested too deep to read\nFlatten it."
