"""OpenAPI documents become contracts: structure and faults."""

from __future__ import annotations

import hashlib

import pytest

from conformance.contract.model import Encoding, Json, SecurityScheme
from conformance.contract.openapi import slice_of, to_contract
from conformance.contract.selection import Selection
from conformance.errors import ContractError
from conformance.pointer import resolve
from tests.sample_documents import api, one, ref


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
        in to_contract(slice_of(document, "api.json", Selection(("post_a", "post_b"))), "api.json")
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


def test_operations_that_share_an_operation_id_go_by_method_and_path() -> None:
    names = {"/a": "x", "/b": "x", "/c": "repos/list all", "/d": "repos_list all", "/e": "ok"}
    paths = {path: {"put": {"operationId": name}} for path, name in names.items()}
    operations = to_contract(api(paths), "api.json").operations
    assert [each.id for each in operations] == ["put_a", "put_b", "put_c", "put_d", "ok"]
    assert [each.operation_id for each in operations] == [*names.values()]
    assert operations[0].notes == (
        (
            'its operationId "x" is that of another operation as well: it goes by its method '
            "and path"
        ),
    )
    assert operations[4].notes == ()
    assert one(api({"/c": paths["/c"]})).id == "repos_list_all"


def test_tags_servers_and_what_an_operation_says_of_itself() -> None:
    document = api(
        {
            "/a": {
                "servers": [{"url": "/path"}],
                "get": {"tags": ["x", "y"], "deprecated": True, "servers": [{"url": "/own"}]},
                "put": {},
            },
            "/b": {"get": {}},
        },
        servers=[
            {
                "url": "https://{host}/{version}{rest}",
                "variables": {"host": {"default": "h"}, "version": {"default": "v1"}},
            },
            {"no": "url"},
        ],
    )
    own, path, whole = to_contract(document, "api.json").operations
    assert (own.tags, own.deprecated, own.servers) == (("x", "y"), True, ("/own",))
    assert (path.tags, path.deprecated, path.servers) == ((), False, ("/path",))
    assert whole.servers == ("https://h/v1{rest}",)


def test_security_is_the_operations_own_or_the_documents() -> None:
    schemes = {
        "bearer": {"type": "http", "scheme": "Bearer"},
        "key": {"type": "apiKey", "in": "query", "name": "k"},
        "oauth": {"type": "oauth2", "flows": {}},
    }
    document = api(
        {
            "/a": {
                "get": {},
                "put": {"security": []},
                "post": {"security": [{"key": [], "bearer": []}, {}, {"oauth": ["a"]}]},
                "patch": {"security": [{"nowhere": []}]},
            }
        },
        security=[{"bearer": []}],
        components={"securitySchemes": schemes},
    )
    get_, put, post, patch = to_contract(document, "api.json").operations
    bearer = SecurityScheme("bearer", "http", scheme="bearer")
    key = SecurityScheme("key", "apiKey", "query", "k")
    assert get_.security == ((bearer,),)
    assert put.security == ()
    assert post.security == ((key, bearer), (), (SecurityScheme("oauth", "oauth2"),))
    assert patch.security == ((SecurityScheme("nowhere", ""),),)
    assert patch.notes == (
        'security names "nowhere", which components/securitySchemes does not have',
    )
    schemes["bearer"] = {"type": "basic"}
    assert [name for name, _ in to_contract(document, "api.json").unreadable] == [
        "get_a",
        "post_a",
    ]


def test_headers_of_an_answer() -> None:
    headers = {
        "X-Rate": {"$ref": "#/components/headers/rate"},
        "Link": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "Content-Type": {"schema": {"type": "string"}},
        "x-rate": {"schema": {"type": "string"}, "explode": True, "description": "Wins."},
    }
    rate = {"required": True, "schema": {"type": "integer", "nullable": True}}
    document = api(
        {"/a": {"get": {"responses": {"200": {"headers": headers}}}}},
        components={"headers": {"rate": rate}},
    )
    again, link = one(document).responses[0].headers
    assert (again.name, again.required, again.explode) == ("x-rate", False, True)
    assert again.description == "Wins."
    assert (link.schema, link.media_type) == ({"type": "object"}, "application/json")
    del headers["x-rate"]
    first = one(document).responses[0].headers[0]
    assert (first.name, first.required) == ("X-Rate", True)
    assert first.schema == {"type": ["integer", "null"]}
    assert first.pointer == "#/components/headers/rate/schema"


def test_examples_and_what_travels_how() -> None:
    media = {
        "schema": {"type": "object"},
        "examples": {"a": {"$ref": "#/components/examples/a"}, "b": {"externalValue": "b"}},
        "encoding": {"file": {"contentType": "image/png"}, "tags": {"style": "form"}},
    }
    parameter = {
        "name": "q",
        "in": "query",
        "allowReserved": True,
        "deprecated": True,
        "schema": {},
        "example": 1,
        "examples": {"b": {"value": 2}},
    }
    document = api(
        {"/a": {"post": {"parameters": [parameter], "requestBody": {"content": {"a/b": media}}}}},
        components={"examples": {"a": {"value": {"x": None}}}},
    )
    operation = one(document)
    (content,), (query,) = operation.contents, operation.parameters
    assert content.examples == ({"x": None},)
    assert content.content_types == {"file": "image/png"}
    assert set(content.encoding) == {"tags"}
    assert query.examples == (1, 2)
    assert (query.allow_reserved, query.deprecated) == (True, True)


def test_only_the_operations_asked_for_are_read() -> None:
    document = api({"/a": {"get": {}}, "/b": {"get": {"responses": "broken"}}})
    contract = to_contract(document, "api.json", Selection(("get_a",)))
    assert [operation.id for operation in contract.operations] == ["get_a"]
    everything = to_contract(document, "api.json")
    assert [operation.id for operation in everything.operations] == ["get_a"]
    assert everything.unreadable == (
        ("get_b", "api.json#/paths/~1b/get/responses: an object must stand here"),
    )
    with pytest.raises(ContractError):
        to_contract(document, "api.json", Selection(("get_b",)))


def test_slice_keeps_the_operations_asked_for() -> None:
    parameters = [{"name": "id", "in": "path", "schema": {}}]
    item = {"parameters": parameters, "get": {}, "post": {}}
    document = api({"/a/{id}": item, "/b": {"get": {}}}, components={"schemas": {}})
    assert slice_of(document, "api.json", Selection(("post_a_id",))) == api(
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


READ = "OpenAPI 3.0 and 3.1 and Swagger 2.0 are read. Convert the document, or give another."


def get(operation: Json) -> dict[str, Json]:
    return api({"/a": {"get": operation}})


HERE = "Correct the document there."
AN_OBJECT = "an object must stand here"

DOCUMENT_ERRORS: list[tuple[Json, str]] = [
    ([], f"api.json: this is not an OpenAPI document: no object\n{READ}"),
    ({"paths": {}},
     f"api.json: this is not an OpenAPI document: it has no member openapi\n{READ}"),
    ({"swagger": "2.0"}, f"api.json#/swagger: this is Swagger 2.0\n{READ}"),
    ({"openapi": "3.2.0"}, f"api.json#/openapi: this is OpenAPI 3.2.0\n{READ}"),
    ({"openapi": "3.10"}, f"api.json#/openapi: this is OpenAPI 3.10\n{READ}"),
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
    (get({"security": {}}),
     f"api.json#/paths/~1a/get/security: security must be a list of objects\n{HERE}"),
    (api({"/a?b": {"get": {}}}),
     ('api.json#/paths/~1a?b: the path "/a?b" has a query: no target can tell it by its path\n'
     "Describe it by a parameter, or give it a path of its own.")),
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


def test_document_nested_too_deep() -> None:
    document = get({})
    deep: dict[str, Json] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    document["x-deep"] = deep
    with pytest.raises(ContractError) as caught:
        to_contract(document, "api.json")
    assert str(caught.value) == "api.json: the document is nested too deep to read\nFlatten it."
