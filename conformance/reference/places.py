"""The places of an answer, and the clauses that it can be made to break there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.demands import safe
from conformance.reference.example import Examples
from conformance.reference.idle import is_idle
from conformance.reference.keywords import CHECKS
from conformance.reference.sabotage import Sabotage, spoil
from conformance.reference.schema import Checker, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Content, Json

PLACE_DEPTH_LIMIT = 4


def spoilable_in(content: Content, status: str) -> Iterator[tuple[str, Sabotage]]:
    """Yield the response clauses that an answer can be made to violate."""
    checker = Checker(content.schema)
    sites = _places(content.schema, "", (), checker, PLACE_DEPTH_LIMIT)
    examples = Examples(checker)
    for name, place, keyword in sites:
        sabotage = Sabotage(status, place, keyword)
        body = examples.make(content.schema, place)
        spoilt = spoil(sabotage, checker, content.schema, body)
        if any(each.keyword == keyword for each in checker.problems(content.schema, spoilt)):
            yield name, sabotage


def _places(
    schema: Json, name: str, place: Path, checker: Checker, depth: int
) -> Iterator[tuple[str, Path, str]]:
    if not isinstance(schema, dict) or depth == 0 or schema.get("writeOnly"):
        return  # nobody asks of an answer what is there to be sent alone
    if "$ref" in schema:
        yield from _places(checker.resolve(schema), name, place, checker, depth - 1)
    for keyword in CHECKS:
        if keyword == "required":
            for each in schema.get("required", ()):
                yield f"{name}/{safe(each)}/required", (*place, each), "required"
        elif keyword in schema and not is_idle(keyword, schema):
            yield f"{name}/{keyword}", place, keyword
    for each, below in schema.get("properties", {}).items():
        yield from _places(below, f"{name}/{safe(each)}", (*place, each), checker, depth - 1)
    yield from _places(schema.get("items"), f"{name}/items", (*place, 0), checker, depth - 1)
    for below in schema.get("allOf", ()):
        yield from _places(below, name, place, checker, depth - 1)
