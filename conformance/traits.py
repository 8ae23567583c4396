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
    "astral": (
        (b"%F", b"%f"),
        re.compile(rb"%[Ff][0-4](%[89ABab][0-9A-Fa-f]){3}|[\xf0-\xf4][\x80-\xbf]{3}"),
    ),
    "combining": ((b"%C", b"%c"), re.compile(rb"%[Cc][CcDd]%[89ABab]|[\xcc\xcd][\x80-\xbf]")),
    "non-ascii": ((b"%",), re.compile(rb"%[89A-Fa-f]|[\x80-\xff]")),
}
"""Patterns with octets one of which an ASCII body needs: quicker to look for."""

_MARKS = {
    "raw brackets": (b"[", b"]"),
    "encoded brackets": (b"%5B", b"%5b", b"%5D", b"%5d"),
    "plus sign": (b"+",),
    "percent-20": (b"%20",),
    "markup": (b"%3C", b"%3c", b"%3E", b"%3e", b"%22", b"%27", b"%5C", b"%5c"),
}
_UNESCAPED = ("raw brackets", "plus sign")
_BRACKET = re.compile(rb"\[|%5[Bb]")
_NAMELESS = "with "
_NOT_UTF8 = "bytes that are not UTF-8"
_ORDER = (*_HIGH, *[each for each in _MARKS if each != "markup"], "empty name", "markup")


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
    plain, percent = data.isascii(), b"%" in data
    if percent or not plain:
        for name, (octets, pattern) in _HIGH.items():
            if (not plain or any(each in data for each in octets)) and pattern.search(data):
                found.add(name)
        if len(data) <= _LONG_BODY and not _is_utf8(decoded(data)):
            found.add(_NOT_UTF8)
    for name in _MARKS if percent else _UNESCAPED:
        if any(each in data for each in _MARKS[name]):
            found.add(name)
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
