"""required."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, Without, must_refuse


@keyword(
    "required",
    source="JSON Schema Validation 2020-12, section 6.5.3",
    words="{subject} is required",
)
def required(names: list[str], site: Site) -> Iterator[Obligation]:
    """Each name missing alone, and all of them.

    Where an object would be left empty, one that is not goes out as well: an empty one may be none.
    """
    for name in names:
        without = Without((name,))
        yield must_refuse("missing", without, f"{name} is missing", subject=name, lead=True)
        more = site.value({"type": "object", "minProperties": 2}) if _alone(name, site) else None
        if more is not None:
            less, nearest = Put(without(more[0])), Put(more[0])
            words = f"{name} is missing, and something else is there"
            yield must_refuse(
                "missing-beside",
                less,
                words,
                subject=name,
                nearest=nearest,
                lead=True,
                around=False,
            )
    if len(names) > 1:
        yield must_refuse("all-missing", Without(tuple(names)), "every required name is missing")


def _alone(name: str, site: Site) -> bool:
    return isinstance(site.sample, dict) and site.sample.keys() == {name}
