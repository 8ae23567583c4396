"""What is remarkable about a request: possible common causes of several failures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from conformance.exchange import Request
from conformance.percent import decoded

_LONG_BODY = 8_000
_BODILESS = ("GET", "HEAD", "DELETE")
_PATTERNS = {
    "astral": re.compile(rb"%[Ff][0-4](%[89ABab][0-9A-Fa-f]){3}|[\xf0-\xf4][\x80-\xbf]{3}"),
    "combining": re.compile(rb"%[Cc][CcDd]%[89ABab]|[\xcc\xcd][\x80-\xbf]"),
    "non-ascii": re.compile(rb"%[89A-Fa-f]|[\x80-\xff]"),
    "raw brackets": re.compile(rb"[\[\]]"),
    "encoded brackets": re.compile(rb"%5[BDbd]"),
    "plus sign": re.compile(rb"\+"),
    "percent-20": re.compile(rb"%20"),
    "empty name": re.compile(rb"(^|&)="),
    "markup": re.compile(rb"%3[CcEe]|%22|%27|%5[Cc]"),
}
_REMARKABLE = re.compile(rb"[\[\]%+\x80-\xff]|(?:^|&)=")
"""No pattern is found in a body without one of these; most bodies have none."""

_PLAIN: Mapping[str, tuple[bytes, ...]] = {
    "raw brackets": (b"[", b"]"),
    "plus sign": (b"+",),
}
"""Traits that a body without escapes may have, by what shows them: quicker than a pattern."""


def traits(request: Request) -> tuple[str, ...]:
    """Return the traits of `request`, from its bytes alone, in a fixed order."""
    return tuple(_traits(request))


def _traits(request: Request) -> Iterator[str]:
    query = request.path.partition("?")[2].encode("latin-1")
    body = b"&".join(filter(None, (query, request.body)))
    remarkable = _REMARKABLE.search(body) is not None
    escaped = b"%" in body or not body.isascii()
    for name, pattern in _PATTERNS.items() if remarkable else ():
        plain = _PLAIN.get(name)
        if plain is not None:
            found = any(mark in body for mark in plain)
        else:
            found = (escaped or name == "empty name") and pattern.search(body) is not None
        if found:
            yield name
    if escaped and len(body) <= _LONG_BODY and not _is_utf8(decoded(body)):
        yield "bytes that are not UTF-8"
    if len(body) > _LONG_BODY:
        yield "long body"
    if not body and request.method not in _BODILESS:
        yield "no body"
    if query or b"urlencoded" in request.media_type.lower().encode():
        names = {_top(pair.partition(b"=")[0]) for pair in body.split(b"&", 64)[:64]}
        yield from sorted(f"with {name.decode('latin-1')}" for name in names if name)


@lru_cache(maxsize=4096)
def _top(name: bytes) -> bytes:
    return re.split(rb"\[|%5[Bb]", name)[0]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
