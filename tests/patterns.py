"""Patterns at random, and texts that tell how an engine reads them."""

from __future__ import annotations

import random

_ATOMS = (
    *(r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", ".", "a", "b", "\u00e9", "1", "_", " ", "[a-c]"),
    *(r"[\w-]", r"[^\d]", r"[^\s\w]", r"[\W_]", r"[\S]", r"[\D1]", r"\p{L}", r"\P{L}", r"\cA"),
    *(r"[\p{L}\d ]", r"\u0041", r"\u{1F600}", r"\x41", r"\n", r"\t", r"\.", r"\/", r"[.]"),
    *(r"[\]\[]", r"[a\-z]", r"[\u0020-\u007e]", r"[\b]", r"\p{Lu}", r"\p{Script=Greek}"),
    *("[{}]", "[()]", r"\$", r"\{"),
)
_LOOKS = ("(?=", "(?!")
_EDGES = ("^", "$")
_TIMES = ("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,40}", "{2,}", "{1,3000}", "*?", "{1,2}?")
_CHARACTERS = (
    "ab1_ ZA.-/[]^$(){}\u00e9\u0663\u00a0\ufeff\x85\x1c\u2028\r\n\t\x0b\u3000\U0001f600\u03b1"
    "\x01\b\u0301\u00b2\u2167\u203f"
)


def pattern(chance: random.Random, depth: int = 0) -> str:
    """Return a pattern of ECMA 262 with the flag `u`."""
    found = "".join(_part(chance, depth) for _ in range(chance.randint(1, 4)))
    if depth < 2 and chance.random() < 0.1:
        found += "|" + pattern(chance, depth + 1)
    return f"^{found}$" if not depth and chance.random() < 0.5 else found


def _part(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.05:
        return chance.choice(_EDGES)
    if depth < 2 and kind < 0.15:
        return f"{chance.choice(_LOOKS)}{pattern(chance, depth + 1)})"
    inner = chance.choice(_ATOMS)
    if depth < 2 and kind < 0.35:
        inner = f"{chance.choice(('(', '(?:'))}{pattern(chance, depth + 1)})"
    return inner + chance.choice(_TIMES)


def text(chance: random.Random) -> str:
    """Return a few characters that engines read in different ways, and some that they do not."""
    return "".join(chance.choices(_CHARACTERS, k=chance.choice((0, 1, 1, 2, 2, 3, 4, 6))))
