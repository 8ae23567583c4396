"""minLength."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import forbids_nothing, keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.text import ALPHABETS, MOST_CHARACTERS, repeated


@keyword(
    "minLength",
    source="JSON Schema Validation 2020-12, section 6.3.2",
    words="{site} has at least {value} characters",
    idle=forbids_nothing,
)
def min_length(limit: int, site: Site) -> Iterator[Obligation]:
    """Length counts Unicode code points, so a two-byte character is one."""
    if limit == 0 or limit > MOST_CHARACTERS:
        return
    for name, unit in ALPHABETS.items():
        which = "" if name == "ascii" else f"-{name}"
        fits = Put(repeated(unit, limit))
        yield must_accept(f"at-least{which}", fits, f"{limit} {name} characters are enough")
        yield must_refuse(
            f"too-short{which}",
            Put(repeated(unit, limit - 1)),
            f"{limit - 1} {name} characters are one too few",
            nearest=fits,
            lead=name == "ascii",
        )
    short = {"type": "string", "maxLength": limit - 1}
    found = site.value(short, without=("minLength",)) if site.says("pattern") else None
    if found is not None:
        words = f"{len(found[0])} characters of the pattern are too few"
        yield must_refuse("too-short-of-pattern", Put(found[0]), words, lead=True)
