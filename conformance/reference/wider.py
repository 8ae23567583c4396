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


def is_wider(checker: Checker, wide: Json, narrow: Json) -> bool:
    """Whether all that `narrow` accepts is accepted by `wide`, as far as their words show."""
    parts = _parts(checker, narrow, 0)
    return all(
        _is_asked(keyword, part, parts)
        for part in _parts(checker, wide, 0)
        for keyword in (["false"] if part is False else part)
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


def _is_asked(keyword: str, schema: Json, parts: list[Json]) -> bool:
    """Whether `parts` ask for at least what `keyword` of `schema` asks for."""
    known = [part for part in parts if isinstance(part, dict)]
    if keyword == "false" or len(known) < len(parts):
        return len(known) < len(parts)
    if keyword == "required":
        asked = {name for part in known for name in part.get("required", ())}
        return {*schema["required"]} <= asked
    if keyword in ("unevaluatedProperties", "unevaluatedItems", "unknown"):
        return any(same(schema, part) for part in known)
    with_it = (keyword, *_READ_WITH.get(keyword, ()))
    return any(
        keyword in part
        and (
            _holds_for_fewer(keyword, schema, part)
            or all(same(part.get(each), schema.get(each)) for each in with_it)
        )
        for part in known
    )


def _holds_for_fewer(keyword: str, wide: Json, narrow: Json) -> bool:
    """Whether the types or the values that `narrow` lists are all listed by `wide`."""
    if keyword == "type":
        kinds = {*types_of(wide)}
        kinds |= {"integer"} if "number" in kinds else set()
        return {*types_of(narrow)} <= kinds
    return keyword == "enum" and all(
        any(same(each, other) for other in wide["enum"]) for each in narrow["enum"]
    )
