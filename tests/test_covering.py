"""Every two values of two factors meet, in few rows, and the same rows each time."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest

from conformance.covering import pairwise

FACTORS: tuple[list[list[Any]], ...] = (
    [["a", "b"], [None, ("x",)], [1, 2, 3]],
    [[None, (each,)] for each in range(12)],
    [[[], {}], ["same", "same"], [True, False]],
)


@pytest.mark.parametrize("factors", FACTORS, ids=["mixed", "many", "unhashable"])
def test_any_two_values_meet(factors: list[list[Any]]) -> None:
    rows = pairwise(factors)
    for (i, left), (j, right) in combinations(enumerate(factors), 2):
        met = [(row[i], row[j]) for row in rows]
        assert all(pair in met for pair in product(left, right))
    assert len(rows) < len([*product(*factors)]) or len(factors) < 4
    assert rows == pairwise(factors)


def test_one_factor_has_a_row_for_each_value() -> None:
    assert pairwise([["a", "b"]]) == [["a"], ["b"]]
    assert pairwise([]) == []
