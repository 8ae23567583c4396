"""Exploration: arbitrary valid bodies and arbitrary violations, shrunk to the smallest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.explore import Exploration


def test_random(exploration: Exploration, explore: Callable[[Exploration], None]) -> None:
    """No request drawn for `exploration` is answered against the contract."""
    explore(exploration)
