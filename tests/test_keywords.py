"""What each keyword owes at a small site, and what becomes of keywords without a rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conformance.keywords
from conformance.contract.model import Json
from conformance.errors import SuiteError
from conformance.keywords import ANNOTATIONS, annotation, describe, explorers, rules
from conformance.keywords.format import binds
from conformance.obligation import Keep, Obligation, Put, Site, With, Without, must_accept
from conformance.verdict import Expectation, Level
from tests.soundness import fits

RULES = {
    "additionalProperties",
    "enum",
    "format",
    "items",
    "maxLength",
    "minLength",
    "properties",
    "required",
    "type",
}
CALM = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def site(schema: Json, sample: Json = "abc", **more: Json) -> Site:
    return Site(schema, ("here",), "#/schema", "here", sample, **more)


def owed(keyword: str, schema: Json, sample: Json = "abc", **more: Json) -> dict[str, Obligation]:
    found = [*rules()[keyword].rule(schema[keyword], site(schema, sample, **more))]
    assert len({(each.name, each.subject) for each in found}) == len(found)
    return {each.name + (f" {each.subject}" if each.subject else ""): each for each in found}


def sound(found: dict[str, Obligation], schema: Json, base: Json = "abc") -> None:
    """Check that each obligation is what the schema says of the value that it makes."""
    for each in found.values():
        value = each.change(base)
        if each.level is Level.MUST:
            assert fits(schema, value) is (each.expectation is Expectation.ACCEPT), each.name
        assert fits(schema, each.nearest(base)), each.name


# --- the registry ---------------------------------------------------------------------------------


def test_every_file_is_a_rule() -> None:
    assert set(rules()) == RULES
    assert {rule.home.rpartition(".")[2] for rule in rules().values()} == {
        path.stem for path in Path(conformance.keywords.__file__).parent.glob("[a-z]*.py")
    }
    assert set(explorers()) == {"additionalProperties", "enum", "maxLength"}
    for rule in rules().values():
        assert rule.source.startswith("JSON Schema")
        assert rule.words.format(site="s", value="v", subject="n")
        assert not annotation(rule.keyword)


@pytest.fixture
def another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a file that stands beside the rules, and forget it afterwards."""
    monkeypatch.setattr(
        conformance.keywords, "__path__", [*conformance.keywords.__path__, str(tmp_path)]
    )
    rules.cache_clear()
    yield tmp_path / "another.py"
    sys.modules.pop("conformance.keywords.another", None)
    rules.cache_clear()


RULE = """
from conformance.keywords import keyword

@keyword("{name}", source="JSON Schema", words="words")
def another(value, site):
    yield from ()
"""


def test_two_files_that_claim_one_keyword_are_an_error_that_names_both(another_file: Path) -> None:
    another_file.write_text(RULE.format(name="maxLength"))
    with pytest.raises(SuiteError) as raised:
        rules()
    for name in ("conformance.keywords.another", "conformance.keywords.max_length", "maxLength"):
        assert name in str(raised.value)


def test_a_keyword_is_added_by_adding_a_file(another_file: Path) -> None:
    another_file.write_text(RULE.format(name="multipleOf"))
    assert set(rules()) == {*RULES, "multipleOf"}


def test_annotations_oblige_nobody_and_say_why() -> None:
    assert all(annotation(name) for name in ANNOTATIONS)
    assert "extension" in str(annotation("x-anything"))
    for name in ("pattern", "minimum", "uniqueItems", "not"):
        assert annotation(name) is None


def test_values_are_described_in_few_words() -> None:
    assert describe(["a", 1]) == "a, 1"
    assert describe(list(range(20))).endswith("11, …")
    assert describe(5000) == "5000"


# --- one keyword each -----------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 1, 2, 7, 255])
def test_max_length(limit: int) -> None:
    schema = {"type": "string", "maxLength": limit}
    found = owed("maxLength", schema)
    sound(found, schema, "")
    assert len(found["over-limit"].change("")) == limit + 1
    assert len(found["at-limit-astral"].change("").encode("utf-16-le")) == 4 * limit
    assert len(found["at-limit-combining"].change("")) == limit
    assert [name for name, each in found.items() if each.lead] == ["over-limit"]


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_min_length(limit: int) -> None:
    schema = {"type": "string", "minLength": limit}
    found = owed("minLength", schema)
    sound(found, schema, "a" * 10)
    assert len(found["too-short-two-byte"].change("")) == limit - 1
    assert [name for name, each in found.items() if each.lead] == ["too-short"]


def test_min_length_of_nothing_owes_nothing() -> None:
    assert owed("minLength", {"minLength": 0}) == {}


def test_enum() -> None:
    schema = {"type": "string", "enum": ["due_now", "due_later"]}
    found = owed("enum", schema, neighbours=("update",))
    sound(found, schema, "due_now")
    values = {each.change("") for each in found.values() if each.expectation is Expectation.REFUSE}
    near = {"due_nowx", "DUE_NOW", " due_now", "due_later ", "due_no", "due-now", "duenow"}
    assert values >= near | {"due_now,due_later", "", "0", "null", "update", "here"}
    assert sum(each.expectation is Expectation.ACCEPT for each in found.values()) == 2
    assert [n for n, each in found.items() if each.lead and "member" not in n] == ["suffix"]


def test_enum_where_no_type_says_that_it_is_text() -> None:
    schema = {"enum": ["a"]}
    found = owed("enum", schema, "a")
    sound(found, schema, "a")
    assert found["array"].change("") == ["a"]
    assert found["hash"].change("") == {"value": "a"}


def test_enum_without_text() -> None:
    schema = {"enum": [1, None]}
    found = owed("enum", schema, 1)
    sound(found, schema, 1)
    assert [name for name in found if "member" not in name] == ["outsider"]


def test_a_near_miss_that_is_a_member_is_no_violation() -> None:
    schema = {"type": "string", "enum": ["a", "ax", "A", "0"]}
    sound(owed("enum", schema, "a"), schema, "a")


def test_required() -> None:
    schema = {"type": "object", "required": ["a", "b"]}
    base = {"a": 1, "b": 2, "c": 3}
    found = owed("required", schema, base)
    sound(found, schema, base)
    assert [*found] == ["missing a", "missing b", "all-missing"]
    assert found["missing a"].change(base) == {"b": 2, "c": 3}
    assert found["all-missing"].change(base) == {"c": 3}
    assert [*owed("required", {"required": ["a"]}, base)] == ["missing a"]


def test_additional_properties() -> None:
    properties = {"account": {}, "refresh_url": {}}
    schema = {"properties": properties, "additionalProperties": False}
    found = owed("additionalProperties", schema, {"account": 1}, known_names=("metadata", "other"))
    sound(found, schema, {"account": 1})
    names = {name for each in found.values() for name in each.change({"account": 1})}
    assert names >= {"unlisted", "account_id", "accounts", "accoun", "Account", "REFRESH_URL"}
    assert names >= {" account", "account ", "refresh-url", "refreshUrl", "_unlisted", "0", "other"}
    assert any(len(name) == 300 for name in names)
    assert any(not name.isascii() for name in names)
    first = found["new-name-first"].change({"account": 1})
    assert [*first] == ["unlisted", "account"]
    assert {each.level for name, each in found.items() if name != "empty-name"} == {Level.MUST}
    assert found["empty-name"].level is Level.SHOULD
    assert all(label.isascii() and " " not in label for label in found)


def test_names_that_are_taken_or_reserved_are_not_unknown() -> None:
    schema = {
        "properties": {"unlisted": {}},
        "additionalProperties": False,
        "x-conformance-reserved": ["unlisted_name", "id"],
    }
    found = owed("additionalProperties", schema, {})
    names = {name for each in found.values() for name in each.change({})}
    assert not names & {"unlisted", "unlisted_name", "id"}
    sound(found, schema, {})


@pytest.mark.parametrize("allowed", [True, {"type": "string"}])
def test_an_open_object_owes_nothing(allowed: Json) -> None:
    assert owed("additionalProperties", {"additionalProperties": allowed}) == {}


def test_an_object_without_properties_can_be_closed() -> None:
    schema = {"additionalProperties": False}
    sound(owed("additionalProperties", schema, {}), schema, {})


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ({"type": "string"}, "abc"),
        ({"type": "string", "maxLength": 3}, "abc"),
        ({"type": "string", "enum": ["abc"]}, "abc"),
        ({"type": ["string", "null"]}, "abc"),
        ({"type": "integer"}, 1),
        ({"type": "number"}, 1.5),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": "object"}, {"k": "v"}),
        ({"type": "array", "items": {"type": "string"}}, ["abc"]),
        ({"type": "array", "items": {}, "maxItems": 50}, ["abc"]),
        ({"type": "array", "items": {}, "uniqueItems": True}, ["abc"]),
        ({"type": "array", "items": {}, "maxItems": 0}, []),
        ({"type": ["array", "object"]}, ["abc"]),
    ],
)
def test_type(schema: Json, sample: Json) -> None:
    found = owed("type", schema, sample)
    sound(found, schema, sample)
    assert any(each.expectation is Expectation.REFUSE for each in found.values())
    assert any(each.lead for each in found.values())


def test_text_without_a_limit_owes_every_kind_of_text_and_length() -> None:
    found = owed("type", {"type": "string"})
    accepted = [e.change("") for e in found.values() if e.expectation is Expectation.ACCEPT]
    assert {2049, 5001, 10_001} <= {len(text) for text in accepted}
    assert any("\U0001f600" in text for text in accepted)
    for free in ({"maxLength": 3}, {"pattern": "a"}, {"format": "date"}, {"enum": ["a"]}):
        limited = owed("type", {"type": "string", **free})
        texts = [e.change("") for e in limited.values() if e.expectation is Expectation.ACCEPT]
        assert all(len(text) <= 4 for text in texts)


def test_an_array_takes_repeated_and_many_items() -> None:
    found = owed("type", {"type": "array", "items": {}}, ["x"])
    assert found["repeated-items"].change([]) == ["x", "x"]
    assert len(found["long-array"].change([])) == 101


@pytest.mark.parametrize("name", ["date", "date-time", "uuid", "ipv4", "email", "uri"])
def test_a_format_binds_as_far_as_prose_does(name: str) -> None:
    found = owed("format", {"type": "string", "format": name})
    assert binds(name)
    assert any(each.expectation is Expectation.ACCEPT for each in found.values())
    refused = [each for each in found.values() if each.expectation is Expectation.REFUSE]
    assert {each.level for each in refused} == {Level.SHOULD}
    assert sum(each.lead for each in refused) == 1


def test_an_unknown_format_owes_nothing() -> None:
    assert not binds("unix-time")
    assert owed("format", {"format": "unix-time"}) == {}


def test_properties_and_items_speak_through_their_members() -> None:
    assert owed("properties", {"properties": {"a": {}}}) == {}
    assert owed("items", {"items": {}}) == {}


# --- changes --------------------------------------------------------------------------------------


def test_changes_leave_the_value_as_it_was() -> None:
    value = {"a": 1, "b": 2}
    assert Put("x")(value) == "x"
    assert Without(("a",))(value) == {"b": 2}
    assert [*With({"c": 3})(value)] == ["a", "b", "c"]
    assert [*With({"c": 3}, first=True)(value)] == ["c", "a", "b"]
    assert Keep()(value) is value
    assert value == {"a": 1, "b": 2}
    assert must_accept("n", Put(1), "w", level=Level.SHOULD).level is Level.SHOULD


def test_the_types_of_a_site() -> None:
    assert site({"type": "string"}).types == {"string"}
    assert site({"type": ["string", "null"]}).types == {"string", "null"}
    assert site({}).types == frozenset()


# --- arbitrary violations -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "schema"),
    [
        ("maxLength", {"type": "string", "maxLength": 0}),
        ("maxLength", {"type": "string", "maxLength": 5000}),
        ("enum", {"type": "string", "enum": ["currently_due", "eventually_due"]}),
        ("enum", {"enum": [1, "a"]}),
        ("additionalProperties", {"properties": {"a": {}}, "additionalProperties": False}),
    ],
)
@CALM
@given(data=st.data())
def test_every_violation_that_is_drawn_is_one(
    keyword: str, schema: Json, data: st.DataObject
) -> None:
    assert not fits(schema, data.draw(explorers()[keyword](schema[keyword], site(schema))))
