"""Percent-decoding (RFC 3986, section 2.1): what `urllib.parse` does, at the speed of C.

Limits are tested with thousands of characters of several bytes each; the standard library decodes
them byte by byte. Quoted-printable (RFC 2045, section 6.7) is the same with another sign, and has a
decoder in C.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import lru_cache
from urllib.parse import quote

_NO_TRIPLE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_LINE_END = re.compile(rb"%[\n\r]")


def decoded(data: bytes) -> bytes:
    """Return `data` with every `%XX` replaced by its byte; what is no such triple stays."""
    signs = data.count(b"%")
    if not signs:
        return data
    plain = _unquoted(data)
    # A triple becomes one byte, anything else leaves more, but for an end of a line.
    if len(data) - len(plain) == 2 * signs and not _LINE_END.search(data):
        return plain
    return _unquoted(_NO_TRIPLE.sub(b"%25", data))


def _unquoted(data: bytes) -> bytes:
    return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))


@lru_cache(maxsize=8192)
def unquoted(text: str) -> str:
    """Return `text` decoded; bytes that are no UTF-8 are replaced. Long texts come again often."""
    return decoded(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


@lru_cache(maxsize=8192)
def quoted(text: str) -> str:
    """Return `text` with all but unreserved characters encoded (RFC 3986, section 2.3)."""
    return quote(text, safe="")


def text_of(raw: str) -> str:
    """Return the text that one part of a form spells; bytes that are no UTF-8 are replaced."""
    return decoded(raw.replace("+", " ").encode()).decode("utf-8", "replace")
