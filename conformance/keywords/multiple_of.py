"""multipleOf."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from conformance.doubles import EXACT
from conformance.keywords import keyword
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.words import plain


@keyword(
    "multipleOf",
    source="JSON Schema Validation 2020-12, section 6.2.1",
    words="{site} is a multiple of {value}",
)
def multiple_of(step: float, site: Site) -> Iterator[Obligation]:
    """Decimal as it is written: 0.3 is a multiple of 0.1, whatever binary fractions say."""
    exact = Decimal(str(step))
    for name, factor in (("once", 1), ("twice", 2), ("none", 0), ("minus", -1), ("many", 10**6)):
        value = plain(exact * factor)
        if site.fits(value) and _robust(value, step):
            yield must_accept(name, Put(value), f"{value} is {step} times {factor}")
    number = {"type": "number", "not": {"multipleOf": step}}
    beside = [each for each in site.values(number, without=("multipleOf",)) if _number(each)]
    beside += [plain(exact * Decimal(factor)) for factor in ("0.5", "1.5", "1000001.5")]
    if plain(exact) != 1:
        beside += [plain(exact + 1), plain(exact - 1)]
    seen = set()
    for count, value in enumerate(beside):
        if value not in seen and (Fraction(str(value)) / Fraction(exact)).denominator > 1:
            seen.add(value)
            words = f"{value} is no multiple of {step}"
            yield must_refuse(f"beside-{count}", Put(value), words, lead=len(seen) <= 2)  # noqa: PLR2004  (one of them fits all else)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _robust(value: float, step: float) -> bool:
    """Whether binary fractions agree, so that no honest server is blamed for its arithmetic."""
    try:
        quotient = value / step
    except OverflowError:
        return False
    return quotient == int(quotient) and abs(value) < EXACT
