"""JSON → values, stricter than the standard library: every key once, every number finite."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from conformance.contract.model import Json
from conformance.errors import ContractError

_MEMBER_OR_BRACE = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]')


class _DuplicateKeyError(Exception):
    """An object of the text has a member twice."""


def read_json(text: str, place: str) -> Json:
    """Return the value of the JSON `text` (RFC 8259).

    Raises ContractError, naming `place` and the line, for a syntax error, a repeated key (which
    RFC 8259, section 4 leaves without a meaning), a number out of range.
    """
    try:
        return json.loads(
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
    except ValueError as problem:
        raise ContractError(
            str(problem), "Give a number within the range of JSON.", place
        ) from None


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
    what = f"{text} is not a number that JSON can carry"
    raise ValueError(what)


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
