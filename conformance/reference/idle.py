"""Clauses that forbid nothing: nobody could tell whether they are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.schema import Checker
from conformance.reference.texts import widths

if TYPE_CHECKING:
    from conformance.contract.model import Json


def is_idle(keyword: str, schema: Json) -> bool:
    """Whether `keyword` forbids nothing, alone or beside the others that hold for the same value.

    An open enum promises no refusal; what an enum lists, or a pattern, may have no other length.
    """
    value = schema[keyword]
    match keyword:
        case "enum":
            return bool(schema.get("x-stripeBypassValidation"))
        case "additionalProperties":
            return value is not False
        case "contains":
            return "minContains" in schema
        case "minContains" | "maxContains":
            return "contains" not in schema
        case "minLength" | "minItems" | "minProperties" | "uniqueItems" if not value:
            return True
        case "unevaluatedProperties" | "unevaluatedItems":
            return value in (True, {})
        case "type" | "const":
            return False
        case _:
            return _is_implied(keyword, schema)


def _is_implied(keyword: str, schema: Json) -> bool:
    if schema.keys() & {"enum", "const"}:
        listed = schema.get("enum", [schema.get("const")])
        own = {keyword: schema[keyword]}
        return all(Checker(own).valid(own, each) for each in listed)
    if keyword in ("minLength", "maxLength") and "pattern" in schema:
        least, most = widths(schema["pattern"])
        return bool(least >= schema[keyword] if keyword == "minLength" else most <= schema[keyword])
    return False
