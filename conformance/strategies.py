"""from_schema(): the one home of hypothesis-jsonschema, with strings of our own.

Random drawing alone never reaches a length of a thousand and hardly leaves ASCII, so strings are
built by repetition and from the blocks of Unicode. What hypothesis-jsonschema (0.23.1) does not
serve is drawn by `conformance.drawing`; the rest comes from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.contract.model import Json
from conformance.drawing import ABSENT, drawn, present, there
from conformance.schema import dereference

_LAST = 0x2FFF
_BLOCK = 0x40
_HOPS = 3
"""How many references deep values go where a schema may contain itself."""

_FREE_LENGTH = 12_000
"""How long strings without a limit are drawn at most."""


def from_schema(schema: Json, root: Json, hops: int = 0) -> SearchStrategy[Any]:
    """Return a strategy of values that are valid under `schema` (OpenAPI references resolved).

    `hops` counts the references on the way. Members that nothing fits are left out, also where
    they are required. Raises hypothesis.errors.InvalidArgument or Unsatisfiable where there is no
    value at all.
    """
    if isinstance(schema, Mapping) and "$ref" in schema:
        hops += 1
    schema = dereference(schema, root)
    if not isinstance(schema, Mapping):
        return st.just("x")
    plain = schema.keys() - {"description", "title", "default", "example", "nullable", "$defs"}
    plain = {name for name in plain if not name.startswith("x-")}
    if schema.get("type") == "object" and plain <= {
        "type",
        "properties",
        "required",
        "additionalProperties",
    }:
        return _objects(schema, root, hops)
    if schema.get("type") == "array" and plain <= {"type", "items", "minItems", "maxItems"}:
        return _lists(schema, root, hops)
    if schema.get("type") == "string" and plain <= {"type", "minLength", "maxLength"}:
        least, most = schema.get("minLength", 0), schema.get("maxLength", _FREE_LENGTH)
        return texts(min(max(1, least), most), most) if least <= most else st.just(ABSENT)
    if hops > _HOPS or _beyond_the_library(schema):
        return _own((schema,), root, hops)
    from hypothesis_jsonschema import from_schema as library  # noqa: PLC0415  (slow to import)

    # With a codec the library looks at each character there is, a second in every new folder.
    found = library(dict(schema), codec=None)
    return st.just(ABSENT) if found.is_empty else found.filter(_is_unicode)


def _is_unicode(value: Json) -> bool:
    """Whether no text in `value` has half of a surrogate pair, which UTF-8 cannot say."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_NOT_IN_THE_LIBRARY = frozenset(
    {
        *("$ref", "prefixItems", "minContains", "maxContains", "dependentRequired"),
        *("dependentSchemas", "unevaluatedItems", "unevaluatedProperties", "pattern"),
        *("patternProperties", "propertyNames", "format", "discriminator"),
    }
)
"""What hypothesis-jsonschema 0.23.1 passes over, refuses, or reads as Python's own patterns."""


def _beyond_the_library(schema: Json) -> bool:
    queue = [schema]
    for each in queue:
        if isinstance(each, Mapping):
            if _NOT_IN_THE_LIBRARY & each.keys():
                return True
            queue.extend(each.values())
        elif isinstance(each, list):
            queue.extend(each)
    return False


def _own(parts: Sequence[Json], root: Json, hops: int) -> SearchStrategy[Any]:
    """Return values that fit all of `parts`, with nothing of the library."""

    def inner(below: Sequence[Json]) -> SearchStrategy[Any]:
        if not below:
            return texts(1, 12)
        met = any(isinstance(each, Mapping) and "$ref" in each for each in below)
        return (
            from_schema(below[0], root, hops) if len(below) == 1 else _own(below, root, hops + met)
        )

    return st.deferred(lambda: drawn(parts, root, inner, texts, deep=hops > _HOPS))


def _lists(schema: Mapping[str, Json], root: Json, hops: int) -> SearchStrategy[Any]:
    fewest = schema.get("minItems", 0)
    most = schema.get("maxItems", max(5, fewest))
    if fewest > most:
        return st.just(ABSENT)
    items = from_schema(schema.get("items", {}), root, hops)
    return st.lists(items, min_size=min(max(1, fewest), most), max_size=most).map(there)


def _objects(schema: Mapping[str, Json], root: Json, hops: int) -> SearchStrategy[dict[str, Any]]:
    properties = schema.get("properties", {})
    if hops > _HOPS:
        properties = {
            name: properties[name] for name in properties if name in schema.get("required", ())
        }
    required = [name for name in schema.get("required", ()) if name in properties]
    optional = [name for name in properties if name not in required]
    members = {name: from_schema(child, root, hops) for name, child in properties.items()}
    return st.lists(st.booleans(), min_size=len(optional), max_size=len(optional)).flatmap(
        lambda flags: st.fixed_dictionaries(
            {
                name: members[name]
                for name in [
                    *required,
                    *(n for n, flag in zip(optional, flags, strict=True) if flag),
                ]
            }
        ).map(present)
    )


def texts(least: int, most: int) -> SearchStrategy[str]:
    """Return strings of `least` to `most` code points: short ones, one block's, long ones."""
    short = st.text(characters(), min_size=least, max_size=min(most, least + 8))
    marks = st.text("\"'\\<>&%+=;/ #?[]{}()`$|*", min_size=least, max_size=min(most, least + 8))
    kinds = [short, marks]
    if most > least + 8:
        kinds += [long_text(least, most)] * 2
    return st.one_of(kinds)


def characters() -> SearchStrategy[str]:
    """Return printable characters, those of every block of Unicode as likely as ASCII."""
    return (
        st.integers(0, _LAST // _BLOCK)
        .flatmap(lambda block: st.integers(max(0x20, block * _BLOCK), block * _BLOCK + _BLOCK - 1))
        .map(chr)
        .filter(lambda c: c.isprintable())
    ) | st.sampled_from("\U0001f600\U0001f1e9\U00020000\uff21\ufb01")


def long_text(least: int, most: int) -> SearchStrategy[str]:
    """Return strings whose length spreads over all magnitudes, built by repetition."""
    head = st.text(characters() | st.sampled_from("0123456789 -_."), min_size=1, max_size=3)
    return st.builds(_long, head, lengths(max(1, least), most))


def lengths(least: int, most: int) -> SearchStrategy[int]:
    """Return lengths, half of them spread evenly and half by magnitude."""
    return st.integers(least, most) | st.integers(0, 1000).map(
        lambda step: round(least * (most / least) ** (step / 1000))
    )


def _long(head: str, length: int) -> str:
    return (head + "a" * length)[:length]


def near_texts(members: Sequence[str]) -> SearchStrategy[str]:
    """Return texts near the members: one with an edit, several joined, or anything."""
    member = st.sampled_from([each for each in members if each] or ["a"])
    inserted = st.builds(
        lambda text, at, new: text[: at % (len(text) + 1)] + new + text[at % (len(text) + 1) :],
        member,
        st.integers(0, 60),
        characters(),
    )
    dropped = st.builds(
        lambda text, at: text[: at % len(text)] + text[at % len(text) + 1 :],
        member,
        st.integers(0, 60),
    )
    return inserted | dropped | st.text(characters(), min_size=1, max_size=12)


def unknown_members(taken: frozenset[str]) -> SearchStrategy[dict[str, str]]:
    """Return one to three members with names that are not `taken`."""
    name = st.text(characters(), min_size=1, max_size=12) | near_texts(sorted(taken))
    name = name.filter(lambda text: text.strip() not in taken and not set(text) & set("[]&=+%;."))
    return st.dictionaries(
        name, st.text(characters(), min_size=1, max_size=4), min_size=1, max_size=3
    )
