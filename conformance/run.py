"""A run: settings → plans, target, journal; in the end the reports. No pytest in here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.address import parse_target_url
from conformance.aim import aim, check, headers_of, is_local, profile_of
from conformance.arrays import assumed, bracketed
from conformance.case import Case
from conformance.clause import Clause
from conformance.contract import Selection, default_source, load
from conformance.contract.model import Contract, Operation
from conformance.deviations import expired
from conformance.errors import NothingSelectedError, UsageError
from conformance.example import NoExampleError
from conformance.exchange import Request
from conformance.headers import credentials
from conformance.heading import contract_file, heading
from conformance.journal import JOURNAL, Journal, JournalWriter
from conformance.journal_reader import read_totals
from conformance.pacing import HaltError
from conformance.plan import Plan
from conformance.plans import MANY, Plans
from conformance.records import CaseRecord, EndRecord, PlanRecord, SentRecord, broken
from conformance.redact import Redactor
from conformance.resuming import finished, folder_of, of_exploration, recorded
from conformance.run_record import Deviation, DeviationList, RunRecord
from conformance.safety import DESTRUCTIVE
from conformance.settings import Settings
from conformance.values import Values, check_operations, of_operation

if TYPE_CHECKING:
    from conformance.ahead import Ahead
    from conformance.embedded import ServerProcess
    from conformance.headers import TargetHeader
    from conformance.profiles import Profile
    from conformance.rehearsal import Rehearsal
    from conformance.session import Session
    from conformance.target import Target

TURNS = ".turns"
_NO_DELETE = "DELETE goes to targets on this machine only; --allow-destructive sends it elsewhere"
EXAMPLES: Mapping[str, int] = {"quick": 0, "standard": 12, "deep": 600}
"""How many violations of each clause are drawn; of valid bodies four times as many."""


class Run:
    """One run in one process; what it needs is made when it is first asked for."""

    def __init__(
        self,
        settings: Settings,
        run_id: str,
        worker: str = "",
        planned: int = 0,
        server: ServerProcess | None = None,
    ) -> None:
        self.settings = settings
        self.id = run_id
        self.worker = worker
        self.planned = planned
        self.whole = False
        self.redactor = Redactor()
        self.untested: dict[str, str] = {}
        self.order: tuple[tuple[Plan, Case], ...] = ()
        self._server = server
        self._serving = False
        self._target: Target | None = None
        self._ahead: Ahead | None = None
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

    @cached_property
    def contract(self) -> Contract:
        """The contract. Raises ContractError or UsageError."""
        settings = self.settings
        wanted = Selection(settings.operations, settings.tags, settings.paths, settings.methods)
        source = settings.contract or default_source()
        return load(source, settings.companion, wanted, frozenset(settings.remote_refs))

    @cached_property
    def values(self) -> Mapping[str, Values]:
        """The known-good values of each operation. Raises UsageError for a wrong entry."""
        file = self.settings.file
        known = {each.id: each for each in self.contract.operations}
        if known.keys() >= file.values.keys() or not self.settings.operations:
            check_operations(file, known)
        return {name: of_operation(file, each) for name, each in known.items()}

    @cached_property
    def _plans(self) -> Plans:
        settings = self.settings
        self.untested |= dict(self.contract.unreadable)
        operations = map(self._known_of, self.contract.operations)
        contract = replace(self.contract, operations=tuple(operations))
        return Plans(
            contract,
            self.values,
            settings.shard,
            settings.most_cases,
            settings.cache,
            whole=settings.all_cases,
        )

    def _known_of(self, operation: Operation) -> Operation:
        """Return `operation` with what the profile knows beside the contract."""
        known = bracketed(operation) if self._profile.reads_brackets else operation
        return replace(known, closed=operation.closed or self._profile.closes_objects)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations of this run, testable or not. Raises UsageError where there are none."""
        if not self._plans.operations:
            raise NothingSelectedError(
                f"the shard {self.settings.shard} is empty",
                f"There are {len(self.contract.operations)} operations: ask for fewer shards.",
            )
        return self._plans.operations

    @property
    def examples(self) -> int:
        """How many violations of each clause are drawn."""
        return EXAMPLES[self.settings.depth]

    @property
    def many(self) -> bool:
        """Whether the run goes operation by operation, each derived when its turn comes.

        All shards of a run go the same way, however few operations one of them has.
        """
        return len(self.contract.operations) > MANY

    def plan(self, operation: Operation) -> Plan:
        """Return the plan of `operation`. Raises NoExampleError where it cannot be tested."""
        far = not (self.settings.allow_destructive or is_local(self.settings))
        if far and operation.method.upper() == "DELETE":
            raise NoExampleError(_NO_DELETE)
        plan = self._plans.of(assumed(operation)).identified(self._credentials)
        return plan.harmless(DESTRUCTIVE) if far else plan

    def each_plan(self) -> Iterator[Plan]:
        """Yield the plans of what can be tested, each made when it is asked for."""
        for operation in self.operations:
            with suppress(NoExampleError):
                yield self.plan(operation)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """A plan for each operation that can be tested. Raises UsageError where none can."""
        plans = []
        for operation in self.operations:
            try:
                plans.append(self.plan(operation))
            except NoExampleError as problem:
                self.untested[operation.id] = str(problem)
        if not plans:
            reasons = [f"{name}: {reason}" for name, reason in self.untested.items()][:3]
            raise UsageError(
                "no operation can be tested: " + "; ".join(reasons),
                "Choose another with --operation ID.",
            )
        return tuple(plans)

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
            self._writer.write("clause", _untested(operation.id, reason))

    def _note(self, plan: Plan, cases: int) -> None:
        assert self._writer is not None  # noqa: S101  (the session has one)
        places = self._places
        self._writer.write_all(
            "clause",
            (
                replace(clause, line=line)
                if (line := places.get(clause.keyword_location, 0))
                else clause
                for clause in plan.clauses
            ),
        )
        self._writer.write("plan", PlanRecord(plan.operation.id, cases, plan.left_out))

    def warm(self) -> None:
        """Say what the embedded target, where it is the one to be tested, is to serve."""
        from conformance.embedded import ServerProcess  # noqa: PLC0415  (only where used)

        if self.settings.target is None and not self._serving:
            self._server = (self._server or ServerProcess()).serve(self.operations)
            self._serving = True

    @property
    def started(self) -> bool:
        """Whether anything was sent."""
        return self._session is not None

    @cached_property
    def headers(self) -> tuple[TargetHeader, ...]:
        """What the user adds to every request. Raises UsageError for a variable not set."""
        return headers_of(self.settings)

    @cached_property
    def _credentials(self) -> frozenset[str]:
        return frozenset(credentials(self.headers))

    @cached_property
    def deviations(self) -> DeviationList:
        """The known deviations. Raises UsageError for a list that is not complete."""
        shown = self.settings.known_deviations
        if shown is None or (self.settings.update_known_deviations and not Path(shown).exists()):
            return DeviationList(shown or "")
        from conformance.deviation_file import read_deviations  # noqa: PLC0415  (where asked for)

        return read_deviations(Path(shown), shown)

    @cached_property
    def standing(self) -> tuple[Deviation, ...]:
        """The known deviations whose time is not over."""
        today = time.strftime("%Y-%m-%d", time.gmtime())
        return tuple(each for each in self.deviations.deviations if not expired(each, today))

    def check(self) -> None:
        """Find fault with the settings before anything is sent. Raises UsageError."""
        for header in self.headers:
            for secret in header.secrets:
                self.redactor.add(secret)
        check(self.settings, self.headers)
        if self.settings.update_known_deviations and not self.settings.known_deviations:
            raise UsageError(
                "--update-known-deviations without a file to write to",
                "Name it with --known-deviations FILE.",
            )
        _ = self.deviations
        above = next(each for each in (self.folder, *self.folder.parents) if each.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise UsageError(
                f"nothing can be written below {above}",
                "Choose a folder that can be written with --reports DIR.",
            )
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

    @cached_property
    def _profile(self) -> Profile:
        servers = {server for each in self.contract.operations for server in each.servers}
        return profile_of(self.settings, sorted(servers))

    def _aimed(self, url: str) -> Target:
        """Return the target; nothing is opened before the first request."""
        shared = self.folder / TURNS if self.worker else None
        return aim(
            parse_target_url(url), self.settings, self.headers, self._profile, self.redactor, shared
        )

    def _shown(self, where: str) -> tuple[tuple[str, str], ...]:
        return tuple(each.shown for each in self.headers if each.where == where)

    def explain(self) -> Iterator[str]:
        """Ask the target what to pin, and yield the lines of `conformance.toml` that say it."""
        from conformance.answers import Answer, Answers, asking  # noqa: PLC0415
        from conformance.explain import explain  # noqa: PLC0415

        url = self.settings.target if self.settings.target is not None else self._embedded()
        with self._aimed(url) as target:
            headers, query = self._shown("header"), self._shown("query")
            answers = Answers(self.redactor, url, headers, profile=self._profile, query=query)
            for plan in self.each_plan():

                def answer(request: Request, plan: Plan = plan) -> Answer:
                    return answers.take(plan, target.send(request))

                ask = asking(answer)
                try:
                    yield from map(self.redactor.clean, explain(plan.deriver, ask).toml())
                except HaltError as halt:
                    yield f"# stopped: {halt.sentence} {halt.remedy}"
                    return

    def rehearsal(self, show: Callable[[str], None]) -> Rehearsal:
        """Return what shows every request and sends none."""
        from conformance.rehearsal import Rehearsal  # noqa: PLC0415

        target = self._aimed(self.settings.target or "http://127.0.0.1")
        base = str(target.url).rstrip("/")
        return Rehearsal(
            show, base, target.shown_headers, self.redactor.clean, self._shown("query")
        )

    def _open(self, first: Request | None) -> Session:
        from conformance.ahead import Ahead  # noqa: PLC0415
        from conformance.session import Session  # noqa: PLC0415

        settings = self.settings
        url = settings.target if settings.target is not None else self._embedded()
        self._target = self._aimed(url)
        if settings.wait_s is not None and first is not None:
            with suppress(HaltError):  # the next request meets it again
                self._target.await_up(first, settings.wait_s)
        self._writer = JournalWriter(self.folder / JOURNAL)
        base = str(self._target.url)
        self._writer.write("run", self._head(base))
        for plan in () if self.many else self.plans:
            self._note(plan, 0)  # counted in the head
        for operation, reason in self.untested.items():
            self._writer.write("clause", _untested(operation, reason))
        if settings.concurrency > 1:  # a thread that sends costs more than it saves alone
            self._ahead = Ahead(self._target, settings.concurrency)
        session = Session(
            self._ahead or self._target,
            self._writer,
            self.redactor,
            base,
            self._shown("header"),
            worker=self.worker,
            profile=self._profile,
            query=self._shown("query"),
        )
        session.readiness.alone = len(self.operations) == 1
        return session

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Return the line of each keyword. YAML takes its time, so only where somebody asks."""
        from conformance.contract.lines import lines  # noqa: PLC0415
        from conformance.contract.read import read_text  # noqa: PLC0415

        if not contract_file(self.settings) or self.many:
            return {}
        text = read_text(contract_file(self.settings))
        if text.lstrip()[:1] == "<" or (text.lstrip()[:1] != "{" and not self.settings.wants_lines):
            return {}
        return lines(text, [each.keyword_location for plan in self.plans for each in plan.clauses])

    def _embedded(self) -> str:
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
        if self._ahead is not None:
            self._ahead.close()
        if self._target is not None and self._writer is not None:
            self._writer.write(
                "sent", SentRecord(self._target.requests_sent, *self._target.sending)
            )
            self._target.close()
            self._writer.close()
        if self._server is not None:
            self._server.close()
        self._target = self._writer = self._server = None

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


def _untested(operation: str, reason: str) -> Clause:
    return Clause(
        id=f"{operation}:untested",
        operation=operation,
        side="request",
        keyword="operation",
        keyword_location="",
        instance_location="",
        words=f"the operation {operation}",
        value="",
        source="",
        state="uncovered",
        reason=reason,
    )
