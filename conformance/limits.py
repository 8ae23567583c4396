"""What the four limits of numbers owe: values at, just inside and just outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from conformance.doubles import EXACT
from conformance.flat import flats
from conformance.obligation import Obligation, Put, Site, must_accept, must_refuse
from conformance.words import plain


def beyond(
    site: Site, keyword: str, limit: float, *, above: bool, excluded: bool
) -> Iterator[Obligation]:
    """Yield values on both sides of `limit`; `above` tells on which one they are refused."""
    exact, away = Decimal(str(limit)), Decimal(1 if above else -1)
    whole = "integer" in site.types and "number" not in site.types
    step = _step(site)
    inside = [exact - away * (step or 1), exact - away * (step or 1) * 10]
    outside = [exact + away * (step or 1), exact + away * (step or 1) * 1000]
    (outside if excluded else inside).insert(0, exact)
    if abs(exact) >= EXACT:
        outside.insert(0, exact + away * abs(exact))
        inside.insert(0, exact - away * (abs(exact) / 2).to_integral_value())
    if not whole and step is None:
        inside.append(exact - away * _bit(exact))
        outside.append(exact + away * _bit(exact))
    numeric: Mapping[str, object] = {"type": "number"}
    near = site.value(numeric)
    inside = [value for value in inside if site.fits(plain(value))]
    nearest = Put(plain(inside[0])) if inside else Put(near[0]) if near is not None else None
    for value in dict.fromkeys(inside):
        name = "at-limit" if value == exact else f"inside-{_label(abs(value - exact))}"
        yield must_accept(name, Put(plain(value)), f"{plain(value)} is inside")
    side = "maximum" if not above else "minimum"
    found = site.value({**numeric, side: limit, "not": {keyword: limit}}, without=(keyword,))
    tried = [] if found is None else [Decimal(str(found[0]))]
    options = {} if nearest is None else {"nearest": nearest}
    for value in dict.fromkeys([*outside, *tried]):
        name = "at-limit-itself" if value == exact else f"outside-{_label(abs(value - exact))}"
        words = f"{plain(value)} is {'above' if above else 'below'}"
        lead = value in (outside[0], *tried)
        yield must_refuse(name, Put(plain(value)), words, lead=lead, **options)


def _bit(limit: Decimal) -> Decimal:
    """Return a small part of the magnitude of `limit`, so that binary fractions tell it."""
    return Decimal("0.01") if abs(limit) < 10**6 else Decimal(1)


def _step(site: Site) -> Decimal | None:
    for flat in flats(site.parts or (site.schema,), {}):
        return flat.step
    return None


def _label(distance: Decimal) -> str:
    return format(distance.normalize(), "f").replace(".", "_")
