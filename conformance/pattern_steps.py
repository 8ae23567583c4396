r"""A pattern, step by step, and the sets of characters that its classes stand for.

A set is written as what stands inside a class: `0-9`, so that it can stand there beside others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_STEP = re.compile(
    r"\\(?:u\{[^}]*\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|[pP]\{[^}]*\}|k<[^>]*>|.)"
    r"|\[\^?|\{\d+(?:,\d*)?\}|.",
    re.DOTALL,
)


class Step(Struct, frozen=True):
    """One character, escape, bracket or count of a pattern; `inside` says that it is in a class."""

    text: str
    inside: bool


def steps(pattern: str) -> Iterator[Step]:
    """Yield what `pattern` (ECMA 262, section 22.2.1) is written with, left to right."""
    inside = False
    at = 0
    while at < len(pattern):
        found = _STEP.match(pattern, at)
        text = found.group() if found else pattern[at]
        if inside and text[0] in "[{":
            text = text[0]  # in a class they stand for themselves
        at += len(text)
        inside = inside and text != "]"
        yield Step(text, inside)
        inside = inside or text[0] == "["


_PAIR = re.compile(r"\\\\|\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})", re.IGNORECASE)


def joined(pattern: str) -> str:
    r"""Return `pattern` with `\uD83D\uDE00` as the one character that it stands for, `\u{1F600}`.

    So it does where patterns know Unicode (ECMA 262, section 22.2.1), as they should (JSON Schema
    Core 2020-12, section 6.4).
    """

    def one(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        high, low = int(found[1], 16), int(found[2], 16)
        return f"\\u{{{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):X}}}"

    return _PAIR.sub(one, pattern)


Ranges = tuple[tuple[int, int], ...]
"""Code points from and to, both in the set, in order."""

_LAST = 0x10FFFF


def others(ranges: Ranges) -> Ranges:
    """Return all code points that are in none of `ranges`."""
    found, low = [], 0
    for first, last in ranges:
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    return (*found, (low, _LAST)) if low <= _LAST else tuple(found)


def written(ranges: Ranges) -> str:
    """Return `ranges` as they stand inside a class."""
    return "".join(
        f"\\u{{{low:X}}}" + (f"-\\u{{{high:X}}}" if high > low else "") for low, high in ranges
    )


WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
"""The characters of a word (ECMA 262, section 22.2.2.9.3)."""

_IN_WORD = f"[{written(WORD)}]"
BOUNDARIES = {
    r"\b": f"(?:(?<={_IN_WORD})(?!{_IN_WORD})|(?<!{_IN_WORD})(?={_IN_WORD}))",
    r"\B": f"(?:(?<={_IN_WORD})(?={_IN_WORD})|(?<!{_IN_WORD})(?!{_IN_WORD}))",
}
"""Where a word begins or ends, and where not, written as looks around."""
