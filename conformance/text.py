"""Strings for limits: what counts as one character, and what does not."""

from __future__ import annotations

from collections.abc import Mapping

ALPHABETS: Mapping[str, str] = {
    "ascii": "a",
    "two-byte": "\u00e9",
    "astral": "\U0001f600",
    "combining": "e\u0301",
}
"""A unit of each kind: one byte, two bytes, two UTF-16 units, two code points in one glyph."""


def repeated(unit: str, length: int) -> str:
    """Return `length` code points made by repeating `unit`."""
    return (unit * (length // len(unit) + 1))[:length]
