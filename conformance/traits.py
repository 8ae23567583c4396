"""What is remarkable about a request: possible common causes of several failures."""

from __future__ import annotations

import re
from functools import lru_cache

from conformance.exchange import Request
from conformance.percent import decoded

_LONG_BODY = 8_000
_MOST_NAMES = 64
_BODILESS = ("GET", "HEAD", "DELETE")
_HIGH = {
    "astral": re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}"),
    "combining": re.compile(rb"[\xcc\xcd][\x80-\xbf]"),
    "non-ascii": re.compile(rb"[\x80-\xff]"),
}
"""What octets beyond ASCII show, once nothing is percent-encoded."""

_ENCODED = {
    "encoded brackets": b"[]",
    "percent-20": b" ",
    "markup": b"<>\"'\\",
}
"""Characters that show something where they are percent-encoded."""

_BRACKET = re.compile(rb"\[|%5[Bb]")
_NAMELESS = "with "
_NOT_UTF8 = "bytes that are not UTF-8"
_ORDER = (
    *_HIGH,
    *("raw brackets", "encoded brackets", "plus sign", "percent-20", "empty name", "markup"),
)


@lru_cache(maxsize=256)
def traits(request: Request) -> tuple[str, ...]:
    """Return the traits of `request`, from its bytes alone, in a fixed order.

    A case is asked more than once while it is sent, and shares its controls with others.
    """
    query = request.path.partition("?")[2].encode("latin-1")
    sent = request.body or b""
    body = b"&".join((query, sent)) if query and sent else query or sent
    if query or "urlencoded" in request.media_type.lower():
        pairs = [each.partition(b"=") for each in body.split(b"&")]
        named = [_named(name) for name, _, _ in pairs]
        texts = [_known_marks(text) for _, _, text in pairs if text and not text.isalnum()]
        found = set[str]().union(*[marks for marks, _ in named if marks], *texts)
        if body[:1] == b"=" or b"&=" in body:
            found.add("empty name")
        names = sorted({name for _, name in named[:_MOST_NAMES]} - {_NAMELESS})
    else:
        found, names = {*_marks(body)}, []
    rest = []
    if _NOT_UTF8 in found and len(body) <= _LONG_BODY:
        rest.append(_NOT_UTF8)
    if len(body) > _LONG_BODY:
        rest.append("long body")
    if not body and request.method not in _BODILESS:
        rest.append("no body")
    known = [each for each in _ORDER if each in found] if found else []
    return (*known, *rest, *names)


def _marks(data: bytes) -> frozenset[str]:
    """Return what the octets of `data` show."""
    found = set[str]()
    plain = decoded(data)
    if not plain.isascii():
        found |= {name for name, pattern in _HIGH.items() if pattern.search(plain)}
        if len(data) <= _LONG_BODY and not _is_utf8(plain):
            found.add(_NOT_UTF8)
    if plain is not data:
        for name, characters in _ENCODED.items():
            # Counted, for a long text has thousands of triples.
            if any(plain.count(each) > data.count(each) for each in characters):
                found.add(name)
    if b"[" in data or b"]" in data:
        found.add("raw brackets")
    if b"+" in data:
        found.add("plus sign")
    return frozenset(found)


_known_marks = lru_cache(maxsize=1024)(_marks)
"""The names and the texts of forms come again and again."""


@lru_cache(maxsize=2048)
def _named(name: bytes) -> tuple[frozenset[str], str]:
    """Return what the name of a pair shows, and that it is sent, by what is before its brackets."""
    top = _BRACKET.split(name, 1)[0]
    return _marks(name), f"with {top.decode('latin-1')}"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
