"""if."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept


@keyword(
    "if",
    source="JSON Schema Core 2020-12, section 10.2.2.1",
    words="{site} fits `then` or `else`, chosen by: {value}",
)
def if_(condition: Json, site: Site) -> Iterator[Obligation]:
    """It forbids nothing itself; a value of each side is accepted."""
    for name, holds in (("holds", condition), ("does-not-hold", {"not": condition})):
        found = site.value(holds)
        if found is not None:
            yield must_accept(name, Put(found[0]), f"the condition {name.replace('-', ' ')}")
