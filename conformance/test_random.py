"""Exploration: arbitrary valid bodies and arbitrary violations, shrunk to the smallest."""

from __future__ import annotations

from conformance.explore import Exploration
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.run import Run
from conformance.whole import explored


def test_random(run: Run, plan: Plan, exploration: Exploration) -> CaseRecord:
    """No request drawn for `exploration` is answered against the contract."""
    return explored(run, plan, exploration)
