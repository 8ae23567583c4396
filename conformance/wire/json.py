"""application/json (RFC 8259)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.wire import InexpressibleError, Readings, Spelling

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json

MEDIA_TYPE = "application/json"


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:  # noqa: ARG001  (one choice)
    """Return `body` as JSON text in UTF-8 (RFC 8259, section 8.1).

    Raises InexpressibleError for text with lone surrogates and for NaN and infinities.
    """
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as problem:
        raise InexpressibleError(f"JSON cannot express it: {problem}") from problem


def read(data: bytes, content: Content) -> Readings:  # noqa: ARG001  (JSON is typed by itself)
    """Return the one body that `data` is, or none where it is no JSON text."""
    try:
        return Readings((json.loads(data),))
    except (ValueError, RecursionError):
        return Readings((), unreadable=True)
