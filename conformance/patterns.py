"""Texts that match a pattern (ECMA 262, section 22.2), of a wanted length, and others that do not.

Nothing here runs a pattern: it is read, and texts are built from what was read. What is built is
a proposal: assertions that look around are passed over, so whoever uses a text asks the validator,
whose time is bounded (`conformance.validation`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from conformance.characters import BEYOND
from conformance.pattern_reader import (
    Chars,
    Either,
    Node,
    Reader,
    Row,
    Times,
    UnreadablePatternError,
)
from conformance.text import MOST_CHARACTERS

_STEPS = 40_000
_MANY = 8
"""Without an upper bound a repetition is read as at least this elastic; lengths stretch it."""

_PLACES = 8
"""A character beyond ASCII that fits at none of so many places is not looked for further on."""

__all__ = ["UnreadablePatternError", "beyond_ascii", "lengths", "matching", "near_misses"]


def matching(pattern: str, length: int | None = None) -> Iterator[str]:
    """Yield texts that should match `pattern`, of exactly `length` code points where given.

    Yields nothing where no such text is known, or where it is longer than what is sent. Raises
    UnreadablePatternError.
    """
    for option in _whole(pattern):
        least, most = _range(option)
        usual = [least, *range(max(least, 1), least + _MANY)]
        tries = usual if length is None else [length]
        for size in dict.fromkeys(tries):
            if size < least or (most is not None and size > most) or size > MOST_CHARACTERS:
                continue
            seen = set()
            for turn in range(4):
                text = _build(option, size, turn, [_STEPS])
                if text is not None and text not in seen:
                    seen.add(text)
                    yield text


def beyond_ascii(text: str) -> Iterator[str]:
    """Yield `text` with one character beyond ASCII in the place of another; the first ones only."""
    for at in range(min(len(text), _PLACES)):
        yield from (text[:at] + each + text[at + 1 :] for each in BEYOND)


def lengths(pattern: str) -> tuple[int, int | None]:
    """Return the fewest and the most code points that a match may have (None: no bound)."""
    found = [_range(option) for option in _whole(pattern)]
    most = None if any(high is None for _, high in found) else max(high or 0 for _, high in found)
    return min(low for low, _ in found), most


def near_misses(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield texts near a match, by name; some of them may match all the same."""
    for text in islice(matching(pattern), 1):
        yield "line-break-after", text + "\n"
        yield "blank-after", text + " "
        yield "blank-before", " " + text
        yield "preceded", "!" + text
        yield "followed", text + "!"
        yield "cut-short", text[:-1]
        yield "one-longer", text + text[-1:]
        yield "other-case", text.swapcase()
        yield "doubled", text + text
        yield "other-first", "\u00e9" + text[1:]
        yield "other-last", text[:-1] + "\u0664"
        yield "mark-inside", text[: len(text) // 2] + "%" + text[len(text) // 2 + 1 :]
    yield "mark", "!"
    yield "letters", "zzz"
    yield "digits", "0"
    yield "empty", ""


# --- text from what was read ----------------------------------------------------------------------


@lru_cache(maxsize=512)
def _whole(pattern: str) -> tuple[Node, ...]:
    """Return what matches the whole text: a pattern without anchors may stand amid others."""
    node = Reader(pattern).read()
    options = node.options if isinstance(node, Either) else (node,)
    return tuple(_anchored(option) for option in options)


def _anchored(node: Node) -> Node:
    parts = [*node.parts] if isinstance(node, Row) else [node]
    padding = Times(Chars("a0 "), 0, None)
    if not (parts and parts[0] == "^"):
        parts.insert(0, padding)
    if parts[-1] != "$":
        parts.append(padding)
    return Row(tuple(parts))


def _range(node: Node | str) -> tuple[int, int | None]:
    match node:
        case str():
            return 0, 0
        case Chars():
            return 1, 1
        case Row(parts):
            found = [_range(part) for part in parts]
            low = sum(each for each, _ in found)
            high = None if any(h is None for _, h in found) else sum(h or 0 for _, h in found)
            return low, high
        case Either(options):
            found = [_range(option) for option in options]
            high = None if any(h is None for _, h in found) else max(h or 0 for _, h in found)
            return min(low for low, _ in found), high
        case Times(what, least, most):
            low, each = _range(what)
            high = None if most is None or each is None else most * each
            return low * least, 0 if each == 0 else high


def _build(node: Node | str, size: int, turn: int, left: list[int]) -> str | None:
    """Return a text of `size` code points, or None where this way there is none.

    `left` holds how many steps may still be taken: a pattern can be nested without an end.
    """
    left[0] -= 1
    if left[0] < 0:
        return None
    match node:
        case str():
            return "" if size == 0 else None
        case Chars(of):
            return of[turn % len(of)] if size == 1 and of else None
        case Either(options):
            for option in options:
                low, high = _range(option)
                if low <= size and (high is None or size <= high):
                    text = _build(option, size, turn, left)
                    if text is not None:
                        return text
            return None
        case Row(parts):
            return _row(parts, size, turn, left)
        case Times():
            return _times(node, size, turn, left)


def _row(parts: tuple[Node | str, ...], size: int, turn: int, left: list[int]) -> str | None:
    ranges = [_range(part) for part in parts]
    spare = size - sum(low for low, _ in ranges)
    if spare < 0:
        return None
    texts = []
    for part, (low, high) in zip(parts, ranges, strict=True):
        more = spare if high is None else min(spare, high - low)
        text = None
        while text is None and more >= 0:
            text = _build(part, low + more, turn, left)
            more -= 1
        if text is None:
            return None
        spare -= len(text) - low
        texts.append(text)
    return "".join(texts) if spare == 0 else None


def _times(node: Times, size: int, turn: int, left: list[int]) -> str | None:
    low, high = _range(node.what)
    if size == 0 and node.least * low == 0:
        return ""
    if low == high == 1:
        fits = size >= node.least and (node.most is None or size <= node.most)
        one = _build(node.what, 1, turn, left) if fits else None
        return None if one is None else one * size
    fewest = max(node.least, 1 if high is None else -(-size // max(high, 1)))
    most = node.most if node.most is not None else fewest + _MANY
    for count in range(fewest, min(most, fewest + _MANY) + 1):
        if count * low > size:
            return None
        text = _row((node.what,) * count, size, turn, left)
        if text is not None:
            return text
    return None
