"""JSON of our own, to files and back: msgspec does it, and what it refuses the standard library.

msgspec writes no lone surrogate and reads none; texts of targets and contracts may have some.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec
from msgspec.structs import asdict

_BEYOND: Final = re.compile(r"[^\x00-\x7f]+")
"""What is not ASCII; in JSON it stands within texts only."""


def written(value: object) -> bytes:
    """Return `value`, structs and all, as JSON without spaces."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return _escaped(value)


def ascii_line(value: object) -> bytes:
    """Return `value` as JSON in ASCII: nothing within it ends a line for anybody."""
    data = written(value)
    return data if data.isascii() else _BEYOND.sub(_as_escapes, data.decode()).encode()


def read(data: bytes | str) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the value that `data` is. Raises ValueError where it is no JSON."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return json.loads(data)


def _as_escapes(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _escaped(value: object) -> bytes:
    return json.dumps(value, default=asdict, separators=(",", ":")).encode()
