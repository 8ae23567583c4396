"""Schemas that hold together → one, without applicators in place: what a value must be like.

`allOf`, `$ref` and one choice of every `anyOf`, `oneOf` and `if` are taken in. A flat schema is
for building values, never for judging them: of `not`, the other branches of a `oneOf` and the like
it knows nothing, and whoever builds a value asks the validator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from conformance.conjunction import Flat, Part, decimal, items_of, members_of, same, together
from conformance.contract.model import Json
from conformance.schema import dereference

MOST_CHOICES = 24
"""How many choices of branches are tried."""

_NESTED = 24
_INSIDE = 6
"""How deep branches within branches are looked into."""

CHOOSERS = frozenset({"anyOf", "oneOf", "if", "then", "else"})
RELATIONS = frozenset(
    {
        *("anyOf", "oneOf", "if", "not", "dependentRequired", "dependentSchemas"),
        *("minProperties", "maxProperties", "propertyNames", "unevaluatedProperties", "contains"),
    }
)
"""Keywords by which one member may forbid another."""


class EndlessSchemaError(Exception):
    """A schema holds itself in place, without an end."""


def flats(parts: Sequence[Json], root: Json) -> Iterator[Flat]:
    """Yield what `parts` may say together, one for each choice of branches that is possible.

    Raises EndlessSchemaError for a schema that holds itself in place.
    """
    for chosen in islice(choices(parts, root, 0), MOST_CHOICES):
        flat = together(chosen)
        if flat is not None:
            yield flat


def expanded(schema: Json, root: Json, depth: int = 0) -> Iterator[Json]:
    """Yield `schema` without its reference, and what its `allOf` holds, all the way in."""
    if depth > _NESTED:
        raise EndlessSchemaError
    schema = dereference(schema, root)
    yield schema
    for each in schema.get("allOf", ()) if isinstance(schema, Mapping) else ():
        yield from expanded(each, root, depth + 1)


def choices(parts: Sequence[Json], root: Json, depth: int) -> Iterator[list[Part]]:
    """Yield the plain schemas of each choice of branches; none where `false` is among them."""
    plain: list[Part] = []
    options: list[list[list[Json]]] = []
    if depth > _INSIDE:
        return
    for part in parts:
        for each in expanded(part, root):
            if each is False:
                return
            if isinstance(each, Mapping):
                plain.append(each)
                options += branches(each)
    if not options:
        yield plain
        return
    # The first choices first, each differing in one place before several do.
    for picked in product(*options):
        inner = [schema for branch in picked for schema in branch]
        for more in choices(inner, root, depth + 1):
            yield [*plain, *more]


def branches(schema: Part) -> list[list[list[Json]]]:
    """Return each choice that `schema` leaves: its options, each a list of schemas."""
    found: list[list[list[Json]]] = []
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            options = sorted(schema[keyword], key=_is_empty)
            found.append([[each] for each in options])
    if "if" in schema and ("then" in schema or "else" in schema):
        holds = [schema["if"], schema.get("then", True)]
        other = [{"not": schema["if"]}, schema.get("else", True)]
        found.append([holds, other])
    return found


def _is_empty(schema: Json) -> bool:
    """Whether a branch is there for leaving a value empty: not the ordinary choice."""
    if not isinstance(schema, Mapping):
        return False
    return schema.get("type") == "null" or (
        "enum" in schema and all(each in ("", None) for each in schema["enum"])
    )


__all__ = [
    "EndlessSchemaError",
    "Flat",
    "decimal",
    "expanded",
    "flats",
    "items_of",
    "members_of",
    "same",
]
