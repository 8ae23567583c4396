"""What each assertion of JSON Schema 2020-12 says of one value.

A check is given the whole schema object, the value, and a way to ask about subschemas. It yields
`(path below the value, message)` for each thing wrong. Messages read after the words "Invalid X".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.contract.model import Json

Finding = tuple[tuple[str | int, ...], str]
Valid = Callable[[Any, Any], bool]
Check = Callable[[Any, Any, Valid], Iterator[Finding]]

_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def kind_of(value: Json) -> str:
    """Return the JSON type name of `value`; 1.0 is an integer (2020-12 Core, section 4.2.2)."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return _KINDS[type(value)]


def same(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON: true is not 1 (2020-12 Core, section 4.2.2)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(translated(pattern))
    except (re.error, OverflowError):
        return None


_ESCAPES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "/": "/",
    "-": r"\-",
}
"""Escapes that mean another thing to Python, or nothing (ECMA 262, section 22.2.1)."""

_INSIDE = {"d": "0-9", "w": "A-Za-z0-9_"}
_PART = re.compile(r"\\(.)|(\$)|(\(\?<)(?=[A-Za-z])|(\[\^?)|(\])|(.)", re.DOTALL)


def translated(pattern: str) -> str:
    """Return an ECMA 262 pattern as Python reads it: ASCII classes, and `$` at the very end."""
    out: list[str] = []
    within = False
    for found in _PART.finditer(pattern):
        escape, end, group, opening, closing, plain = found.groups()
        if escape is not None:
            out.append((_INSIDE if within else _ESCAPES).get(escape, f"\\{escape}"))
        elif end is not None:
            out.append("$" if within else r"\Z")
        elif group is not None:
            out.append("(?P<")
        elif opening is not None:
            out.append(r"\[" if within else opening)
            within = True
        else:
            within = within and closing is None
            out.append(closing or plain or "")
    return "".join(out)


_RISKY = re.compile(r"\)[*+{]|\\[1-9]|([*+]|,\})(.*([*+]|,\})){2}", re.DOTALL)
"""A repeated group, or many repetitions: Python may go back over a text without an end."""


_BEYOND = re.compile(r"\\[pPu]\{|\\c")
"""What Python's patterns do not know."""


def searches(pattern: str, text: str) -> bool:
    """Whether `pattern` occurs in `text`; one that cannot be read forbids nothing."""
    if _RISKY.search(pattern) or _BEYOND.search(pattern):
        return _searches_in_bounds(pattern, text)
    found = _compiled(pattern)
    return found is None or found.search(text) is not None


def _searches_in_bounds(pattern: str, text: str) -> bool:
    """Ask an engine whose time grows with the text alone."""
    validator = _bounded(pattern)
    return validator is None or validator.is_valid(text)


@lru_cache(maxsize=32)
def _bounded(pattern: str) -> Any:  # noqa: ANN401  (a type of a library that is rarely needed)
    """Return what decides whether `pattern` occurs in a text; None where it cannot be read."""
    import jsonschema_rs  # noqa: PLC0415

    # It copies what is repeated by number: two thousand sets of all letters take 300 MB.
    room = jsonschema_rs.FancyRegexOptions(size_limit=2**29)
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=room)
    except (ValueError, jsonschema_rs.ValidationError):
        return None


def _type(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = kind_of(value)
    if kind not in kinds and not (kind == "integer" and "number" in kinds):
        yield (), "array" if kinds == ["array"] else f"type: must be {' or '.join(kinds)}"


def _enum(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if not any(same(value, each) for each in schema["enum"]):
        listed = ", ".join(str(each) for each in schema["enum"])
        yield (), f"value: must be one of {listed}"


def _const(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if not same(value, schema["const"]):
        yield (), f"value: must be {schema['const']}"


def _compared(keyword: str, wrong: Callable[[Json, Json], bool], words: str) -> Check:
    def check(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
        if kind_of(value) in ("integer", "number") and wrong(value, schema[keyword]):
            yield (), f"number: must be {words} {schema[keyword]}"

    return check


def _counted(
    keyword: str,
    kind: type[str | list[Json] | dict[str, Json]],
    wrong: Callable[[Json, Json], bool],
    words: str,
) -> Check:
    def check(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
        # A Python string is counted in code points, as section 6.3.1 has it.
        if isinstance(value, kind) and wrong(len(value), schema[keyword]):
            yield (), words.format(schema[keyword])

    return check


def _multiple(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if kind_of(value) not in ("integer", "number"):
        return
    # As they are written: binary fractions would make 0.3 no multiple of 0.1.
    if Fraction(str(value)) % Fraction(str(schema["multipleOf"])) != 0:
        yield (), f"number: must be a multiple of {schema['multipleOf']}"


def _pattern(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if isinstance(value, str) and not searches(schema["pattern"], value):
        yield (), f"string: must match {schema['pattern']}"


def _unique(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if isinstance(value, list) and schema["uniqueItems"]:
        for index, item in enumerate(value):
            if any(same(item, each) for each in value[:index]):
                yield (index,), "item: must not be repeated"


def _required(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name in schema["required"]:
            if name not in value:
                yield (name,), "missing"


def _dependent(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name, wanted in schema["dependentRequired"].items():
            for each in wanted:
                if name in value and each not in value:
                    yield (each,), "missing"


def _additional(schema: Json, value: Json, _: Valid) -> Iterator[Finding]:
    if isinstance(value, dict) and schema["additionalProperties"] is False:
        for name in value:
            by_pattern = any(searches(each, name) for each in schema.get("patternProperties", ()))
            if name not in schema.get("properties", ()) and not by_pattern:
                yield (name,), "unknown"


def _held(schema: Json, value: Json, valid: Valid) -> int | None:
    """Return how many items fit `contains`, None where it says nothing."""
    if not isinstance(value, list) or "contains" not in schema:
        return None
    return sum(valid(schema["contains"], item) for item in value)


def _contains(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    if _held(schema, value, valid) == 0 and "minContains" not in schema:
        yield (), "array: it must hold a certain item"


def _min_contains(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    count = _held(schema, value, valid)
    if count is not None and count < schema["minContains"]:
        yield (), "array: it holds too few of a certain item"


def _max_contains(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    count = _held(schema, value, valid)
    if count is not None and count > schema["maxContains"]:
        yield (), "array: it holds too many of a certain item"


def _any_of(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    if not any(valid(each, value) for each in schema["anyOf"]):
        yield (), "value: it matches no alternative"


def _one_of(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    if sum(valid(each, value) for each in schema["oneOf"]) != 1:
        yield (), "value: it must match exactly one alternative"


def _not(schema: Json, value: Json, valid: Valid) -> Iterator[Finding]:
    if valid(schema["not"], value):
        yield (), "value"


CHECKS: dict[str, Check] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "additionalProperties": _additional,
    "dependentRequired": _dependent,
    "maxLength": _counted(
        "maxLength", str, lambda n, most: n > most, "string: must be at most {} characters"
    ),
    "minLength": _counted(
        "minLength", str, lambda n, least: n < least, "string: must be at least {} characters"
    ),
    "pattern": _pattern,
    "maxItems": _counted("maxItems", list, lambda n, most: n > most, "array: at most {} items"),
    "minItems": _counted("minItems", list, lambda n, least: n < least, "array: at least {} items"),
    "uniqueItems": _unique,
    "contains": _contains,
    "minContains": _min_contains,
    "maxContains": _max_contains,
    "maxProperties": _counted(
        "maxProperties", dict, lambda n, most: n > most, "hash: at most {} members"
    ),
    "minProperties": _counted(
        "minProperties", dict, lambda n, least: n < least, "hash: at least {} members"
    ),
    "minimum": _compared("minimum", lambda x, least: x < least, "at least"),
    "maximum": _compared("maximum", lambda x, most: x > most, "at most"),
    "exclusiveMinimum": _compared("exclusiveMinimum", lambda x, least: x <= least, "more than"),
    "exclusiveMaximum": _compared("exclusiveMaximum", lambda x, most: x >= most, "less than"),
    "multipleOf": _multiple,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
}
"""Checks by keyword, in the order in which their problems are reported."""
