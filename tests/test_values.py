"""Known-good values: what they make of the cases, and what is refused before anything is sent."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from conformance.contract import default_source, load
from conformance.contract.model import Content, Json, Operation
from conformance.errors import UsageError
from conformance.explore import explorations, explore
from conformance.file import File
from conformance.message import ITEM
from conformance.plan import Plan
from conformance.planning import derive
from conformance.values import Values, narrowed, of_operation
from conformance.verdict import Expectation
from tests.cli import suite
from tests.test_cases import Recorder
from tests.test_config import written

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
GOOD = {
    "account": "acct_1",
    "type": ["account_onboarding"],
    "refresh_url": "https://example.com/a",
    "return_url": "https://example.com/b",
    "never": ["expand"],
}
PINNED = {"account", "type", "refresh_url", "return_url"}


def file(entries: dict[str, Json], operation: str = "PostAccountLinks") -> File:
    return File(Path("conformance.toml"), {}, {operation: entries})


@cache
def operation() -> Operation:
    return load(default_source()).operations[0]


@cache
def plan() -> Plan:
    return derive(operation(), of_operation(file(GOOD), operation()))


def pairs(data: bytes | None) -> dict[str, str]:
    return dict(parse_qsl((data or b"").decode("latin-1"), keep_blank_values=True))


def is_good(data: bytes | None) -> bool:
    sent = pairs(data)
    return all(sent.get(name) in (GOOD[name], *GOOD[name]) for name in PINNED) and not any(
        name.startswith("expand") for name in sent
    )


# --- the cases ------------------------------------------------------------------------------------


def test_the_smallest_and_the_fullest_body_carry_the_known_good_values() -> None:
    messages = plan().deriver.messages
    assert is_good(plan().preflight.body)
    assert set(messages.smallest["body"]) == PINNED
    assert set(messages.fullest["body"]) == PINNED | {"collect"}


def test_only_bodies_with_the_known_good_values_are_owed_acceptance() -> None:
    plain = derive(operation())
    accepted = [case for case in plan().cases if case.expectation is ACCEPT]
    assert len(accepted) > 10
    assert all(is_good(case.request.body) for case in accepted)
    assert not all(is_good(c.request.body) for c in plain.cases if c.expectation is ACCEPT)


def test_every_control_carries_the_known_good_values() -> None:
    controls = [control for case in plan().cases for control in case.controls]
    assert len(controls) > 100
    assert all(is_good(control.body) for control in controls)


def test_what_is_never_sent_is_sent_as_a_violation_only() -> None:
    sent = [c for c in plan().cases if any(n.startswith("expand") for n in pairs(c.request.body))]
    assert {case.expectation for case in sent} == {REFUSE}
    assert {case.clause.local for case in sent} >= {"/expand/type", "/expand/items/maxLength"}
    assert all(case.doubt or case.clause.keyword == "additionalProperties" for case in sent)


def test_every_refusal_owed_breaks_the_contract_itself() -> None:
    validator = Draft202012Validator(operation().contents[0].schema)
    judged = 0
    for case in plan().cases:
        if case.expectation is not REFUSE or case.clause.side != "request":
            continue
        readings = plan().deriver.read(case.request)
        judged += 1
        assert readings.unreadable or readings.values
        assert not any(validator.is_valid(each["body"]) for each in readings.values), case.id
    assert judged > 100


def test_a_clause_that_the_values_hide_is_not_proved_and_says_why() -> None:
    clauses = {clause.local: clause for clause in plan().clauses}
    for local in ("/expand/type", "/expand/items/type", "/expand/items/maxLength"):
        assert clauses[local].state == "uncovered"
        assert clauses[local].reason.startswith("expand is never sent")
    assert clauses["/account/maxLength"].state == "uncovered"
    assert clauses["/account/maxLength"].reason.startswith("only your values of account")
    for local in ("/account/type", "/account/required", "/collect/enum", "/additionalProperties"):
        assert clauses[local].state == "covered", local


def test_what_is_drawn_honours_them() -> None:
    recorder = Recorder()
    for exploration in explorations(plan()):
        explore(recorder, plan(), exploration, 20, 7)
    for case in recorder.cases:
        assert all(is_good(control.body) for control in case.controls)
        assert case.expectation is not ACCEPT or is_good(case.request.body)
    assert {case.expectation for case in recorder.cases} >= {ACCEPT, REFUSE}


# --- the version of the schema --------------------------------------------------------------------

NESTED = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {"type": "string"},
        "card": {
            "anyOf": [
                {"type": "object", "properties": {"number": {"type": "string"}, "cvc": {}}},
                {"enum": [""]},
            ]
        },
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {
        "line": {"type": "object", "properties": {"price": {"type": "string"}, "note": {}}},
    },
}


def nested(**entries: Json) -> Values:
    content = Content("application/json", NESTED, "#")
    asked = Operation("Op", "post", "/x", "#", contents=(content,))
    return of_operation(file(entries, "Op"), asked)


def test_nested_names_are_tables_dotted_names_or_pointers() -> None:
    one = nested(card={"number": "4242"})
    assert one == nested(**{"card.number": "4242"}) == nested(**{"/card/number": ["4242"]})
    assert one.pinned == {("body", "card", "number"): ("4242",)}
    assert nested(lines={"*": {"price": "p"}}).pinned == {("body", "lines", ITEM, "price"): ("p",)}
    assert nested(never=["/card/cvc", "lines.*.note"]).never == {
        ("body", "card", "cvc"),
        ("body", "lines", ITEM, "note"),
    }


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"a": "x", "card": {"number": "4242"}}, True),
        ({"a": "x", "card": {"number": "4242", "cvc": 1}}, True),
        ({"a": "x", "card": {"number": "1"}}, False),
        ({"a": "x", "card": {}}, False),
        ({"a": "x", "card": ""}, False),
        ({"a": "x"}, False),
        ({"a": "x", "card": {"number": "4242"}, "lines": []}, True),
        ({"a": "x", "card": {"number": "4242"}, "lines": [{"price": "p"}]}, True),
        ({"a": "x", "card": {"number": "4242"}, "lines": [{"price": "q"}]}, False),
        ({"a": "x", "card": {"number": "4242"}, "lines": [{}]}, False),
        ({"a": "x", "card": {"number": "4242"}, "lines": [{"price": "p", "note": 1}]}, False),
    ],
)
def test_the_narrowed_schema_is_the_contract_with_the_values(body: Json, fits: bool) -> None:  # noqa: FBT001  (a row)
    values = nested(card={"number": "4242"}, lines={"*": {"price": "p"}}, never=["lines.*.note"])
    assert Draft202012Validator(NESTED).is_valid(body)
    schema = narrowed({"properties": {"body": NESTED}, "$defs": NESTED["$defs"]}, values)
    assert Draft202012Validator(schema).is_valid({"body": body}) is fits


def test_without_values_the_schema_is_left_alone() -> None:
    assert narrowed(NESTED, Values()) is NESTED


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[values.PostAccountLink]\na = 1",
            ':1: the contract has no operation "PostAccountLink"\nDid you mean "PostAccountLinks"?',
        ),
        (
            '[values.PostAccountLinks]\n\nacount = "x"',
            ':3: PostAccountLinks has no property "acount"\nDid you mean "account"?',
        ),
        (
            '[values.PostAccountLinks]\ntype = "x"',
            ":2: the value 'x' of type does not fit the contract",
        ),
        (
            '[values.PostAccountLinks]\nexpand = ["a"]',
            "A list holds the values that are good; one that is itself an array stands in a list",
        ),
        ("[values.PostAccountLinks]\naccount = 1", "the value 1 of account does not fit"),
        (
            '[values.PostAccountLinks]\nnever = ["account"]',
            "requires account, so it cannot be left",
        ),
        ('[values.PostAccountLinks]\nnever = ["expnd"]', 'Did you mean "expand"?'),
        (
            '[values.PostAccountLinks]\nnever = ["expand"]\nexpand = [["a"]]',
            "expand has known-good values and is never sent",
        ),
        ("[values]\nPostAccountLinks = 1", ":2: values.PostAccountLinks is no table"),
    ],
)
def test_a_wrong_entry_is_named_before_anything_is_sent(
    tmp_path: Path, text: str, sentence: str
) -> None:
    from conformance.config import read
    from conformance.run import Run
    from conformance.settings import Settings

    settings = Settings(file=read(written(tmp_path, text)), reports=tmp_path / "reports")
    with pytest.raises(UsageError) as problem:
        _ = Run(settings, "name").plans
    assert sentence in str(problem.value)


def test_the_embedded_target_takes_the_known_good_values(tmp_path: Path) -> None:
    written(
        tmp_path,
        "[values.PostAccountLinks]\n"
        'account = "acct_1"\n'
        'type = ["account_onboarding"]\n'
        'refresh_url = "https://example.com/a"\n'
        'never = ["expand"]\n',
    )
    ended = suite(tmp_path, depth="standard")
    assert ended.exit == 0, ended.out
    assert "expand is never sent" in (ended.run / "results.json").read_text()
