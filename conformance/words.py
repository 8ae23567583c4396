"""Plain values for what a flat schema asks of texts and numbers, the ordinary ones first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import islice

from conformance.contract.model import Json
from conformance.flat import Flat
from conformance.patterns import UnreadablePatternError, matching
from conformance.text import MOST_CHARACTERS, repeated
from conformance.validation import matches

_BASE64 = "YWJj"
FORMATS: Mapping[str, str] = {
    "date": "2026-02-28",
    "date-time": "2026-02-28T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "email": "ann@example.com",
    "idn-email": "ann@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "iri": "https://example.com/a",
    "uri-reference": "/a",
    "iri-reference": "/a",
    "uri-template": "/a/{b}",
    "json-pointer": "/a",
    "relative-json-pointer": "0",
    "regex": "^a$",
    "byte": _BASE64,
    "base64url": _BASE64,
    "char": "a",
}
"""An ordinary text of each format that is known."""

_SHARED = "Aa1-aaaa"
"""Texts that passwords and the like ask for: a letter of each kind, a digit and a mark."""

_LIKELY = (_SHARED, "Aa1!aaaa", "a1", "A1", "a@example.com", "2026-02-28", "aA0!aA0!aA0!")


def of_pattern(pattern: str, length: int | None = None) -> Iterator[str]:
    """Yield texts that match `pattern`, as the validator says."""
    try:
        built = [*islice(matching(pattern, length), 12)]
    except UnreadablePatternError:
        built = []
    for text in (*built, *_LIKELY):
        if (length is None or len(text) == length) and matches(pattern, text):
            yield text


def texts(flat: Flat) -> Iterator[str]:
    """Yield texts that fit the lengths, patterns and formats of `flat`."""
    least, most = flat.min_length, flat.max_length
    if (most is not None and most < least) or least > MOST_CHARACTERS:
        return
    if flat.patterns:
        first, *others = flat.patterns
        lengths = [None, *range(least, least + 4), *([most] if most is not None else [])]
        for length in lengths:
            for text in of_pattern(first, length):
                fits = least <= len(text) and (most is None or len(text) <= most)
                if fits and all(matches(other, text) for other in others):
                    yield text
        return
    base = next((FORMATS[name] for name in flat.formats if name in FORMATS), "abc")
    if base == _BASE64:
        yield repeated(base, max(1, -(-least // len(base))) * len(base))
    if len(base) < least:
        base += "a" * (least - len(base))
    yield base if most is None else base[:most]
    for number in range(60):
        text = f"{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number // 26 or ''}"
        text = text if len(text) >= least else text + repeated("b", least - len(text))
        if most is None or len(text) <= most:
            yield text
    if least == 0:
        yield ""


def numbers(flat: Flat, *, whole: bool) -> Iterator[int | float]:
    """Yield numbers within the limits of `flat`, multiples of its steps, near one of its ends."""
    step = flat.step
    if whole:
        step = Decimal(1) if step is None else _whole_step(step)
    for start, ahead in _starts(flat, step):
        for count in range(40):
            value = start + (step or Decimal(1)) * (count if ahead else -count)
            if _within(flat, value):
                yield plain(value)
            elif count:
                break


def _starts(flat: Flat, step: Decimal | None) -> Iterator[tuple[Decimal, bool]]:
    low, high = flat.low, flat.high
    if low is not None:
        value = low[0] if step is None else _multiple(low[0], step, ROUND_CEILING)
        if low[1] and value == low[0]:
            value += step or Decimal(1)
        yield value, True
    elif high is None or high[0] >= 1:
        yield step or Decimal(1), True
    if high is not None:
        value = high[0] if step is None else _multiple(high[0], step, ROUND_FLOOR)
        if high[1] and value == high[0]:
            value -= step or Decimal(1)
        yield value, False
    if low is not None and high is not None and step is None:
        yield (low[0] + high[0]) / 2, True
    yield Decimal(0), True


def _whole_step(step: Decimal) -> Decimal:
    """Return the smallest whole number that `step` divides."""
    top, below = step.as_integer_ratio()
    del below
    return Decimal(top)


def _multiple(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding) * step


def _within(flat: Flat, value: Decimal) -> bool:
    if flat.low is not None and (value < flat.low[0] or (flat.low[1] and value == flat.low[0])):
        return False
    high = flat.high
    return high is None or value < high[0] or (value == high[0] and not high[1])


def plain(value: Decimal) -> int | float:
    """Return a number as JSON carries it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


__all__ = ["FORMATS", "Json", "numbers", "of_pattern", "plain", "texts"]
