"""format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.verdict import Level

_FORMATS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "date": (("2026-02-28",), ("2026-02-30", "28.02.2026")),
    "date-time": (("2026-02-28T12:00:00Z",), ("2026-02-28 noon", "2026-02-28")),
    "uuid": (("123e4567-e89b-12d3-a456-426614174000",), ("123e4567",)),
    "ipv4": (("192.0.2.1",), ("192.0.2.256",)),
    "email": (("ann@example.com",), ("ann",)),
    "uri": (("https://example.com/a",), ("no uri at all",)),
}


def binds(name: str) -> bool:
    """Whether the format is one that this suite asserts."""
    return name in _FORMATS


@keyword(
    "format",
    source="JSON Schema Validation 2020-12, section 7.3",
    words="{site} has the format {value}",
)
def format_(name: str, site: Site) -> Iterator[Obligation]:
    """An annotation by default; asserted at level SHOULD where the format is a registered one."""
    valid, invalid = _FORMATS.get(name, ((), ()))
    for count, text in enumerate(valid):
        yield must_accept(f"well-formed-{count}", Put(text), f"{text} is a {name}")
    for count, text in enumerate(invalid):
        yield must_refuse(
            f"malformed-{count}",
            Put(text),
            f"{text!r} is no {name}",
            level=Level.SHOULD,
            lead=count == 0,
        )
