"""type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.text import repeated

_FREE_LENGTHS = (2049, 5001, 10_001)
"""Just over the limits that a server may have by habit (URLs, text columns)."""

_FREE_TEXTS: Mapping[str, str] = {
    "two-byte": "\u00e9",
    "astral": "\U0001f600",
    "combining": "e\u0301",
    "blank-inside": "two words",
    "reserved": "a&b=c+d%20e;f,g[h]",
    "markup": "<a href='x'>\"&amp;</a>",
}

_FREE_VALUES: Mapping[str, Mapping[str, Json]] = {
    "boolean": {"true": True, "false": False},
    "integer": {"zero": 0, "negative": -1},
    "number": {"zero": 0, "negative": -1, "half": 0.5},
}
"""What is forgotten of a type that has no limits, by name."""

_OTHERS: Mapping[str, Json] = {
    "array": ["x"],
    "hash": {"a": "x"},
    "string": "word",
    "number": 1.5,
    "boolean": True,
    "null": None,
}


@keyword(
    "type",
    source="JSON Schema Validation 2020-12, section 6.1.1",
    words="{site} is of type {value}",
)
def type_(declared: str | list[str], site: Site) -> Iterator[Obligation]:
    """Values of another type; what reads as the right type on the wire is not judged here."""
    types = site.types
    if "string" in types <= {"string", "null"} and not site.schema.keys() & {"enum", "const"}:
        yield from _free_strings(site)
    if "array" in types and "items" in site.schema:
        yield from _free_arrays(site)
    yield from _each(types, site)
    for name, value in _wrong(types, site):
        lead = (name in ("array", "string", "hash") and "array" not in types) or name == "string"
        yield must_refuse(name, Put(value), f"{name} for {' or '.join(sorted(types))}", lead=lead)


def _each(types: frozenset[str], site: Site) -> Iterator[Obligation]:
    """Each of several types is taken, `null` too, and of each what servers forget."""
    for name in sorted(types) if len(types) > 1 else ():
        found = site.value({"type": name})
        if found is not None:
            yield must_accept(f"of-type-{name}", Put(found[0]), f"{name} is one of the types")
    if not site.schema.keys() & {"enum", "const"}:
        for plain in sorted(types & _FREE_VALUES.keys()):
            for name, value in _FREE_VALUES[plain].items():
                if site.fits(value):
                    yield must_accept(f"{plain}-{name}", Put(value), f"{value} is of type {plain}")


def _free_strings(site: Site) -> Iterator[Obligation]:
    longest = site.schema.get("maxLength")
    if site.schema.keys() & {"pattern", "format"}:
        return
    for name, text in _FREE_TEXTS.items():
        if longest is None or len(text) <= longest:
            yield must_accept(name, Put(text), f"{name} text is a string")
    if longest is None:
        for length in _FREE_LENGTHS:
            text = repeated("a", length)
            yield must_accept(f"long-{length}", Put(text), f"no limit forbids {length} characters")


def _free_arrays(site: Site) -> Iterator[Obligation]:
    if not isinstance(site.sample, list) or not site.sample:
        return
    item = site.sample[0]
    most = site.schema.get("maxItems", 101)
    if not site.schema.get("uniqueItems"):
        for count, name in ((2, "repeated-items"), (101, "long-array")):
            if count <= most:
                yield must_accept(name, Put([item] * count), f"{count} items fit")


def _wrong(types: frozenset[str], site: Site) -> Iterator[tuple[str, Json]]:
    scalar = site.sample if isinstance(site.sample, str) else "x"
    for name, value in _OTHERS.items():
        plain = "object" if name == "hash" else name
        if plain in types or (plain == "number" and "integer" in types):
            continue
        if name == "array":
            yield "array", [site.sample]
            yield "array-of-two", [site.sample, site.sample]
        elif name == "hash":
            yield "hash", {"a": site.sample} if not isinstance(site.sample, list) else {"a": "x"}
        elif name == "string":
            yield "string", scalar
        else:
            yield name, value
    if "integer" in types and "number" not in types:
        yield "fraction", 1.5
