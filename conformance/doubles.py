"""Numbers that a double does not hold: a target may know the nearest one instead.

Only within ±(2**53 - 1) do implementations agree exactly on the value of an integer (RFC 8259,
section 6). Who reads doubles reads the numbers of requests so, and those of the contract.
"""

from __future__ import annotations

import math
import sys

from conformance.contract.model import Json

EXACT = 2**53
"""From there on a double may not tell a whole number from the one beside it."""

_MOST = int(sys.float_info.max)


def nearest(value: Json, *, only_fractions: bool = False) -> Json:
    """Return `value` with the nearest double for each number that is large; itself without one.

    They are written as the whole numbers that they are: `1e23` is 99999999999999991611392. With
    `only_fractions` what is written as a whole number stays as it is.
    """
    if isinstance(value, dict):
        members = {n: nearest(each, only_fractions=only_fractions) for n, each in value.items()}
        return members if any(members[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        items = [nearest(each, only_fractions=only_fractions) for each in value]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    large = isinstance(value, float if only_fractions else int | float)
    if large and EXACT < abs(value) < math.inf:
        return int(float(max(-_MOST, min(_MOST, int(value)))))
    return value
