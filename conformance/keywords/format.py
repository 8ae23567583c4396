"""format."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.formats import FORMATS
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "format",
    source="JSON Schema Validation 2020-12, section 7.3",
    words="{site} has the format {value}",
)
def format_(name: str, site: Site) -> Iterator[Obligation]:
    """Where the contract asserts formats; elsewhere the readings leave all of it open."""
    known = FORMATS.get(name)
    for count, text in enumerate(known.well if known else ()):
        yield must_accept(f"well-formed-{count}", Put(text), f"{text} is a {name}")
    for count, text in enumerate(known.ill if known else ()):
        words = f"{text!r} is no {name}"
        yield must_refuse(f"malformed-{count}", Put(text), words, lead=count == 0)
