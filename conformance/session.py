"""Holding a target to the cases of a plan: each with its control, judged, and written down.

The parts: `sending` (every request once), `readiness` (what is found out of an operation first),
`belief` (a failure is repeated), and this module, which joins them and writes the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from conformance.answers import Answer, Answers
from conformance.belief import BAD, Belief
from conformance.case import Case
from conformance.clause import Clause
from conformance.early import Sender
from conformance.exchange import Request
from conformance.journal import Journal, JournalWriter
from conformance.judge import Judgement, judge
from conformance.plan import Plan
from conformance.profiles import NOBODY, Profile
from conformance.readiness import Readiness
from conformance.records import AbortRecord, CaseRecord, ShownRecord, broken
from conformance.redact import Redactor
from conformance.sending import Aborted, Sending
from conformance.verdict import Expectation, Verdict


class Session:
    """One run of some plans against one target, in one process."""

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
        self.answers = Answers(redactor, base, headers, writer.write, profile, query)
        self._sending = Sending(target, writer, self.answers)
        self._belief = Belief(self._sending)
        self.readiness = Readiness(self._sending, writer, redactor, base, worker)
        self._writer = writer
        self._redactor = redactor
        self._worker = worker
        self._clock = clock
        self._held: set[str] = set()
        self._swept: set[str] = set()
        self._order: tuple[tuple[Plan, Case], ...] = ()
        self._position: dict[str, int] = {}

    @property
    def abort(self) -> AbortRecord | None:
        """Why nothing more is to be sent, if there is a reason."""
        return self._sending.abort

    @property
    def believed(self) -> frozenset[str]:
        """The ids of the clauses that the target was seen to break, again and again."""
        return self._belief.clauses

    # --- memory ---

    def expect(self, order: Iterable[tuple[Plan, Case]]) -> None:
        """Learn which cases will be held, in which order, so that requests may leave early."""
        self._order = tuple(order)
        self._position = {case.id: place for place, (_, case) in enumerate(self._order)}

    def recall(self, journal: Journal, finished: Mapping[str, CaseRecord]) -> None:
        """Remember what this run did before it was cut short, but for the answers themselves.

        Controls are sent again when a case asks for them: what the target does may have changed.
        """
        self._held |= finished.keys()
        self._belief.recall(finished.values())
        self.answers.recall(journal.seen, journal.shown)

    def forget(self) -> None:
        """Keep nothing of the operations so far but what was found: they have had their turn."""
        self._held.clear()
        self._swept.clear()
        self.expect(())
        for each in (self._sending, self.readiness, self.answers):
            each.forget()

    # --- cases ---

    def ready(self, plan: Plan) -> None:
        """Make sure that the operation can be judged. Raises Aborted or NotReady."""
        self.readiness.ready(plan)

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan` with arrays spelt as the target reads them."""
        return self.readiness.as_read(plan)

    def hold(self, plan: Plan, case: Case, *, explored: bool = False) -> CaseRecord:
        """Send `case` and its controls, and return what became of it. Raises Aborted."""
        self.ready(plan)
        self._writer.start(case.id)
        self._look_ahead(case)
        begun = self._clock()
        unread = self.readiness.unread(plan, case)
        sent = case if explored else self.readiness.sent(plan, case)
        if unread:
            finished = _unsaid(plan, case, _UNREAD.format(unread))
        elif sent is not None:
            finished = self._held_to(self.readiness.known(plan), sent)
        else:
            finished = _unsaid(plan, case)
        seconds = round(self._clock() - begun, 6)
        finished = replace(finished, explored=explored, worker=self._worker, seconds=seconds)
        self._writer.finish(finished)
        self._held.add(case.id)
        if self.abort is not None:
            self._writer.write("abort", self.abort)
        return finished

    def trial(self, plan: Plan, case: Case) -> Verdict:
        """Send `case` and its controls without a record: one draw of an exploration."""
        if self.abort is not None:
            raise Aborted(self.abort)
        if self.readiness.unread(plan, case):
            return Verdict.INCONCLUSIVE
        control = self._nearest(plan, case)
        case = _owed_beside(case, control)
        answer = self._sending.answer(plan, case.request)
        self._note(plan, case, answer)
        return self._judge(case, answer, control).verdict

    def _look_ahead(self, case: Case) -> None:
        """Offer what `case` needs, and what the next cases of ready operations need."""
        place = self._position.get(case.id)
        if not self._sending.early or place is None:
            return
        self._sending.offer(self._coming(place))

    def _coming(self, place: int) -> Iterator[Request]:
        """Yield the requests of the case at `place` and of the next ones, as far as is known."""
        for plan, each in self._order[place : place + 1 + self._sending.early]:
            if self.readiness.is_open(plan, each):
                return  # how it is spelt is found out first, and nothing overtakes it
            if not self.readiness.is_ready(plan) or self.readiness.unread(plan, each):
                continue
            sent = self.readiness.sent(plan, each)
            if sent is not None:
                yield from (*sent.controls, sent.request)

    def _held_to(self, plan: Plan, case: Case) -> CaseRecord:
        control = self._nearest(plan, case)
        case = _owed_beside(case, control)
        answer = self._sending.answer(plan, case.request)
        judgement = self._judge(case, answer, control)
        if answer.exchange.unreached:  # whoever is to blame for that, it is not this case
            judgement = Judgement(Verdict.INCONCLUSIVE, because=_UNREACHED.format(answer.words))
        wrong = tried = 1 if judgement.verdict in BAD else 0
        if judgement.verdict in BAD and not self._belief.holds(case, judgement):
            judged = partial(self._judge, case, control=control)
            judgement, wrong, tried = self._belief.confirm(plan, case, judgement, judged)
        elif judgement.verdict is Verdict.PASS and case.expectation is Expectation.REFUSE:
            self._belief.refused(case)
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
            because=self._redactor.clean(judgement.because),
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
        lost = (plan.preflight,) if self.readiness.is_nowhere(plan) else ()
        answers = [self._sending.control(plan, request) for request in case.controls or lost]
        bad = (answer for answer in answers if not answer.exchange.accepted)
        return next(bad, answers[0] if answers else None)

    @staticmethod
    def _judge(case: Case, answer: Answer, control: Answer | None) -> Judgement:
        beside = control.exchange if control is not None else None
        return judge(case, answer.exchange, beside, answer.blamed, says_error=answer.says_error)

    def broke(self, case: str, problem: Exception) -> None:
        """Record that this suite broke over `case`: neither for nor against the target."""
        name = f"{type(problem).__name__}: {problem}"
        because = self._redactor.clean(name)[:400]
        self._writer.finish(broken(case, because, self._worker))

    # --- responses ---

    def _note(self, plan: Plan, case: Case, answer: Answer) -> None:
        """Remember the first exchange that breaks each clause of a response, and confirm it."""
        for breach in () if case.off_contract else self.answers.new(answer):
            again = self._sending.again(plan, case.request)
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
                    unread = self.readiness.unread(plan, case)
                    sent = None if unread else self.readiness.sent(plan, case)
                    if sent is not None:
                        self._note(plan, sent, self._sending.answer(plan, sent.request))
            self._swept.add(plan.operation.id)
            if self.readiness.is_ready(plan) and not self.readiness.is_nowhere(plan):
                self._belief.ask_once_more(self.readiness.known(plan))
            if self.abort is not None:
                self._writer.write("abort", self.abort)
        finished = self.answers.verdict(plan, clause, shown_only=self.abort is not None)
        if finished is not None:
            finished = replace(finished, worker=self._worker)
            self._writer.finish(finished, started=False)
        return finished


_NOT_SPELT = "the target accepts its array in no spelling, so nothing is known of what it reads"
_OWN_FORMAT = "its control was refused as well, maybe for a format that the target alone knows"


def _owed_beside(case: Case, control: Answer | None) -> Case:
    """Return `case` as it is owed where its `control` was answered so."""
    if not case.unsure or control is None or not control.exchange.refused:
        return case
    return replace(case, expectation=Expectation.EITHER, doubt=_OWN_FORMAT)


_UNREACHED = "it never came to the target: {}"

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
