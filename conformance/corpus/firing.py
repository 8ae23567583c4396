"""One plan fired at one target → what it shows: the findings of a run of that operation alone.

As a run does it, but for the files: the journal stays in memory, and is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from conformance.address import parse_target_url
from conformance.aim import aim
from conformance.case import Case
from conformance.clause import Clause
from conformance.findings import Finding, find
from conformance.journal import Journal, JournalWriter
from conformance.outcome import State, judge_run
from conformance.plan import Plan
from conformance.profiles import NOBODY
from conformance.readiness import NotReady
from conformance.records import AbortRecord, CaseRecord, Record
from conformance.redact import Redactor
from conformance.run_record import OperationRecord, RunRecord
from conformance.sending import Aborted
from conformance.session import Session
from conformance.settings import Settings
from conformance.verdict import Verdict


class Shown(Struct, frozen=True):
    """What one operation showed.

    `doubt` says why nothing broken does not mean conformant, and is empty where it does. `crashes`
    are cases that broke this suite, with the reason. `unheld` counts cases for which there was no
    time.
    """

    findings: tuple[Finding, ...]
    doubt: str
    crashes: dict[str, str]
    unheld: int


class Range:
    """Fires plans at the server at `url`, each for at most `seconds` of processor time."""

    def __init__(self, url: str, seconds: float) -> None:
        self._seconds = seconds
        self._redactor = Redactor()
        address = parse_target_url(url)
        self._base = str(address)
        settings = Settings(target=url)
        self._target = aim(address, settings, (), NOBODY, self._redactor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._target.close()

    @property
    def requests(self) -> int:
        """How many requests went out so far."""
        return self._target.requests_sent

    def fired(self, plan: Plan) -> Shown:
        """Send the cases of `plan`, judge the answers, and return what they show."""
        kept = _Kept()
        session = Session(self._target, kept, self._redactor, self._base)
        held: list[Case] = []
        until = time.process_time() + self._seconds
        try:
            for case in plan.cases:
                if time.process_time() > until:
                    break
                held.append(case)
                _hold(session, plan, case)
            rest = replace(plan, cases=tuple(held))
            for clause in plan.answers:
                session.response(rest, clause)
        except (Aborted, NotReady):
            held = [*plan.cases]  # the journal says why nothing more was sent
        journal = kept.journal(plan, len(held))
        findings = find(journal)
        outcome = judge_run(journal, findings, complete=True)
        doubt = outcome.state is State.INCONCLUSIVE
        return Shown(
            findings,
            f"{outcome.headline} {outcome.sentence}" if doubt else "",
            {each.id: each.because for each in journal.cases if each.verdict is Verdict.TOOL},
            len(plan.cases) - len(held),
        )


def _hold(session: Session, plan: Plan, case: Case) -> None:
    try:
        session.hold(plan, case)
    except (Aborted, NotReady):
        raise
    except Exception as problem:  # noqa: BLE001  (what is looked for: a fault of this suite)
        session.broke(case.id, problem)


class _Kept(JournalWriter):
    """A journal that is kept in memory."""

    def __init__(self) -> None:
        self._clauses: dict[str, Clause] = {}
        self._cases: dict[str, CaseRecord] = {}
        self._abort: AbortRecord | None = None

    def write(self, kind: str, record: Record | Clause) -> None:  # noqa: ARG002  (each is of one)
        if isinstance(record, Clause):
            self._clauses.setdefault(record.id, record)
        elif isinstance(record, AbortRecord):
            self._abort = self._abort or record

    def finish(self, record: CaseRecord, *, started: bool = True) -> None:  # noqa: ARG002  (kept)
        """Keep what became of a case."""
        self._cases[record.id] = record

    def start(self, case: str) -> None:
        """Forget that `case` is being sent."""

    def write_all(self, kind: str, records: Iterable[Record | Clause]) -> None:
        """Keep each of `records`."""
        for record in records:
            self.write(kind, record)

    def journal(self, plan: Plan, planned: int) -> Journal:
        """Return what was kept of `plan`, of which so many cases were to be held."""
        return Journal(
            run=_head(plan, planned),
            clauses=(*plan.clauses, *self._more(plan.clauses)),
            cases=tuple(self._cases.values()),
            unfinished=(),
            abort=self._abort,
            end=None,
        )

    def _more(self, known: Iterable[Clause]) -> list[Clause]:
        names = {clause.id for clause in known}
        return [each for each in self._clauses.values() if each.id not in names]


def _head(plan: Plan, planned: int) -> RunRecord:
    own = plan.operation
    operation = OperationRecord(own.id, own.method, own.path, own.summary, own.tags)
    return RunRecord(
        run_id="corpus",
        tool="",
        target="",
        embedded=False,
        contract="",
        contract_title="",
        contract_digest="",
        seed=0,
        depth="quick",
        started_at=0.0,
        planned=planned,
        operations=(operation,),
    )
