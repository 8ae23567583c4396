"""Objects at every depth take the declared names: MUST where the schema says it, else advice."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance import reference
from conformance.closing import closed as closing
from conformance.contract.model import Content, DocumentedResponse, Json, Operation
from conformance.contract.openapi import to_contract
from conformance.errors import ContractError
from conformance.planning import derive
from conformance.reference import application
from conformance.validation import Validator
from conformance.verdict import Expectation, Level, Verdict
from tests.held import held as directly
from tests.over_http import complaints, held, unfound
from tests.soundness import DEEP, FORM, JSON, TEXT, Small, closed

ANSWERS = tuple(DocumentedResponse(each, "", (), f"#/{each}") for each in ("200", "4XX"))
FREE: Json = {"type": "object", "additionalProperties": TEXT}
OPEN: Json = {"type": "object", "properties": {"b": TEXT, "deeper": FREE}}
LIST: Json = {"type": "array", "items": {"type": "object", "properties": {"k": TEXT}}}
EITHER: Json = {"anyOf": [OPEN, {"type": "string", "enum": [""]}]}


def operation(media_type: str, **more: Json) -> Operation:
    """Return an operation with open objects in a closed one."""
    properties = {"a": TEXT, "in": OPEN, "list": LIST, "either": EITHER, "free": FREE}
    names = tuple((name, DEEP) for name in ("in", "list", "either", "free"))
    small = Small("x", closed(properties | more, "a"), media_type, names)
    return replace(small.operation(), responses=ANSWERS)


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_what_the_schema_closes_is_found_at_every_depth(media_type: str) -> None:
    inner = closed({"b": TEXT, "deep": closed({"c": TEXT}, "c")}, "b")
    taking = operation(media_type, closed=inner, each={"type": "array", "items": inner})
    taking = replace(taking, contents=tuple(_deep(each) for each in taking.contents))
    assert complaints(taking) == []
    names = ("/closed", "/closed/deep", "/each/items", "/each/items/deep")
    clauses = [f"{name}/additionalProperties" for name in names]
    assert unfound(taking, *clauses[1::2]) == []
    levels = {c.local: c.level for c in derive(taking).clauses if c.local in clauses}
    assert levels == dict.fromkeys(clauses, Level.MUST)


def _deep(content: Content) -> Content:
    more = {"closed": DEEP, "each": DEEP}
    return replace(content, encoding={**content.encoding, **more})


ADVISED = ("/in", "/list/items", "/either/anyOf.0")


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_what_a_provider_closes_is_advice_at_every_depth(media_type: str) -> None:
    known = replace(operation(media_type), closed=True)
    plan = derive(known)
    clauses = {c.local: c for c in plan.clauses if c.local.endswith("/additionalProperties")}
    nested = {local for local, c in clauses.items() if c.level is Level.SHOULD}
    assert nested == {f"{each}/additionalProperties" for each in ADVISED}
    assert complaints(known) == []
    # A target that takes such names breaks no word of the schema: advice, and nothing else.
    found = held(plan, application(operation(media_type)))
    assert {(r.verdict, r.level, r.expectation) for r in found} == {
        (Verdict.FAIL, Level.SHOULD, Expectation.REFUSE)
    }
    assert {r.clause.removeprefix(known.id) for r in found} == nested


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_an_object_that_names_no_member_stays_open(media_type: str) -> None:
    taking = operation(media_type, each={"type": "object", "properties": {}}, closed=TEXT)
    taking = replace(taking, contents=tuple(_deep(each) for each in taking.contents), closed=True)
    sent = b"".join(case.request.body or b"" for case in derive(taking).cases)
    assert b"each[key]=abc" in sent or b'"each": {}' in sent
    assert complaints(taking) == []


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_an_object_that_nobody_closes_owes_nothing(media_type: str) -> None:
    plan = derive(operation(media_type))
    assert not [c for c in plan.clauses if c.level is Level.SHOULD and c.side == "request"]
    refused = [c for c in plan.cases if c.expectation is Expectation.REFUSE]
    unknown = [c.clause.local for c in refused if "unlisted" in str(c.request.body)]
    assert set(unknown) == {"/additionalProperties"}


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        (OPEN, {"b": "x", "c": "x"}, False),
        (OPEN, {"deeper": {"any": "x"}}, True),
        (LIST, [{"k": "x", "l": "x"}], False),
        (EITHER, {"c": "x"}, False),
        (EITHER, "", True),
        (FREE, {"any": "x"}, True),
        ({"allOf": [OPEN, {"properties": {"c": TEXT}}]}, {"b": "x", "c": "x"}, True),
        ({"allOf": [OPEN]}, {"c": "x"}, False),
        ({"oneOf": [OPEN, {"type": "string"}]}, {"c": "x"}, True),
        ({**OPEN, "required": ["other"]}, {"other": "x"}, True),
        ({**OPEN, "minProperties": 3}, {"b": "x", "c": 1, "d": 2}, True),
        ({**OPEN, "not": {"properties": {"b": {"const": "no"}}}}, {"b": "no", "c": 1}, False),
        ({"properties": {"o": {**OPEN, "x-conformance-closed": False}}}, {"o": {"z": 1}}, True),
    ],
)
def test_only_an_object_that_knows_all_its_names_is_closed(
    schema: Json,
    value: Json,
    fits: bool,  # noqa: FBT001  (a row)
) -> None:
    assert Validator(closing(schema, everywhere=True)).fits(value) is fits


def test_a_definition_that_holds_beside_others_stays_open() -> None:
    base = {"type": "object", "properties": {"b": TEXT, "next": {"$ref": "#/$defs/whole"}}}
    whole = {"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"c": TEXT}}]}
    root = {"$ref": "#/$defs/whole", "$defs": {"base": base, "whole": whole}}
    assert Validator(closing(root, everywhere=True)).fits({"b": "x", "c": "x", "next": {"c": "x"}})
    alone = {"properties": {"n": {"$ref": "#/$defs/node"}}, "$defs": {"node": OPEN}}
    assert not Validator(closing(alone, everywhere=True)).fits({"n": {"z": 1}})


def test_an_extension_closes_from_its_schema_on() -> None:
    schema = {"properties": {"in": {**OPEN, "x-conformance-closed": True}, "out": OPEN}}
    validator = Validator(closing(schema, everywhere=False))
    assert validator.fits({"out": {"z": 1}})
    assert not validator.fits({"in": {"z": 1}})
    assert closing(OPEN, everywhere=False) is OPEN


def findings(known: Operation, server: Operation, folder: Path) -> list[tuple[str, Level]]:
    """Return what is found where `server` answers for `known`: the cause, and its level."""
    found = directly(derive(known), "", folder, reference.application(server))
    return [(each.id, each.level) for each in found]


def test_a_target_that_closes_nothing_below_is_one_finding(tmp_path: Path) -> None:
    known = replace(operation(JSON), closed=True)
    (found,) = findings(known, operation(JSON), tmp_path)
    assert found == ("PostThing:every/x-conformance-closed/accepted", Level.SHOULD)
    # Nor above: then it is the same fault, and a breach of the schema.
    (content,) = operation(JSON).contents
    loose = {k: v for k, v in content.schema.items() if k != "additionalProperties"}
    server = replace(operation(JSON), contents=(replace(content, schema=loose),))
    (found,) = findings(known, server, tmp_path)
    assert found == ("PostThing:every/additionalProperties/accepted", Level.MUST)


def document(**more: Json) -> Json:
    content = {JSON: {"schema": {"type": "object", "properties": {"in": OPEN}}}}
    path = {"post": {"requestBody": {"content": content}, "responses": {}}}
    return {"openapi": "3.0.3", "info": {}, "paths": {"/a": path}, **more}


def test_a_document_says_at_its_root_that_all_is_closed() -> None:
    stated = document(**{"x-conformance-closed": True})
    assert to_contract(stated, "d").operations[0].closed
    assert not to_contract(document(), "d").operations[0].closed
    with pytest.raises(ContractError, match="x-conformance-closed is true or false"):
        to_contract(document(**{"x-conformance-closed": "yes"}), "d")
