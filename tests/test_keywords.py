"""What each keyword owes at a small site, and what becomes of keywords without a rule."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conformance.keywords
from conformance.contract.model import Json
from conformance.errors import SuiteError
from conformance.formats import FORMATS
from conformance.keywords import ANNOTATIONS, annotation, describe, explorers, rules
from conformance.obligation import Keep, Obligation, Put, Site, With, Without, must_accept
from conformance.verdict import Expectation, Level
from tests.soundness import fits

RULES = {
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "discriminator",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
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
        assert re.fullmatch(
            r"(JSON Schema (Core|Validation) 2020-12|OpenAPI 3\.0\.4), section \d+(\.\d+)+",
            rule.source,
        )
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
    another_file.write_text(RULE.format(name="unheardOf"))
    assert set(rules()) == {*RULES, "unheardOf"}


def test_annotations_oblige_nobody_and_say_why() -> None:
    assert " ".join(sorted(ANNOTATIONS)) == (
        "$comment $defs $ref contentEncoding contentMediaType contentSchema default deprecated"
        " description example examples externalDocs nullable readOnly title writeOnly xml"
    )
    assert all(annotation(name) for name in ANNOTATIONS)
    assert "extension" in str(annotation("x-anything"))
    for name in ("pattern", "minimum", "unheardOf", "discriminator"):
        assert annotation(name) is None


def test_values_are_described_in_few_words() -> None:
    assert describe(["a", 1]) == "a, 1"
    assert describe(list(range(20))).endswith("11, …")
    assert describe(list(range(13))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"
    assert describe(list(range(12))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
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


def test_an_enum_of_one_type_refuses_another_value_of_it() -> None:
    for schema, refused in (
        ({"type": "boolean", "enum": [True]}, False),
        ({"type": "integer", "enum": [1, 2]}, None),
    ):
        found = owed("enum", schema, schema["enum"][0])
        sound(found, schema, schema["enum"][0])
        value = found["outsider-of-the-type"].change("")
        assert value == refused if refused is not None else isinstance(value, int)
    assert "outsider-of-the-type" not in owed("enum", {"type": "null", "enum": [None]}, None)


def test_a_length_beside_a_pattern_is_broken_by_texts_of_the_pattern() -> None:
    schema = {"type": "string", "minLength": 4, "maxLength": 6, "pattern": "^[A-Z]{2}[0-9]+$"}
    for keyword, name, broken in (
        ("minLength", "too-short-of-pattern", range(3, 4)),
        ("maxLength", "over-limit-of-pattern", range(7, 8)),
    ):
        value = owed(keyword, schema, "AB12")[name].change("")
        assert re.fullmatch("[A-Z]{2}[0-9]+", value)
        assert len(value) in broken
        assert "pattern" not in "".join(owed(keyword, {"type": "string", keyword: 4}, "abcd"))


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


def test_a_required_name_that_is_alone_is_missing_from_an_object_that_is_not_empty_too() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"b": {"type": "integer"}}}
    found = owed("required", schema, {"a": 1})
    sound(found, schema, {"a": 1})
    assert [*found] == ["missing a", "missing-beside a"]
    assert found["missing-beside a"].change({"a": 1}) == {"b": 1}
    closed_ = {**schema, "properties": {"a": {}}, "additionalProperties": False}
    assert [*owed("required", closed_, {"a": 1})] == ["missing a"]


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
    between = found["new-name-between"].change({"account": 1, "refresh_url": 2})
    assert [*between] == ["account", "unlisted", "refresh_url"]
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
def test_a_format_says_what_is_well_formed_and_what_is_not(name: str) -> None:
    found = owed("format", {"type": "string", "format": name})
    assert name in FORMATS
    assert any(each.expectation is Expectation.ACCEPT for each in found.values())
    refused = [each for each in found.values() if each.expectation is Expectation.REFUSE]
    assert {each.level for each in refused} == {Level.MUST}
    assert sum(each.lead for each in refused) == 1


def test_an_unknown_format_owes_nothing() -> None:
    assert "unix-time" not in FORMATS
    assert owed("format", {"format": "unix-time"}) == {}


def test_properties_and_items_speak_through_their_members() -> None:
    assert owed("properties", {"properties": {"a": {}}}) == {}
    assert owed("items", {"items": {}}) == {}


# --- every value by its name ----------------------------------------------------------------------


STRANGERS = {
    "a-new-name": "unlisted",
    "a-name-that-starts-like-a-known-one": "account_id",
    "a-name-that-ends-like-a-known-one": "my_account",
    "a-name-that-contains-a-known-one": "my_refresh_url_new",
    "the-plural-of-a-known-name": "accounts",
    "a-known-name-cut-short": "accoun",
    "a-known-name-in-upper-case": "REFRESH_URL",
    "a-known-name-with-a-blank-behind": "account ",
    "a-known-name-with-a-blank-before": " account",
    "a-known-name-with-a-wide-letter": "\uff41ccount",
    f"a-known-name-capitalised-{crc32(b'account'):08x}": "Account",
    f"a-known-name-capitalised-{crc32(b'refresh_url'):08x}": "Refresh_url",
    f"a-known-name-with-dashes-{crc32(b'refresh_url'):08x}": "refresh-url",
    f"a-known-name-in-camel-case-{crc32(b'refresh_url'):08x}": "refreshUrl",
    "a-name-with-an-underscore-before": "_unlisted",
    "a-number": "0",
    "a-greater-number": "42",
    "a-very-long-name": "n" * 300,
    "a-name-beyond-ASCII": "na\u00efve",
    "a-name-with-a-dot": "unlisted.name",
    "a-name-with-a-dollar-sign": "$unlisted",
    "metadata-which-is-known-elsewhere": "metadata",
    "id-which-is-known-elsewhere": "id",
    "object-which-is-known-elsewhere": "object",
    "other-which-is-known-elsewhere": "other",
}
ADDED: dict[str, Json] = {
    **{label: {name: "x"} for label, name in STRANGERS.items()},
    "empty-value": {"unlisted": ""},
    "array-value": {"unlisted": ["x"]},
    "hash-value": {"unlisted": {"a": "x"}},
    "metadata-hash": {"metadata": {"a": "x"}},
    "two-names": {f"unlisted_{letter}": "x" for letter in "ab"},
    "five-names": {f"unlisted_{letter}": "x" for letter in "abcde"},
    "new-name-between": {"unlisted": "x"},
    "empty-name": {"": "x"},
}


def test_every_way_to_add_a_name_and_whom_a_refusal_may_blame() -> None:
    schema = {"properties": {"account": {}, "refresh_url": {}}, "additionalProperties": False}
    found = owed("additionalProperties", schema, {}, known_names=("metadata", "other"))
    assert {label: each.change({}) for label, each in found.items()} == ADDED
    assert [label for label, each in found.items() if each.lead] == ["a-new-name"]
    for label, each in found.items():
        names = set(ADDED[label]) - {""}
        alike = "refresh_url" if any("refresh" in name.lower() for name in names) else "account"
        known = "known" in label and "elsewhere" not in label
        assert set(each.culprits) == names | ({alike} if known else set()), label


def test_the_names_of_many_properties_are_misspelt_up_to_a_bound() -> None:
    properties = {f"name_{letter}": {} for letter in "abcdefghijklmn"}
    schema = {"properties": properties, "additionalProperties": False}
    found = owed("additionalProperties", schema, {})
    dashed = [each.change({}) for label, each in found.items() if "-with-dashes" in label]
    assert dashed == [{f"name-{letter}": "x"} for letter in "abcdefghijkl"]


def test_names_that_lose_signs_in_a_label_keep_apart_by_a_checksum() -> None:
    schema = {"properties": {"a-b": {}, "a.b": {}, "\u00e9_x": {}}, "additionalProperties": False}
    found = owed("additionalProperties", schema, {})
    capitals = [label for label in found if "capitalised" in label]
    assert capitals == [
        f"a-known-name-capitalised-{crc32(name.encode()):08x}"
        for name in ("a-b", "a.b", "\u00e9_x")
    ]


def test_what_is_new_and_what_is_common_gives_way_to_what_is_declared() -> None:
    schema = {
        "properties": {"unlisted": {}, "metadata": {}},
        "additionalProperties": False,
        "x-conformance-reserved": ["unlisted_name"],
    }
    found = owed("additionalProperties", schema, {})
    assert found["empty-value"].change({}) == {"zz_unlisted": ""}
    assert "metadata-hash" not in found
    one = owed("additionalProperties", {"properties": {"q": {}}, "additionalProperties": False}, {})
    assert one["a-known-name-cut-short"].change({}) == {"y": "x"}


def test_every_near_miss_of_an_enum_and_the_member_that_it_is_near_to() -> None:
    schema = {"type": "string", "enum": ["due_now", "due_later"]}
    found = owed("enum", schema, "due_now", neighbours=("update", "again"))
    missed = {n: e for n, e in found.items() if e.expectation is Expectation.REFUSE}
    assert {name: each.change("") for name, each in missed.items()} == {
        "outsider": "outsider",
        "suffix": "due_nowx",
        "other-case": "DUE_NOW",
        "capitalised": "Due_later",
        "blank-before": " due_now",
        "blank-after": "due_later ",
        "line-break-after": "due_later\n",
        "wide-letter": "\uff44ue_now",
        "prefix": "due_no",
        "containing": "xdue_laterx",
        "preceded": "xdue_now",
        "dash-for-underscore": "due-now",
        "blank-for-underscore": "due later",
        "no-separator": "duenow",
        "camel-case": "dueNow",
        "two-members": "due_now,due_later",
        "empty": "",
        "number": "0",
        "index": "1",
        "null-word": "null",
        "other-property": "update",
        "own-name": "here",
    }
    assert {each.nearest("") for each in missed.values()} == {"due_now"}
    accepted = [each for each in found.values() if each.expectation is Expectation.ACCEPT]
    assert [each.change("") for each in accepted] == ["due_now", "due_later"]
    assert all(each.lead for each in accepted)
    assert all(name.startswith("member-") for name in found if name not in missed)


def test_an_enum_of_nothing_but_empty_text_has_an_outsider() -> None:
    found = owed("enum", {"type": "string", "enum": [""]}, "")
    assert {n: e.change("") for n, e in found.items() if "member" not in n} == {
        "outsider": "outsider"
    }
    assert found["outsider"].lead


def test_the_whole_body_is_no_member_by_its_own_name() -> None:
    whole = Site({"enum": ["a"]}, (), "#", "the body", "a")
    found = {each.name: each for each in rules()["enum"].rule(["a"], whole)}
    assert found["own-name"].change("") == "body"


@pytest.mark.parametrize(
    ("declared", "sample", "wrong", "leads"),
    [
        ("string", "abc", "array array-of-two hash number boolean null", "array hash"),
        ("integer", 1, "array array-of-two hash string boolean null fraction", "array hash string"),
        ("number", 1.5, "array array-of-two hash string boolean null", "array hash string"),
        ("boolean", True, "array array-of-two hash string number null", "array hash string"),
        ("null", None, "array array-of-two hash string number boolean", "array hash string"),
        ("object", {"k": "v"}, "array array-of-two string number boolean null", "array string"),
        ("array", ["abc"], "hash string number boolean null", "string"),
        (
            ["integer", "number"],
            1,
            "array array-of-two hash string boolean null",
            "array hash string",
        ),
    ],
)
def test_every_value_of_another_type(declared: Json, sample: Json, wrong: str, leads: str) -> None:
    found = owed("type", {"type": declared}, sample)
    refused = {n: e for n, e in found.items() if e.expectation is Expectation.REFUSE}
    inside = "x" if isinstance(sample, list) else sample
    values = {
        "array": [sample],
        "array-of-two": [sample, sample],
        "hash": {"a": inside},
        "string": "x",
        "number": 1.5,
        "boolean": True,
        "null": None,
        "fraction": 1.5,
    }
    assert {n: e.change(sample) for n, e in refused.items()} == {
        n: values[n] for n in wrong.split()
    }
    assert [name for name, each in refused.items() if each.lead] == leads.split()
    assert not any(each.lead for name, each in found.items() if name not in refused)


def test_every_kind_of_text_up_to_the_limit() -> None:
    kinds = {
        "two-byte": "\u00e9",
        "astral": "\U0001f600",
        "combining": "e\u0301",
        "blank-inside": "two words",
        "reserved": "a&b=c+d%20e;f,g[h]",
        "markup": "<a href='x'>\"&amp;</a>",
    }
    lengths = {f"long-{length}": "a" * length for length in (2049, 5001, 10_001)}
    for schema, texts in (
        ({}, {**kinds, **lengths}),
        ({"maxLength": 9}, {n: t for n, t in kinds.items() if len(t) <= 9}),
        ({"maxLength": 8}, {n: t for n, t in kinds.items() if len(t) <= 8}),
        ({"maxLength": 0}, {}),
        *(({name: "a"}, {}) for name in ("pattern", "format", "const", "enum")),
    ):
        found = owed("type", {"type": "string", **schema})
        accepted = {n: e for n, e in found.items() if e.expectation is Expectation.ACCEPT}
        assert {n: e.change("") for n, e in accepted.items()} == texts
    mixed = owed("type", {"type": ["string", "integer"]})
    accepted = {n: e for n, e in mixed.items() if e.expectation is Expectation.ACCEPT}
    assert [*accepted] == ["of-type-integer", "of-type-string", "integer-zero", "integer-negative"]


def test_of_a_type_what_servers_forget() -> None:
    def accepted(**schema: Json) -> dict[str, Json]:
        found = owed("type", schema)
        return {n: e.change("") for n, e in found.items() if e.expectation is Expectation.ACCEPT}

    assert accepted(type="boolean") == {"boolean-true": True, "boolean-false": False}
    assert accepted(type="number", minimum=0) == {"number-zero": 0, "number-half": 0.5}
    assert accepted(type=["string", "null"], pattern="^a")["of-type-null"] is None
    assert not accepted(type="integer", enum=[3])


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"maxItems": 1}, []),
        ({"maxItems": 2}, ["repeated-items"]),
        ({"maxItems": 100}, ["repeated-items"]),
        ({"maxItems": 101}, ["repeated-items", "long-array"]),
        ({"uniqueItems": False}, ["repeated-items", "long-array"]),
        ({"uniqueItems": True}, []),
    ],
)
def test_how_many_items_are_promised(more: dict[str, Json], names: list[str]) -> None:
    found = owed("type", {"type": "array", "items": {}, **more}, ["x"])
    assert [n for n, e in found.items() if e.expectation is Expectation.ACCEPT] == names
    for sample in ([], "x"):
        bare = owed("type", {"type": "array", "items": {}, **more}, sample)
        assert not [n for n, e in bare.items() if e.expectation is Expectation.ACCEPT]


UNITS = {"": "a", "-two-byte": "\u00e9", "-astral": "\U0001f600", "-combining": "e\u0301"}


def cut(unit: str, length: int) -> str:
    return (unit * length)[:length]


def test_every_length_around_a_limit_and_its_nearest() -> None:
    longest = owed("maxLength", {"type": "string", "maxLength": 7})
    expected = {}
    for which, unit in UNITS.items():
        few = unit if which else "abc"
        expected[f"at-limit{which}"] = (cut(unit, 7), few)
        expected[f"over-limit{which}"] = (cut(unit, 8), cut(unit, 7))
    expected["over-limit-with-blanks"] = ("a" * 6 + "  ", "a" * 7)
    expected["far-over-limit"] = ("a" * 31, "a" * 7)
    assert {n: (e.change("abc"), e.nearest("abc")) for n, e in longest.items()} == expected
    tight = owed("maxLength", {"type": "string", "maxLength": 2})
    assert tight["at-limit-combining"].nearest("ab") == "ab"
    assert tight["at-limit-astral"].nearest("ab") == "\U0001f600"
    shortest = owed("minLength", {"type": "string", "minLength": 7})
    expected = {}
    for which, unit in UNITS.items():
        expected[f"at-least{which}"] = (cut(unit, 7), "abc")
        expected[f"too-short{which}"] = (cut(unit, 6), cut(unit, 7))
    assert {n: (e.change("abc"), e.nearest("abc")) for n, e in shortest.items()} == expected


def test_formats_number_their_values_and_lead_with_the_first() -> None:
    found = owed("format", {"type": "string", "format": "date"}, "2026-01-01")
    assert {name: (each.change(""), each.lead) for name, each in found.items()} == {
        "well-formed-0": ("2026-02-28", False),
        "malformed-0": ("yesterday", True),
        "malformed-1": ("2026-02-30", False),
        "malformed-2": ("28.02.2026", False),
    }


def dated(text: str) -> bool:
    return "T" in text and bool(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("name", "parse"),
    [
        ("date", date.fromisoformat),
        ("date-time", dated),
        ("uuid", UUID),
        ("ipv4", IPv4Address),
        ("email", re.compile(r"\w+@example\.com").fullmatch),
        ("uri", lambda text: urlsplit(text).scheme == "https" and text.endswith(".com/a")),
    ],
)
def test_values_of_a_format_are_what_they_are_taken_for(
    name: str, parse: Callable[[str], object]
) -> None:
    for each in owed("format", {"format": name}).values():
        try:
            well_formed = bool(parse(each.change("")))
        except ValueError:
            well_formed = False
        assert well_formed is (each.expectation is Expectation.ACCEPT), each.words


def test_the_words_count_as_the_values_do() -> None:
    longest = owed("maxLength", {"type": "string", "maxLength": 7})
    shortest = owed("minLength", {"type": "string", "minLength": 7})
    assert longest.pop("over-limit-with-blanks").words == "blanks behind count as well"
    for each in (*longest.values(), *shortest.values()):
        assert int(each.words.split()[0]) == len(each.change(""))


def test_no_near_miss_comes_twice() -> None:
    values = [
        repr(each.change("")) for each in owed("enum", {"type": "string", "enum": ["a"]}).values()
    ]
    assert len(set(values)) == len(values)


def test_text_that_may_be_null_owes_every_kind_of_text() -> None:
    plain, nullable = (owed("type", {"type": types}) for types in ("string", ["string", "null"]))
    assert set(plain) - set(nullable) == {"null"}


def test_a_name_that_no_encoding_can_write_has_a_label() -> None:
    schema = {"properties": {"\ud800": {}}, "additionalProperties": False}
    assert all(label.isascii() for label in owed("additionalProperties", schema, {}))


def test_each_required_name_stands_for_its_clause() -> None:
    found = owed("required", {"required": ["a", "b"]}, {"a": 1, "b": 2})
    assert {name: (each.subject, each.lead) for name, each in found.items()} == {
        "missing a": ("a", True),
        "missing b": ("b", True),
        "all-missing": ("", False),
    }


# --- changes --------------------------------------------------------------------------------------


def test_changes_leave_the_value_as_it_was() -> None:
    value = {"a": 1, "b": 2}
    assert Put("x")(value) == "x"
    assert Without(("a",))(value) == {"b": 2}
    assert [*With({"c": 3})(value)] == ["a", "b", "c"]
    assert [*With({"c": 3}, "first")(value)] == ["c", "a", "b"]
    assert [*With({"c": 3}, "middle")(value)] == ["a", "c", "b"]
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
