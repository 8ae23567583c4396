"""Sending the cases of a plan and judging the answers: controls, replays, memory of what was sent.

The only caller of the target. Every distinct request is sent once; a failure is sent again before
it is believed, and before that the target is asked whether it still does what it did.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Never

from conformance.ahead import Ahead, Sender
from conformance.answers import Answer, Answers, asking
from conformance.arrays import Respelt, carries_array, needs_array, respell
from conformance.case import Case
from conformance.checks import is_documented_redirect
from conformance.clause import Clause
from conformance.exchange import Exchange, Request
from conformance.explain import explain
from conformance.journal import Journal, JournalWriter
from conformance.judge import Judgement, judge
from conformance.naming import operation_clause
from conformance.objects import assumed_objects, carries, unread
from conformance.pacing import HaltError
from conformance.plan import Plan
from conformance.preflight import diagnose, is_nowhere, nowhere, unknown_values, wants_values
from conformance.profiles import NOBODY, Profile
from conformance.records import AbortRecord, Breach, CaseRecord, ShownRecord, broken
from conformance.redact import Redactor
from conformance.traits import traits
from conformance.verdict import Expectation, Level, Symptom, Verdict

_REPLAYS = 2
_DEAD = 4
"""A request, its two replays and the smallest valid one: so often in a row nobody was there."""

_NO_TARGET = frozenset({"resolve", "connect", "tls"})
_BAD = frozenset({Verdict.FAIL, Verdict.FAULT})
_NO_KEY = frozenset({401, 429})
_ENOUGH = 3
"""So many operations, the first of a process, must want a key before all are taken to."""


class Aborted(Exception):  # noqa: N818  (no error: the run ends early, for a reason)
    """Nothing more can be learnt from the target; carries the reason."""

    def __init__(self, reason: AbortRecord) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class NotReady(Exception):  # noqa: N818  (no error: one operation ends early, for a reason)
    """The target refuses the smallest valid request of one operation of several."""

    def __init__(self, reason: AbortRecord) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class Session:
    """One run of some plans against one target, in one process.

    `alone` says that there is one operation only: where it cannot be judged, the run ends.
    """

    def __init__(  # noqa: PLR0913  (what a run is made of)
        self,
        target: Sender,
        writer: JournalWriter,
        redactor: Redactor,
        base: str,
        headers: Sequence[tuple[str, str]] = (),
        *,
        worker: str = "",
        clock: Callable[[], float] = time.monotonic,
        profile: Profile = NOBODY,
        query: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.target = target
        self._ahead = target if isinstance(target, Ahead) else None
        self.writer = writer
        self.redactor = redactor
        self.base = base
        self.answers = Answers(redactor, base, headers, writer.write, profile, query)
        self.worker = worker
        self.alone = True
        self._clock = clock
        self._sent: dict[str, Answer] = {}
        self._ready: set[str] = set()
        self._nowhere: set[str] = set()
        self._not_ready: dict[str, AbortRecord] = {}
        self._believed: set[tuple[str, str]] = set()
        self._respelt: dict[str, Respelt | None] = {}
        self._objects: dict[str, frozenset[str]] = {}
        self._unread: dict[str, frozenset[str]] = {}
        self._refused: Case | None = None
        self._held: set[str] = set()
        self._swept: set[str] = set()
        self._order: tuple[tuple[Plan, Case], ...] = ()
        self._position: dict[str, int] = {}
        self._dead = 0
        self.abort: AbortRecord | None = None

    # --- sending ---

    def expect(self, order: Iterable[tuple[Plan, Case]]) -> None:
        """Learn which cases will be held, in which order, so that requests may leave early."""
        self._order = tuple(order)
        self._position = {case.id: place for place, (_, case) in enumerate(self._order)}

    def recall(self, journal: Journal, finished: Mapping[str, CaseRecord]) -> None:
        """Remember what this run did before it was cut short, but for the answers themselves.

        Controls are sent again when a case asks for them: what the target does may have changed.
        """
        self._held |= finished.keys()
        for each in finished.values():
            if each.verdict in _BAD:
                self._believed.add((each.clause, each.symptom))
        self.answers.recall(journal.seen, journal.shown)

    def _look_ahead(self, case: Case) -> None:
        """Offer what `case` needs, and what the next cases of ready operations need."""
        place = self._position.get(case.id)
        if self._ahead is None or place is None:
            return
        for plan, each in self._order[place : place + 1 + self._ahead.workers]:
            if plan.operation.id not in self._respelt and needs_array(plan, each):
                return  # how it is spelt is found out first, and nothing overtakes it
            sent = self._as_read(plan, each)
            for request in (*sent.controls, sent.request) if sent is not None else ():
                if plan.operation.id in self._ready and request.digest not in self._sent:
                    self._ahead.offer(request)

    def answer(self, plan: Plan, request: Request) -> Answer:
        """Return what the target answers to `request`; the same bytes are sent once."""
        known = self._sent.get(request.digest)
        if known is None:
            known = self._sent[request.digest] = self._send(plan, request)
        return known

    def _send(self, plan: Plan, request: Request) -> Answer:
        try:
            exchange = self.target.send(request)
        except HaltError as halt:
            self._stop(AbortRecord(halt.sentence, halt.remedy))
        self._count_dead(exchange)
        if is_documented_redirect(plan.operation, exchange):
            exchange = replace(exchange, redirects=True)
        return self.answers.take(plan, exchange)

    def _count_dead(self, exchange: Exchange) -> None:
        unreachable = exchange.fault is not None and exchange.fault.phase in _NO_TARGET
        self._dead = self._dead + 1 if unreachable else 0
        if self._dead >= _DEAD:
            sentence = exchange.fault.sentence if exchange.fault else ""
            self._stop(
                AbortRecord(
                    f"The target died midway: {sentence}",
                    "Start it again, and look at its log: the last request may have killed it.",
                )
            )

    def _stop(self, reason: AbortRecord) -> Never:
        if self.abort is None:
            self.abort = reason
            self.writer.write("abort", reason)
        raise Aborted(self.abort)

    def ready(self, plan: Plan) -> None:
        """Make sure that the target accepts the smallest valid request; once per operation.

        Raises Aborted with the sentence and the remedy where it does not. Where nothing is at the
        path, because its parameters must name what exists, the cases go out all the same: what
        needs no accepted control can still be found.
        """
        if self.abort is not None:
            raise Aborted(self.abort)
        if plan.operation.id in self._ready:
            return
        if plan.operation.id in self._not_ready:
            raise NotReady(self._not_ready[plan.operation.id])
        answer = self._control(plan, plan.preflight)
        if answer.exchange.refused and carries_array(plan, traits(plan.preflight)):
            respelt = self.as_read(plan)
            answer = self._control(respelt, respelt.preflight)
        reason = diagnose(answer.exchange, answer.record, plan.operation, self.base)
        if reason is not None and not is_nowhere(answer.exchange, plan.operation):
            response = answer.exchange.response
            if answer.blamed and response is not None and wants_values(response.status):
                learnt = explain(plan.deriver, asking(lambda each: self.answer(plan, each)))
                reason = unknown_values(reason, learnt) if learnt.lessons else reason
            if self.alone or self._means_all(answer.exchange):
                self._stop(reason)
            self._refuse(plan, answer, reason)
        if reason is not None:
            self._nowhere.add(plan.operation.id)
            self.writer.write("clause", nowhere(plan.operation))
        self._ready.add(plan.operation.id)

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan` with arrays spelt as the target reads them; it is asked once."""
        name = plan.operation.id
        if name not in self._respelt:
            lost = name in self._nowhere
            self._respelt[name] = None if lost else respell(plan, self._asking(plan))
        respelt = self._respelt[name]
        return plan if respelt is None else respelt.plan

    def _asking(self, plan: Plan) -> Callable[[Request], Exchange]:
        return lambda request: self.answer(plan, request).exchange

    def _as_read(self, plan: Plan, case: Case) -> Case | None:
        """Return what to send for `case`, or None where that cannot be said."""
        if plan.operation.id not in self._respelt and not needs_array(plan, case):
            return case
        self.as_read(plan)
        respelt = self._respelt[plan.operation.id]
        return case if respelt is None else respelt.cases.get(case.id)

    def _unread_in(self, plan: Plan, case: Case) -> str:
        """Return the object that `case` sends and the target does not read, or nothing."""
        name = plan.operation.id
        if name not in self._objects:
            self._objects[name] = assumed_objects(plan.operation)
        if not any(carries(case, each) for each in self._objects[name]):
            return ""
        if name not in self._unread:
            lost = name in self._nowhere
            self._unread[name] = frozenset() if lost else unread(plan, self._asking(plan))
        return next((each for each in sorted(self._unread[name]) if carries(case, each)), "")

    def _means_all(self, exchange: Exchange) -> bool:
        """Whether what keeps one operation from being judged keeps all others as well."""
        status = exchange.response.status if exchange.response is not None else 0
        without_key = status in _NO_KEY and not self._ready
        return exchange.fault is not None or (without_key and len(self._not_ready) >= _ENOUGH - 1)

    def _refuse(self, plan: Plan, answer: Answer, reason: AbortRecord) -> Never:
        self._not_ready[plan.operation.id] = reason
        clause = operation_clause(
            plan.operation, "smallest", "the smallest valid request is accepted", ""
        )
        self.writer.write("clause", clause)
        finished = CaseRecord(
            id=clause.id,
            clause=clause.id,
            operation=plan.operation.id,
            words=clause.words,
            expectation=Expectation.ACCEPT,
            level=Level.MUST,
            verdict=Verdict.INCONCLUSIVE,
            because=self.redactor.clean(f"{reason.sentence} {reason.remedy}"),
            exchange=answer.record,
            worker=self.worker,
        )
        self.writer.finish(finished, started=False)
        raise NotReady(reason)

    def forget(self) -> None:
        """Keep nothing of the operations so far but what was found: they have had their turn."""
        self._sent.clear()
        self._held.clear()
        self._swept.clear()
        self._respelt.clear()
        self._objects.clear()
        self._unread.clear()
        self.expect(())
        self.answers.forget()

    def _control(self, plan: Plan, request: Request) -> Answer:
        """Return the answer to a control; one that is not accepted is asked for once more."""
        known = request.digest in self._sent
        answer = self.answer(plan, request)
        if known or answer.exchange.accepted:
            return answer
        again = self._send(plan, request)
        if again.exchange.accepted:
            sentence = f"the same request was answered {answer.words}, then {again.words}"
            breach = Breach(plan.steady.id, sentence)
            self.answers.show(ShownRecord(answer.record, breach, "", 1, 2))
            self._sent[request.digest] = again
        return again

    @property
    def believed(self) -> frozenset[str]:
        """The ids of the clauses that the target was seen to break, again and again."""
        return frozenset(clause for clause, _ in self._believed)

    # --- cases ---

    def hold(self, plan: Plan, case: Case, *, explored: bool = False) -> CaseRecord:
        """Send `case` and its controls, and return what became of it. Raises Aborted."""
        self.ready(plan)
        self.writer.start(case.id)
        self._look_ahead(case)
        begun = self._clock()
        unread = self._unread_in(plan, case)
        sent = case if explored else self._as_read(plan, case)
        respelt = self._respelt.get(plan.operation.id)
        if unread:
            finished = _unsaid(plan, case, _UNREAD.format(unread))
        elif sent is not None:
            finished = self._held_to(plan if respelt is None else respelt.plan, sent)
        else:
            finished = _unsaid(plan, case)
        finished = replace(
            finished, explored=explored, worker=self.worker, seconds=round(self._clock() - begun, 6)
        )
        self.writer.finish(finished)
        self._held.add(case.id)
        if self.abort is not None:
            self.writer.write("abort", self.abort)
        return finished

    def trial(self, plan: Plan, case: Case) -> Verdict:
        """Send `case` and its controls without a record: one draw of an exploration."""
        if self.abort is not None:
            raise Aborted(self.abort)
        if self._unread_in(plan, case):
            return Verdict.INCONCLUSIVE
        control = self._nearest(plan, case)
        answer = self.answer(plan, case.request)
        self._note(plan, case, answer)
        return self._judge(case, answer, control).verdict

    def _held_to(self, plan: Plan, case: Case) -> CaseRecord:
        control = self._nearest(plan, case)
        answer = self.answer(plan, case.request)
        judgement = self._judge(case, answer, control)
        wrong = tried = 1 if judgement.verdict in _BAD else 0
        if judgement.verdict in _BAD and (case.clause.id, judgement.symptom) not in self._believed:
            judgement, wrong, tried = self._confirm(plan, case, control, judgement)
        elif judgement.verdict is Verdict.PASS and case.expectation is Expectation.REFUSE:
            self._refused = case
        self._note(plan, case, answer)
        return CaseRecord(
            id=case.id,
            clause=case.clause.id,
            operation=plan.operation.id,
            words=case.words,
            expectation=case.expectation,
            level=case.level,
            verdict=judgement.verdict,
            symptom=judgement.symptom,
            because=self.redactor.clean(judgement.because),
            context=case.context,
            exchange=answer.record,
            control=control.record if control is not None else None,
            breaches=() if case.off_contract else answer.breaches,
            traits=case.traits,
            breaks=case.breaks,
            instead=case.instead,
            wrong=wrong,
            tried=tried,
        )

    def _nearest(self, plan: Plan, case: Case) -> Answer | None:
        """Return the first control that is not accepted, or the nearest one."""
        lost = (plan.preflight,) if plan.operation.id in self._nowhere else ()
        answers = [self._control(plan, request) for request in case.controls or lost]
        bad = (answer for answer in answers if not answer.exchange.accepted)
        return next(bad, answers[0] if answers else None)

    @staticmethod
    def _judge(case: Case, answer: Answer, control: Answer | None) -> Judgement:
        beside = control.exchange if control is not None else None
        return judge(case, answer.exchange, beside, answer.blamed, says_error=answer.says_error)

    def _confirm(
        self, plan: Plan, case: Case, control: Answer | None, first: Judgement
    ) -> tuple[Judgement, int, int]:
        """Send a failing request again before it is believed."""
        wrong, tried, passed = 1, 1, None
        for _ in range(_REPLAYS):
            again = self._judge(case, self._send(plan, case.request), control)
            tried += 1
            if again.verdict in _BAD:
                wrong += 1
            else:
                passed = again
        if passed is not None:
            because = f"{first.because}, but only {wrong} times of {tried}"
            return Judgement(Verdict.FLAKY, Symptom.FLAKY, because), wrong, tried
        if first.symptom is Symptom.FAULT and self._is_gone(plan):
            self.abort = AbortRecord(
                f"The target died: nobody has answered since {case.words}.",
                "Start it again, and look at its log. Leave this case out with -k to see the rest.",
            )
            return first, wrong, tried
        if changed := self._changed(plan, first):
            self.abort = AbortRecord(
                f"The target changed during the run: {changed}.",
                "Find what it remembers of earlier requests, then run again.",
            )
            return Judgement(Verdict.FLAKY, Symptom.FLAKY, changed), wrong, tried
        self._believed.add((case.clause.id, first.symptom))
        return first, wrong, tried

    def _is_gone(self, plan: Plan) -> bool:
        """Whether nobody answers any more; what dies may close some connections before."""
        if self._dead >= _REPLAYS:
            return True
        fault = self._send(plan, plan.preflight).exchange.fault
        return fault is not None and fault.phase != "framing"

    def _changed(self, plan: Plan, failure: Judgement) -> str:
        """Say whether the target has stopped doing what it did earlier in this run."""
        if failure.symptom is Symptom.ACCEPTED:
            if (
                self._refused is None
                or not self._send(plan, self._refused.request).exchange.accepted
            ):
                return ""
            return f"the target now accepts what it refused before: {self._refused.words}"
        if self._send(plan, plan.preflight).exchange.accepted:
            return ""
        return "the target no longer accepts the smallest valid request, which it accepted before"

    def broke(self, case: str, problem: Exception) -> None:
        """Record that this suite broke over `case`: neither for nor against the target."""
        name = f"{type(problem).__name__}: {problem}"
        because = self.redactor.clean(name)[:400]
        self.writer.finish(broken(case, because, self.worker))

    # --- responses ---

    def _note(self, plan: Plan, case: Case, answer: Answer) -> None:
        """Remember the first exchange that breaks each clause of a response, and confirm it."""
        for breach in () if case.off_contract else self.answers.new(answer):
            again = self._send(plan, case.request)
            wrong = 1 + any(each.clause == breach.clause for each in again.breaches)
            self.answers.show(ShownRecord(answer.record, breach, case.id, wrong, 2))

    def response(self, plan: Plan, clause: Clause) -> CaseRecord | None:
        """Return the verdict on a clause of a response, from every exchange of this run.

        Where the cases of the operation were not part of the run, they are sent now. None where no
        answer came that the clause speaks of.
        """
        if self.abort is None and plan.operation.id not in self._swept:
            for case in plan.cases:
                if case.id not in self._held:
                    self.ready(plan)
                    sent = None if self._unread_in(plan, case) else self._as_read(plan, case)
                    if sent is not None:
                        self._note(plan, sent, self.answer(plan, sent.request))
            self._swept.add(plan.operation.id)
        finished = self.answers.verdict(plan, clause, shown_only=self.abort is not None)
        if finished is not None:
            finished = replace(finished, worker=self.worker)
            self.writer.finish(finished, started=False)
        return finished


_NOT_SPELT = "the target accepts its array in no spelling, so nothing is known of what it reads"
_UNREAD = (
    "the contract does not say how {0}, an object, travels in a form, and the target does not read "
    "it in brackets: state encoding.{0}.style, or its contentType where it is a JSON text"
)


def _unsaid(plan: Plan, case: Case, because: str = _NOT_SPELT) -> CaseRecord:
    return CaseRecord(
        id=case.id,
        clause=case.clause.id,
        operation=plan.operation.id,
        words=case.words,
        expectation=case.expectation,
        level=case.level,
        verdict=Verdict.INCONCLUSIVE,
        because=because,
        context=case.context,
        traits=case.traits,
    )
