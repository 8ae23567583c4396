"""additionalProperties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

from conformance.keywords import arbitrary, keyword, through_schema
from conformance.obligation import Obligation, Site, With, must_refuse
from conformance.text import camel, widened
from conformance.verdict import Level

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.contract.model import Json

_COMMON = ("metadata", "id", "object")
"""Names that most operations of an API know, and so a server may let through everywhere."""

_MOST_MISSPELT = 12
"""How many of the known names are misspelt in every way."""


@keyword(
    "additionalProperties",
    source="JSON Schema Core 2020-12, section 10.3.2.3",
    words="{site} takes no other name than the declared ones",
    idle=through_schema,
)
def additional_properties(allowed: Json, site: Site) -> Iterator[Obligation]:
    """`false` closes the object: any other name is refused, however it is spelt or filled."""
    if allowed is not False:
        return
    if site.level_of("additionalProperties") is Level.SHOULD:
        yield from _beyond_the_schema(site)
        return
    taken = {*site.schema.get("properties", ()), *site.schema.get("x-conformance-reserved", ())}
    seen = set(taken)
    for name, words, culprits in _names(site):
        if name not in seen:
            seen.add(name)
            yield _unknown(
                _label(words, culprits), {name: "x"}, words, culprits, lead=words == "a new name"
            )
    new = next(name for name in ("unlisted", "unlisted_name", "zz_unlisted") if name not in taken)
    yield _unknown("empty-value", {new: ""}, "a new name with an empty value")
    yield _unknown("array-value", {new: ["x"]}, "a new name with an array")
    yield _unknown("hash-value", {new: {"a": "x"}}, "a new name with an object")
    if _COMMON[0] not in taken:  # it is an object wherever an API has it
        yield _unknown("metadata-hash", {_COMMON[0]: {"a": "x"}}, "metadata with an object")
    for count, word in ((2, "two"), (5, "five")):
        several = {f"{new}_{letter}": "x" for letter in "abcde"[:count]}
        yield _unknown(f"{word}-names", several, f"{word} new names")
    yield must_refuse(
        "new-name-between",
        With({new: "x"}, at="middle"),
        "a new name between known ones",
        culprits=(new,),
    )
    yield must_refuse(
        "empty-name",
        With({"": "x"}),
        "an empty name (a decoder may drop it, which loses what was sent)",
        level=Level.SHOULD,
    )


def _beyond_the_schema(site: Site) -> Iterator[Obligation]:
    """A few names where the schema leaves the object open, and the target is known not to."""
    first = next(iter(site.schema["properties"]))
    for label, name, words, value in (
        ("a-new-name", "unlisted", "a new name", "x"),
        ("a-name-that-starts-like-a-known-one", f"{first}_id", "a longer known name", "x"),
        ("a-known-name-in-upper-case", first.upper(), "a known name in upper case", "x"),
        ("hash-value", "unlisted_object", "a new name with an object", {"a": "x"}),
    ):
        if name not in site.schema["properties"]:
            lead = label == "a-new-name"
            yield _unknown(label, {name: value}, words, lead=lead, level=Level.SHOULD)


def _names(site: Site) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    properties = list(site.schema.get("properties", ()))
    yield "unlisted", "a new name", ()
    if properties:
        first = properties[0]
        long = max(properties, key=len)
        yield f"{first}_id", "a name that starts like a known one", (first,)
        yield f"my_{first}", "a name that ends like a known one", (first,)
        yield f"my_{long}_new", "a name that contains a known one", (long,)
        yield f"{first}s", "the plural of a known name", (first,)
        yield first[:-1] or "y", "a known name cut short", (first,)
        yield long.upper(), "a known name in upper case", (long,)
        yield f"{first} ", "a known name with a blank behind", (first,)
        yield f" {first}", "a known name with a blank before", (first,)
        yield widened(first), "a known name with a wide letter", (first,)
        for name in properties[:_MOST_MISSPELT]:
            yield name.capitalize(), f"{name} capitalised", (name,)
            yield name.replace("_", "-"), f"{name} with dashes", (name,)
            yield camel(name), f"{name} in camel case", (name,)
    yield "_unlisted", "a name with an underscore before", ()
    yield "0", "a number", ()
    yield "42", "a greater number", ()
    yield "n" * 300, "a very long name", ()
    yield "na\u00efve", "a name beyond ASCII", ()
    yield "unlisted.name", "a name with a dot", ()
    yield "$unlisted", "a name with a dollar sign", ()
    for name in (*_COMMON, *site.known_names[:_MOST_MISSPELT]):
        yield name, f"{name}, which is known elsewhere,", ()


def _label(words: str, culprits: tuple[str, ...]) -> str:
    """Return `words` as part of an id; a checksum keeps apart what loses characters by it.

    A declared name is not told: whoever selects by it means its own clauses.
    """
    for name in culprits:
        if name in words.split():
            told = " ".join("a known name" if word == name else word for word in words.split())
            return f"{_label(told, ())}-{crc32(name.encode('utf-8', 'replace')):08x}"
    kept = "".join(c if c.isascii() and (c.isalnum() or c == "_") else " " for c in words)
    label = "-".join(kept.split())
    lossless = kept == words.replace(",", " ")
    return label if lossless else f"{label}-{crc32(words.encode('utf-8', 'replace')):08x}"


def _unknown(
    label: str,
    members: dict[str, Json],
    words: str,
    culprits: tuple[str, ...] = (),
    *,
    lead: bool = False,
    level: Level = Level.MUST,
) -> Obligation:
    names = (*members, *culprits)
    return must_refuse(
        label, With(members), f"{words} is unknown", culprits=names, lead=lead, level=level
    )


@arbitrary("additionalProperties")
def strangers(allowed: Json, site: Site) -> SearchStrategy[dict[str, str]]:
    """Any names that the object does not declare."""
    from conformance.strategies import unknown_members  # noqa: PLC0415  (Hypothesis costs 0.2 s)

    taken = {*site.schema.get("properties", ()), *site.schema.get("x-conformance-reserved", ())}
    return unknown_members(frozenset(taken))
