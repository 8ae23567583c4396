"""text/plain (RFC 2046, section 4.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.schema import View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.nodes import plain
from conformance.wire.text import ABSENT, Place, scalars

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json

MEDIA_TYPE = "text/plain"


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:  # noqa: ARG001  (one choice)
    """Return a scalar as text in UTF-8. Raises InexpressibleError for anything else."""
    try:
        return plain(body).encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


def read(data: bytes, content: Content) -> Readings:
    """Return the scalars that the text may be; beyond ASCII its charset is not agreed upon."""
    text = data.decode("utf-8", "replace")
    found = scalars(text, Place(View.of(content.schema, content.schema)))
    values = tuple(each for each in found if each is not ABSENT)
    return Readings(values, unreadable=not data.isascii() or not data)
