"""OpenAPI documents of one operation or a few, made as a test needs them."""

from __future__ import annotations

from conformance.contract.model import Json, Operation
from conformance.contract.openapi import to_contract

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
    """Return the reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}
