"""The embedded target built from a contract honours it: one small description for each trouble."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.contract.model import Json
from conformance.contract.openapi import to_contract
from conformance.corpus.examine import Asked, examined
from conformance.corpus.row import Row
from conformance.reference import clauses

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
NAME = {"name": "name", "in": "query", "schema": {"type": "string", "maxLength": 3}}
DONE = {"200": {"description": ""}, "400": {"description": ""}}


def asked(folder: Path, paths: Json, asked: Asked | None = None) -> Row:
    """Return the row of a description with `paths`, held against its embedded target."""
    document = folder / "api.json"
    head = {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}}
    document.write_text(json.dumps({**head, "paths": paths}))
    return examined(document, asked or Asked(embedded=True), lambda *_: None)


def troubles(row: Row) -> Json:
    """Return all that must not be."""
    return row.fault, row.crashes, row.findings, row.doubts, row.missed


def holds(folder: Path, paths: Json) -> Row:
    """Assert that the embedded target honours a description with `paths`; return its row."""
    row = asked(folder, paths)
    assert troubles(row) == ("", {}, {}, {}, [])
    assert row.requests > 0
    return row


def answering(schema: Json) -> Json:
    """Return paths with one operation that answers `schema`."""
    content = {"application/json": {"schema": schema}}
    done = {"200": {"description": "", "content": content}, "400": {"description": ""}}
    return {"/thing": {"get": {"operationId": "thing", "parameters": [NAME], "responses": done}}}


def test_a_method_of_a_template_that_the_path_is_an_instance_of(tmp_path: Path) -> None:
    one = {"parameters": [ID], "get": {"responses": DONE}, "delete": {"responses": DONE}}
    holds(tmp_path, {"/posts/{id}": one, "/posts/submit": {"post": {"responses": DONE}}})


def test_a_method_of_the_same_template_under_another_name(tmp_path: Path) -> None:
    get = {"parameters": [ID], "get": {"responses": DONE}}
    other = {"parameters": [{**ID, "name": "key"}], "delete": {"responses": DONE}}
    holds(tmp_path, {"/posts/{id}": get, "/posts/{key}": other})


def test_a_concrete_path_goes_before_its_template(tmp_path: Path) -> None:
    kind = {"type": "object", "required": ["me"], "properties": {"me": {"type": "string"}}}
    mine = answering(kind)["/thing"]
    one = {"parameters": [ID], "get": {"operationId": "one", "responses": DONE}}
    holds(tmp_path, {"/users/{id}": one, "/users/me": mine})


@pytest.mark.parametrize(
    "statuses", [["403"], ["301"], ["301", "400"], ["default"], ["404", "422"]]
)
def test_whatever_statuses_are_documented(tmp_path: Path, statuses: list[str]) -> None:
    responses = {each: {"description": ""} for each in statuses}
    row = holds(tmp_path, {"/a": {"get": {"parameters": [NAME], "responses": responses}}})
    assert row.derived == 1


def test_an_array_in_the_control_alone_is_spelt_as_it_is_read(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["name", "tags"],
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    body = {"required": True, "content": content}
    holds(tmp_path, {"/roles": {"post": {"requestBody": body, "responses": DONE}}})
    schema["required"] = []
    holds(tmp_path, {"/roles": {"post": {"requestBody": body, "responses": DONE}}})


KEYED = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
MORE = {**KEYED, "required": ["id", "at"], "properties": {**KEYED["properties"], "at": {}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[UW][A-Z0-9]{8,}$", "example": "nonsense"},
        {"type": "string", "pattern": r"^\d{10}\.\d{6}$"},
        {"type": "string", "pattern": "^(a|b)-[^a-z]+$", "minLength": 12, "maxLength": 20},
        {"oneOf": [MORE, KEYED]},
        {"oneOf": [{"type": "array", "items": each} for each in (KEYED, {**KEYED, "x": 1})]}
        | {"not": {"type": "array", "maxItems": 0}, "oneOf": [{"type": "array"}, {"const": 1}]},
        {
            "oneOf": [
                {"type": "array", "items": {"properties": {name: {"type": "string"}}}}
                for name in ("a", "b")
            ]
        },
        {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "integer"}},
        {"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}},
        {"type": "number", "exclusiveMinimum": 1, "maximum": 2, "multipleOf": 0.5},
        {"allOf": [{"enum": [1, "b"]}, {"enum": ["b", None]}, {"type": "string"}]},
        {"anyOf": [KEYED, MORE], "properties": {"id": {"minLength": 3}}, "required": ["kind"]},
        {"type": "array", "contains": {"const": "x"}, "items": {"type": "string"}},
    ],
)
def test_whatever_the_answer_is_like(tmp_path: Path, schema: Json) -> None:
    inside = {"type": "object", "required": ["value"], "properties": {"value": schema}}
    holds(tmp_path, answering(inside))


def test_what_nothing_can_be_is_the_contracts_fault(tmp_path: Path) -> None:
    nothing = {"type": "null", "oneOf": [{"type": "string"}, {"type": "number"}]}
    properties = {"value": nothing, "id": {"type": "string"}}
    schema = {"type": "object", "required": ["value", "id"], "properties": properties}
    row = holds(tmp_path, answering(schema))
    reasons = [each for each in row.uncovered if "the contract contradicts itself" in each]
    assert len(reasons) == 2  # its type and its oneOf


def test_an_enum_goes_before_a_format_that_it_contradicts(tmp_path: Path) -> None:
    at = {"type": "string", "format": "date-time", "enum": ["now"]}
    assert holds(tmp_path, taking({"required": ["at"], "properties": {"at": at}})).derived == 1


def test_branches_of_which_one_takes_all_that_the_other_does(tmp_path: Path) -> None:
    kind = {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}}}
    named = {"allOf": [kind, {"properties": {"name": {"type": "string"}}}]}
    assert holds(tmp_path, taking({"oneOf": [kind, named]})).derived == 1


def test_a_branch_that_is_no_definition_gives_a_discriminator_no_name(tmp_path: Path) -> None:
    branch = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a"]}, "n": {"type": "integer"}},
    }
    paths = taking(branch) | taking({"oneOf": [{}]}, "/other")
    place = "#/paths/~1thing/post/requestBody/content/application~1json/schema"
    schema = {"discriminator": {"propertyName": "kind"}, "anyOf": [{"$ref": place}]}
    paths["/other"] = taking(schema, "/other")["/other"]
    assert holds(tmp_path, paths).derived == 2


def taking(schema: Json, path: str = "/thing") -> Json:
    """Return paths with one operation that takes `schema` as JSON."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {path: {"post": {"requestBody": body, "responses": DONE}}}


def test_parts_that_may_all_be_left_out(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}}
    body = {"content": {"multipart/form-data": {"schema": schema}}}
    holds(tmp_path, {"/files": {"post": {"requestBody": body, "responses": DONE}}})


def test_a_budget_does_not_keep_the_spelling_of_arrays_from_being_found_out(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(12)]
    tags = {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}
    properties = {**{name: {"type": "string"} for name in names}, "tags": tags}
    content = {"application/x-www-form-urlencoded": {"schema": {"properties": properties}}}
    paths = {"/a": {"post": {"requestBody": {"content": content}, "responses": DONE}}}
    row = asked(tmp_path, paths, Asked(embedded=True, most=60))
    assert troubles(row) == ("", {}, {}, {}, [])
    assert row.left_out


def test_only_what_can_be_told_is_broken() -> None:
    text = {"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[a-c]{3}$"}
    names = {"name": text, "kind": {"enum": ["a", "bb"], "maxLength": 2, "minLength": 2}}
    form = {"application/x-www-form-urlencoded": {"schema": {"properties": names}}}
    said = {"content": {"application/json": {"schema": KEYED}}, "description": ""}
    read = {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": ""}
    paths = {
        "/a/{id}": {
            "parameters": [{**ID, "schema": {"type": "string", "minLength": 1, "maxLength": 9}}],
            "post": {
                "requestBody": {"content": form},
                "responses": {"200": read, "400": said, "404": said, "500": said},
            },
        },
        "/b": {"get": {"responses": {"204": said, "default": said}}},
    }
    document = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths}
    first, second = to_contract(document, "api.json").operations
    assert set(clauses(first)) == {
        *("/name/pattern", "/kind/enum", "/kind/minLength", "path/id/maxLength"),
        *("response/200/media-type", "response/400/media-type", "response/400/type"),
        *("response/400/id/required", "response/400/id/type"),
    }
    assert set(clauses(second)) == set()  # its success has no body, and nothing makes it refuse


def test_a_pattern_that_no_text_is_long_enough_for_leaves_the_rest(tmp_path: Path) -> None:
    value = {"type": "string", "pattern": "^a{1000000000}$"}
    schema = {"type": "object", "properties": {"v": value, "n": {"type": "integer"}}}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    row = holds(tmp_path, {"/things": {"post": {"requestBody": body, "responses": DONE}}})
    assert row.derived == row.operations == 1


COMMON = (
    r"^\w{1,255}$",
    r"^[\p{L}\p{N} ]{1,256}$",
    r"^[\s\S]{1,65536}$",
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]+",
    r"^(?!.*\s{2})[\w ]{3,120}$",
    r"^(?=.*[a-z])(?=.*\d)[^\s]{8,64}$",
    r"^[\w.+-]{1,64}@[\w-]{1,255}\.[a-z]{2,}$",
)
"""Patterns as descriptions have them: with large counts, looking ahead, with pairs of escapes."""


@pytest.mark.parametrize("pattern", COMMON)
def test_patterns_with_large_counts_and_looks(tmp_path: Path, pattern: str) -> None:
    value = {"type": "string", "pattern": pattern}
    schema = {"type": "object", "properties": {"v": value}, "required": ["v"]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    paths = {"/things": {"post": {"requestBody": body, "responses": DONE}}}
    holds(tmp_path, paths)
    row = asked(tmp_path, paths, Asked(embedded=True, share=9))
    assert (row.missed, row.found) == ([], row.broken)
    assert row.broken


PET = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ({"*/*": PET}, ["application/json", "*/*"]),
        ({"application/*": PET}, ["application/json", "application/*"]),
        ({"text/plain": PET, "application/json": PET, "text/json": PET}, None),
        ({"text/json": PET}, ["text/json"]),
        ({"application/xml": PET, "*/*": PET}, ["application/json", "application/xml", "*/*"]),
    ],
)
def test_an_answer_that_may_be_json_is_held_to_its_schema(
    tmp_path: Path, stated: dict[str, Json], read: list[str] | None
) -> None:
    content = {name: {"schema": schema} for name, schema in stated.items()}
    done = {"200": {"description": "", "content": content}, "400": {"description": ""}}
    paths = {"/thing": {"get": {"operationId": "thing", "parameters": [NAME], "responses": done}}}
    holds(tmp_path, paths)
    document = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": paths}
    (operation,) = to_contract(document, "api.json").operations
    types = [each.media_type for each in operation.response_for(200).contents]
    assert types == (read or ["application/json", "text/json", "text/plain"])
    breakable = clauses(operation)
    assert "response/200/id/type" in breakable
    row = asked(tmp_path, paths, Asked(embedded=True, share=len(breakable)))
    assert (row.missed, row.found) == ([], row.broken)


@pytest.mark.parametrize("stated", [{"*/*": TEXT}, {"application/*": TEXT}, {"*/*": None}])
def test_a_range_that_stands_for_any_text_is_no_json(stated: dict[str, Json]) -> None:
    content = {name: {"schema": schema} if schema else {} for name, schema in stated.items()}
    done = {"200": {"description": "", "content": content}}
    paths = {"/thing": {"get": {"responses": done}}}
    document = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": paths}
    (operation,) = to_contract(document, "api.json").operations
    assert [each.media_type for each in operation.responses[0].contents] == [*stated]
