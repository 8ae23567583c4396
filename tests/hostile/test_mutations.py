"""Two thousand mutated answers; many more by hand, see `tests.hostile.mutations`."""

from __future__ import annotations

from tests.hostile.mutations import run
from tests.scripted import plan_of_the_suite


def test_nothing_escapes_and_no_wreck_passes() -> None:
    classes, bad = run(2000, 0, plan_of_the_suite())
    assert bad == []
    assert classes["FAULT"] > 500
    assert classes["PASS"] > 5
    assert classes["FAIL"] > 100
