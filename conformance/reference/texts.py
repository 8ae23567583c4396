"""Texts that a schema of strings takes: by format, by pattern, by length."""

from __future__ import annotations

import math
import re
from re import _constants as c
from re import _parser as reader
from typing import TYPE_CHECKING, Any

from conformance.reference.keywords import searches, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json

_BY_FORMAT = {
    "uri": "https://example.test/",
    "email": "someone@example.test",
    "date": "2030-01-01",
    "date-time": "2030-01-01T00:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_PLAIN = ("", "a", "A", "0", "1", "aa", "AA", "00", "a1", "abcdef", "a-b", "_")
_ALPHABET = "a0A_- .,:/@+" + "".join(map(chr, range(33, 127))) + "\u00e9\n"
"""Letters that a class is asked for, the everyday ones first."""
_REPEATS = (0, 1, 2, 4, 8, 16, 24, 32, 40, 64, 128, 256)


def texts(schema: Json) -> Iterator[str]:
    """Yield texts that `schema` may take, the likeliest first; the caller checks them."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    usual = _BY_FORMAT.get(schema.get("format", ""), "")
    if "pattern" not in schema:
        yield usual.ljust(least, "a")[:most]
    shown = (schema.get("example"), schema.get("default"), *_listed(schema.get("examples")))
    yield from (each for each in shown if isinstance(each, str))
    if "pattern" in schema:
        tried = (usual, *_of_pattern(schema["pattern"]), *_PLAIN)
        yield from (each for each in tried if searches(schema["pattern"], each))
        yield from (each.ljust(least, "a")[:most] for each in tried)


def widths(pattern: str) -> tuple[float, float]:
    """Return how short and how long a text may be for which `pattern` has words from end to end."""
    whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    try:
        parsed = reader.parse(translated(pattern))
    except (re.error, OverflowError, RecursionError):
        return 0, math.inf
    if any(kind is c.BRANCH for kind, _ in parsed):  # each anchor may be of one branch only
        return 0, math.inf
    least, most = parsed.getwidth()
    return least, most if whole else math.inf


def _listed(value: Json) -> tuple[Json, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else ()


def _of_pattern(pattern: str) -> Iterator[str]:
    """Yield texts made from `pattern`, each with more repetitions than the one before."""
    try:
        parsed = reader.parse(translated(pattern))
    except (re.error, OverflowError, RecursionError):
        return
    for extra in _REPEATS:
        yield _Writer(extra, {}).write(parsed)


class _Writer:
    """Writes one text for what Python read of a pattern; `more` repetitions beyond the least."""

    def __init__(self, more: int, groups: dict[int, str]) -> None:
        self._more = more
        self._groups = groups

    def write(self, parsed: Any) -> str:  # noqa: ANN401  (Python's own)
        """Return a text; what looks around is left to the one who checks."""
        return "".join(self._one(kind, value) for kind, value in parsed)

    def _one(self, kind: Any, value: Any) -> str:  # noqa: ANN401, PLR0911  (a line a kind)
        match kind:
            case c.LITERAL:
                return chr(value)
            case c.NOT_LITERAL:
                return next(each for each in _ALPHABET if each != chr(value))
            case c.ANY:
                return "a"
            case c.IN:
                return next((each for each in _ALPHABET if _is_in(each, value)), _first(value))
            case c.BRANCH:
                return self.write(value[1][0])
            case c.SUBPATTERN:
                text = self.write(value[-1])
                self._groups[value[0]] = text
                return text
            case c.GROUPREF:
                return self._groups.get(value, "")
            case c.MAX_REPEAT | c.MIN_REPEAT | c.POSSESSIVE_REPEAT:
                least, most, inner = value
                count = min(least + self._more, most)
                return self.write(inner) * int(count)
            case c.ATOMIC_GROUP:
                return self.write(value)
            case _:  # anchors, and what looks around
                return ""


def _is_in(letter: str, listed: Any) -> bool:  # noqa: ANN401  (Python's own)
    inverted = bool(listed) and listed[0][0] is c.NEGATE
    return inverted != any(_is_one(letter, kind, value) for kind, value in listed)


def _is_one(letter: str, kind: Any, value: Any) -> bool:  # noqa: ANN401  (Python's own)
    match kind:
        case c.LITERAL:
            return letter == chr(value)
        case c.RANGE:
            return bool(value[0] <= ord(letter) <= value[1])
        case c.CATEGORY:
            return bool(re.fullmatch(_CATEGORIES.get(value, "."), letter, re.ASCII))
        case _:
            return False


_CATEGORIES = {
    c.CATEGORY_DIGIT: r"\d",
    c.CATEGORY_NOT_DIGIT: r"\D",
    c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w",
    c.CATEGORY_NOT_WORD: r"\W",
}


def _first(listed: Any) -> str:  # noqa: ANN401  (Python's own)
    """Return the first letter that a class lists by itself, far from those of every day."""
    for kind, value in listed:
        if kind is c.LITERAL:
            return chr(value)
        if kind is c.RANGE:
            return chr(value[0])
    return "a"
