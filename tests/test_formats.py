"""Formats: asserted where the contract says so, and then only what no reader takes."""

from __future__ import annotations

import json

import jsonschema
import pytest
from msgspec.structs import replace

from conformance.contract.model import Content, DocumentedResponse, Json, Operation, Parameter
from conformance.contract.openapi import to_contract
from conformance.errors import ContractError
from conformance.formats import ASSERTED, FORMATS
from conformance.planning import derive
from conformance.reference import application
from conformance.reference.manners import well_formed
from conformance.validation import Validator
from conformance.verdict import Expectation, Level, Verdict
from tests.over_http import complaints, held, unfound
from tests.soundness import FORM, JSON, Small, closed

EVERY = [*FORMATS]
ANSWERS = tuple(DocumentedResponse(each, "", (), f"#/{each}") for each in ("200", "4XX"))


def taking(media_type: str, *formats: str, **more: Json) -> Operation:
    """Return an operation that takes texts of `formats`, asserted, by its body and its query."""
    texts = {f"f{n}": {"type": "string", "format": each} for n, each in enumerate(formats)}
    limit = Parameter("since", "query", False, {"type": "string", "format": "date"}, "#/since")  # noqa: FBT003
    more = {"responses": ANSWERS, **more}
    small = Small("x", closed({"a": {"type": "string"}, **texts}, "a"), media_type)
    return replace(small.operation(), parameters=(limit,), asserts_formats=True, **more)


@pytest.mark.parametrize("name", EVERY)
def test_three_readers_agree_on_every_text_of_the_table(name: str) -> None:
    schema = {"type": "string", "format": name}
    strict, known = Validator(schema, formats=True), jsonschema.Draft202012Validator.FORMAT_CHECKER
    for text in FORMATS[name].well:
        assert strict.fits(text)
        assert well_formed(name, text)
        assert known.conforms(text, name)
    for text in FORMATS[name].ill:
        assert not strict.fits(text)
        assert not well_formed(name, text)
        # The package jsonschema knows a few formats without more packages; of email only the @.
        told = name in known.checkers and not (name == "email" and "@" in text)
        assert known.conforms(text, name) is not told


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_a_format_that_is_asserted_is_a_must(media_type: str) -> None:
    asked = taking(media_type, *EVERY)
    assert complaints(asked) == []
    clauses = [f"/f{n}/format" for n in range(len(EVERY))]
    some = (*clauses[:2], clauses[-1], "query/since/format")
    assert unfound(asked, *some) == []
    cases = [case for case in derive(asked).cases if case.clause.keyword == "format"]
    refused = {case.clause.local for case in cases if case.expectation is Expectation.REFUSE}
    assert refused == {*clauses, "query/since/format"}
    assert {case.level for case in cases} == {Level.MUST}
    assert all(case.controls for case in cases if case.expectation is Expectation.REFUSE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date-time", "2026-02-28 12:00:00Z"),
        ("date-time", "2026-02-28T12:00:00"),
        ("email", "ann@localhost."),
        ("email", "ann@@example.com"),
        ("hostname", "a_b.example"),
        ("uri", "https://example.com/caf\u00e9"),
        ("duration", "P1.5D"),
        ("uuid", "{123e4567-e89b-12d3-a456-426614174000}"),
    ],
)
def test_what_some_readers_take_may_be_taken(name: str, text: str) -> None:
    """Validators differ at the edges, and so may targets."""
    deriver = derive(taking(JSON, name)).deriver
    request = deriver.raw(json.dumps({"a": "x", "f0": text}).encode())
    assert deriver.expectation(request) is Expectation.EITHER


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_a_format_that_is_not_asserted_binds_nobody(media_type: str) -> None:
    asked = replace(taking(media_type, *EVERY), asserts_formats=False)
    for server in (asked, replace(asked, asserts_formats=True)):
        found = held(derive(asked), application(server))
        assert [f"{r.id}: {r.because}" for r in found] == []


def answering(schema: Json) -> Operation:
    content = Content(JSON, closed({"on": schema}, "on"), "#/c")
    answers = (DocumentedResponse("200", "", (content,), "#/200"),)
    return taking(JSON, responses=(*answers, DocumentedResponse("4XX", "", (), "#/4XX")))


def test_answers_are_held_to_formats_whose_grammar_leaves_nothing_open() -> None:
    dated = answering({"type": "string", "format": "date"})
    assert complaints(dated) == []
    records = held(derive(dated), application(answering({"type": "string"})))
    assert {r.clause for r in records} == {"PostThing:response/200/on/format"}
    assert {r.verdict for r in records} == {Verdict.FAIL}
    linked = answering({"type": "string", "format": "uri"})
    assert held(derive(linked), application(answering({"type": "string"}))) == []


def test_a_document_says_at_its_root_that_formats_are_asserted() -> None:
    path = {"get": {"responses": {}}}
    document = {"openapi": "3.0.3", "info": {}, "paths": {"/a": path}}
    assert not to_contract(document, "d").operations[0].asserts_formats
    stated = {**document, "x-conformance-formats": "assert"}
    assert to_contract(stated, "d").operations[0].asserts_formats
    with pytest.raises(ContractError, match="x-conformance-formats is assert or annotate"):
        to_contract({**document, "x-conformance-formats": True}, "d")


def test_the_table_is_of_formats_that_the_validator_knows() -> None:
    for name in ASSERTED:
        assert not Validator({"format": name}, formats=True).fits("\x00 %zz [(~2 P")
