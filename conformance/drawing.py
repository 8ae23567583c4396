"""Drawing from what schemas at one place say together, where the library of `strategies` cannot.

That is recursion, `prefixItems` and the newer keywords, patterns of ECMA 262. A draw is built from
a flat schema (`conformance.flat`), with lengths, numbers and members left to chance, and then asked
of the validator; ordinary values are among the draws, so that something is always drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.contract.model import Json
from conformance.example import Examples, kinds_of
from conformance.flat import Flat, flats
from conformance.words import numbers, of_pattern
from conformance.words import texts as ordinary_texts

_ALTERNATIVES = 6
_ORDINARY = 12
_MOST_ITEMS = 8
_FREE_LENGTH = 12_000

ABSENT = object()
"""What is drawn where no value fits: a member that is left out, an item that is not there."""


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that there is a value for."""
    return {name: value for name, value in members.items() if value is not ABSENT}


def there(items: Iterable[Any]) -> list[Any]:
    """Return the items that there is a value for."""
    return [item for item in items if item is not ABSENT]


Inner = Callable[[Sequence[Json]], SearchStrategy[Any]]
"""What draws the members and items: a strategy for the schemas that hold there together."""
Texts = Callable[[int, int], SearchStrategy[str]]


def drawn(
    parts: Sequence[Json], root: Json, inner: Inner, texts: Texts, *, deep: bool
) -> SearchStrategy[Any]:
    """Return values that fit all of `parts`, or ABSENT; `deep` ones are ordinary."""
    examples = Examples(root)
    known = [*islice(examples.values(parts), 2 if deep else _ORDINARY)]
    if not known:
        return st.just(ABSENT)
    ordinary = st.sampled_from(known)
    if deep:
        return ordinary
    free = [_of_flat(flat, inner, texts) for flat in islice(flats(parts, root), _ALTERNATIVES)]
    fitting = st.one_of(*free).filter(lambda value: examples.fits(parts, value))
    return st.one_of(fitting, ordinary) if free else ordinary


def _of_flat(flat: Flat, inner: Inner, texts: Texts) -> SearchStrategy[Any]:
    if flat.enum is not None:
        return st.sampled_from(flat.enum)
    found: list[SearchStrategy[Any]] = []
    for kind in kinds_of(flat):
        match kind:
            case "object":
                found.append(_objects(flat, inner))
            case "array":
                found.append(_arrays(flat, inner))
            case "string":
                found.append(_texts(flat, texts))
            case "integer" | "number":
                found.append(_numbers(flat, whole=kind == "integer"))
            case "boolean":
                found.append(st.booleans())
            case _:
                found.append(st.none())
    return st.one_of(*found)


def _texts(flat: Flat, texts: Texts) -> SearchStrategy[str]:
    least = flat.min_length
    most = _FREE_LENGTH if flat.max_length is None else flat.max_length
    if flat.formats and not flat.patterns:
        return st.sampled_from([*islice(ordinary_texts(flat), _ORDINARY)] or ["abc"])
    if not flat.patterns:
        return texts(least, max(least, most))
    first = flat.patterns[0]
    usual = [*islice(ordinary_texts(flat), _ORDINARY)] or ["abc"]
    long = st.integers(least, max(least, min(most, 2000))).map(
        lambda size: next(of_pattern(first, size), usual[0])
    )
    return st.sampled_from(usual) | long


def _numbers(flat: Flat, *, whole: bool) -> SearchStrategy[Any]:
    near = [*islice(numbers(flat, whole=whole), _ORDINARY)]
    low = None if flat.low is None else flat.low[0]
    high = None if flat.high is None else flat.high[0]
    step = flat.step
    if step is not None or whole:
        unit = step if step is not None else 1
        first = near[0] if near else 0
        return st.integers(-(10**6), 10**6).map(
            lambda count: _number(first, count, float(unit), whole=whole)
        ) | st.sampled_from(near or [0])
    wide = st.floats(
        None if low is None else float(low),
        None if high is None else float(high),
        allow_nan=False,
        allow_infinity=False,
    )
    return wide | st.sampled_from(near or [0])


def _number(first: float, count: int, unit: float, *, whole: bool) -> int | float:
    value = first + count * unit
    return round(value) if whole or float(value).is_integer() else value


def _arrays(flat: Flat, inner: Inner) -> SearchStrategy[list[Any]]:
    most = flat.min_items + _MOST_ITEMS if flat.max_items is None else flat.max_items
    prefix = max((len(part.get("prefixItems", ())) for part in flat.parts), default=0)
    most = min(most, flat.min_items + prefix + _MOST_ITEMS)
    members = [inner(flat.item(index)) for index in range(prefix)]
    rest = inner(flat.item(prefix)) if not any(s is False for s in flat.item(prefix)) else None
    most = most if rest is not None else min(most, prefix)

    def items(size: int) -> SearchStrategy[list[Any]]:
        own = members[:size] + [rest] * (size - prefix) if rest is not None else members[:size]
        return st.tuples(*own).map(there)

    return st.integers(flat.min_items, max(flat.min_items, most)).flatmap(items)


def _objects(flat: Flat, inner: Inner) -> SearchStrategy[dict[str, Any]]:
    declared = [*flat.declared()]
    allowed = {
        name: inner(flat.member(name))
        for name in dict.fromkeys([*declared, *flat.required])
        if not any(schema is False for schema in flat.member(name))
    }
    optional = {name: each for name, each in allowed.items() if name not in flat.required}
    required = {name: each for name, each in allowed.items() if name in flat.required}
    named = st.fixed_dictionaries(required, optional=optional).map(present)
    extra = flat.member("key")
    if any(schema is False for schema in extra) or not extra:
        return named
    more = st.dictionaries(st.sampled_from(["key", "k2", "x"]), inner(extra), max_size=3)
    return st.builds(lambda one, two: {**present(two), **one}, named, more)
