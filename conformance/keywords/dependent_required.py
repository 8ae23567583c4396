"""dependentRequired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, Without, must_accept, must_refuse


@keyword(
    "dependentRequired",
    source="JSON Schema Validation 2020-12, section 6.5.4",
    words="in {site} some names ask for others: {value}",
)
def dependent_required(wanted: Mapping[str, list[str]], site: Site) -> Iterator[Obligation]:
    """Where the name is, the others are required; where it is not, they are not."""
    for index, (name, others) in enumerate(wanted.items()):
        whole = site.value({"type": "object", "required": [name, *others]})
        if whole is None:
            continue
        value = whole[0]
        yield must_accept(f"with-{index}", Put(value), f"{name} with {', '.join(others)}")
        for count, other in enumerate(others):
            if other != name:
                less = Without((other,))(value)
                words = f"{name} without {other}"
                label, nearest = f"without-{index}-{count}", Put(value)
                culprits = (name, other)
                yield must_refuse(
                    label, Put(less), words, nearest=nearest, culprits=culprits, lead=True
                )
