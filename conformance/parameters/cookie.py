"""Cookie parameters, style form (OpenAPI 3.0.4, section 4.8.12.3; RFC 6265, section 4.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from conformance.contract.model import Json
from conformance.parameters import Fields, assembled, document, parts, text_values
from conformance.wire import InexpressibleError, Readings

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21\x23-\x2b\x2c\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
"""Cookie octets, and the comma that style form puts between items."""

_MOST = 4_000
"""User agents keep cookies of 4,096 bytes (RFC 6265, section 6.1); a server need not take more."""


def write(declared: Fields, values: Mapping[str, Json]) -> str:
    """Return the value of the Cookie header that says `values`, or nothing.

    Raises InexpressibleError for text with blanks, quotes, semicolons, backslashes or anything
    beyond ASCII, for a cookie has no agreed way to escape them; and for an object or several items
    with `explode`, for which the standard gives no meaning.
    """
    found = []
    for name, value in values.items():
        parameter = declared[name].parameter
        texts = [document(value)] if "/" in parameter.style else None
        if texts is None:
            texts = [text for each in parts(value, pairs=False) for text in each]
        if parameter.explode and (len(texts) > 1 or isinstance(value, dict)):
            raise InexpressibleError("cookies of one name have no meaning together")
        text = ",".join(texts)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(text):
            raise InexpressibleError("a cookie cannot say this")
        found.append(f"{name}={text}")
    return "; ".join(found)


def read(declared: Fields, headers: Iterable[tuple[str, str]]) -> Readings:
    """Return what the Cookie header may stand for."""
    line = next((value for name, value in headers if name.lower() == "cookie"), "")
    sent: dict[str, list[str]] = {}
    for pair in filter(None, (each.strip() for each in line.split(";"))):
        name, _, text = pair.partition("=")
        sent.setdefault(name, []).append(text)
    found = []
    for name, texts in sent.items():
        if name in declared:
            values, refusable = text_values(declared[name], texts[-1])
            found.append((name, values, refusable or len(texts) > 1))
    return assembled(found, unreadable=len(line) > _MOST)
