"""Every deterministic case: one obligation in one request, held to its expectation."""

from __future__ import annotations

from conformance.case import Case
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.run import Run


def test_request(run: Run, plan: Plan, case: Case) -> CaseRecord:
    """The target does what the contract owes `case`."""
    return run.session.hold(plan, case)
