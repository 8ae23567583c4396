"""An operation held to its contract over real HTTP: every case, every clause of the answers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from conformance.address import parse_target_url
from conformance.contract.model import Operation
from conformance.early import InTurn
from conformance.journal import JournalWriter
from conformance.plan import Plan
from conformance.planning import derive
from conformance.records import CaseRecord
from conformance.redact import Redactor
from conformance.reference import application, break_clause, serve
from conformance.reference.http import App
from conformance.session import Session
from conformance.target import Target
from conformance.verdict import Verdict


def held(plan: Plan, app: App, *, early: bool = True) -> list[CaseRecord]:
    """Return every record of `plan` that is no PASS, with `app` for a target.

    As in a run, requests leave `early`, while the answer before is judged.
    """
    redactor = Redactor()
    found: list[CaseRecord | None] = []
    with serve(app) as server, tempfile.TemporaryDirectory() as folder:
        target = Target(parse_target_url(server.url), redactor=redactor)
        writer = JournalWriter(Path(folder) / "journal")
        sender = InTurn(target) if early else target
        session = Session(sender, writer, redactor, server.url)
        session.expect((plan, case) for case in plan.cases)
        found += [session.hold(plan, case) for case in plan.cases]
        found += [session.response(plan, clause) for clause in plan.answers]
        target.close()
        writer.close()
    return [each for each in found if each is not None and each.verdict is not Verdict.PASS]


def complaints(operation: Operation) -> list[str]:
    """Return what is said against the embedded target that serves `operation`."""
    return [f"{r.id}: {r.because}" for r in held(derive(operation), application(operation))]


def unfound(operation: Operation, *clauses: str) -> list[str]:
    """Return those of `clauses` that a target may break without being reported for them."""
    plan = derive(operation)
    missed = []
    for clause in clauses:
        records = held(plan, application(break_clause(operation, clause)))
        failed = {r.clause for r in records if r.verdict in (Verdict.FAIL, Verdict.FLAKY)}
        if not any(each.removeprefix(operation.id).removeprefix(":") == clause for each in failed):
            missed.append(clause)
    return missed
