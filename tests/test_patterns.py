"""Texts that match a pattern, of any length, and others that do not, as two engines say."""

from __future__ import annotations

from itertools import islice

import pytest

from conformance.errors import ContractError
from conformance.pattern_dialects import loosely, narrowly
from conformance.pattern_steps import joined
from conformance.patterns import UnreadablePatternError, lengths, matching, near_misses
from conformance.reference.keywords import searches
from conformance.validation import Validator, matches
from conformance.words import of_pattern

PATTERNS = (
    "^[a-z]{2,4}$",
    "^\\d{3}-\\d{2}$",
    "[0-9]{3}",
    "^(?=.*[0-9])[a-z0-9]+$",
    "^(?<year>[0-9]{4})$",
    "^(cat|dog)s?$",
    "^[^\\x00-\\x7f]+$",
    "^\\p{L}+$",
    "^\\u{61}\\u0062\\x63$",
    "^a{2,3}?b*$",
    "\\/path",
    "^[\\w.-]+@[\\w-]+\\.com$",
    "^(AC|CA)[0-9a-f]{32}$",
    "^((a|b)+c)*$",
    "a|^b$",
    "",
    "^$",
    "^\\cA$",
    "^[\\-\\]a-c]+$",
    "^\\S+\\s\\S+$",
    "^(?:x|y){3}\\b",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_built_matches_and_has_the_length_asked_for(pattern: str) -> None:
    found = [*islice(of_pattern(pattern), 8)]
    assert found
    for text in found:
        assert matches(pattern, text)
        assert searches(pattern, text), text
    least, most = lengths(pattern)
    for size in (least, least + 1, 17, 300):
        for text in of_pattern(pattern, size):
            assert len(text) == size
            assert most is None or "$" not in pattern or size <= most


@pytest.mark.parametrize("pattern", PATTERNS)
def test_both_engines_agree_on_what_is_near(pattern: str) -> None:
    for _, text in near_misses(pattern):
        assert searches(pattern, text) is matches(pattern, text), text


@pytest.mark.parametrize("pattern", ["(", "[a", "a)", "\\1", "(?x", "\\p{", "\\u{zz}"])
def test_what_is_not_read_says_where_it_stops(pattern: str) -> None:
    with pytest.raises(UnreadablePatternError, match="is not read at"):
        list(matching(pattern))


ENDLESS = ("^(a+)+$", "^(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "a*a*a*a*c")


@pytest.mark.parametrize("pattern", ENDLESS)
def test_a_pattern_that_goes_back_without_an_end_ends_all_the_same(pattern: str) -> None:
    text = "a" * 5000 + "!"
    assert matches(pattern, text) is False
    assert searches(pattern, text) is False
    assert [*islice(matching(pattern, 4000), 1)] or pattern[-1] in "yc$"


def test_one_character_too_many_is_near() -> None:
    assert ("one-longer", "000000") in [*near_misses("^[0-9]{5}$")]


ECMA_262 = (
    (r"^(?!q)[\w ]{3}$", "a b", "\u00e9 b"),
    (r"^(?=.*\d)\d+$", "12", "\u0663"),
    (r"^(?!q)\s$", "\ufeff", "\x85"),
    (r"^(?!q)\S$", "\x85", "\u3000"),
    (r"^(?!q)[\S]$", "\x1c", "\u00a0"),
    (r"^(?!q)[^\W_]$", "Z", "\u00e9"),
    (r"^(?!q).$", "\x85", "\u2028"),
    (r"(?!q)\bcat\b", "\u00e9cat\u00e9", "scat"),
    (r"^(?!q)\cA[\b]$", "\x01\b", "\x01b"),
    (r"^[\b]$", "\b", "b"),
    (r"^(?!q)a$", "a", "a\n"),
)
"""Patterns with what they match and what not (ECMA 262, section 22.2.2), as Node says too."""


@pytest.mark.parametrize(("pattern", "match", "other"), ECMA_262)
def test_what_looks_around_reads_classes_as_what_does_not(
    pattern: str, match: str, other: str
) -> None:
    assert matches(pattern, match)
    assert not matches(pattern, other)


LARGE = (
    (r"^[\p{L}\p{M}\p{N}_.:/=+@-]{1,2048}$", "\u00e9", 2048),
    (r"^[\s\S]{0,65536}$", "\n", 65536),
    (r"^a{1,1000000}$", "a", 1_000_000),
    (r"^(?:[^,]{1,255}){1,200}$", "\u00e9", 51_000),
    (r"^\w{1,3000}?$", "_", 3000),
    (r"^(?!b)([\p{L}]){2,500}$", "a", 500),
)


@pytest.mark.parametrize(("pattern", "letter", "most"), LARGE)
def test_a_large_count_is_counted(pattern: str, letter: str, most: int) -> None:
    assert matches(pattern, letter * most)
    assert not matches(pattern, letter * (most + 1))


@pytest.mark.parametrize("pattern", [r"^\w{1,255}$", r"^[\w-]{1,128}$", r"^\S{1,255}$"])
def test_a_count_of_what_other_engines_see_more_in_is_read_in_each_way(pattern: str) -> None:
    text = "\u00e9" * 100
    assert matches(pattern, text) is (r"\S" in pattern)
    assert matches(loosely(pattern), text)
    assert not matches(loosely(pattern), text * 3)


@pytest.mark.parametrize(
    ("pattern", "text"), [(r"^\s$", "\x1c"), (r"^\s$", "\v"), ("^.$", "\r"), (r"\ba", "\u00e9a")]
)
def test_engines_that_read_a_class_otherwise_are_known(pattern: str, text: str) -> None:
    readings = {matches(each, text) for each in (pattern, loosely(pattern), narrowly(pattern))}
    assert readings == {True, False}


def test_names_of_properties_keep_the_pattern_that_the_contract_has() -> None:
    named = r"^(?!q)\w{1,3000}$"
    validator = Validator({"patternProperties": {named: {"type": "string"}}})
    assert [(each.trail, each.keyword) for each in validator.broken({"a": 1})] == [
        ((f"patternProperties.{named}",), "type")
    ]
    assert validator.fits({"\u00e9": 1})


def test_what_no_engine_reads_is_named() -> None:
    with pytest.raises(ContractError, match=r"'\^\(\?>a\)b' is no pattern of ECMA 262"):
        Validator({"properties": {"a": {"pattern": "^a$"}, "b": {"pattern": "^(?>a)b"}}})


def test_two_escapes_of_one_character_are_one() -> None:
    assert joined(r"[\u0020-\uD7FF\uD800\uDC00-\uDBFF\uDFFF\t]*") == (
        r"[\u0020-\uD7FF\u{10000}-\u{10FFFF}\t]*"
    )
    assert joined(r"\\uD83D\uDE00 \uD83D") == r"\\uD83D\uDE00 \uD83D"
    assert matches(joined(r"^[\ud83d\ude00]$"), "\U0001f600")


def test_a_text_too_long_to_be_sent_is_not_built() -> None:
    assert [*matching("^a{1000000000}$")] == []
    assert [*near_misses("^a{1000000000}$")]
    assert not matches("^a{1000000000}$", "a")
