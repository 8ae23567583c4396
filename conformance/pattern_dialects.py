r"""A pattern as the regular expressions of most languages read it, where ECMA 262 is stricter.

A pattern SHOULD be one of ECMA 262 (JSON Schema Core 2020-12, section 6.4; Validation, 6.3.3), and
servers hand it to the engine of their language. In Python, Perl and Java `$` matches before a line
break that ends the text; in Python and .NET `\d` and `\w` know every script. So what only ECMA 262
tells apart is advice.
"""

from __future__ import annotations

from functools import lru_cache

_ESCAPES = {
    "\\d": r"\p{Nd}",
    "\\w": r"\p{L}\p{M}\p{N}_",
    "\\D": r"\P{Nd}",
    "\\W": r"[^\p{L}\p{M}\p{N}_]",
}


@lru_cache(maxsize=512)
def loosely(pattern: str) -> str:
    """Return `pattern` so that ECMA 262 reads it as the other engines do; often it is the same."""
    out, inside, at = [], False, 0
    while at < len(pattern):
        step = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        at += len(step)
        if step == "\\w" and not inside:
            out.append(f"[{_ESCAPES[step]}]")
        elif step in _ESCAPES and not (step == "\\W" and inside):
            out.append(_ESCAPES[step])
        elif step == "$" and not inside:
            out.append(r"(?:\n?$)")
        else:
            out.append(step)
            inside = step == "[" or (inside and step != "]")
    return "".join(out)
