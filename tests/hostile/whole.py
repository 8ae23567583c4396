"""A whole run against a behaviour, in this process: session, journal, verdict, reports."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from conformance.findings import Finding
from conformance.journal import Journal, JournalWriter
from conformance.outcome import Outcome
from conformance.plan import Plan
from conformance.records import CaseRecord, EndRecord
from conformance.redact import Redactor
from conformance.report import write_reports
from conformance.run import JOURNAL, Run
from conformance.sending import Aborted
from conformance.session import Session
from conformance.settings import Settings
from conformance.verdict import Expectation
from tests.hostile.behaviour import Behaviour
from tests.hostile.serving import Spared, hostile, nothing, target_of


class Done(Struct, frozen=True):
    """What a run leaves."""

    journal: Journal
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def cases(self) -> tuple[CaseRecord, ...]:
        """The cases of the request's side."""
        return tuple(each for each in self.journal.cases if each.id != each.clause)


def smallest(plan: Plan) -> Spared:
    """Spare the smallest valid request only."""
    body = plan.preflight.body or b""
    return lambda request: request.body == body


def hold_all(
    plan: Plan,
    behaviour: Behaviour,
    folder: Path,
    spared: Spared = nothing,
    each_way: int = 2,
    redactor: Redactor | None = None,
) -> Done:
    """Hold `behaviour` to some cases of each expectation, and to what is owed of every answer."""
    cases = [
        case
        for wanted in (Expectation.ACCEPT, Expectation.REFUSE)
        for case in [each for each in plan.cases if each.expectation is wanted][:each_way]
    ]
    few = replace(plan, cases=tuple(cases))
    run = Run(Settings(reports=folder), "run", planned=len(cases))
    writer = JournalWriter(folder / JOURNAL)
    with hostile(behaviour, spared) as url, target_of(behaviour, url) as target:
        writer.write("run", run._head(str(url)))  # noqa: SLF001  (the head of any journal)
        for clause in plan.clauses:
            writer.write("clause", clause)
        session = Session(target, writer, redactor or Redactor(), str(url))
        try:
            for case in cases:
                session.hold(plan, case)
            for clause in plan.answers:
                session.response(few, clause)
        except Aborted:
            pass
    writer.write("end", EndRecord(1.0, target.requests_sent, 0))
    writer.close()
    reported = write_reports(folder)
    return Done(reported.journal, reported.outcome, reported.findings)
