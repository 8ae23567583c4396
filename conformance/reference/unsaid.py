"""Clauses that no request can break, because of what it travels in: text has no types.

An empty array is no array at all where its items are spelt one by one, and a name in brackets may
be another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.idle import at, is_bound
from conformance.reference.schema import Path, types_of

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json, Parameter

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_TEXTS, _TEXT = ("text/plain", "application/octet-stream"), {"string"}
_BELOW = frozenset({"properties", "items", "prefixItems", "additionalProperties"})
_AT_LEAST_ONE = ("minItems", "minProperties")


def is_unsaid(content: Content, way: Path) -> bool:
    """Whether no body in the media type of `content` breaks the clause at `way` alone."""
    schema = content.schema
    if content.media_type == FORM:
        closed = isinstance(schema, dict) and schema.get("additionalProperties") is False
        text = way[-1] == "type" and not closed and _kinds_at(schema, way) == _TEXT
        return way == ("type",) or text or _wants_one(schema, way)
    if content.media_type == PARTS and _levels(way) < 2 + ("items" in way):
        # What lies deeper is a JSON text of its own.
        text = way[-1] == "type" and _kinds_at(schema, way) == _TEXT
        return way == ("type",) or text or _wants_one(schema, way)
    return content.media_type in _TEXTS and way == ("type",) and _kinds_at(schema, way) == _TEXT


def is_unsaid_outside(parameter: Parameter, way: Path) -> bool:
    """Whether no value of `parameter` breaks the clause at `way` alone."""
    schema = parameter.schema
    if "/" in parameter.style:  # a document of its own
        return False
    if _levels(way) + (way[-2:-1] == ("required",)) > 1:
        return True  # what an object in an object looks like, no style says
    if way[-2:-1] == ("required",):
        return False
    one = parameter.location == "path" and way == ("minLength",)
    return _is_text(schema, way) or _wants_one(schema, way) or (one and schema["minLength"] == 1)


def _levels(way: Path) -> int:
    return sum(step in _BELOW for step in way[:-1])


def _wants_one(schema: Json, way: Path) -> bool:
    return way[-1] in _AT_LEAST_ONE and at(schema, way)[way[-1]] == 1


def _kinds_at(schema: Json, way: Path) -> set[str]:
    return {*types_of(at(schema, way))}


def _is_text(schema: Json, way: Path) -> bool:
    """Whether any text fits the keyword at `way`, where all that is sent is text."""
    if way[-1] in ("anyOf", "oneOf"):
        branches = at(schema, way)[way[-1]]
        return any(isinstance(each, dict) and not is_bound(each) for each in branches)
    if way[-1] != "type":
        return False
    return not {"integer", "number", "boolean"} & _kinds_at(schema, way)
