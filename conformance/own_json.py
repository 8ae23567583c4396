"""JSON of our own, to files and back: msgspec does it, and what it refuses the standard library.

msgspec writes no lone surrogate and reads none; texts of targets and contracts may have some.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec.structs import asdict


def written(value: object) -> bytes:
    """Return `value`, structs and all, as JSON without spaces."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return _escaped(value)


def ascii_line(value: object) -> bytes:
    """Return `value` as JSON in ASCII: nothing within it ends a line for anybody."""
    data = written(value)
    return data if data.isascii() else _escaped(value)


def read(data: bytes | str) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the value that `data` is. Raises ValueError where it is no JSON."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return json.loads(data)


def _escaped(value: object) -> bytes:
    return json.dumps(value, default=asdict, separators=(",", ":")).encode()
