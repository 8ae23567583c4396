"""Pairwise covering arrays: few rows in which every pair of values meets."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def pairwise(factors: list[list[Any]]) -> list[list[Any]]:
    """Return rows, one value of each factor in each, in which any two values meet somewhere."""
    if len(factors) < 2:  # noqa: PLR2004  (a pair needs two)
        return [[value] for value in factors[0]] if factors else []
    rows = _covering(tuple(len(each) for each in factors))
    return [[each[at] for each, at in zip(factors, row, strict=True)] for row in rows]


@lru_cache(maxsize=256)
def _covering(sizes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return a pairwise covering array over factors of these sizes: operations look alike."""
    from allpairspy import AllPairs  # type: ignore[import-untyped]  # noqa: PLC0415  # it has none

    return tuple(tuple(row) for row in AllPairs([[*range(each)] for each in sizes]))
