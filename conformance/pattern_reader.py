"""Patterns as ECMA 262 writes them (section 22.2) → what they are made of.

Assertions that look around are passed over: whoever builds a text asks the validator.
"""

from __future__ import annotations

from msgspec import Struct

from conformance.characters import BLANK, CONTROLS, WORD, CharacterSet, of_property, ordinary


class UnreadablePatternError(Exception):
    """The pattern is none that this module reads; the message says where it stopped."""


class Chars(Struct, frozen=True):
    """One character out of some, the ordinary ones first."""

    of: str


class Row(Struct, frozen=True):
    """Parts, one after another; anchors are kept as `^` and `$`."""

    parts: tuple[Node | str, ...]


class Either(Struct, frozen=True):
    """One of several."""

    options: tuple[Node, ...]


class Times(Struct, frozen=True):
    """The same, `least` to `most` times; `most` None is without a bound."""

    what: Node
    least: int
    most: int | None


Node = Chars | Row | Either | Times


class Reader:
    """Reads one pattern, left to right."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def read(self) -> Node:
        """Return what the whole pattern is made of. Raises UnreadablePatternError."""
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
                return Chars(ordinary(lambda c: c not in "\n\r\u2028\u2029"))
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
        found: tuple[int, int | None] = (1, 1)
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
        return (
            Chars(ordinary(found.__contains__)) if found is not None else Chars(self._one(letter))
        )

    def _set(self, letter: str) -> CharacterSet | None:
        """Return the class that an escape names, None where it names one character."""
        match letter:
            case "d" | "D":
                return CharacterSet(letter.isupper(), frozenset("0123456789"))
            case "w" | "W":
                return CharacterSet(letter.isupper(), WORD)
            case "s" | "S":
                return CharacterSet(letter.isupper(), BLANK)
            case "p" | "P":
                return self._property(negated=letter == "P")
            case _:
                return None

    def _property(self, *, negated: bool) -> CharacterSet:
        if not self._take("{"):
            raise self._stop()
        end = self._text.find("}", self._at)
        if end < 0:
            raise self._stop()
        name = self._text[self._at : end].rpartition("=")[2]
        self._at = end + 1
        return of_property(name, negated=negated)

    def _one(self, letter: str) -> str:
        """Return the character that an escape stands for."""
        if letter in CONTROLS:
            return CONTROLS[letter]
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
        sets: list[CharacterSet] = []
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
        return Chars(ordinary(inside, edges))

    def _member(self, sets: list[CharacterSet]) -> str | None:
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
