"""minContains."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse

_IDLE = {0: "forbids nothing", 1: "says what contains means without it"}


@keyword(
    "minContains",
    source="JSON Schema Validation 2020-12, section 6.4.5",
    words="{site} holds at least {value} items that fit what it contains",
    idle=lambda limit: _IDLE.get(limit, ""),
)
def min_contains(limit: int, site: Site) -> Iterator[Obligation]:
    """Only items that fit `contains` count; where none does, `contains` itself is broken."""
    if "contains" not in site.schema or limit in _IDLE:
        return
    fitting = {"type": "array", "items": site.schema["contains"]}
    exact = site.value({**fitting, "minItems": limit, "maxItems": limit})
    if exact is not None:
        yield must_accept("at-limit", Put(exact[0]), f"{limit} items fit")
    count = limit - 1
    asked = {**fitting, "minItems": count, "maxItems": count}
    other = site.value(asked, without=("minContains", "maxContains", "contains"))
    if other is not None:
        words = f"{count} items fit, one too few"
        yield must_refuse("too-few", Put(other[0]), words, lead=True)
