"""Every clause of the documented responses, judged over all answers of the run."""

from __future__ import annotations

from conformance.clause import Clause
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.run import Run


def test_response(run: Run, plan: Plan, clause: Clause) -> CaseRecord | None:
    """No answer of the run breaks `clause`."""
    return run.session.response(plan, clause)
