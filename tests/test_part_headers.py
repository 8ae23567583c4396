"""Headers that a contract gives to the parts of a multipart body (Encoding Object)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance import reference
from conformance.contract.model import Json, Operation
from conformance.contract.openapi import to_contract
from conformance.plan import Plan
from conformance.planning import derive
from conformance.reference.breaks import Broken
from conformance.verdict import Expectation
from tests.held import held
from tests.sample_documents import api

TEXT: Json = {"type": "string"}
NUMBER: Json = {"schema": {"type": "integer", "minimum": 3}, "required": True}


def operation(headers: Mapping[str, Json], media_type: str = "multipart/form-data") -> Operation:
    """Return the operation that sends a note and a file, whose part has `headers`."""
    schema = {
        "type": "object",
        "properties": {"note": TEXT, "file": {"type": "string", "format": "binary"}},
        "required": ["note", "file"],
        "additionalProperties": False,
    }
    body = {
        "required": True,
        "content": {media_type: {"schema": schema, "encoding": {"file": {"headers": headers}}}},
    }
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
    posted = {
        "operationId": "Send",
        "requestBody": body,
        "responses": {"200": answer, "4XX": answer},
    }
    (found,) = to_contract(api({"/files": {"post": posted}}), "api.json").operations
    return found


def parts(plan: Plan, name: bytes) -> list[bytes]:
    """Return the heads of the parts called `name` in the requests that are owed acceptance."""
    bodies = [c.request.body or b"" for c in plan.cases if c.expectation is Expectation.ACCEPT]
    found = [part.partition(b"\r\n\r\n")[0] for body in bodies for part in body.split(b"--conf")]
    return [head for head in found if b'name="%s"' % name in head]


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (NUMBER, b"X-Size: 3"),
        ({**NUMBER, "example": 7}, b"X-Size: 7"),
        ({**NUMBER, "examples": {"no": {"value": 1}, "yes": {"value": 9}}}, b"X-Size: 9"),
        (
            {"schema": {"type": "array", "items": TEXT, "minItems": 2}, "required": True},
            b"X-Size: ",
        ),
        ({"content": {"application/json": {"schema": {"const": [1]}}}, "required": True}, b"[1]"),
    ],
)
def test_a_required_header_goes_along_with_a_valid_value(header: Json, line: bytes) -> None:
    plan = derive(operation({"X-Size": header, "X-Other": {"schema": TEXT}}))
    heads = parts(plan, b"file")
    assert heads
    assert all(line in head for head in heads)
    assert not any(b"X-Size" in head for head in parts(plan, b"note"))
    assert not any(b"X-Other" in head for head in heads)


def test_what_is_not_tested_is_said() -> None:
    plan = derive(operation({"X-Size": NUMBER, "X-Other": {"schema": TEXT}}))
    said = {each.id: each for each in plan.clauses if each.keyword == "part-header"}
    assert [*said] == [
        "Send/file/header/X-Size/part-header",
        "Send/file/header/X-Other/part-header",
    ]
    size, other = said.values()
    assert {size.state, other.state} == {"uncovered"}
    assert size.reason.startswith("sent with a valid value; ")
    assert other.reason.startswith("not sent, for it may be left out; ")
    where = "/paths/~1files/post/requestBody/content/multipart~1form-data/encoding/file/headers/"
    assert size.keyword_location == f"#{where}X-Size"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Size": {"schema": {"const": "a\nb"}, "required": True}},
        {"X-Size": {"schema": {"not": {}}, "required": True}},
        {"Content-Transfer-Encoding": {"schema": {"const": "base64"}, "required": True}},
    ],
)
def test_where_no_valid_value_can_be_sent_nothing_is_owed(headers: Mapping[str, Json]) -> None:
    plan = derive(operation(headers))
    assert Expectation.ACCEPT not in {c.expectation for c in plan.cases if c.request.body}
    (clause,) = [each for each in plan.clauses if each.keyword == "part-header"]
    assert clause.reason.startswith("it is required, and no valid value of it can be sent")


@pytest.mark.parametrize("name", ["Content-Type", "content-disposition"])
def test_the_suite_s_own_headers_of_a_part_stay_its_own(name: str) -> None:
    plan = derive(operation({name: {"schema": {"const": "x"}, "required": True}}))
    (head,) = set(parts(plan, b"file"))
    assert head.lower().count(name.lower().encode()) == 1


def test_other_media_types_have_no_parts() -> None:
    described = operation({"X-Size": NUMBER}, "application/x-www-form-urlencoded")
    assert described.contents[0].part_headers == {}
    assert not [each for each in derive(described).clauses if each.keyword == "part-header"]


def test_a_target_that_wants_the_header_is_conformant(tmp_path: Path) -> None:
    described = operation({"X-Size": NUMBER})
    plain = reference.application(Broken(described))
    size = re.compile(rb'name="file"[^\r]*(?:\r\n(?!\r\n)[^\r]*)*\r\nX-Size: ([0-9]+)\r\n')

    def strict(request: reference.Request) -> reference.Response:
        found = size.search(request.body)
        if b'name="file"' in request.body and (found is None or int(found[1]) < 3):
            return reference.Response(400, b"{}", (("content-type", "application/json"),))
        return plain(request)

    assert [each.id for each in held(derive(described), "", tmp_path, strict)] == []
    # Without it this target refuses every file, so the header is what lets them in.
    bare = derive(operation({}))
    with pytest.raises(Exception, match="smallest valid body"):
        held(bare, "", tmp_path, strict)
