"""One Schema Object → JSON Schema 2020-12, checked on the way.

OpenAPI 3.0.3, section 4.7.24 has four spellings of its own: `nullable`, boolean
`exclusiveMinimum` and `exclusiveMaximum`, and references without siblings. The first three are
rewritten here, references in `refs`. OpenAPI 3.1 is JSON Schema 2020-12 already; `nullable` in it
is what its author brought along from 3.0, and means the same. All else is kept, in its order,
unknown members included; identifiers and definitions are not, for references lead elsewhere now.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from conformance.contract.bundle import place_of
from conformance.contract.model import Json
from conformance.errors import ContractError
from conformance.pattern_steps import joined
from conformance.pointer import escape, join

MAX_DEPTH = 64
"""Schemas nested deeper than this are refused; the deepest we know of has twelve levels."""

TYPES = ("array", "boolean", "integer", "number", "object", "string")

Child = Callable[[Json, str, int], Json]
"""What turns a subschema, its pointer and its depth into the rewritten subschema."""


class _Rule(Struct, frozen=True):
    """What a keyword's value must be, in words, and how to tell; `inside` is where schemas are."""

    words: str
    fits: Callable[[Json], bool]
    inside: str = ""


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_ANY = _Rule("anything", lambda _: True)
_COUNT = _Rule("a whole number, zero or more", _is_count)
_NUMBER = _Rule("a number", _is_number)
_LIMIT = _Rule("true or false", lambda value: isinstance(value, bool) or _is_number(value))
_FLAG = _Rule("true or false", lambda value: isinstance(value, bool))
_TEXT = _Rule("text", lambda value: isinstance(value, str))
_SCHEMA = _Rule("a schema, that is an object", lambda value: isinstance(value, dict), "one")
_OR_FLAG = _Rule("true, false or a schema", lambda value: isinstance(value, dict | bool), "one")
_LIST = _Rule("a list of schemas", lambda value: isinstance(value, list) and bool(value), "list")
_MAP = _Rule("an object of schemas", lambda value: isinstance(value, dict), "map")

_COMBINED = ("allOf", "anyOf", "oneOf")
_RULES: dict[str, _Rule] = {
    "type": _Rule(f"one of {', '.join(TYPES)}", lambda value: value in TYPES),
    "enum": _Rule(
        "a list of one value or more", lambda value: isinstance(value, list) and bool(value)
    ),
    "multipleOf": _Rule("a number over zero", lambda value: _is_number(value) and value > 0),
    "required": _Rule("a list of property names", _is_texts),
    "pattern": _TEXT,
    "format": _TEXT,
    "additionalProperties": _OR_FLAG,
    "unevaluatedItems": _OR_FLAG,
    "unevaluatedProperties": _OR_FLAG,
    **dict.fromkeys(("maximum", "minimum"), _NUMBER),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), _LIMIT),
    **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems"), _COUNT),
    **dict.fromkeys(("maxProperties", "minProperties"), _COUNT),
    **dict.fromkeys(("uniqueItems", "nullable"), _FLAG),
    **dict.fromkeys(("not", "items"), _SCHEMA),
    **dict.fromkeys(_COMBINED, _LIST),
    "properties": _MAP,
    # Annotations: kept untouched, known so that a misspelt one is seen.
    **dict.fromkeys(("title", "description", "default", "example", "deprecated"), _ANY),
    **dict.fromkeys(("readOnly", "writeOnly", "discriminator", "xml", "externalDocs"), _ANY),
    # Not of OpenAPI 3.0, yet met in documents that say they are: what their authors mean is plain.
    **dict.fromkeys(("if", "then", "else", "contains", "propertyNames"), _SCHEMA),
    **dict.fromkeys(("patternProperties", "dependentSchemas"), _MAP),
    **dict.fromkeys(("const", "dependentRequired", "examples"), _ANY),
    "prefixItems": _LIST,
}
_TYPE_LIST = (*TYPES, "null")
_ANY_SCHEMA = _Rule("a schema", lambda value: isinstance(value, dict | bool), "one")
_RULES_2020: dict[str, _Rule] = {
    **_RULES,
    "type": _Rule(
        f"one of {', '.join(_TYPE_LIST)}, or a list of them",
        lambda value: (
            value in _TYPE_LIST
            if not isinstance(value, list)
            else bool(value) and all(each in _TYPE_LIST for each in value)
        ),
    ),
    **{name: _ANY_SCHEMA for name, rule in _RULES.items() if rule is _SCHEMA},
    **dict.fromkeys(("minContains", "maxContains"), _COUNT),
}

_DIALECTS = ("https://spec.openapis.org/oas/3.1/dialect/", "https://json-schema.org/draft/2020-12/")
_MOVES = {
    "$id": "references would start from it",
    "$dynamicRef": "where it leads depends on the way there",
    "$recursiveRef": "where it leads depends on the way there",
}
_DROPPED = ("definitions", "contentSchema")
_SPELLINGS = {keyword.casefold(): keyword for keyword in (*_RULES, "$ref")}
_EXCLUSIVE = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def check_dialect(stated: Json, place: str) -> None:
    """Raise ContractError where `stated` names a dialect other than 2020-12, or that of 3.1."""
    if not isinstance(stated, str) or not stated.startswith(_DIALECTS):
        what = f"the schema dialect {_kind(stated)} is not read"
        raise ContractError(what, "JSON Schema 2020-12 is read; convert the schemas.", place)


def rewrite(
    schema: dict[str, Json],
    source: str,
    pointer: str,
    depth: int,
    child: Child,
    *,
    modern: bool = False,
) -> dict[str, Json]:
    """Return the Schema Object `schema`, which holds no `$ref` itself, in the 2020-12 dialect.

    Every subschema becomes what `child` makes of it. `modern` is for OpenAPI 3.1. Raises
    ContractError, naming `source` and the pointer, for a misspelt keyword, a value of the wrong
    kind, or too deep a nesting.
    """
    rules = _RULES_2020 if modern else _RULES
    if depth > MAX_DEPTH:
        what = f"the schemas here are nested over {MAX_DEPTH} levels deep"
        raise ContractError(
            what, "Name the inner ones and refer to them.", place_of(source, pointer)
        )
    out: dict[str, Json] = {}
    for keyword, value in schema.items():
        rule = rules.get(keyword)
        if rule is None:
            _refuse_misspelt(keyword, place_of(source, pointer))
            if modern:
                _refuse_what_moves(keyword, value, place_of(source, f"{pointer}/{keyword}"))
            # In 3.0 `$id` and the like are no keywords; in 2020-12 they would move references.
            if not keyword.startswith("$") and keyword not in _DROPPED:
                out[keyword] = value
            continue
        at = f"{pointer}/{keyword}"
        if not rule.fits(value):
            raise ContractError(
                f"{keyword} must be {rule.words}, not {_kind(value)}",
                "Correct the value in the document.",
                place_of(source, at),
            )
        if rule is _COUNT:
            out[keyword] = int(value)
        elif not rule.inside or isinstance(value, bool):
            out[keyword] = value
        elif rule.inside == "one":
            out[keyword] = child(value, at, depth + 1)
        elif rule.inside == "list":
            out[keyword] = [
                child(each, f"{at}/{index}", depth + 1) for index, each in enumerate(value)
            ]
        else:
            out[keyword] = {
                name: child(each, f"{at}/{escape(name)}", depth + 1) for name, each in value.items()
            }
    _name_branches(schema, out)
    return _respelt(out)


def _name_branches(schema: dict[str, Json], out: dict[str, Json]) -> None:
    """Note in a discriminator how it names each branch: references are gone afterwards.

    A name of the mapping, or else the name of the definition (OpenAPI 3.0.4, section 4.8.25.1).
    """
    told = schema.get("discriminator")
    if not isinstance(told, dict) or "propertyName" not in told:
        return
    stated = told.get("mapping")
    mapping = stated if isinstance(stated, dict) else {}
    for keyword in ("oneOf", "anyOf"):
        if isinstance(schema.get(keyword), list):
            names = [_names_of(branch, mapping) for branch in schema[keyword]]
            out["discriminator"] = {**told, "x-conformance-names": names}
            return


_DEFINITIONS = frozenset({"schemas", "definitions", "$defs"})


def _names_of(branch: Json, mapping: dict[str, Json]) -> list[str]:
    reference = branch.get("$ref") if isinstance(branch, dict) else None
    if not isinstance(reference, str):
        return []
    above, _, last = reference.rpartition("/")
    if "#" in above and above.rpartition("/")[2] not in _DEFINITIONS:
        last = ""  # a place in the midst of the document gives no name
    return [name for name, to in mapping.items() if to in (reference, last)] or [last] * bool(last)


def _respelt(schema: dict[str, Json]) -> dict[str, Json]:
    for exclusive, limit in _EXCLUSIVE:
        if isinstance(schema.get(exclusive), bool):
            schema = _with_exclusive(schema, exclusive, limit)
    if "pattern" in schema:
        schema["pattern"] = joined(schema["pattern"])
    if "patternProperties" in schema:
        members = schema["patternProperties"].items()
        schema["patternProperties"] = {joined(name): each for name, each in members}
    return _with_null(schema) if "nullable" in schema else schema


def _with_exclusive(schema: dict[str, Json], exclusive: str, limit: str) -> dict[str, Json]:
    """Return `{"minimum": 5, "exclusiveMinimum": true}` as `{"exclusiveMinimum": 5}`."""
    strict = schema[exclusive] and limit in schema
    out: dict[str, Json] = {}
    for keyword, value in schema.items():
        if keyword == limit and strict:
            out[exclusive] = value
        elif keyword != exclusive:
            out[keyword] = value
    return out


def _with_null(schema: dict[str, Json]) -> dict[str, Json]:
    """Return `schema` without `nullable`, which in 2020-12 is a type.

    OpenAPI 3.0.3 lets it widen `type` alone. Documents also write it next to enum, anyOf, oneOf
    and allOf, and their servers do answer null: there null is one more value, one more branch.
    """
    nullable = schema["nullable"]
    out = {keyword: value for keyword, value in schema.items() if keyword != "nullable"}
    if not nullable:
        return out
    if "type" in out:
        types = out["type"] if isinstance(out["type"], list) else [out["type"]]
        out["type"] = list(dict.fromkeys((*types, "null")))
    if "enum" in out and None not in out["enum"]:
        out["enum"] = [*out["enum"], None]
    combined = {keyword: out[keyword] for keyword in _COMBINED if keyword in out}
    if list(combined) == ["anyOf"]:
        out["anyOf"] = [*out["anyOf"], {"type": "null"}]
    elif combined:
        # Not one more branch of oneOf: another branch may be nullable too.
        for keyword in combined:
            del out[keyword]
        out["anyOf"] = [combined, {"type": "null"}]
    return out


def _refuse_misspelt(keyword: str, place: str) -> None:
    known = _SPELLINGS.get(keyword.casefold())
    if known is not None:
        what = f'unknown keyword "{keyword}". Did you mean "{known}"?'
        raise ContractError(what, "As it stands it would check nothing.", join(place, keyword))


def _refuse_what_moves(keyword: str, value: Json, place: str) -> None:
    if keyword == "$schema":
        check_dialect(value, place)
    if keyword in _MOVES:
        what = f"{keyword} is not read: {_MOVES[keyword]}"
        raise ContractError(what, "Refer by #/… from the root of the document.", place)


def _kind(value: Json) -> str:
    """Return `value` as a person would point at it: `"5"`, -1, an empty list, an object."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= 40 else f'"{value[:40]}…"'  # noqa: PLR2004
        case int() | float():
            return str(value)
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "an object"
