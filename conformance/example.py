"""Ordinary valid values of a schema: the smallest and the fullest.

A value is built from what the schemas at a place say together (`conformance.flat`), and then asked
of the validator. Where the first does not fit, others are built with every part asked on its own:
slower, and needed for `not`, `oneOf` and members that forbid one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from conformance.contract.model import Json
from conformance.errors import NoExampleError
from conformance.flat import EndlessSchemaError
from conformance.formats import of_openapi
from conformance.kinds import kinds_of, text_of
from conformance.making import MOST_TRIES, EndlessError, Maker
from conformance.schema import View, standalone
from conformance.validation import Validator

_SHOWN = 80
_TWISTED = 8
_ENDLESS = "the schema contains itself without an end"


def smallest(schema: Json, root: Json) -> Json:
    """Return a valid value with the required members only. Raises NoExampleError."""
    return Examples(root).value((schema,))


def fullest(schema: Json, root: Json) -> Json:
    """Return a valid value with every declared member. Raises NoExampleError."""
    return Examples(root).value((schema,), full=True)


class Examples:
    """Valid values under the definitions of one `root`; what was found once is kept.

    They honour each `format` as well, but for those that nothing honours: `format` is an annotation
    (JSON Schema Validation 2020-12, section 7.2.1), and an enum of `now` goes before date-time.
    """

    def __init__(self, root: Json, *, formats: bool = True) -> None:
        self._root = root
        self._formats = formats
        self._values: dict[tuple[bool, tuple[int, ...]], tuple[Sequence[Json], Json | None]] = {}
        self._validators: dict[tuple[int, ...], tuple[Sequence[Json], Validator]] = {}

    def value(self, parts: Sequence[Json], *, full: bool = False) -> Json:
        """Return a value that fits all of `parts`. Raises NoExampleError."""
        key = (full, tuple(map(id, parts)))
        if key not in self._values:
            # The parts are kept as well: an id is one only as long as they live.
            self._values[key] = (parts, self._found(parts, full=full))
        found = self._values[key][1]
        if isinstance(found, NoExampleError):
            raise found
        return found

    def values(self, parts: Sequence[Json], *, full: bool = False) -> Iterator[Json]:
        """Yield different values that fit all of `parts`, ordinary ones first."""
        seen = set()
        maker = Maker(self.fits, self._root, careful=True)
        for each in islice(maker.candidates(parts, 0, full=full), MOST_TRIES):
            text = text_of(each)
            if text not in seen and self.fits(parts, each):
                seen.add(text)
                yield each

    def fits(self, parts: Sequence[Json], value: Json) -> bool:
        """Whether `value` is valid under all of `parts`."""
        key = tuple(map(id, parts))
        if key not in self._validators:
            whole = parts[0] if len(parts) == 1 else {"allOf": [*parts]}
            checks = of_openapi() if self._formats else None
            validator = Validator(standalone(whole, self._root), checks=checks)
            self._validators[key] = (parts, validator)
        return self._validators[key][1].fits(value)

    def _found(self, parts: Sequence[Json], *, full: bool) -> Json:
        """Return a value that fits, or the NoExampleError that says why there is none."""
        tried: list[Json] = []
        first: Json = None
        try:
            for careful in (False, True):
                maker = Maker(self.fits, self._root, careful=careful)
                tries = MOST_TRIES if careful else 2
                for each in islice(maker.candidates(parts, 0, full=full), tries):
                    first = each if first is None else first
                    tried.append(each)
                    if self.fits(parts, each):
                        return each
        except (RecursionError, EndlessSchemaError):
            return NoExampleError(_ENDLESS)
        except EndlessError:
            return NoExampleError(_ENDLESS)
        if self._formats:
            return Examples(self._root, formats=False)._found(parts, full=full)  # noqa: SLF001
        twisted = next(
            (each for each in self._twisted(parts, tried) if self.fits(parts, each)), None
        )
        if twisted is not None:
            return twisted
        if first is None:
            return NoExampleError("no ordinary value was found that fits all that is asked")
        shown = text_of(first)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        return NoExampleError(f"no ordinary value was found that fits: {shown} does not")

    def _twisted(self, parts: Sequence[Json], tried: Sequence[Json]) -> Iterator[Json]:
        """Yield `tried` with one member more, of an odd kind: other branches may be meant to fail.

        Where a value of one branch of `oneOf` is always one of another too, a member that only the
        other one knows tells them apart.
        """
        names = {
            name
            for part in parts
            for schema in View.of(part, self._root).schemas
            for name in schema.get("properties", ())
        }
        objects = [each for each in tried if isinstance(each, dict)][:_TWISTED]
        for value, name, odd in product(objects, sorted(names), (0, "x", {}, True)):
            yield {**value, name: odd}


__all__ = ["Examples", "NoExampleError", "fullest", "kinds_of", "smallest"]
