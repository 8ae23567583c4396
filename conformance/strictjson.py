"""JSON text as RFC 8259 has it, checked on bytes before any validator sees the value."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from conformance.contract.model import Json

MOST_DEPTH = 64
MOST_SHOWN = 4000
"""So much of a text is repeated in a message: far more than is shown in the end, for a secret that
is cut before it is redacted is no longer found."""

MOST_DIGITS = 400
MOST_VALUES = 50_000
"""Beyond any answer that is meant to be read; with names some 40 MB of Python objects."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""The end is optional: else a text without one is looked for again from every quote within it."""

_BESIDE_STRUCTURE = bytes({*range(256)} - {*b"[]{},"})


class NotJSONError(Exception):
    """The bytes are no JSON text that two parties read alike; the message says why."""


def parse(data: bytes) -> Json:
    """Return the value of the JSON text `data`.

    Raises NotJSONError for what is not UTF-8 without a byte order mark (RFC 8259, section 8.1),
    NaN and infinities, numbers beyond all measure (section 6), repeated names (section 4), lone
    surrogates (section 8.2), nesting deeper than 64 and more than 50,000 values (limits that
    section 9 allows a reader), and text that does not parse whole.
    """
    if not data.strip():
        raise NotJSONError("the body is empty")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise NotJSONError("the body begins with a byte order mark")
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        raise NotJSONError(f"the body is not UTF-8 at byte {problem.start}") from None
    structure = _STRING.sub(b"", data).translate(None, _BESIDE_STRUCTURE)
    if sum(map(structure.count, (b"[", b"{", b","))) > MOST_VALUES:
        raise NotJSONError(f"the body holds more than {MOST_VALUES:,} values")
    if _depth(structure) > MOST_DEPTH:
        raise NotJSONError(f"the body nests deeper than {MOST_DEPTH} levels")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except NotJSONError:
        raise
    except ValueError as problem:
        raise NotJSONError(f"the body is not JSON: {problem}") from None
    if "\\u" in text and _lone_surrogate(value):
        raise NotJSONError("the body holds a lone surrogate")
    return value


def _depth(structure: bytes) -> int:
    depth = deepest = 0
    for byte in structure.replace(b",", b""):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJSONError(f"the name {twice[:MOST_SHOWN]!r} stands twice in one object")
    return members


def _constant(word: str) -> NoReturn:
    raise NotJSONError(f"{word} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NotJSONError(f"a number has {len(digits)} digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits) if len(digits) <= MOST_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise NotJSONError("a number is beyond all measure")
    return value


def _lone_surrogate(value: Json) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
