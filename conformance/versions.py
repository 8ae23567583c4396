"""The versions of a schema that a server may hold a value to as well.

A contract says some things that bind nobody and that many servers enforce all the same:

- `format` is an annotation (JSON Schema Validation 2020-12, section 7.2.1), and may be asserted;
- `int32`, `uint8` and the like are ranges, `byte` is base64 (OpenAPI Format Registry);
- a `discriminator` names the branch that a value is meant for (OpenAPI 3.0.4, section 4.8.25), so
  a name that it does not know, or the name of another branch, may be refused.

So acceptance is owed to what is valid in this version too, and refusal to what is valid in none.
Patterns are read as other languages read them, too: see `conformance.pattern_dialects`.
Formats themselves are checked by the validator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.formats import ASSERTED, RANGES, encoding_of, is_bounded
from conformance.pattern_dialects import loosely, narrowly
from conformance.pattern_engine import respelt
from conformance.rewriting import changed
from conformance.validation import Validator

NAMES = "x-conformance-names"
"""In a discriminator: the names of each branch, in the order of the branches."""


def strictest(schema: Json) -> Json:
    """Return `schema` with the ranges that formats name; itself where no known format is named.

    What a schema lists is meant, also where nothing of it has the format beside.
    """
    if not any(_of_format(each) for each in _objects(schema)):
        return schema
    return changed(schema, _with_range)


def read_elsewhere(schema: Json) -> Iterator[Json]:
    """Yield `schema` with patterns as other languages read them, where that is not the same."""
    if not any(_has_pattern(each) for each in _objects(schema)):
        return
    for reading in (loosely, narrowly):
        out, _ = respelt(schema, reading)
        if out != schema:
            yield out


def named(schema: Json) -> Json:
    """Return `schema` with the names that discriminators know; itself where there are none."""
    if not any(_told(each) for each in _objects(schema)):
        return schema
    return changed(schema, _with_names)


def _of_format(schema: Mapping[str, Json]) -> bool:
    names = (schema.get("format"), encoding_of(schema))
    return any(isinstance(name, str) and is_bounded(name) for name in names)


def _told(schema: Mapping[str, Json]) -> bool:
    told = schema.get("discriminator")
    return isinstance(told, Mapping) and NAMES in told


def _objects(schema: Json) -> Iterator[Mapping[str, Json]]:
    queue = [schema]
    for each in queue:
        if isinstance(each, Mapping):
            yield each
            queue.extend(value for value in each.values() if isinstance(value, Mapping | list))
        elif isinstance(each, list):
            queue.extend(value for value in each if isinstance(value, Mapping | list))


def _with_range(schema: dict[str, Json]) -> None:
    stated = schema.get("format")
    listed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if isinstance(listed, list) and stated in ASSERTED:
        format_ = Validator({"format": stated}, formats=True)
        if not any(format_.fits(each) for each in listed):
            del schema["format"]
    if stated == "url":
        schema["format"] = "uri"
    if is_bounded(encoding := encoding_of(schema)):
        schema["allOf"] = [*schema.get("allOf", ()), {"format": encoding}]
    if isinstance(stated, str) and stated in RANGES:
        low, high = RANGES[stated]
        schema["allOf"] = [*schema.get("allOf", ()), {"minimum": low, "maximum": high}]


def _has_pattern(schema: Mapping[str, Json]) -> bool:
    return "pattern" in schema or "patternProperties" in schema


def _with_names(schema: dict[str, Json]) -> None:
    if not _told(schema):
        return
    for keyword in ("oneOf", "anyOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and len(branches) == len(schema["discriminator"][NAMES]):
            schema[keyword] = [
                {"allOf": [branch, said]} if (said := asked(schema, branch, index)) else branch
                for index, branch in enumerate(branches)
            ]
            return


def asked(schema: Mapping[str, Json], branch: Json, index: int) -> Json:
    """Return the schema of the member by which a discriminator names `branch`, at `index`.

    None where it has no name, or where the branch itself takes none of them: without a mapping the
    name is that of the definition, `Circle`, and many write an enum of `circle` beside it.
    """
    told = schema.get("discriminator")
    if not isinstance(told, Mapping):
        return None
    names = told.get(NAMES, ())
    own = names[index] if index < len(names) else ()
    if not own:
        return None
    member = str(told["propertyName"])
    taken = _taken(member, branch)
    if taken is not None and not any(name in taken for name in own):
        return None
    return {"required": [member], "properties": {member: {"enum": own}}}


def _taken(member: str, schema: Json) -> list[Json] | None:
    """Return what `const` or `enum` leave of a member of `schema`; None where they say nothing."""
    if not isinstance(schema, Mapping):
        return None
    members = schema.get("properties")
    stated = members.get(member) if isinstance(members, Mapping) else None
    if isinstance(stated, Mapping) and "const" in stated:
        return [stated["const"]]
    if isinstance(stated, Mapping) and isinstance(stated.get("enum"), list):
        return [*stated["enum"]]
    parts = (_taken(member, each) for each in schema.get("allOf", ()))
    return next((each for each in parts if each is not None), None)
