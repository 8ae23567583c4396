"""What is remarkable about a request: possible common causes of several failures."""

from __future__ import annotations

import re
from collections.abc import Iterator

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


def traits(request: Request) -> tuple[str, ...]:
    """Return the traits of `request`, from its bytes alone, in a fixed order."""
    return tuple(_traits(request))


def _traits(request: Request) -> Iterator[str]:
    query = request.path.partition("?")[2].encode("latin-1")
    body = b"&".join(filter(None, (query, request.body)))
    remarkable = _REMARKABLE.search(body) is not None
    for name, pattern in _PATTERNS.items() if remarkable else ():
        if pattern.search(body):
            yield name
    if remarkable and len(body) <= _LONG_BODY and not _is_utf8(decoded(body)):
        yield "bytes that are not UTF-8"
    if len(body) > _LONG_BODY:
        yield "long body"
    if not body and request.method not in _BODILESS:
        yield "no body"
    if query or b"urlencoded" in request.media_type.lower().encode():
        names = {re.split(rb"[\[=]|%5[Bb]", pair)[0] for pair in body.split(b"&")[:64]}
        yield from sorted(f"with {name.decode('latin-1')}" for name in names if name)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
