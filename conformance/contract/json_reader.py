"""JSON → values, stricter than the standard library: every key once, every number finite."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from conformance.contract.model import Json
from conformance.errors import ContractError

_MEMBER_OR_BRACE = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]')

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _DuplicateKeyError(Exception):
    """An object of the text has a member twice."""


class _RangeError(Exception):
    """A number of the text is none that JSON can carry; holds its text."""


def read_json(text: str, place: str) -> Json:
    """Return the value of the JSON `text` (RFC 8259).

    Raises ContractError, naming `place` and the line, for a syntax error, a repeated key (which
    RFC 8259, section 4 leaves without a meaning), a number out of range.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as problem:
        raise ContractError(
            f"this is not JSON: {problem.msg} (column {problem.colno})",
            "Correct the syntax there.",
            f"{place}:{problem.lineno}",
        ) from None
    except _DuplicateKeyError:
        key, line = _first_duplicate(text)
        raise repeated_key(key, f"{place}:{line}") from None
    except _RangeError as problem:
        raise _not_a_number(str(problem), place) from None
    except ValueError:  # more digits than Python converts (sys.set_int_max_str_digits)
        raise _not_a_number("an integer of thousands of digits", place) from None
    if _SURROGATE.search(text):
        _refuse_half_pairs(value, place)
    return value


def repeated_key(key: str, place: str) -> ContractError:
    """Return the error for an object with the member `key` twice."""
    what = f'the key "{key}" stands twice in one object'
    return ContractError(what, "Keep one of the two: no reader knows which is meant.", place)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DuplicateKeyError
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _constant(text)
    return value


def _constant(text: str) -> NoReturn:
    raise _RangeError(text)


def _not_a_number(shown: str, place: str) -> ContractError:
    what = f"{shown} is not a number that JSON can carry"
    return ContractError(what, "Give a number within the range of JSON.", place)


def _refuse_half_pairs(value: Json, place: str) -> None:
    """Raise ContractError for a lone surrogate: no UTF-8 text can hold it (RFC 8259, 8.2)."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        what = "a string holds half of a surrogate pair"
        raise ContractError(what, "Escape the whole character.", place) from None


def _first_duplicate(text: str) -> tuple[str, int]:
    """Return the first key repeated in the valid JSON `text`, and its line."""
    seen: list[set[str]] = []
    for match in _MEMBER_OR_BRACE.finditer(text):
        if match[0] == "{":
            seen.append(set())
        elif match[0] == "}":
            seen.pop()
        elif match[2]:
            key = json.loads(f'"{match[1]}"')
            if key in seen[-1]:
                return key, text.count("\n", 0, match.start()) + 1
            seen[-1].add(key)
    raise AssertionError  # pragma: no cover  (the parser found one)
