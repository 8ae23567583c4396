"""enum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

from conformance.keywords import arbitrary, keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.text import camel, widened

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.contract.model import Json


@keyword(
    "enum",
    source="JSON Schema Validation 2020-12, section 6.1.2",
    words="{site} is one of: {value}",
)
def enum(members: list[Json], site: Site) -> Iterator[Obligation]:
    """Each member is accepted, and nothing that merely looks like one."""
    for member in members:
        label = f"member-{crc32(repr(member).encode()):08x}"
        yield must_accept(label, Put(member), f"{member!r} is a member", lead=True)
    texts = [member for member in members if isinstance(member, str) and member]
    if not texts:
        yield must_refuse("outsider", Put("outsider"), "no member at all", lead=True)
        own = {"not": {"enum": members}} if site.types and "string" not in site.types else None
        found = site.value(own, without=("enum",)) if own is not None else None
        if found is not None:
            words = f"{found[0]!r} is of the type, but no member"
            yield must_refuse("outsider-of-the-type", Put(found[0]), words, lead=True)
        return
    seen = set(texts)
    for name, text in _near_misses(texts, site):
        if text not in seen:
            seen.add(text)
            yield must_refuse(
                name,
                Put(text),
                f"{text!r} is no member",
                nearest=Put(texts[0]),
                lead=name == "suffix",
            )
    if "string" not in site.types:
        first = texts[0]
        yield must_refuse("array", Put([first]), "an array of a member is no member")
        yield must_refuse("hash", Put({"value": first}), "an object with a member is no member")


def _near_misses(texts: list[str], site: Site) -> Iterator[tuple[str, str]]:
    first, last = texts[0], texts[-1]
    yield "outsider", "outsider"
    yield "suffix", first + "x"
    yield "other-case", first.swapcase()
    yield "capitalised", last[:1].swapcase() + last[1:]
    yield "blank-before", " " + first
    yield "blank-after", last + " "
    yield "line-break-after", last + "\n"
    yield "wide-letter", widened(first)
    yield "prefix", first[:-1]
    yield "containing", f"x{last}x"
    yield "preceded", "x" + first
    yield "dash-for-underscore", first.replace("_", "-")
    yield "blank-for-underscore", last.replace("_", " ")
    yield "no-separator", first.replace("_", "")
    yield "camel-case", camel(first)
    yield "two-members", f"{first},{last}"
    yield "empty", ""
    yield "number", "0"
    yield "index", "1"
    yield "null-word", "null"
    for neighbour in site.neighbours:
        yield "other-property", neighbour
        break
    yield "own-name", site.path[-1] if site.path else "body"


@arbitrary("enum")
def outsiders(members: list[Json], site: Site) -> SearchStrategy[str]:
    """Any text that is no member: arbitrary, and members with one edit."""
    from conformance.strategies import near_texts  # noqa: PLC0415  (Hypothesis costs 0.2 s)

    texts = [member for member in members if isinstance(member, str)]
    return near_texts(texts).filter(lambda text: bool(text) and text not in texts)
