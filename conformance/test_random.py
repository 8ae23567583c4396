"""Exploration: arbitrary valid bodies and arbitrary violations, shrunk to the smallest."""

from __future__ import annotations

from conformance.explore import Exploration, explore
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.run import EXAMPLES, Run


def test_random(run: Run, plan: Plan, exploration: Exploration) -> CaseRecord:
    """No request drawn for `exploration` is answered against the contract."""
    examples = EXAMPLES[run.settings.depth] * (1 if exploration.keyword else 4)
    return explore(run.session, plan, exploration, examples, run.settings.seed)
