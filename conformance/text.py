"""Strings for limits: what counts as one character, and what does not; numbers in words."""

from __future__ import annotations

from collections.abc import Mapping

MOST_CHARACTERS = 1_000_000
"""A limit beyond it is not tried: no request is that long, and 2147483647 is a common one."""

ALPHABETS: Mapping[str, str] = {
    "ascii": "a",
    "two-byte": "\u00e9",
    "astral": "\U0001f600",
    "combining": "e\u0301",
}
"""A unit of each kind: one byte, two bytes, two UTF-16 units, two code points in one glyph."""


def camel(name: str) -> str:
    """Return `name` in camel case: `return_url` as `returnUrl`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def widened(text: str) -> str:
    """Return `text` with a fullwidth first letter (U+FF01 to U+FF5E are ASCII under NFKC)."""
    return chr(ord(text[0]) + 0xFEE0) + text[1:] if "!" <= text[:1] <= "~" else text


def repeated(unit: str, length: int) -> str:
    """Return `length` code points made by repeating `unit`."""
    return (unit * (length // len(unit) + 1))[:length]


def some(number: int, noun: str) -> str:
    """Return `1 case`, `2 cases`, `1,000 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def disarmed(text: str) -> str:
    """Return `text` with what a build server takes for a command broken.

    GitHub's runner looks for `::` after blanks at the start of a line, and for `##[` anywhere
    (actions/runner, `ActionCommand.cs`).
    """
    lines = text.replace("##[", "## [").split("\n")
    return "\n".join(
        each.replace("::", ": :", 1) if each.lstrip().startswith("::") else each for each in lines
    )
