"""required."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Obligation, Site, Without, must_refuse


@keyword(
    "required",
    source="JSON Schema Validation 2020-12, section 6.5.3",
    words="{subject} is required",
)
def required(names: list[str], site: Site) -> Iterator[Obligation]:
    """Each name missing alone, and all of them."""
    for name in names:
        yield must_refuse(
            "missing", Without((name,)), f"{name} is missing", subject=name, lead=True
        )
    if len(names) > 1:
        yield must_refuse("all-missing", Without(tuple(names)), "every required name is missing")
