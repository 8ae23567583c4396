"""The embedded target honours what descriptions say of paths, headers and media types."""

from __future__ import annotations

from pathlib import Path

from conformance.contract import load
from conformance.contract.openapi import to_contract
from conformance.planning import derive
from conformance.reference import clauses
from conformance.verdict import Expectation
from tests.test_embedded_contracts import DONE, ID, holds

COUNT = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def test_a_path_beyond_ascii_is_sent_encoded(tmp_path: Path) -> None:
    name = {"name": "näme", "in": "path", "required": True, "schema": {"type": "string"}}
    row = holds(tmp_path, {"/a b/tröt/{näme}/%7Bx": {"get": {"parameters": [name], **RESPONSES}}})
    assert row.derived == 1
    (operation,) = load(str(tmp_path / "api.json")).operations
    assert operation.path == "/a%20b/tr%C3%B6t/{näme}/%7Bx"
    assert derive(operation).preflight.path.startswith("/a%20b/tr%C3%B6t/")


RESPONSES = {"responses": DONE}


def test_a_header_that_http_sets_is_not_varied(tmp_path: Path) -> None:
    said = {"required": True, "schema": {"type": "integer"}}
    header = {"name": "Content-Length", "in": "header", **said}
    body = {"required": True, "content": {"application/json": {"schema": COUNT}}}
    post = {"parameters": [header], "requestBody": body, **RESPONSES}
    assert holds(tmp_path, {"/a": {"post": post}}).derived == 1
    (operation,) = load(str(tmp_path / "api.json")).operations
    assert [note for note in operation.notes if "Content-Length is set by HTTP itself" in note]


def test_a_body_of_any_media_type_is_sent_as_json_and_no_type_is_refused(tmp_path: Path) -> None:
    body = {"required": True, "content": {"*/*": {"schema": COUNT}}}
    assert holds(tmp_path, {"/a": {"post": {"requestBody": body, **RESPONSES}}}).derived == 1
    (operation,) = load(str(tmp_path / "api.json")).operations
    plan = derive(operation)
    assert plan.preflight.media_type == "application/json"
    owed = {c.id: c.expectation for c in plan.cases if c.clause.keyword == "media-type"}
    assert Expectation.REFUSE not in owed.values()


def test_what_a_wire_cannot_say_is_no_clause_to_break() -> None:
    words = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 2}}
    two = {**words, "minItems": 2}
    inner = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    parts = {"properties": {"words": words, "two": two, "inner": inner}}
    deep = {"type": "object", "properties": {"inner": inner, "n": {"type": "integer"}}}
    query = [
        {"name": "ids", "in": "query", "schema": words},
        {"name": "deep", "in": "query", "style": "deepObject", "explode": True, "schema": deep},
        {"name": "text", "in": "query", "content": {"application/json": {"schema": deep}}},
    ]
    answer = {"description": "", "content": {"*/*": {"schema": {"type": "string"}}}}
    body = {"content": {"multipart/form-data": {"schema": parts}}}
    responses = {"200": answer, "400": {"description": ""}}
    post = {"parameters": query, "requestBody": body, "responses": responses}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"post": post}}}
    (operation,) = to_contract(document, "api.json").operations
    assert set(clauses(operation)) == {
        *("/words/items/minLength", "/two/items/minLength", "/two/minItems"),
        *("/words/type", "/two/type", "/inner/type", "/inner/a/required", "/inner/a/type"),
        *("query/ids/items/minLength", "query/deep/n/type"),
        *("query/text/type", "query/text/n/type", "query/text/inner/type"),
        *("query/text/inner/a/required", "query/text/inner/a/type"),
    }


def test_a_text_is_a_text_whatever_it_is() -> None:
    text = {"type": "string", "maxLength": 3}
    body = {"content": {"text/plain": {"schema": text}}}
    put = {"put": {"requestBody": body, "responses": {"204": {"description": ""}}}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/a": put}}
    (operation,) = to_contract(document, "api.json").operations
    assert set(clauses(operation)) == {"/maxLength"}


def test_a_member_that_is_only_sent_is_no_clause_of_an_answer() -> None:
    secret = {"type": "object", "properties": {"key": {"type": "string", "writeOnly": True}}}
    answer = {"description": "", "content": {"application/json": {"schema": secret}}}
    get = {"parameters": [ID], "get": {"responses": {"200": answer}}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/a/{id}": get}}
    (operation,) = to_contract(document, "api.json").operations
    assert set(clauses(operation)) == {"response/200/type", "response/200/media-type"}
