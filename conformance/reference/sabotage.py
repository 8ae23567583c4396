"""Spoil an answer at one place, so that it breaks one keyword and nothing else there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract.model import Json
    from conformance.reference.schema import Checker, Path


class Sabotage(Struct, frozen=True):
    """Answers documented under `status` are to break `keyword` at `path`.

    The keyword `media-type` is broken by the content-type header instead.
    """

    status: str
    path: Path
    keyword: str


def spoil(sabotage: Sabotage, checker: Checker, schema: Json, body: Json) -> Json:
    """Return `body` spoilt; `body` holds a value at the place, or is returned as it is.

    Of several ways to break the keyword the one that breaks least besides is taken.
    """
    if not reaches(body, sabotage.path):
        return body
    if sabotage.keyword == "required":
        *above, name = sabotage.path
        return rebuilt(body, tuple(above), lambda value: _less(value, name))
    best, fewest = body, 1 << 30
    for candidate in _candidates(_at(body, sabotage.path)):
        whole = rebuilt(body, sabotage.path, partial(_instead, candidate))
        problems = list(checker.problems(schema, whole))
        hit = any(
            each.keyword == sabotage.keyword and each.path[: len(sabotage.path)] == sabotage.path
            for each in problems
        )
        if hit and len(problems) < fewest:
            best, fewest = whole, len(problems)
    return best


def _candidates(value: Json) -> Iterator[Json]:
    """Yield values one of which breaks any one keyword, the likely ones first."""
    yield from (1, "conformance_other", None, True, False, [], {}, -1, 0.5, "")
    text = value if isinstance(value, str) else ""  # made longer, it stays one of its kind
    for limit in (10, 100, 500, 1_000, 5_000, 40_000, 100_000):
        yield text.ljust(limit + 1, "a")
    yield from (10**12, -(10**12), "\u0001 ?")
    if isinstance(value, dict):
        yield value | {"conformance_unknown": 1}
        yield value | {f"conformance_{number}": 1 for number in range(100)}
    if isinstance(value, list):
        yield value + value[:1]
        yield value * 1_000


def reaches(body: Json, path: Path) -> bool:
    """Whether `body` holds a value at `path`."""
    for step in path:
        if isinstance(body, dict) and step in body:
            body = body[str(step)]
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            return False
    return True


def _at(body: Json, path: Path) -> Json:
    for step in path:
        body = body[step]
    return body


def _instead(new: Json, _: Json) -> Json:
    return new


def _less(value: Json, name: str | int) -> Json:
    return {key: each for key, each in value.items() if key != name}


def rebuilt(value: Json, path: Path, change: Callable[[Json], Json]) -> Json:
    """Return `value` with what stands at `path` changed, copied along the way.

    Not a deep copy: that keeps shared parts shared, and would change them in two places.
    """
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    copied = value.copy()
    copied[step] = rebuilt(value[step], rest, change)
    return copied
