"""How many items or members: the limits of arrays and of objects are one rule twice."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Json
from conformance.making import MOST_MEMBERS
from conformance.obligation import Change, Keep, Obligation, Put, Site, must_accept, must_refuse

_COUNTED = {"array": ("Items", "items"), "object": ("Properties", "members")}
"""How the keywords of each type end, and what they count."""


def too_few(limit: int, site: Site, kind: str) -> Iterator[Obligation]:
    """Yield what minItems and minProperties oblige to; `kind` is "array" or "object"."""
    noun = _COUNTED[kind][1]
    nearest: Change = Keep()
    if (least := _of(limit, site, kind)) is not None:
        nearest = Put(least[0])
        yield must_accept("at-limit", nearest, f"{limit} {noun} are enough")
    if limit == 0:
        return
    for name, count in (("too-few", limit - 1), ("none", 0)):
        if (found := _of(count, site, kind, "min")) is not None:
            words, lead = f"{count} {noun} are too few", name == "too-few"
            yield must_refuse(name, Put(found[0]), words, nearest=nearest, lead=lead)


def too_many(limit: int, site: Site, kind: str) -> Iterator[Obligation]:
    """Yield what maxItems and maxProperties oblige to; `kind` is "array" or "object"."""
    noun = _COUNTED[kind][1]
    nearest: Change = Keep()
    if (full := _of(limit, site, kind)) is not None:
        nearest = Put(full[0])
        yield must_accept("at-limit", nearest, f"{limit} {noun} are not too many")
    for name, count in (("over-limit", limit + 1), ("far-over-limit", 2 * limit + 10)):
        if (found := _of(count, site, kind, "max")) is not None:
            words, lead = f"{count} {noun} are too many", name == "over-limit"
            yield must_refuse(name, Put(found[0]), words, nearest=nearest, lead=lead)


def _of(count: int, site: Site, kind: str, broken: str = "") -> tuple[Json] | None:
    """Return a value of `count`, as a tuple of one; the limit named `broken` is not asked."""
    if count > MOST_MEMBERS:
        return None
    ending = _COUNTED[kind][0]
    wanted = {"type": kind, f"min{ending}": count, f"max{ending}": count}
    return site.value(wanted, without=(f"{broken}{ending}",) if broken else ())
