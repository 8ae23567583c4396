"""const."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "const",
    source="JSON Schema Validation 2020-12, section 6.1.3",
    words="{site} is: {value}",
)
def const(value: Json, site: Site) -> Iterator[Obligation]:
    """The value is accepted, and nothing that merely looks like it."""
    yield must_accept("the-value", Put(value), f"{value!r:.80} is the value")
    for name, other in _others(value):
        yield must_refuse(name, Put(other), f"{other!r:.80} is another value", lead=name == "other")
    for found in (site.value({"not": {"const": value}}, without=("const",)),):
        if found is not None:
            yield must_refuse("another", Put(found[0]), "a value that fits all else", lead=True)


def _others(value: Json) -> Iterator[tuple[str, Json]]:
    """Yield near misses: equal for a server that compares loosely (JSON Schema Core, 4.2.2)."""
    match value:
        case bool():
            yield "other", not value
            yield "as-number", int(value)
        case str():
            yield "other", value + "x"
            if value.swapcase() != value:
                yield "other-case", value.swapcase()
        case int() | float():
            yield "other", value + 1
            yield "as-text", str(value)
        case None:
            yield "other", "null"
        case list():
            yield "other", [*value, "x"]
        case _:
            yield "other", {**value, "unlisted": "x"}
