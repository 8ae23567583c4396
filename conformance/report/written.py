"""JSON in pieces: what is made of a large journal is never whole in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def written(value: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON value)
    """Yield `value` as JSON text, ASCII, with one trailing line feed.

    An iterator in it is written as an array, an entry a piece and a line; what holds one has a line
    for each member. All else is one piece.
    """
    yield from _written(value)
    yield "\n"


def _written(value: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON value)
    if isinstance(value, Iterator):
        before = "[\n"
        for entry in value:
            yield before + json.dumps(entry)
            before = ",\n"
        yield "[]" if before == "[\n" else "\n]"
    elif isinstance(value, Mapping) and _is_open(value):
        before = "{\n"
        for name, member in value.items():
            yield f"{before}{json.dumps(name)}: "
            yield from _written(member)
            before = ",\n"
        yield "\n}"
    elif isinstance(value, list) and _is_open(value):
        for number, entry in enumerate(value):
            yield ",\n" if number else "["
            yield from _written(entry)
        yield "]"
    else:
        yield json.dumps(value)


def _is_open(value: Any) -> bool:  # noqa: ANN401  (any JSON value)
    """Whether `value` is an iterator, or holds one; of an array the first entry tells."""
    if isinstance(value, Mapping):
        return any(map(_is_open, value.values()))
    return isinstance(value, Iterator) or (
        isinstance(value, list) and any(map(_is_open, value[:1]))
    )
