"""A failure is sent again before it is believed.

And before that the target is asked whether it still does what it did earlier in this run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance.answers import Answer
from conformance.case import Case
from conformance.judge import Judgement
from conformance.plan import Plan
from conformance.records import AbortRecord, Breach, CaseRecord, ShownRecord
from conformance.sending import REPLAYS, Sending
from conformance.verdict import Symptom, Verdict

BAD = frozenset({Verdict.FAIL, Verdict.FAULT})
"""What speaks against the target, once it is believed."""


_REFUSES_ALL = "the target no longer accepts the smallest valid request, which it accepted before"


def _changed(how: str) -> AbortRecord:
    return AbortRecord(
        f"The target changed during the run: {how}.",
        "Find what it remembers of earlier requests, then run again.",
    )


class Belief:
    """The failures of one run in one process that were seen again and again."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._believed: set[tuple[str, str]] = set()
        self._refused: Case | None = None

    @property
    def clauses(self) -> frozenset[str]:
        """The ids of the clauses that the target was seen to break."""
        return frozenset(clause for clause, _ in self._believed)

    def recall(self, finished: Iterable[CaseRecord]) -> None:
        """Remember what was believed before the run was cut short."""
        self._believed |= {(each.clause, each.symptom) for each in finished if each.verdict in BAD}

    def holds(self, case: Case, judgement: Judgement) -> bool:
        """Whether the same failure of the same clause is believed already."""
        return (case.clause.id, judgement.symptom) in self._believed

    def refused(self, case: Case) -> None:
        """Remember what the target refused, as it should: it is asked again in doubt."""
        self._refused = case

    def confirm(
        self, plan: Plan, case: Case, first: Judgement, judged: Callable[[Answer], Judgement]
    ) -> tuple[Judgement, int, int]:
        """Send a failing request again; return the verdict, how often it failed, and of how many.

        The run is to end where the target is gone, or is no longer what it was.
        """
        wrong, tried, passed = 1, 1, None
        for _ in range(REPLAYS):
            answer = self._sending.again(plan, case.request)
            again = judged(answer)
            tried += 1
            if again.verdict in BAD or answer.exchange.unreached:
                wrong += 1
            else:
                passed = again
        if passed is not None:
            because = f"{first.because}, but only {wrong} times of {tried}"
            return Judgement(Verdict.FLAKY, Symptom.FLAKY, because), wrong, tried
        if first.symptom is Symptom.FAULT and self._sending.is_gone(plan):
            self._sending.abort = AbortRecord(
                f"The target died: nobody has answered since {case.words}.",
                "Start it again, and look at its log. Leave this case out with -k to see the rest.",
            )
            return first, wrong, tried
        if changed := self._changed(plan, first):
            self._sending.abort = _changed(changed)
            return Judgement(Verdict.FLAKY, Symptom.FLAKY, changed), wrong, tried
        self._believed.add((case.clause.id, first.symptom))
        return first, wrong, tried

    def _changed(self, plan: Plan, failure: Judgement) -> str:
        """Say whether the target has stopped doing what it did earlier in this run."""
        if failure.symptom is Symptom.ACCEPTED:
            refused = self._refused
            if refused is None or not self._accepts(plan, refused):
                return ""
            return f"the target now accepts what it refused before: {refused.words}"
        if self._sending.again(plan, plan.preflight).exchange.accepted:
            return ""
        return _REFUSES_ALL

    def ask_once_more(self, plan: Plan) -> None:
        """Ask for the smallest valid request, if it was accepted, after all that was refused.

        A target that has come to refuse everything shows nothing with that: the run is to end.
        """
        if not self._sending.answer(plan, plan.preflight).exchange.accepted:
            return
        answer = self._sending.again(plan, plan.preflight)
        if answer.exchange.accepted:
            return
        sentence = f"the same request was accepted, and at the end answered {answer.words}"
        breach = Breach(plan.steady.id, sentence)
        self._sending.answers.show(ShownRecord(answer.record, breach, "", 1, 2))
        if not self._sending.again(plan, plan.preflight).exchange.accepted:
            self._sending.abort = _changed(_REFUSES_ALL)

    def _accepts(self, plan: Plan, case: Case) -> bool:
        return self._sending.again(plan, case.request).exchange.accepted
