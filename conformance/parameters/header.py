"""Header parameters, style simple (OpenAPI 3.0.4, section 4.8.12.3; RFC 9110, section 5.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from conformance.contract.model import Json
from conformance.parameters import Field, Fields, assembled, document, parts, text_values
from conformance.percent import unquoted
from conformance.wire import InexpressibleError, Readings

OURS = frozenset(
    ("accept-encoding", "connection", "content-length", "expect", "host", "te", "trailer")
) | {"transfer-encoding", "upgrade"}
"""Fields that frame a message or speak of the connection: no case may set them."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_MOST = 4_000
"""A longer field may be too large for a server (RFC 6585, section 5)."""


def write(declared: Fields, values: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the fields that say `values`.

    Raises InexpressibleError for a value with blanks around it, which are no part of it, and for
    one beyond visible ASCII, which has no agreed meaning (RFC 9110, section 5.5).
    """
    for name, value in values.items():
        parameter = declared[name].parameter
        if "/" in parameter.style:
            text = document(value)
        else:
            text = ",".join("=".join(each) for each in parts(value, pairs=parameter.explode))
        if not _TOKEN.fullmatch(name) or name.lower() in OURS:
            raise InexpressibleError(f"{name} is no header that a request may carry")
        if text and not _VALUE.fullmatch(text):
            raise InexpressibleError("a header cannot say this")
        yield name, text


def read(declared: Fields, headers: Iterable[tuple[str, str]]) -> Readings:
    """Return what `headers` may stand for. Names are the same in any case."""
    sent = {name.lower(): value.strip(" \t") for name, value in headers}
    found = []
    unreadable = False
    for name, field in declared.items():
        text = sent.get(name.lower())
        if text is None:
            continue
        unreadable |= len(text) > _MOST
        found.append((name, *_values(field, text)))
    return assembled(found, unreadable=unreadable)


def _bare(text: str) -> str:
    """Return `text` without the blanks that may stand around an item (RFC 9110, section 5.6.1)."""
    return ",".join(part.strip(" \t") for part in text.split(","))


def _values(field: Field, text: str) -> tuple[list[Json], bool]:
    """Return what `text` may stand for: as it is, and decoded where it looks encoded.

    RFC 6570 would percent-encode it, later versions of OpenAPI say that it travels unchanged.
    """
    found, refusable = text_values(field, text, decode=_bare)
    if "%" in text and unquoted(text) != text:
        found = [*found, *text_values(field, unquoted(text), decode=_bare)[0]]
    return found, refusable
