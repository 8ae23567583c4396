"""A run: settings → plans, target, journal; in the end the reports. No pytest in here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.address import parse_target_url
from conformance.aim import aim, check
from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Operation
from conformance.exchange import Request
from conformance.heading import heading
from conformance.journal import JOURNAL, Journal, JournalWriter
from conformance.journal_reader import read_totals, whole_lines
from conformance.operation_clause import untested_clause
from conformance.pacing import HaltError
from conformance.plan import Plan
from conformance.prepared import Prepared
from conformance.records import CaseRecord, EndRecord, PlanRecord, SentRecord, broken
from conformance.redact import Redactor
from conformance.resuming import (
    check_file,
    check_folder,
    finished,
    folder_of,
    of_exploration,
    recorded,
)
from conformance.run_record import RunRecord
from conformance.settings import Settings

if TYPE_CHECKING:
    from conformance.early import Early
    from conformance.embedded import ServerProcess
    from conformance.session import Session
    from conformance.target import Target

TURNS = ".turns"


class Run(Prepared):
    """One run in one process; what it needs is made when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        run_id: str,
        worker: str = "",
        planned: int = 0,
        server: ServerProcess | None = None,
    ) -> None:
        super().__init__(settings)
        self.id = run_id
        self.worker = worker
        self.planned = planned
        self.whole = False
        self.redactor = Redactor()
        self.order: tuple[tuple[Plan, Case], ...] = ()
        self._server = server
        self._serving = False
        self._target: Target | None = None
        self._early: Early | None = None
        self._session: Session | None = None
        self._before: Journal | None = None
        self._crashed: dict[str, str] = {}
        self._writer: JournalWriter | None = None

    @property
    def folder(self) -> Path:
        """Where this run leaves its journal and reports."""
        if self.settings.resume is not None:
            return folder_of(self.settings.resume, self.settings.reports)
        return self.settings.reports / self.id

    def begin(self, plan: Plan, cases: int) -> Session:
        """Note that `plan`, of which `cases` will be held, has its turn; return the session."""
        if self._session is None:
            self._session = self._begun(plan.preflight)
        if self._writer is not None:
            self._note(plan, cases)
        return self._session

    def leave_out(self, operation: Operation, reason: str) -> None:
        """Note that `operation` cannot be tested, and why."""
        self.untested[operation.id] = reason
        if self._session is None:
            self._session = self._begun(None)
        if self._writer is not None:
            self._writer.write("clause", self._untested(operation.id, reason))

    def _untested(self, operation: str, reason: str) -> Clause:
        return untested_clause(operation, reason, faulty=operation in self.faulty)

    def _note(self, plan: Plan, cases: int) -> None:
        assert self._writer is not None  # noqa: S101  (the session has one)
        self._writer.write_all("clause", map(self.lined, plan.clauses))
        self._writer.write("plan", PlanRecord(plan.operation.id, cases, plan.left_out))

    def warm(self) -> None:
        """Say what the embedded target, where it is the one to be tested, is to serve."""
        if self.settings.target is None and not self._serving:
            from conformance.embedded import ServerProcess  # noqa: PLC0415  (only where used)

            self._server = (self._server or ServerProcess()).serve(self.operations)
            self._serving = True

    @property
    def started(self) -> bool:
        """Whether anything was sent."""
        return self._session is not None

    def check(self) -> None:
        """Find fault with the settings before anything is sent. Raises UsageError."""
        for header in self.headers:
            for secret in header.secrets:
                self.redactor.add(secret)
        check(self.settings, self.headers)
        self.check_deviations()
        check_folder(self.folder)
        for form in ("ctrf", "sarif", "markdown"):
            path: str | None = getattr(self.settings, form)
            if path is not None:
                check_file(Path(path), f"--{form}")
        if self.settings.resume is not None:
            url = self.settings.target and str(parse_target_url(self.settings.target))
            self._before = recorded(self.folder / JOURNAL, self._head(url or ""))

    def begin_again(self) -> None:
        """Write into the journal that the run goes on. Raises UsageError where it still does."""
        if self._before is not None:
            writer = JournalWriter(self.folder / JOURNAL)
            writer.resume(time.time())
            writer.close()

    @cached_property
    def _done(self) -> Mapping[str, CaseRecord]:
        return finished(self._before) if self._before is not None else {}

    def done(self, identifier: str) -> CaseRecord | None:
        """Return what came of a case, an exploration or a clause before the run was cut short."""
        return of_exploration(identifier, self._done)

    @property
    def session(self) -> Session:
        """The session, with the target open and the journal begun. Raises UsageError."""
        if self._session is None:
            self._session = self._begun(None if self.many else self.plans[0].preflight)
            self._session.expect(pair for pair in self.order if pair[1].id not in self._done)
        return self._session

    def _begun(self, first: Request | None) -> Session:
        session = self._open(first)
        if self._before is not None:
            session.recall(self._before, self._done)
        return session

    @property
    def requests_sent(self) -> int:
        """How many requests this process has sent, replays and retries included."""
        return self._target.requests_sent if self._target is not None else 0

    def aimed(self, url: str) -> Target:
        """Return the target; nothing is opened before the first request."""
        shared = self.folder / TURNS if self.worker else None
        return aim(
            parse_target_url(url), self.settings, self.headers, self.profile, self.redactor, shared
        )

    def shown(self, where: str) -> tuple[tuple[str, str], ...]:
        """Return the headers, or the names in the query, that the user gave, as they are shown."""
        return tuple(each.shown for each in self.headers if each.where == where)

    def _open(self, first: Request | None) -> Session:
        from conformance.session import Session  # noqa: PLC0415

        settings = self.settings
        url = self.url
        self._target = self.aimed(url)
        if settings.wait_s is not None and first is not None:
            with suppress(HaltError):  # the next request meets it again
                self._target.await_up(first, settings.wait_s)
        self._writer = JournalWriter(self.folder / JOURNAL)
        base = str(self._target.url)
        self._writer.write("run", self._head(base))
        for plan in () if self.many else self.plans:
            self._note(plan, 0)  # counted in the head
        for operation, reason in self.untested.items():
            self._writer.write("clause", self._untested(operation, reason))
        self._early = self._sender(self._target)
        session = Session(
            self._early,
            self._writer,
            self.redactor,
            base,
            self.shown("header"),
            worker=self.worker,
            profile=self.profile,
            query=self.shown("query"),
        )
        session.readiness.alone = len(self.operations) == 1
        return session

    def _sender(self, target: Target) -> Early:
        if self.settings.concurrency > 1:
            from conformance.ahead import Ahead  # noqa: PLC0415  (imports threads)

            return Ahead(target, self.settings.concurrency)
        from conformance.early import InTurn  # noqa: PLC0415

        return InTurn(target)

    @property
    def url(self) -> str:
        """Where the target is; the embedded one is waited for."""
        if self.settings.target is not None:
            return self.settings.target
        self.warm()
        assert self._server is not None  # noqa: S101  (there is no target of the user's)
        return self._server.url

    def _head(self, url: str) -> RunRecord:
        return replace(
            heading(
                self.settings, self.contract, self.operations, self.values, self.deviations, url
            ),
            run_id=self.id,
            planned=self.planned,
            again=self.redactor.clean(self.settings.command),
            whole=self.whole,
            by_operation=self.many,
        )

    def crashed(self, case: str) -> None:
        """Learn that the process that held `case` is no more."""
        self._crashed[case] = "the process that held this case died"

    def close(self) -> None:
        """Release the target and the journal, which learns how many requests went out."""
        if not self.worker and self.folder.is_dir():
            (self.folder / TURNS).unlink(missing_ok=True)
        if self._early is not None:
            self._early.close()
        if self._target is not None and self._writer is not None:
            self._writer.write(
                "sent", SentRecord(self._target.requests_sent, *self._target.sending)
            )
            self._target.close()
            self._writer.close()
        if self._server is not None:
            self._server.close()
        self._target = self._writer = self._server = self._early = None

    @property
    def aborted(self) -> bool:
        """Whether a process found that nothing more is to be learnt, since the run last went on."""
        path = self.folder / JOURNAL
        if not path.exists():
            return False
        kinds = ('{"type":"abort"', '{"type":"resume"')
        found = [line for line in whole_lines(path) if line.startswith(kinds)]
        return bool(found) and found[-1].startswith(kinds[0])

    def end(self) -> bool:
        """Write the last line of the journal; False where nothing was sent, so there is none."""
        path = self.folder / JOURNAL
        if not path.exists():
            return False
        writer, (started_at, sent) = JournalWriter(path), read_totals(path)
        for case, reason in self._crashed.items():
            writer.write("finish", broken(case, reason))
        seconds = round(max(time.time() - started_at, 0.0), 3)
        writer.write("end", EndRecord(seconds, sent, 0))
        writer.close()
        return True
