"""What was sent to the target and what came back: every distinct request is sent once.

The only caller of the target. It knows when nobody answers any more, and ends the run then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Never

from msgspec.structs import replace

from conformance.answers import Answer, Answers
from conformance.checks import is_documented_redirect
from conformance.early import Early, Sender
from conformance.exchange import Exchange, Request
from conformance.journal import JournalWriter
from conformance.pacing import HaltError
from conformance.plan import Plan
from conformance.records import AbortRecord, Breach, ShownRecord

REPLAYS = 2
"""So often a failing request is sent again before it is believed."""

_DEAD = 4
"""A request, its two replays and the smallest valid one: so often in a row nobody was there."""


class Aborted(Exception):  # noqa: N818  (no error: the run ends early, for a reason)
    """Nothing more can be learnt from the target; carries the reason."""

    def __init__(self, reason: AbortRecord) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class Sending:
    """The requests of one run in one process, with the answers to them.

    `abort` is why nothing more is to be sent, once there is a reason.
    """

    def __init__(self, target: Sender, writer: JournalWriter, answers: Answers) -> None:
        self.answers = answers
        self.abort: AbortRecord | None = None
        self._target = target
        self._early = target if isinstance(target, Early) else None
        self._writer = writer
        self._sent: dict[str, Answer] = {}
        self._dead = 0

    @property
    def early(self) -> int:
        """How many cases ahead requests may be offered."""
        return self._early.cases if self._early is not None else 0

    def offer(self, requests: Iterable[Request]) -> None:
        """Say that `requests` come next: those that were not sent yet may leave early."""
        if self._early is not None:
            self._early.offer(each for each in requests if each.digest not in self._sent)

    def answer(self, plan: Plan, request: Request) -> Answer:
        """Return what the target answers to `request`; the same bytes are sent once."""
        known = self._sent.get(request.digest)
        if known is None:
            known = self._sent[request.digest] = self.again(plan, request)
        return known

    def again(self, plan: Plan, request: Request) -> Answer:
        """Send `request`, whether it was sent before or not. Raises Aborted."""
        try:
            exchange = self._target.send(request)
        except HaltError as halt:
            self.stop(AbortRecord(halt.sentence, halt.remedy))
        self._count_dead(exchange)
        if is_documented_redirect(plan.operation, exchange):
            exchange = replace(exchange, redirects=True)
        return self.answers.take(plan, exchange)

    def control(self, plan: Plan, request: Request) -> Answer:
        """Return the answer to a control; one that is not accepted is asked for once more."""
        known = request.digest in self._sent
        answer = self.answer(plan, request)
        if known or answer.exchange.accepted:
            return answer
        again = self.again(plan, request)
        if again.exchange.accepted:
            sentence = f"the same request was answered {answer.words}, then {again.words}"
            breach = Breach(plan.steady.id, sentence)
            self.answers.show(ShownRecord(answer.record, breach, "", 1, 2))
            self._sent[request.digest] = again
        return again

    def is_gone(self, plan: Plan) -> bool:
        """Whether nobody answers any more; what dies may close some connections before."""
        if self._dead >= REPLAYS:
            return True
        # Twice: what went before may have poisoned the first answer after it.
        faults = (self.again(plan, plan.preflight).exchange.fault for _ in range(2))
        return all(fault is not None and fault.phase != "framing" for fault in faults)

    def stop(self, reason: AbortRecord) -> Never:
        """End the run. Raises Aborted."""
        if self.abort is None:
            self.abort = reason
            self._writer.write("abort", reason)
        raise Aborted(self.abort)

    def forget(self) -> None:
        """Keep nothing of what was sent."""
        self._sent.clear()

    def _count_dead(self, exchange: Exchange) -> None:
        self._dead = self._dead + 1 if exchange.unreached else 0
        if self._dead >= _DEAD:
            sentence = exchange.fault.sentence if exchange.fault else ""
            self.stop(
                AbortRecord(
                    f"The target died midway: {sentence}",
                    "Start it again, and look at its log: the last request may have killed it.",
                )
            )
