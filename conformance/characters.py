"""Characters that a pattern's classes hold (ECMA 262, section 22.2.1), the ordinary ones first."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

_USUAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ .@/:+,;#!?()[]{}'\"\t\n"
BEYOND = "\u00e9\u00c9\u0416\u05d0\u4e00\u0664\u20ac\U0001f600"
"""Characters beyond ASCII: letters of several scripts, a digit, a sign, one of two UTF-16 units."""
WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
BLANK = frozenset(" \t\n\r\f\v\u00a0\ufeff")


class CharacterSet(Struct, frozen=True):
    """Some characters, or all but some."""

    negated: bool
    members: frozenset[str]

    def __contains__(self, char: str) -> bool:
        return (char in self.members) is not self.negated


_CATEGORIES = {
    "Letter": "L",
    "Lowercase_Letter": "Ll",
    "Uppercase_Letter": "Lu",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Alphabetic": "L",
}
_SCRIPTS = {"Latin": "LATIN", "Cyrillic": "CYRILLIC", "Hebrew": "HEBREW", "Han": "CJK"}


def ordinary(inside: Callable[[str], bool], edges: str = "") -> str:
    """Return the characters that are `inside`, among ordinary ones and `edges`."""
    return "".join(dict.fromkeys(c for c in _USUAL + edges + BEYOND if inside(c)))


def of_property(name: str, *, negated: bool) -> CharacterSet:
    """Return the set of a Unicode property: of a general category, or of a script."""
    import unicodedata  # noqa: PLC0415  (rarely needed)

    short = _CATEGORIES.get(name, name)
    alphabet = _USUAL + BEYOND
    found = {c for c in alphabet if unicodedata.category(c).startswith(short)}
    if name in _SCRIPTS:
        found = {c for c in alphabet if _SCRIPTS[name] in unicodedata.name(c, "")}
    return CharacterSet(negated, frozenset(found))
