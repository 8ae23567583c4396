"""Clauses that forbid nothing: nobody could tell whether they are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.schema import Checker, Path, types_of
from conformance.reference.texts import widths

if TYPE_CHECKING:
    from conformance.contract.model import Json


def is_idle(keyword: str, schema: Json) -> bool:
    """Whether `keyword` forbids nothing, alone or beside the others that hold for the same value.

    An open enum promises no refusal; what an enum lists, or a pattern, may have no other length.
    """
    value = schema[keyword]
    if _speaks_of_others(keyword, schema):
        return True
    match keyword:
        case "enum":
            return bool(schema.get("x-stripeBypassValidation"))
        case "additionalProperties":
            return value is not False
        case "contains" | "minContains" | "maxContains":
            # One item that fits is what `contains` asks for without minContains.
            least = schema.get("minContains", 1)
            nothing = {"contains": least == 0, "minContains": least in (0, 1)}
            return "contains" not in schema or nothing.get(keyword, False)
        case "minLength" | "minItems" | "minProperties" | "uniqueItems" if not value:
            return True
        case "unevaluatedProperties" | "unevaluatedItems":
            return value in (True, {})
        case _:
            return keyword not in ("type", "const") and _is_implied(keyword, schema)


def _is_implied(keyword: str, schema: Json) -> bool:
    if schema.keys() & {"enum", "const"}:
        listed = schema.get("enum", [schema.get("const")])
        own = {keyword: schema[keyword]}
        return all(Checker(own).valid(own, each) for each in listed)
    if keyword in ("minLength", "maxLength") and "pattern" in schema:
        least, most = widths(schema["pattern"])
        return bool(least >= schema[keyword] if keyword == "minLength" else most <= schema[keyword])
    return False


def is_bound(schema: Json) -> bool:
    """Whether `schema` asks more of a text than being one."""
    kinds = types_of(schema)
    return bool(kinds and "string" not in kinds) or bool(schema.keys() & _OF_TEXTS)


_OF_TEXTS = frozenset(
    {"enum", "const", "minLength", "maxLength", "pattern", "$ref", "allOf", "anyOf", "oneOf", "not"}
)


def is_said_again(whole: Json, way: Path) -> bool:
    """Whether the type at `way` is asked for beside as well, so that without it nothing changes.

    What holds for the same value is what `allOf` and references lead to.
    """
    end = len(way) - 1
    while end and (way[end - 1] == "$ref" or (end > 1 and way[end - 2] == "allOf")):
        end -= 1 if way[end - 1] == "$ref" else 2
    checker = Checker(whole)
    group, own = at(whole, way[: end + 1]), at(whole, way)
    return _kinds(checker, group, None) == _kinds(checker, group, own)


def at(schema: Json, way: Path) -> Json:
    """Return the schema that has the keyword at the end of `way`."""
    checker = Checker(schema)
    for step in way[:-1]:
        schema = checker.resolve(schema) if step == "$ref" else schema[step]
    return schema


def _kinds(checker: Checker, schema: Json, without: Json, depth: int = 0) -> frozenset[str]:
    """Return the types that may be, a star where any may; the type of `without` does not count."""
    if not isinstance(schema, dict) or depth > 8:  # noqa: PLR2004  (no real schema goes deeper)
        return frozenset("*")
    found = [frozenset(types_of(schema) or "*")] if schema is not without else []
    inner = [checker.resolve(schema)] if "$ref" in schema else []
    inner += schema.get("allOf", ())
    found += [_kinds(checker, each, without, depth + 1) for each in inner]
    named = [each for each in found if "*" not in each]
    return frozenset.intersection(*named) if named else frozenset("*")


_SPEAKS_OF = {
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
    "object": ("minProperties", "maxProperties", "additionalProperties", "dependentRequired"),
}
"""By type of value, the keywords that speak of such values alone."""


def _speaks_of_others(keyword: str, schema: Json) -> bool:
    kinds = {"number" if each == "integer" else each for each in types_of(schema)}
    spoken = [kind for kind, keywords in _SPEAKS_OF.items() if keyword in keywords]
    return bool(kinds and spoken) and spoken[0] not in kinds
