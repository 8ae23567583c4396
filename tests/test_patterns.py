"""Texts that match a pattern, of any length, and others that do not, as two engines say."""

from __future__ import annotations

from itertools import islice

import pytest

from conformance.patterns import UnreadablePatternError, lengths, matching, near_misses
from conformance.reference.keywords import searches
from conformance.validation import matches
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
