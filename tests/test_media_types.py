"""Bodies in every media type that the suite writes: read, held to, and found when broken."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from conformance.contract.model import Content, DocumentedResponse, Encoding, Json, Operation
from conformance.direction import Received, ignored, refused, to_send
from conformance.planning import derive
from conformance.reference import clauses, one_way
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, Spelling, wire_of
from tests.over_http import complaints, unfound
from tests.soundness import FORM, JSON, TEXT, Small, closed

PARTS, PLAIN, OCTETS = "multipart/form-data", "text/plain", "application/octet-stream"
COUNT = {"type": "integer", "minimum": 1}
FILE = {"type": "string", "format": "binary"}
ANSWERS = tuple(DocumentedResponse(each, "", (), f"#/{each}") for each in ("200", "4XX"))


def taking(schema: Json, media_type: str, **more: Json) -> Operation:
    """Return an operation that takes `schema` in `media_type`."""
    asked = replace(Small("x", schema, media_type).operation(), responses=ANSWERS)
    content = replace(asked.contents[0], **more)
    return replace(asked, contents=(content,))


PARTED = taking(
    closed(
        {
            "file": FILE,
            "title": {"type": "string", "maxLength": 5},
            "count": COUNT,
            "kinds": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2},
            "meta": closed({"x": COUNT}, "x"),
        },
        "file",
        "title",
    ),
    PARTS,
)
STYLES = {
    "comma": Encoding("form", explode=False),
    "space": Encoding("spaceDelimited", explode=False),
    "pipe": Encoding("pipeDelimited", explode=False),
    "keys": Encoding("form", explode=True),
    "spread": Encoding("form", explode=True),
    "doc": Encoding("application/json", explode=False),
}
COUNTS = {"type": "array", "items": COUNT, "maxItems": 3}
STYLED = taking(
    closed(
        {
            "name": TEXT,
            "comma": COUNTS,
            "space": COUNTS,
            "pipe": COUNTS,
            "keys": COUNTS,
        },
        "name",
    ),
    FORM,
    encoding=STYLES,
)
VENDOR = taking(closed({"a": COUNT, "b": TEXT}, "a"), "application/merge-patch+json")
SCALAR = taking({"type": "integer", "maximum": 7}, PLAIN)
BYTES = taking({"type": "string", "maxLength": 5}, OCTETS)
OPERATIONS = {
    "parts": PARTED,
    "styles": STYLED,
    "vendor": VENDOR,
    "scalar": SCALAR,
    "bytes": BYTES,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_target_that_honours_its_bodies_is_accused_of_nothing(name: str) -> None:
    assert complaints(OPERATIONS[name]) == []
    cases = derive(OPERATIONS[name]).cases
    assert {case.expectation for case in cases} >= {Expectation.ACCEPT, Expectation.REFUSE}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_clause_that_is_not_held_is_found(name: str) -> None:
    operation = OPERATIONS[name]
    covered = {c.local for c in derive(operation).clauses if c.state == "covered"}
    # On a wire of text any text is of these types.
    text = ("title", "name", "file", "kinds", "comma", "space", "pipe", "keys", "kinds/items")
    known = [
        each
        for each in clauses(operation)
        if each in covered
        and not each.startswith("response/")
        and each not in {f"/{n}/type" for n in text}
        and not (each == "/type" and name != "vendor")
    ]
    assert known
    assert unfound(operation, *known) == []


def encoded(body: Json, operation: Operation) -> bytes:
    content = operation.contents[0]
    wire = wire_of(content.media_type)
    assert wire is not None
    return wire.encode(body, content, Spelling())


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("parts", {"file": "a\r\nb", "title": "é", "count": 3, "kinds": ["a", "b"]}),
        ("parts", {"file": "x", "title": "t", "meta": {"x": 1}}),
        ("styles", {"name": "a b", "comma": [1, 2], "space": [1, 2], "pipe": [3], "keys": [4, 5]}),
        ("vendor", {"a": 1}),
        ("scalar", 5),
        ("bytes", "abc"),
    ],
)
def test_what_is_written_is_read(name: str, body: Json) -> None:
    operation = OPERATIONS[name]
    content = operation.contents[0]
    wire = wire_of(content.media_type)
    assert wire is not None
    found = wire.read(encoded(body, operation), content)
    assert body in found.values
    assert found.complete
    assert not found.unreadable


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("parts", "text"),
        ("parts", {"file": "conformance-boundary"}),
        ("parts", {'a"b': "x"}),
        ("parts", {"kinds": []}),
        ("parts", {"title": "\ud800"}),
        ("scalar", [1]),
        ("scalar", "\ud800"),
        ("bytes", 5),
        ("bytes", "\ud800"),
    ],
)
def test_what_a_media_type_cannot_say(name: str, body: Json) -> None:
    with pytest.raises(InexpressibleError):
        encoded(body, OPERATIONS[name])


def test_parts_that_are_none_are_unreadable() -> None:
    wire, content = wire_of(PARTS), PARTED.contents[0]
    assert wire is not None
    for data in (b"", b"text", b"--conformance-boundary\r\n\r\nx\r\n--conformance-boundary--"):
        assert wire.read(data, content).unreadable


def test_a_property_goes_in_the_media_type_that_the_contract_gives_it() -> None:
    content = replace(PARTED.contents[0], content_types={"title": "text/csv", "kinds": JSON})
    wire = wire_of(PARTS)
    assert wire is not None
    data = wire.encode({"title": "t", "kinds": ["a", "b"]}, content, Spelling())
    assert b'name="title"\r\nContent-Type: text/csv\r\n\r\nt' in data
    assert json.dumps(["a", "b"]).encode() in data
    assert wire.read(data, content).values[-1] == {"title": "t", "kinds": ["a", "b"]}
    assert wire.label(content) == "multipart/form-data; boundary=conformance-boundary"


def test_a_part_of_json_may_be_the_text_or_the_file_that_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "meta": {"type": "object"},
            "note": {"type": "string"},
        },
    }
    content = Content(PARTS, schema, "#", content_types={"note": JSON})
    wire = wire_of(PARTS)
    assert wire is not None
    hash_: Json = {"a": "x"}

    def readings(name: str) -> list[Json]:
        return [
            each[name]
            for each in wire.read(wire.encode({name: hash_}, content, Spelling()), content).values
        ]

    assert readings("file") == [hash_, json.dumps(hash_)]
    assert readings("meta") == readings("note") == [hash_]


def test_no_wire_serves_what_is_not_known() -> None:
    assert wire_of("application/xml") is None
    assert wire_of("application/problem+json") is not None


# --- one way only ---------------------------------------------------------------------------------

BOTH = closed(
    {
        "id": {"type": "string", "readOnly": True},
        "name": TEXT,
        "secret": {"type": "string", "writeOnly": True},
    },
    "id",
    "name",
    "secret",
)


def test_versions_of_a_schema_that_travels_one_way() -> None:
    assert to_send(BOTH)["required"] == ["name", "secret"]
    assert "id" not in to_send(BOTH)["properties"]
    assert ignored(BOTH)["properties"]["id"] == {}
    assert refused(BOTH)["properties"]["id"] is False
    assert Received().of(BOTH)["required"] == ["id", "name"]
    assert Received().of(BOTH)["properties"] == BOTH["properties"]
    plain = closed({"a": {"items": [TEXT]}})
    assert to_send(plain) is plain
    odd = closed({"a": {**TEXT, "x-more": {"properties": {"b": {"$ref": "#/nowhere"}}}}})
    assert to_send(odd) is odd


def test_what_only_answers_have_is_neither_sent_nor_owed() -> None:
    operation = taking(BOTH, JSON)
    cases = derive(operation).cases
    assert complaints(operation) == []
    owed = [case for case in cases if case.expectation is not Expectation.EITHER]
    assert not any(case.clause.instance_location == "/id" for case in owed)
    assert all(b'"id"' not in (r.body or b"") for case in owed for r in case.controls)


def test_what_only_answers_have_keeps_no_other_clause_from_its_proof() -> None:
    plan = derive(taking(BOTH, JSON))
    refused = {c.clause.local for c in plan.cases if c.expectation is Expectation.REFUSE}
    owed = {"/name/required", "/secret/required", "/name/type", "/additionalProperties"}
    assert owed <= refused
    accepted = {c.clause.local for c in plan.cases if c.expectation is Expectation.ACCEPT}
    assert "/name/type" in accepted
    assert not any(each.local == "/id/required" for each in plan.clauses)
    assert "/id/required" not in clauses(taking(BOTH, JSON))


ID = {"$ref": "#/$defs/Id"}
DEFINED = {"Id": {"type": "string", "readOnly": True}}
REFERRED = closed(
    {"id": ID, "own": {"allOf": [ID, {"maxLength": 9}]}, "name": TEXT}, "id", "own", "name"
)
SPREAD = {
    "type": "object",
    "allOf": [{"properties": {"id": ID, "name": TEXT}}, {"required": ["id", "name"]}],
    "required": ["id"],
}


@pytest.mark.parametrize("schema", [REFERRED, SPREAD])
def test_what_only_answers_have_may_be_said_elsewhere(schema: dict[str, Json]) -> None:
    """Behind a reference, in a conjunction, and required in another part of one."""
    operation = taking({**schema, "$defs": DEFINED}, JSON)
    cases = derive(operation).cases
    assert complaints(operation) == []
    accepted = [case for case in cases if case.expectation is Expectation.ACCEPT]
    assert accepted
    assert all(b'"id"' not in (case.request.body or b"") for case in accepted)
    assert any(
        case.expectation is Expectation.REFUSE and case.clause.instance_location == "/name"
        for case in cases
    )


def test_a_chain_of_references_is_followed_so_far_and_no_further() -> None:
    """Looked at from each of its links, to the end, a chain of thousands takes minutes."""
    links = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(5000)}
    schema = closed(
        {"near": {"$ref": "#/$defs/d4990"}, "far": {"$ref": "#/$defs/d0"}}, "near", "far"
    )
    chained = {**schema, "$defs": {**links, "d5000": {"type": "string", "readOnly": True}}}
    for rewritten in (to_send(chained), one_way.to_send(chained)):
        assert isinstance(rewritten, dict)
        assert rewritten["required"] == ["far"]


def test_an_answer_need_not_have_what_only_requests_have() -> None:
    operation = taking(closed({"a": TEXT}, "a"), JSON)
    answer = DocumentedResponse("200", "", (Content(JSON, BOTH, "#/answer"),), "#/200")
    assert complaints(replace(operation, responses=(answer, ANSWERS[1]))) == []


def test_brackets_may_be_part_of_a_declared_name() -> None:
    """As many forms are described that arrive in brackets: each by the name that is sent."""
    listed = {"type": "array", "items": {"type": "integer"}, "maxItems": 3}
    short = {"type": "string", "maxLength": 3}
    styles = {"ids[]": Encoding("form", explode=True)}
    operation = taking(closed({"a[b]": short, "ids[]": listed}, "a[b]"), FORM, encoding=styles)
    assert complaints(operation) == []
    cases = derive(operation).cases
    proved = {c.clause.keyword_location for c in cases if c.expectation is Expectation.REFUSE}
    assert {each.rpartition("/properties/")[2] for each in proved} >= {
        "a[b]/maxLength",
        "ids[]/maxItems",
        "ids[]/items/type",
    }
    assert any(b"a[b]=" in (case.request.body or b"") for case in cases)


# --- whether there is a body ----------------------------------------------------------------------


def test_a_body_that_may_be_left_out_is_left_out_once() -> None:
    operation = replace(VENDOR, body_required=False)
    cases = [case for case in derive(operation).cases if case.request.body is None]
    left_out = next(case for case in cases if case.clause.local == "request/body")
    assert left_out.expectation is Expectation.ACCEPT
    assert complaints(operation) == []


def test_a_body_without_required_names_is_required_all_the_same() -> None:
    operation = taking({"type": "object", "properties": {"a": COUNT}}, JSON)
    refusals = {c.id: c for c in derive(operation).cases if c.clause.local == "request/body"}
    assert {each.rpartition("/")[2] for each in refusals} == {"empty-body", "absent-body"}
    assert complaints(operation) == []


def test_a_style_is_of_forms_in_one_version_and_of_parts_too_in_another() -> None:
    lists = {"type": "array", "items": {"enum": ["a", "b"]}}
    stated = taking(
        closed({"a": TEXT, "kinds": lists}, "a"),
        PARTS,
        encoding={"kinds": Encoding("deepObject", explode=True)},
    )
    cases = [c for c in derive(stated).cases if b'name="kinds"' in (c.request.body or b"")]
    assert cases
    assert {case.expectation for case in cases} <= {Expectation.EITHER, Expectation.REFUSE}
    assert not [c for c in cases if c.expectation is Expectation.REFUSE and "/kinds/" in c.id]
