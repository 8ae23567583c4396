"""not."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.keywords import keyword
from conformance.kinds import SAMPLES
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse


@keyword(
    "not",
    source="JSON Schema Core 2020-12, section 10.2.1.4",
    words="{site} does not fit: {value}",
)
def not_(forbidden: Json, site: Site) -> Iterator[Obligation]:
    """What fits the schema is refused, what does not is accepted."""
    found = site.value()
    if found is not None:
        yield must_accept("other", Put(found[0]), "it does not fit what is forbidden")
    seen = []
    for name in SAMPLES:
        other = site.value({"type": name}, forbidden, without=("not",))
        if other is not None and other[0] not in seen:
            seen.append(other[0])
            words = f"this {name} is what is forbidden"
            yield must_refuse(f"forbidden-{name}", Put(other[0]), words, lead=True)
