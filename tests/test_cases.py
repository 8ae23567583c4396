"""Every case holds what it claims, every plan is the same each time, no request is sent twice."""

from __future__ import annotations

import hashlib
import json
import operator
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.case import Case, clause_id
from conformance.codec import Codec
from conformance.contract.model import Content, Json, Operation
from conformance.deriving import deriver_for
from conformance.errors import ContractError, NoExampleError
from conformance.example import fullest, smallest
from conformance.explore import explorations, explore
from conformance.messages import Messages, moved, place
from conformance.obligation import Keep, Put, Site, Without
from conformance.plan import Plan
from conformance.planning import derive
from conformance.schema import View, type_of
from conformance.sites import walk
from conformance.spots import Uncovered, name_of
from conformance.validation import Validator, Validators
from conformance.verdict import Expectation, Verdict
from conformance.wire import InexpressibleError, wires
from tests.soundness import (
    FORM,
    JSON,
    SMALL,
    TEXT,
    Owed,
    Small,
    closed,
    complaints,
    default_operation,
    fits,
    without_open_enums,
)

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
ROOT = Path(__file__).parents[1]
CONTRACTS = ("default", *(each.name for each in SMALL))


@cache
def operation(name: str) -> Operation:
    if name == "default":
        return default_operation()
    return next(each for each in SMALL if each.name == name).operation()


@cache
def plan(name: str) -> Plan:
    return derive(operation(name))


def codec_of(schema: Json) -> Codec:
    return Codec(operation("json"), Content(JSON, schema, "#/s"), wires()[JSON])


def messages_of(schema: Json) -> Messages:
    return Messages(codec_of(schema).schema)


def owed(asked: Operation) -> Owed:
    """Return what all readings of some bytes say, by the other validator."""
    content = asked.contents[0]
    schemas = (content.schema, without_open_enums(content.schema))

    def expectation(data: bytes) -> Expectation:
        readings = wires()[content.media_type].read(data, content)
        answers = {
            fits(schema, body, formats=formats)
            for schema in schemas
            for body in readings.values
            for formats in (False, True)
        }
        answers |= {False} if readings.unreadable else set()
        if not readings.complete or len(answers) > 1:
            return Expectation.EITHER
        return Expectation.ACCEPT if answers == {True} else Expectation.REFUSE

    return expectation


class Recorder:
    """Takes the place of a session: keeps what is drawn, and finds nothing wrong with it."""

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def ready(self, _: Plan) -> None:
        """Nothing is asked of a target here."""

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan`: its arrays are taken to be read."""
        return plan

    def trial(self, _: Plan, case: Case) -> Verdict:
        """Keep `case`."""
        self.cases.append(case)
        return Verdict.PASS

    def hold(self, _: Plan, case: Case, *, explored: bool) -> Case:
        """Give `case` back: it is the last one drawn."""
        assert explored
        return case


# --- soundness ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_case_holds_what_it_claims(name: str) -> None:
    judge = owed(operation(name))
    cases = [case for case in plan(name).cases if case.clause.side == "request"]
    assert [said for case in cases for said in complaints(case, operation(name), judge)] == []
    assert {case.expectation for case in cases} >= {Expectation.ACCEPT, Expectation.REFUSE}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_refusal_on_the_wire_is_owed_and_has_an_accepted_control(name: str) -> None:
    judge = owed(operation(name))
    cases = [case for case in plan(name).cases if case.clause.side == "protocol"]
    assert cases
    for case in cases:
        if case.expectation is Expectation.REFUSE:
            assert case.controls, case.id
        if case.clause.keyword in ("spelling", "syntax"):
            allowed = {judge(case.request.body or b""), Expectation.EITHER}
            assert case.expectation in allowed, case.id
        for control in case.controls:
            assert judge(control.body or b"") is Expectation.ACCEPT, case.id


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_explored_case_holds_what_it_claims(name: str) -> None:
    judge, recorder = owed(operation(name)), Recorder()
    chosen = [*explorations(plan(name))]
    each = 1100 // len(chosen) if name == "default" else 20
    for exploration in chosen:
        explore(recorder, plan(name), exploration, each, 7)
    wrong = [said for case in recorder.cases for said in complaints(case, operation(name), judge)]
    assert wrong == []
    assert len(recorder.cases) >= (1000 if name == "default" else 12)


def test_the_second_opinion_finds_what_is_unsound() -> None:
    asked = operation("default")
    judge = owed(asked)
    refusal = next(
        case for case in plan("default").cases if case.id.endswith("/collect/enum/suffix")
    )
    accepted = replace(refusal, expectation=Expectation.ACCEPT)
    elsewhere = replace(refusal, clause=replace(refusal.clause, keyword="maxLength"))
    twice = replace(refusal, request=replace(refusal.request, body=b"collect=x&account=a&b=c"))
    assert complaints(refusal, asked, judge) == []
    for broken in (accepted, elsewhere, twice, replace(refusal, controls=())):
        assert complaints(broken, asked, judge)


# --- plans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTRACTS)
def test_ids_are_unique_and_pass_through_a_shell(name: str) -> None:
    ids = [case.id for case in plan(name).cases]
    assert [each for each, count in Counter(ids).items() if count > 1] == []
    assert [each for each in ids if not re.fullmatch(r"[A-Za-z0-9_./:-]+", each)] == []
    clauses = [clause.id for clause in plan(name).clauses]
    assert len(set(clauses)) == len(clauses)
    assert {case.clause.id for case in plan(name).cases} <= set(clauses)


def test_odd_names_keep_their_clauses_apart() -> None:
    odd = closed({"a b": TEXT, "a_b": TEXT, "ü": TEXT, "a/b": TEXT, "x[y]": TEXT, "type": TEXT})
    for media_type in (FORM, JSON):
        ids = [case.id for case in derive(Small("odd", odd, media_type).operation()).cases]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z0-9_./:-]+", each) for each in ids)
    assert clause_id("Op", ("a_b", "*"), "type") == "Op/a_b/items/type"
    assert clause_id("Op", ("",), "type") != clause_id("Op", ("\ud800",), "type")


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_request_is_repeated_between_cases(name: str) -> None:
    digests = [case.request.digest for case in plan(name).cases]
    assert len(set(digests)) == len(digests)


def test_the_default_contract_takes_fewer_than_400_requests() -> None:
    cases = plan("default").cases
    requests = {case.request for case in cases} | {c for case in cases for c in case.controls}
    assert 300 < len(requests) < 400


def fingerprint(name: str) -> str:
    """Return a digest of a plan derived anew: every id, request, control and expectation."""
    text = repr(
        [(c.id, c.expectation, c.request, c.controls) for c in derive(operation(name)).cases]
    )
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_same_operation_gives_the_same_plan_byte_for_byte() -> None:
    names = ("default", "nested", "json", "recursive")
    here = [fingerprint(name) for name in names]
    script = f"from tests.test_cases import fingerprint\nprint(*map(fingerprint, {names}))"
    for seed in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == here


def test_the_same_seed_draws_the_same_requests() -> None:
    def drawn(seed: int) -> list[str]:
        recorder = Recorder()
        for exploration in explorations(plan("default")):
            explore(recorder, plan("default"), exploration, 8, seed)
        return [case.request.digest for case in recorder.cases]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_each_clause_has_its_first_case_before_any_has_its_second() -> None:
    cases = plan("default").cases
    firsts = {case.clause.id: index for index, case in reversed([*enumerate(cases)])}
    assert sorted(firsts.values()) == list(range(len(firsts)))


def test_every_clause_of_the_request_is_covered_or_says_why_not() -> None:
    states = {clause.id: clause for clause in plan("default").clauses}
    covered = {case.clause.id for case in plan("default").cases}
    for clause in states.values():
        assert clause.words
        if clause.side in ("request", "protocol") and clause.state == "covered":
            assert clause.id in covered, clause.id
        elif clause.state != "covered":
            assert clause.reason, clause.id
    bypass = states["PostAccountLinks/type/x-stripeBypassValidation"]
    assert (bypass.state, bypass.value) == ("annotation", "true")


def test_what_no_case_can_break_is_uncovered_with_a_reason() -> None:
    small = Small(
        "few", closed({"n": {"type": "integer", "unheardOf": 2}, "o": {"type": "object"}})
    )
    found = {clause.id: clause for clause in derive(small.operation()).clauses}
    assert found["PostThing/n/unheardOf"].state == "uncovered"
    assert found["PostThing/n/unheardOf"].reason == "no rule for this keyword"
    assert found["PostThing/type"].state == "uncovered"
    assert "media type" in found["PostThing/type"].reason
    assert found["PostThing/properties"].state == "covered"


def test_what_only_allowed_values_show_says_so() -> None:
    schema = closed({"a": {"type": "string", "minLength": 1, "maxLength": 5}})
    clauses = {each.local: each for each in derive(Small("form", schema).operation()).clauses}
    half = "shown by what it allows alone: no request breaks it beyond doubt"
    assert clauses["/a/minLength"].state == "covered"
    assert clauses["/a/minLength"].reason == half
    assert not clauses["/a/maxLength"].reason


@pytest.mark.parametrize(
    ("name", "local"), [("open-arrays", "/list/type"), ("formats", "/day/format")]
)
def test_what_a_target_may_take_or_refuse_proves_no_clause_of_a_schema(
    name: str, local: str
) -> None:
    owed = {case.expectation for case in plan(name).cases if case.clause.local == local}
    (clause,) = (each for each in plan(name).clauses if each.local == local)
    assert owed == {Expectation.EITHER}
    assert (clause.state, clause.reason) == ("uncovered", "no request breaks it beyond doubt")


LARGE = [
    {"type": "integer", "maximum": 2**63 - 1},
    {"type": "integer", "minimum": -(2**63)},
    {"type": "number", "exclusiveMaximum": 2**53 + 1},
    {"type": "number", "maximum": 1e23},
]
SIDES: dict[str, Callable[[float, float], bool]] = {
    "maximum": operator.le,
    "minimum": operator.ge,
    "exclusiveMaximum": operator.lt,
}


@pytest.mark.parametrize("schema", LARGE)
def test_a_limit_is_not_held_against_who_reads_doubles(schema: dict[str, float]) -> None:
    """Nor against who reads whole numbers exactly, and the limit as the double that it is."""
    ((name, limit),) = ((name, limit) for name, limit in schema.items() if name in SIDES)
    holds = SIDES[name]
    operation = Small("large", closed({"v": schema}, "v"), JSON).operation()
    cases = [case for case in derive(operation).cases if case.clause.keyword == name]
    for case in cases:
        value = json.loads(case.request.body or b"")["v"]
        for inside in (holds(float(value), float(limit)), holds(value, limit)):
            assert case.expectation in {ACCEPT if inside else REFUSE, EITHER}, value
    assert {case.expectation for case in cases} >= {ACCEPT, REFUSE}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "maxItems": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"type": "object", "maxProperties": 10**9},
        {"type": "number", "multipleOf": 1e-300},
        {"type": "number", "multipleOf": 10**400},
    ],
)
def test_what_nobody_can_send_ends_all_the_same(schema: dict[str, Json]) -> None:
    operation = Small("huge", closed({"v": schema, "w": TEXT}), JSON).operation()
    assert any(case.clause.local == "/w/type" for case in derive(operation).cases)


def test_a_map_may_need_many_members() -> None:
    schema = {"type": "object", "minProperties": 30, "additionalProperties": TEXT}
    operation = Small("many", closed({"v": schema}, "v"), JSON).operation()
    counted = [c for c in derive(operation).cases if c.clause.keyword == "minProperties"]
    assert {case.expectation for case in counted} >= {ACCEPT, REFUSE}


def test_the_answers_of_a_plan_are_its_clauses_of_responses_prose_and_state() -> None:
    sides = Counter(clause.side for clause in plan("default").answers)
    assert set(sides) == {"response", "prose", "state"}
    assert sides["state"] == 1


# --- operations that cannot be tested -------------------------------------------------------------

SELF = {"$ref": "#/$defs/n"}
HOLDS_ITSELF = {"type": "object", "required": ["n"], "properties": {"n": SELF}}


@pytest.mark.parametrize(
    ("schema", "media_type", "words"),
    [
        ({**SELF, "$defs": {"n": HOLDS_ITSELF}}, JSON, "contains itself"),
        (
            closed({"a": {"allOf": [SELF]}}, "a", **{"$defs": {"n": {"allOf": [SELF]}}}),
            JSON,
            "itself",
        ),
        (
            closed({"a": {"type": "string", "pattern": "^[0-9]{7}$", "maxLength": 6}}, "a"),
            FORM,
            "no ordinary value",
        ),
        ({"type": "array", "items": TEXT}, FORM, "a form is always an object"),
        (closed({"a": TEXT}), "application/xml", "no body in a media type"),
    ],
)
def test_an_operation_without_a_valid_body_says_so(
    schema: Json, media_type: str, words: str
) -> None:
    with pytest.raises(NoExampleError, match=words):
        derive(Small("none", schema, media_type).operation())


def test_a_path_that_names_what_no_parameter_describes_says_so() -> None:
    with pytest.raises(NoExampleError, match=r"\{customer\}, which no parameter describes"):
        deriver_for(replace(operation("default"), path="/v1/{customer}"))


@pytest.mark.parametrize(
    "schema", [None, True, {}, {"type": "string"}, {"type": "array", "items": TEXT}]
)
def test_a_json_body_need_not_be_an_object(schema: Json) -> None:
    asked = Small("free", schema, JSON).operation()
    cases = derive(asked).cases
    judge = owed(replace(asked, contents=(replace(asked.contents[0], schema=schema or {}),)))
    assert cases
    for case in cases:
        if case.clause.side == "request" and case.request.body:
            assert case.expectation is judge(case.request.body), case.id


# --- examples, sites, bodies ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "least", "most"),
    [
        ({"type": "string"}, "abc", "abc"),
        ({"type": "string", "minLength": 5}, "abcaa", "abcaa"),
        ({"type": "string", "maxLength": 2}, "ab", "ab"),
        ({"type": "string", "format": "date"}, "2026-02-28", "2026-02-28"),
        ({"type": "string", "example": "acct_1"}, "acct_1", "abc"),
        ({"type": "string", "maxLength": 2, "example": "long"}, "ab", "ab"),
        ({"type": "integer", "default": 7}, 7, 1),
        ({"const": "c"}, "c", "c"),
        ({"enum": ["", None, "b"]}, "b", "b"),
        ({"enum": [""]}, "", ""),
        ({"type": "integer", "minimum": 4}, 4, 4),
        ({"type": "integer", "maximum": -3}, -3, -3),
        ({"type": "integer", "exclusiveMinimum": 4}, 5, 5),
        ({"type": "integer", "minimum": 4, "multipleOf": 3}, 6, 6),
        ({"type": "number", "maximum": 0.5}, 0.5, 0.5),
        ({"type": "boolean"}, True, True),
        ({"type": "null"}, None, None),
        ({"type": ["null", "string"]}, "abc", "abc"),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1], [1, 1]),
        ({"type": "array", "maxItems": 0}, [], []),
        ({"items": {"type": "boolean"}}, [True], [True]),
        ({"properties": {"a": {"type": "null"}}}, {}, {"a": None}),
        ({"type": "object", "required": ["z"]}, {"z": "abc"}, {"z": "abc"}),
        ({"anyOf": [{"enum": [""]}, {"type": "integer"}]}, 1, 1),
        ({"oneOf": [{"type": "boolean"}], "description": "d"}, True, True),
        (
            {
                "allOf": [
                    {"required": ["a"], "properties": {"a": TEXT}},
                    {"allOf": [{"type": "object"}]},
                ]
            },
            {"a": "abc"},
            {"a": "abc"},
        ),
        (
            {
                "type": "object",
                "properties": {"in": {"type": "object", "additionalProperties": TEXT}},
            },
            {},
            {"in": {"key": "abc"}},
        ),
        (True, "abc", "abc"),
    ],
)
def test_ordinary_values(schema: Json, least: Json, most: Json) -> None:
    assert smallest(schema, schema) == least
    assert fullest(schema, schema) == most


def test_a_schema_that_contains_itself_has_a_finite_fullest_value() -> None:
    tree = {"$defs": {"n": closed({"kids": {"type": "array", "items": SELF}}, "kids")}, **SELF}
    for value in (smallest(tree, tree), fullest(tree, tree)):
        assert fits(tree, value)
        assert 3 < repr(value).count("kids") < 20


def test_sites_are_walked_in_the_order_of_the_contract() -> None:
    sites = [
        each for each in walk(plan("default").deriver.codec, ("other",)) if isinstance(each, Site)
    ]
    names = [*sites[0].schema["properties"]]
    after = names.index("expand") + 1
    assert ["/".join(each.path[1:]) for each in sites] == [
        "",
        *names[:after],
        "expand/*",
        *names[after:],
    ]
    assert sites[0].known_names == ("other",)
    assert sites[1].known_names == ()
    type_ = next(site for site in sites if site.path == ("body", "type"))
    assert type_.neighbours == ("currently_due",)
    assert type_.words == "type"


def test_places_have_names_for_people() -> None:
    assert name_of(()) == "the body"
    assert name_of(("expand", "*")) == "each item of expand"
    assert name_of(("a", "b")) == "a.b"
    assert name_of(("a", "*", "b")) == "b of each item of a"


def test_what_lies_beyond_reach_is_listed() -> None:
    deep = {"$defs": {"n": {"type": "object", "properties": {"n": SELF}}}, **SELF}
    beyond = [each for each in walk(codec_of(deep)) if isinstance(each, Uncovered)]
    assert [each.reason for each in beyond] == [
        "the same definition once more: its clauses stand 2 levels above"
    ]
    pattern = closed({"a": {"type": "string", "pattern": "^[0-9]{7}$", "maxLength": 3}})
    listed = [each for each in walk(codec_of(pattern)) if isinstance(each, Uncovered)]
    assert {each.keyword for each in listed} == {"type", "pattern", "maxLength"}
    assert all("no ordinary value" in each.reason for each in listed)
    assert [each.schema for each in walk(codec_of(None)) if isinstance(each, Site)] == [{}]


def test_a_change_is_placed_where_it_belongs() -> None:
    samples = {("a",): {"b": "x"}, ("a", "b"): "x", ("l",): ["s"], ("l", "*"): "s"}
    assert place({}, ("a", "b"), Put("new"), samples) == {"a": {"b": "new"}}
    assert place({"l": ["p"]}, ("l", "*"), Put("new"), samples, 2) == {"l": ["p", "p", "new"]}
    assert place({}, ("l", "*"), Put("new"), samples) == {"l": ["new"]}
    assert place({"a": {"b": "c"}}, ("a",), Without(("b",)), samples) == {"a": {}}
    assert place("text", ("a",), Keep(), samples) == {"a": {"b": "x"}}


def test_a_member_moves_to_an_end() -> None:
    body = {"a": 1, "b": 2, "c": 3}
    message = {"body": body}
    assert list(moved(message, ("body", "b"), first=True)["body"]) == ["b", "a", "c"]
    assert list(moved(message, ("body", "b"), first=False)["body"]) == ["a", "c", "b"]
    assert moved(message, ("body", "d"), first=True) is message
    assert moved({"body": [1]}, ("body", "b"), first=True) == {"body": [1]}
    assert moved(message, ("body",), first=True) is message


def test_pairs_of_optional_properties_and_enum_members_are_all_sent() -> None:
    bodies = [row.message["body"] for row in plan("default").deriver.messages.rows]
    for type_ in ("account_onboarding", "account_update"):
        for collect in ("currently_due", "eventually_due", None):
            assert any(b["type"] == type_ and b.get("collect") == collect for b in bodies)
    assert any("collect" in b and "expand" not in b for b in bodies)
    assert any("refresh_url" in b and "return_url" in b for b in bodies)


def test_bodies_without_objects_have_nothing_optional() -> None:
    messages = messages_of({"type": "string"})
    assert (messages.optional, list(messages.combinations())) == ({}, [])
    assert messages.ordered({"body": "x"}) == {"body": "x"}


def test_the_fullest_body_has_as_many_members_as_may_be() -> None:
    schema = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "maxProperties": 1}
    messages = messages_of(schema)
    assert (messages.smallest, messages.fullest) == ({"body": {}}, {"body": {"a": "abc"}})


def test_a_request_that_cannot_be_said_is_no_case() -> None:
    deriver = plan("default").deriver
    with pytest.raises(InexpressibleError):
        deriver.request({"body": {"expand": []}})
    assert deriver.messages.schema_of(("body", "nothing")) == {}
    assert deriver.broken(deriver.raw(b"")) == tuple(
        f"PostAccountLinks/{name}/required" for name in ("account", "type")
    )


# --- schemas --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.0, "integer"),
        (1.5, "number"),
        ("x", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_the_type_of_a_value(value: Json, name: str) -> None:
    assert type_of(value) == name


def test_a_view_sees_every_schema_that_may_speak_of_a_place() -> None:
    root = {"$defs": {"t": {"type": "integer"}}, "additionalProperties": {"enum": ["x", 1.5]}}
    schema = {
        **root,
        "anyOf": [{"properties": {"a": {"$ref": "#/$defs/t"}}}, True],
        "allOf": [{"properties": {"a": {"type": ["null", "string"]}}, "items": {"const": 1}}],
    }
    view = View.of(schema, schema)
    assert view.declares("a")
    assert not view.declares("b")
    assert view.member("a").types == {"integer", "null", "string", "number"}
    assert view.member("b").types == {"string", "number"}
    assert [*view.item().schemas] == [{"const": 1}]
    endless = {"allOf": [{"$ref": "#"}]}
    assert len(View.of(endless, endless).schemas) < 50


def test_a_schema_that_is_none_is_an_error_of_the_contract() -> None:
    for schema in ({"type": "nothing"}, {"$ref": "https://example.com/other"}):
        with pytest.raises(ContractError, match="no usable schema") as raised:
            Validator(schema, place="#/here")
        assert raised.value.place == "#/here"


def test_each_content_has_one_validator() -> None:
    validators, content = Validators(), operation("default").contents[0]
    assert validators.of(content) is validators.of(content)
