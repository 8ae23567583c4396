"""Alternatives that ask for nothing more than others: those that hide what is broken beside them.

Known by their words alone. A schema may be wider than another and not be found to be so; one that
is found to be wider is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.keywords import same
from conformance.reference.schema import Checker, types_of

if TYPE_CHECKING:
    from conformance.contract.model import Json

_DEPTH_LIMIT = 8
_SAYS_NOTHING = frozenset(
    {"$comment", "$defs", "default", "deprecated", "description", "discriminator", "example"}
    | {"examples", "externalDocs", "nullable", "readOnly", "title", "writeOnly", "xml"}
)
_READ_WITH = {
    "additionalProperties": ("properties", "patternProperties"),
    "items": ("prefixItems",),
    "contains": ("minContains",),
    "minContains": ("contains",),
    "maxContains": ("contains",),
    "if": ("then", "else"),
}
"""What a keyword means depends on these beside it."""


def is_wider(checker: Checker, wide: Json, narrow: Json, depth: int = 0) -> bool:
    """Whether all that `narrow` accepts is accepted by `wide`, as far as their words show."""
    parts = _parts(checker, narrow, 0)
    if False in parts:
        return True
    return depth <= _DEPTH_LIMIT and all(
        part is not False and _is_asked(checker, keyword, part, parts, depth)
        for part in _parts(checker, wide, 0)
        for keyword in ([""] if part is False else part)
        if not (_is_silent(keyword) or (keyword == "format" and not checker.formats))
    )


def _is_silent(keyword: str) -> bool:
    return keyword in _SAYS_NOTHING or keyword in ("$ref", "allOf") or keyword.startswith("x-")


def _parts(checker: Checker, schema: Json, depth: int) -> list[Json]:
    """Return the schemas that all hold for a value of `schema`: objects, and False."""
    if schema is False:
        return [False]
    if not isinstance(schema, dict):
        return []
    found = [schema]
    if depth < _DEPTH_LIMIT:
        inner = [checker.resolve(schema)] if "$ref" in schema else []
        for each in (*inner, *schema.get("allOf", ())):
            found += _parts(checker, each, depth + 1)
    elif schema.keys() & {"$ref", "allOf"}:
        return [*found, {"unknown": schema}]  # asked for by no other schema
    return found


def _is_asked(
    checker: Checker, keyword: str, wide: Json, parts: list[dict[str, Json]], depth: int
) -> bool:
    """Whether `parts` ask for at least what `keyword` of `wide` asks for."""
    if keyword == "required":
        asked = {name for part in parts for name in part.get("required", ())}
        return {*wide["required"]} <= asked
    if keyword == "properties":
        return all(
            any(is_wider(checker, each, _member(part, name), depth + 1) for part in parts)
            for name, each in wide["properties"].items()
        )
    if keyword in ("unevaluatedProperties", "unevaluatedItems", "unknown"):
        return any(same(wide, part) for part in parts)
    with_it = (keyword, *_READ_WITH.get(keyword, ()))
    return any(
        keyword in part
        and (
            _holds_for_fewer(keyword, wide, part)
            or all(same(part.get(each), wide.get(each)) for each in with_it)
        )
        for part in parts
    )


def _member(schema: Json, name: str) -> Json:
    """Return what `schema` says of its member `name`: nothing, where a pattern may speak of it."""
    if "patternProperties" in schema:
        return schema.get("properties", {}).get(name, True)
    return schema.get("properties", {}).get(name, schema.get("additionalProperties", True))


def _holds_for_fewer(keyword: str, wide: Json, narrow: Json) -> bool:
    """Whether the types or the values that `narrow` lists are all listed by `wide`."""
    if keyword == "type":
        kinds = {*types_of(wide)}
        kinds |= {"integer"} if "number" in kinds else set()
        return {*types_of(narrow)} <= kinds
    return keyword == "enum" and all(
        any(same(each, other) for other in wide["enum"]) for each in narrow["enum"]
    )
