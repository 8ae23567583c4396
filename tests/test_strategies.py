"""What is drawn is valid, varied and shrinks; what fails is named after what is to blame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from conformance.case import Case
from conformance.contract.model import Json
from conformance.explore import Exploration, explorations, explore
from conformance.plan import Plan
from conformance.strategies import (
    from_schema,
    lengths,
    long_text,
    near_texts,
    texts,
    unknown_members,
)
from conformance.verdict import Expectation, Verdict
from tests.cli import suite
from tests.small_schemas import small
from tests.soundness import SMALL, TEXT, fits
from tests.test_cases import plan

CALM = settings(
    max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
SEARCH = settings(CALM, max_examples=2000, phases=(Phase.generate,))
REST = {
    "pattern": {"type": "string", "pattern": "^[ab]{2,4}$"},
    "any": {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 2}]},
    "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 3},
    "open": {"type": "object", "required": ["x"], "properties": {"a": TEXT}},
    "reference": {
        "$defs": {"t": TEXT},
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/t"}},
    },
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
    "hopeless members": {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": TEXT,
            "lengths": {"type": "string", "minLength": 3, "maxLength": 1},
            "items": {"type": "array", "minItems": 3, "maxItems": 1},
            "enum": {"type": "string", "enum": ["a"], "pattern": "^b$"},
            "pattern": {"type": "string", "pattern": "^a{1000000000}$"},
            "types": {"allOf": [{"type": "string"}, {"type": "integer"}]},
            "numbers": {"type": "integer", "minimum": 5, "maximum": 3},
            "each": {"type": "array", "items": {"type": "string", "enum": ["a"], "maxLength": 0}},
            "within": {"type": "object", "properties": {"x": {"enum": ["a"], "maxLength": 0}}},
        },
    },
    "nothing but what is empty": {
        "type": "object",
        "required": ["text", "items"],
        "properties": {
            "text": {"type": "string", "maxLength": 0},
            "items": {"type": "array", "items": TEXT, "maxItems": 0},
        },
    },
}
BEYOND = (
    *("recursion", "prefixItems", "pattern-length", "propertyNames"),
    *("patternProperties", "dependentSchemas", "unevaluatedProperties", "minContains"),
)
"""What hypothesis-jsonschema does not draw."""

KEYWORDS = {name: small(name).schema for name in BEYOND}
SCHEMAS = {
    "default": plan("default").deriver.content.schema,
    **{each.name: each.schema for each in SMALL},
    **REST,
    **KEYWORDS,
}


@pytest.mark.parametrize("name", [each for each in SCHEMAS if each != "open"])
@CALM
@given(data=st.data())
def test_every_value_that_is_drawn_is_valid(name: str, data: st.DataObject) -> None:
    assert fits(SCHEMAS[name], data.draw(from_schema(SCHEMAS[name], SCHEMAS[name])))


def drawn(schema: Json, wanted: Callable[[Json], bool]) -> Json:
    return find(from_schema(schema, schema), wanted, settings=SEARCH)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda text: len(text) >= 4000,
        lambda text: len(text) == 1,
        lambda text: any("\u0600" <= c <= "\u06ff" for c in text),
        lambda text: any(c > "\uffff" for c in text),
        lambda text: '"' in text or "\\" in text,
        lambda text: 900 < len(text) < 1500,
    ],
)
def test_text_spreads_over_lengths_and_blocks(wanted: Callable[[Json], bool]) -> None:
    assert wanted(drawn({"type": "string", "maxLength": 5000}, wanted))


def test_every_optional_property_comes_and_goes() -> None:
    schema = SCHEMAS["default"]
    for name in ("collect", "expand", "refresh_url", "return_url"):
        drawn(schema, lambda body, name=name: name in body)
        drawn(schema, lambda body, name=name: name not in body)
    drawn(schema, lambda body: len(body.get("expand", ())) >= 3)


def test_a_schema_that_contains_itself_is_drawn_some_way_down() -> None:
    schema = SCHEMAS["recursive"]
    drawn(schema, lambda body: "child" in body["root"].get("child", {}))


def test_limits_are_reached_where_a_pattern_stands_beside_them() -> None:
    schema = {"type": "string", "pattern": "^[a-z]+$", "maxLength": 1000}
    assert len(drawn(schema, lambda text: len(text) > 900)) > 900


def test_a_schema_that_is_no_object_draws_any_text() -> None:
    anything: Json = True
    with pytest.raises(NoSuchExample):
        find(from_schema(anything, anything), lambda value: value != "x", settings=CALM)


@CALM
@given(data=st.data(), least=st.integers(0, 40), more=st.integers(0, 3000))
def test_texts_keep_their_limits(data: st.DataObject, least: int, more: int) -> None:
    assert least <= len(data.draw(texts(least, least + more))) <= least + more
    assert max(1, least) <= len(data.draw(long_text(least, least + more + 1))) <= least + more + 1
    assert least + 1 <= data.draw(lengths(least + 1, least + more + 1)) <= least + more + 1


@CALM
@given(data=st.data())
def test_unknown_members_have_other_names_that_every_decoder_keeps(data: st.DataObject) -> None:
    members = data.draw(unknown_members(frozenset({"account", "type"})))
    assert 1 <= len(members) <= 3
    assert not members.keys() & {"account", "type"}
    assert not any(set(name) & set("[]&=") for name in members)


def test_near_texts_are_one_edit_away() -> None:
    found = near_texts(["abc"])
    for wanted in ("bc", "ac", "ab", "abc "):
        assert find(found, lambda text, wanted=wanted: text == wanted, settings=SEARCH) == wanted
    assert find(near_texts([]), bool, settings=SEARCH)


# --- exploration ----------------------------------------------------------------------------------


class Faulty:
    """Takes the place of a session: a target that is wrong where `wrong` holds of a body."""

    def __init__(
        self, wrong: Callable[[Case, Json], bool], believed: frozenset[str] = frozenset()
    ) -> None:
        self._wrong = wrong
        self.believed = believed
        self.trials = 0

    def ready(self, _: Plan) -> None:
        """Nothing is asked of a target here."""

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan`: its arrays are taken to be read."""
        return plan

    def trial(self, plan: Plan, case: Case) -> Verdict:
        """Judge the likeliest reading of the request."""
        self.trials += 1
        body = plan.deriver.read(case.request).values[0]["body"]
        return Verdict.FAIL if self._wrong(case, body) else Verdict.PASS

    def hold(self, plan: Plan, case: Case, *, explored: bool) -> tuple[Case, Json]:
        """Give the case that is reported, with its body."""
        assert explored
        return case, plan.deriver.read(case.request).values[0]["body"]


def exploration(ending: str, name: str = "default") -> Exploration:
    return next(each for each in explorations(plan(name)) if each.id.endswith(ending))


def explored(
    ending: str, wrong: Callable[[Case, Json], bool], examples: int = 400
) -> tuple[str, Json]:
    case, body = explore(Faulty(wrong), plan("default"), exploration(ending), examples, 1)
    return case.id.removeprefix("PostAccountLinks"), body


def test_what_is_explored() -> None:
    assert {each.id.removeprefix("PostAccountLinks") for each in explorations(plan("default"))} == {
        "/properties/explored-valid",
        "/additionalProperties/explored",
        "/account/maxLength/explored",
        "/collect/enum/explored",
        "/expand/items/maxLength/explored",
        "/type/enum/explored",
    }


def test_a_failing_valid_body_is_shrunk_and_named_after_its_property() -> None:
    name, body = explored("explored-valid", lambda _, body: len(body.get("return_url", "")) > 9)
    assert name == "/return_url/type/explored-valid"
    assert len(body["return_url"]) == 10
    assert len(body["account"]) == 1


def test_a_failing_valid_body_joins_the_clause_that_fails_already() -> None:
    session = Faulty(
        lambda _, body: body.get("collect") == "eventually_due",
        frozenset({"PostAccountLinks/account/type", "PostAccountLinks/collect/enum"}),
    )
    case, _ = explore(session, plan("default"), exploration("explored-valid"), 400, 1)
    assert case.id == "PostAccountLinks/collect/enum/explored-valid"


def test_a_failing_required_property_is_named_too() -> None:
    name, body = explored("explored-valid", lambda _, body: not body["account"].isascii())
    assert name == "/account/type/explored-valid"
    assert len(body["account"]) == 1


def test_failing_items_are_named_apart_from_their_array() -> None:
    def many(_: Case, body: Json) -> bool:
        return len(body.get("expand", ())) > 1

    def odd(_: Case, body: Json) -> bool:
        return any(not item.isascii() for item in body.get("expand", ()))

    assert explored("explored-valid", many)[0] == "/expand/type/explored-valid"
    assert explored("explored-valid", odd)[0] == "/expand/items/type/explored-valid"


def test_two_properties_to_blame_are_their_combination() -> None:
    name, body = explored("explored-valid", lambda _, body: {"collect", "expand"} <= body.keys())
    assert name == "/properties/explored-valid"
    assert body.keys() == {"account", "type", "collect", "expand"}


def test_a_violation_that_is_accepted_is_shrunk_at_its_own_clause() -> None:
    def lax(case: Case, body: Json) -> bool:
        return case.expectation is Expectation.REFUSE and len(body["account"]) > 5010

    name, body = explored("/account/maxLength/explored", lax)
    assert name == "/account/maxLength/explored"
    assert len(body["account"]) == 5011
    assert body.keys() == {"account", "type"}


def test_a_sound_target_gives_the_last_case_that_was_drawn() -> None:
    session = Faulty(lambda *_: False)
    case, _ = explore(session, plan("default"), exploration("/collect/enum/explored"), 20, 1)
    assert case.expectation is Expectation.REFUSE
    assert case.controls
    assert session.trials == 20


def test_a_target_that_is_wrong_now_and_then_is_reported() -> None:
    turns = iter(range(10_000))
    name, _ = explored("explored-valid", lambda *_: next(turns) in (5, 6, 40), 60)
    assert name.endswith("/explored-valid")


@pytest.mark.parametrize(
    "schema",
    [
        REST["any"],
        {"oneOf": [{"type": "string", "minLength": 3}, {"type": "null"}]},
        {"type": ["string", "boolean"]},
    ],
)
def test_every_text_is_one_of_utf_8(schema: Json) -> None:
    @settings(CALM, max_examples=300)
    @given(from_schema(schema, {}))
    def check(value: Json) -> None:
        str(value).encode()

    check()


def test_halves_of_a_surrogate_pair_are_no_text_wherever_they_stand() -> None:
    names = {"type": "object", "additionalProperties": {}, "minProperties": 1, "maxProperties": 1}
    for schema in ({"enum": ["\ud800", "a"]}, {"enum": [{"\udfff": 1}, "a"]}):
        assert find(from_schema(schema, {}), lambda _: True, settings=CALM) == "a"
    assert fits(names, find(from_schema(names, {}), lambda _: True, settings=CALM))


def test_a_run_in_a_new_folder_looks_at_no_table_of_all_characters(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--only=/collect", "--only=/type", depth="standard")
    assert ended.exit == 0, ended.out
    assert [*tmp_path.rglob("codec-*")] == []
