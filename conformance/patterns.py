"""Texts that match a pattern (ECMA 262, section 22.2), of a wanted length, and others that do not.

Nothing here runs a pattern: it is read, and texts are built from what was read. What is built is
a proposal: assertions that look around are passed over, so whoever uses a text asks the validator,
whose time is bounded (`conformance.validation`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_USUAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ .@/:+,;#!?()[]{}'\"\t\n"
_BEYOND = "\u00e9\u00c9\u0416\u05d0\u4e00\u0664\u20ac\U0001f600"
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_BLANK = frozenset(" \t\n\r\f\v\u00a0\ufeff")
_STEPS = 40_000
_MANY = 8
"""Without an upper bound a repetition is read as at least this elastic; lengths stretch it."""


class UnreadablePatternError(Exception):
    """The pattern is none that this module reads; the message says where it stopped."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of some, the ordinary ones first."""

    of: str


@dataclass(frozen=True, slots=True)
class Row:
    """Parts, one after another; anchors are kept as `^` and `$`."""

    parts: tuple[Node | str, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The same, `least` to `most` times; `most` None is without a bound."""

    what: Node
    least: int
    most: int | None


Node = Chars | Row | Either | Times


def matching(pattern: str, length: int | None = None) -> Iterator[str]:
    """Yield texts that should match `pattern`, of exactly `length` code points where given.

    Yields nothing where no such text is known. Raises UnreadablePatternError.
    """
    for option in _whole(pattern):
        least, most = _range(option)
        usual = [least, *range(max(least, 1), least + _MANY)]
        tries = usual if length is None else [length]
        for size in dict.fromkeys(tries):
            if size < least or (most is not None and size > most):
                continue
            seen = set()
            for turn in range(4):
                text = _build(option, size, turn, [_STEPS])
                if text is not None and text not in seen:
                    seen.add(text)
                    yield text


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
    node = _Reader(pattern).read()
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


# --- reading --------------------------------------------------------------------------------------


class _Reader:
    """Reads one pattern, left to right."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def read(self) -> Node:
        node = self._either()
        if self._at < len(self._text):
            raise self._stop()
        return node

    def _stop(self) -> UnreadablePatternError:
        return UnreadablePatternError(f"{self._text[:80]!r} is not read at {self._at}")

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise self._stop()
        self._at += 1
        return self._text[self._at - 1]

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, text: str) -> bool:
        found = self._peek(text)
        self._at += len(text) if found else 0
        return found

    def _either(self) -> Node:
        options = [self._row()]
        while self._take("|"):
            options.append(self._row())
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _row(self) -> Node:
        parts: list[Node | str] = []
        while self._at < len(self._text) and not self._peek("|") and not self._peek(")"):
            part = self._atom()
            parts.append(part if isinstance(part, str) else self._repeated(part))
        kept = [
            part
            for index, part in enumerate(parts)
            if not isinstance(part, str)
            or (part == "^" and index == 0)
            or (part == "$" and index == len(parts) - 1)
        ]
        return Row(tuple(kept))

    def _atom(self) -> Node | str:
        letter = self._next()
        match letter:
            case "^" | "$":
                return letter
            case "(":
                return self._group()
            case "[":
                return self._class()
            case ".":
                return _chars(lambda c: c not in "\n\r\u2028\u2029")
            case "\\":
                return self._escape()
            case _:
                return Chars(letter)

    def _group(self) -> Node | str:
        looks = next((mark for mark in ("?=", "?!", "?<=", "?<!") if self._take(mark)), "")
        if not looks and self._take("?<"):
            while self._next() != ">":
                pass
        elif not looks and not self._take("?:") and self._peek("?"):
            raise self._stop()
        inner = self._either()
        if not self._take(")"):
            raise self._stop()
        return "look" if looks else inner

    def _repeated(self, node: Node) -> Node:
        least, most = 1, 1
        found: tuple[int, int | None] = (least, most)
        if self._take("*"):
            found = (0, None)
        elif self._take("+"):
            found = (1, None)
        elif self._take("?"):
            found = (0, 1)
        elif self._peek("{") and (bounds := self._bounds()) is not None:
            found = bounds
        else:
            return node
        self._take("?")  # lazy or greedy, it matches the same texts
        return Times(node, *found)

    def _bounds(self) -> tuple[int, int | None] | None:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at + 1 : max(end, self._at + 1)].partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            return None
        self._at = end + 1
        if not comma:
            return int(low), int(low)
        return int(low), int(high) if high else None

    def _escape(self) -> Node | str:
        letter = self._next()
        if letter in "bBkZzA" or (letter.isdigit() and letter != "0"):
            if letter in "bB":
                return "boundary"
            self._at -= 1
            raise self._stop()
        found = self._set(letter)
        return _chars(found.__contains__) if found is not None else Chars(self._one(letter))

    def _set(self, letter: str) -> _Set | None:
        """Return the class that an escape names, None where it names one character."""
        match letter:
            case "d" | "D":
                return _Set(letter.isupper(), frozenset("0123456789"))
            case "w" | "W":
                return _Set(letter.isupper(), _WORD)
            case "s" | "S":
                return _Set(letter.isupper(), _BLANK)
            case "p" | "P":
                return self._property(negated=letter == "P")
            case _:
                return None

    def _property(self, *, negated: bool) -> _Set:
        if not self._take("{"):
            raise self._stop()
        end = self._text.find("}", self._at)
        if end < 0:
            raise self._stop()
        name = self._text[self._at : end].rpartition("=")[2]
        self._at = end + 1
        import unicodedata  # noqa: PLC0415  (rarely needed)

        short = _CATEGORIES.get(name, name)
        alphabet = _USUAL + _BEYOND
        found = {c for c in alphabet if unicodedata.category(c).startswith(short)}
        if name in _SCRIPTS:
            found = {c for c in alphabet if _SCRIPTS[name] in unicodedata.name(c, "")}
        return _Set(negated, frozenset(found))

    def _one(self, letter: str) -> str:
        """Return the character that an escape stands for."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "c":
            return chr(ord(self._next()) % 32)
        if letter == "x":
            return self._code(2)
        if letter == "u":
            if self._take("{"):
                end = self._text.find("}", self._at)
                digits = self._text[self._at : end]
                self._at = end + 1
                return self._chr(digits)
            return self._code(4)
        return letter

    def _code(self, count: int) -> str:
        digits = self._text[self._at : self._at + count]
        self._at += count
        return self._chr(digits)

    def _chr(self, digits: str) -> str:
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise self._stop() from None

    def _class(self) -> Node:
        negated = self._take("^")
        singles: set[str] = set()
        sets: list[_Set] = []
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            low = self._member(sets)
            if low is not None and self._peek("-") and not self._peek("-]"):
                self._at += 1
                high = self._member(sets)
                if high is None:
                    singles |= {low, "-"}
                else:
                    ranges.append((low, high))
            elif low is not None:
                singles.add(low)

        def inside(char: str) -> bool:
            found = char in singles or any(char in each for each in sets)
            return (found or any(low <= char <= high for low, high in ranges)) is not negated

        edges = "".join(sorted(singles)) + "".join(low for low, _ in ranges)
        return _chars(inside, edges)

    def _member(self, sets: list[_Set]) -> str | None:
        """Return one character of a class, or None after adding a set that an escape names."""
        letter = self._next()
        if letter != "\\":
            return letter
        letter = self._next()
        if letter == "b":
            return "\b"
        found = self._set(letter)
        if found is None:
            return self._one(letter)
        sets.append(found)
        return None


@dataclass(frozen=True, slots=True)
class _Set:
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


def _chars(inside: object, edges: str = "") -> Chars:
    holds = inside if callable(inside) else (lambda _: False)
    return Chars("".join(dict.fromkeys(c for c in _USUAL + edges + _BEYOND if holds(c))))
