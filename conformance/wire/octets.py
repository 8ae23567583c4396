"""application/octet-stream (RFC 2046, section 4.5.1): bytes, which a schema calls a string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.wire import InexpressibleError, Readings, Spelling

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json

MEDIA_TYPE = "application/octet-stream"


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:  # noqa: ARG001  (one choice)
    """Return text as its bytes in UTF-8. Raises InexpressibleError for anything else."""
    if not isinstance(body, str):
        raise InexpressibleError("bytes are all that this media type can carry")
    try:
        return body.encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


def read(data: bytes, content: Content) -> Readings:  # noqa: ARG001  (bytes have no type)
    """Return the bytes as a string: whether a limit counts bytes or characters is open."""
    whole = data.decode("latin-1")
    texts = (data.decode("utf-8", "replace"), whole)
    return Readings(tuple(dict.fromkeys(texts)), unreadable=not data)
