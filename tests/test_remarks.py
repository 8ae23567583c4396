"""What no request tests is said: deprecated parts, and what the suite does not use."""

from __future__ import annotations

from conformance.contract.model import Json
from conformance.contract.openapi import to_contract
from conformance.planning import derive


def operation(**more: Json) -> Json:
    old = {"name": "old", "in": "query", "deprecated": True, "schema": {"type": "string"}}
    new = {"name": "new", "in": "query", "schema": {"type": "string"}}
    path = {"get": {"parameters": [old, new], "responses": {"200": {}}, **more}}
    return to_contract({"openapi": "3.0.3", "info": {}, "paths": {"/a": path}}, "d").operations[0]


def test_what_is_deprecated_is_said() -> None:
    found = {c.local: c for c in derive(operation(deprecated=True)).clauses}
    assert found["request/deprecated"].words == "the operation is deprecated"
    old = found["query/old/deprecated"]
    assert (old.words, old.state) == ("old in the query is deprecated", "annotation")
    assert old.keyword_location == "#/paths/~1a/get/parameters/0/deprecated"
    assert "query/new/deprecated" not in found
    assert "request/deprecated" not in {c.local for c in derive(operation()).clauses}


def test_a_deprecated_property_is_said_where_it_stands() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "deprecated": True}}}
    body = {"content": {"application/json": {"schema": schema}}}
    path = {"post": {"requestBody": body, "responses": {"200": {}}}}
    stated = to_contract({"openapi": "3.0.3", "info": {}, "paths": {"/a": path}}, "d")
    found = {c.local: c for c in derive(stated.operations[0]).clauses}
    assert found["/a/deprecated"].state == "annotation"


def test_what_the_suite_does_not_use_is_listed() -> None:
    ignored = derive(operation(requestBody={"content": {}})).clauses
    (note,) = [c for c in ignored if c.keyword == "note"]
    assert note.state == "uncovered"
    assert note.reason.startswith("the request body is ignored: on GET it has no defined meaning")
