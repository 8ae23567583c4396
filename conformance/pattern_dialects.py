r"""A pattern as the regular expressions of most languages read it, where ECMA 262 differs.

A pattern SHOULD be one of ECMA 262 (JSON Schema Core 2020-12, section 6.4; Validation, 6.3.3), and
servers hand it to the engine of their language. In Python, Perl and Java `$` matches before a line
break that ends the text; in Python and .NET `\d`, `\w` and `\s` know every script; in Java, Go and
Perl `\s` is a handful of ASCII characters. A dot is anything but a line feed in most; in ECMA 262
it is no end of a line, and Java knows one end more. Where a word ends (`\b`) each sees by its own
letters. So what they do not read alike is advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from conformance.pattern_steps import BOUNDARIES, others, steps, written

_BLANK = ((9, 10), (12, 13), (32, 32))
_ANY_BLANK = (
    *((9, 13), (28, 32), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
)
_WIDE = {
    r"\d": r"\p{Nd}",
    r"\w": r"\p{L}\p{M}\p{N}_",
    r"\s": written(_ANY_BLANK),
    r"\D": r"\P{Nd}",
    r"\S": written(others(_ANY_BLANK)),
}
_NARROW = {r"\s": written(_BLANK), r"\S": written(others(_BLANK))}
_WIDE_OUTSIDE = {r"\W": r"[^\p{L}\p{M}\p{N}_]", "$": r"(?:\n?$)", ".": r"[^\n]"}
_NARROW_OUTSIDE = {".": r"[^\n\r\u{85}\u{2028}\u{2029}]", **BOUNDARIES}


@lru_cache(maxsize=512)
def loosely(pattern: str) -> str:
    """Return `pattern` so that ECMA 262 reads it as an engine does that knows every script."""
    return _respelt(pattern, _WIDE, _WIDE_OUTSIDE)


@lru_cache(maxsize=512)
def narrowly(pattern: str) -> str:
    """Return `pattern` so that ECMA 262 reads it as an engine does that knows ASCII alone."""
    return _respelt(pattern, _NARROW, _NARROW_OUTSIDE)


def _respelt(pattern: str, sets: Mapping[str, str], outside: Mapping[str, str]) -> str:
    """Return `pattern` with `sets` for escapes, and `outside` classes with what that has."""
    out = []
    for step in steps(pattern):
        text = step.text
        if text in sets:
            out.append(sets[text] if step.inside else f"[{sets[text]}]")
        else:
            out.append(text if step.inside else outside.get(text, text))
    return "".join(out)
