"""Every deterministic case: one obligation in one request, held to its expectation."""

from __future__ import annotations

from collections.abc import Callable

from conformance.case import Case


def test_request(case: Case, hold: Callable[[Case], None]) -> None:
    """The target does what the contract owes `case`."""
    hold(case)
