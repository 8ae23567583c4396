"""The place of a clause in the contract, as an excerpt: the keywords beside it, its own marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from conformance.clause import Clause
from conformance.pointer import unescape
from conformance.report.text import bounded

_VALUE = 120
_BESIDE = 14


class Keyword(Struct, frozen=True):
    """One line of an excerpt: `maxLength: 5000`, `own` where it is the clause's."""

    name: str
    value: str
    own: bool


class Snippet(Struct, frozen=True):
    """An excerpt: the JSON Pointer of the schema, and its keywords."""

    pointer: str
    keywords: tuple[Keyword, ...]


def by_schema(clauses: Sequence[Clause]) -> Mapping[str, tuple[Clause, ...]]:
    """Return the clauses of each schema object, by its place in the contract."""
    found: dict[str, dict[str, Clause]] = {}
    for clause in clauses:
        if clause.keyword_location:
            parent = _parent(clause.keyword_location)
            found.setdefault(parent, {}).setdefault(clause.keyword_location, clause)
    return {parent: tuple(own.values()) for parent, own in found.items()}


def snippet(clause: Clause, schemas: Mapping[str, tuple[Clause, ...]]) -> Snippet | None:
    """Return the excerpt for `clause`; None where it stands nowhere in the contract."""
    if not clause.keyword_location:
        return None
    parent = _parent(clause.keyword_location)
    beside = [each for each in schemas.get(parent, ()) if each.value]
    own = [each for each in beside if each.keyword_location == clause.keyword_location]
    rest = [each for each in beside if each.keyword_location != clause.keyword_location]
    if not own:
        return Snippet(clause.keyword_location, ())
    kept = {id(each) for each in (*own, *rest[: _BESIDE - 1])}
    return Snippet(
        parent,
        tuple(
            Keyword(
                unescape(each.keyword_location.rpartition("/")[2]),
                bounded(each.value, _VALUE),
                each.keyword_location == clause.keyword_location,
            )
            for each in beside
            if id(each) in kept
        ),
    )


def _parent(location: str) -> str:
    return location.rpartition("/")[0]
