r"""Patterns as the engine that looks around and goes back takes them.

It reads `\w` as every letter there is, and it copies what is repeated by number: `[\p{L}]{1,255}`
becomes 255 sets of all letters, more than it is allowed to build. So both are written out: the
sets as ECMA 262 has them, and a repetition with a look at nothing, `(?:(?=)[\p{L}]){1,255}`, which
matches the same texts; what has a look in it is counted, not copied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from conformance.contract.model import Json
from conformance.pattern_steps import BOUNDARIES, WORD, others, steps, written
from conformance.rewriting import changed

_DIGITS = ((0x30, 0x39),)
_BLANK = (
    *((9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029)),
    *((0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
_SETS = {
    name: written(ranges)
    for letter, own in (("d", _DIGITS), ("w", WORD), ("s", _BLANK))
    for name, ranges in ((f"\\{letter}", own), (f"\\{letter.upper()}", others(own)))
}
"""What the classes stand for (ECMA 262, section 22.2.2.9)."""

_INSIDE = {r"\b": r"\u{8}"}
_OUTSIDE = {".": r"[^\n\r\u{2028}\u{2029}]", **BOUNDARIES}


@lru_cache(maxsize=512)
def spelt_out(pattern: str) -> str:
    """Return `pattern` with each class of ECMA 262 written as the characters that it stands for."""
    out = []
    for step in steps(pattern):
        text = step.text
        if text in _SETS:
            out.append(_SETS[text] if step.inside else f"[{_SETS[text]}]")
        elif text.startswith("\\c") and len(text) > len("\\c"):
            out.append(f"\\u{{{ord(text[-1]) % 32:X}}}")
        else:
            out.append((_INSIDE if step.inside else _OUTSIDE).get(text, text))
    return "".join(out)


@lru_cache(maxsize=512)
def counted(pattern: str) -> str:
    """Return `pattern` spelt out, so that what it repeats by number is counted."""
    out: list[str] = []
    groups: list[int] = []
    last = 0  # where that begins which a number speaks of
    for step in steps(spelt_out(pattern)):
        text = step.text
        if text[0] == "{" and len(text) > 1 and out:
            out[last:] = ["(?:(?=)", *out[last:], ")", text]
        elif text == ")" and groups and not step.inside:
            last = groups.pop()
            out.append(text)
        else:
            if not (step.inside or text in "]?*+"):
                last = len(out)
            if text == "(" and not step.inside:
                groups.append(last)
            out.append(text)
    return "".join(out)


def respelt(schema: Json, spell: Callable[[str], str]) -> tuple[Json, dict[str, str]]:
    """Return `schema` with its patterns as `spell` has them; and what those of properties were."""
    stated: dict[str, str] = {}

    def change(schema: dict[str, Json]) -> None:
        own, members = schema.get("pattern"), schema.get("patternProperties")
        if isinstance(own, str):
            schema["pattern"] = spell(own)
        if isinstance(members, dict):
            stated.update({spell(name): name for name in members})
            schema["patternProperties"] = {spell(name): each for name, each in members.items()}

    return changed(schema, change), stated
