"""What is found out of an operation before its cases go out, once for each.

Whether the target accepts the smallest valid request, in which spelling it reads arrays, and
whether it reads objects in brackets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Never

from conformance.answers import Answer
from conformance.arrays import Respelt, carries_array, needs_array, reads
from conformance.case import Case
from conformance.exchange import Exchange, Request
from conformance.journal import JournalWriter
from conformance.objects import assumed_objects, carries, unread
from conformance.operation_clause import operation_clause
from conformance.plan import Plan
from conformance.preflight import diagnose, is_nowhere, nowhere, wants_values
from conformance.records import AbortRecord, CaseRecord
from conformance.redact import Redactor
from conformance.sending import Aborted, Sending
from conformance.traits import traits
from conformance.verdict import Expectation, Level, Verdict

_NO_KEY = frozenset({401, 429})
_ENOUGH = 3
"""So many operations, the first of a process, must want a key before all are taken to."""


class NotReady(Exception):  # noqa: N818  (no error: one operation ends early, for a reason)
    """The target refuses the smallest valid request of one operation of several."""

    def __init__(self, reason: AbortRecord) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


class Readiness:
    """What one run in one process found out of its operations.

    `alone` says that there is one operation only: where it cannot be judged, the run ends.
    """

    def __init__(
        self, sending: Sending, writer: JournalWriter, redactor: Redactor, base: str, worker: str
    ) -> None:
        self.alone = True
        self._sending = sending
        self._writer = writer
        self._redactor = redactor
        self._base = base
        self._worker = worker
        self._ready: set[str] = set()
        self._nowhere: set[str] = set()
        self._not_ready: dict[str, AbortRecord] = {}
        self._respelt: dict[str, Respelt | None] = {}
        self._objects: dict[str, frozenset[str]] = {}
        self._unread: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Keep nothing of how operations are read; they have had their turn."""
        self._respelt.clear()
        self._objects.clear()
        self._unread.clear()

    # --- the smallest valid request ---

    def ready(self, plan: Plan) -> None:
        """Make sure that the target accepts the smallest valid request; once per operation.

        Raises Aborted with the sentence and the remedy where it does not. Where nothing is at the
        path, because its parameters must name what exists, the cases go out all the same: what
        needs no accepted control can still be found.
        """
        if self._sending.abort is not None:
            raise Aborted(self._sending.abort)
        if plan.operation.id in self._ready:
            return
        if plan.operation.id in self._not_ready:
            raise NotReady(self._not_ready[plan.operation.id])
        answer = self._sending.control(plan, plan.preflight)
        if answer.exchange.refused and carries_array(plan, traits(plan.preflight)):
            respelt = self.as_read(plan)
            answer = self._sending.control(respelt, respelt.preflight)
        reason = diagnose(answer.exchange, answer.record, plan.operation, self._base)
        if reason is not None and not is_nowhere(answer.exchange, plan.operation):
            response = answer.exchange.response
            if answer.blamed and response is not None and wants_values(response.status):
                from conformance.asking import asking, unknown_values  # noqa: PLC0415  (rarely)
                from conformance.explain import explain  # noqa: PLC0415

                ask = asking(lambda each: self._sending.answer(plan, each))
                learnt = explain(plan.deriver, ask)
                reason = unknown_values(reason, learnt) if learnt.lessons else reason
            if self.alone or self._means_all(answer.exchange):
                self._sending.stop(reason)
            self._refuse(plan, answer, reason)
        if reason is not None:
            self._nowhere.add(plan.operation.id)
            self._writer.write("clause", nowhere(plan.operation))
        self._ready.add(plan.operation.id)

    def is_ready(self, plan: Plan) -> bool:
        """Whether the operation has shown that its cases can go out."""
        return plan.operation.id in self._ready

    def is_nowhere(self, plan: Plan) -> bool:
        """Whether nothing is at the operation's path, as far as can be known."""
        return plan.operation.id in self._nowhere

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
        self._writer.write("clause", clause)
        finished = CaseRecord(
            id=clause.id,
            clause=clause.id,
            operation=plan.operation.id,
            words=clause.words,
            expectation=Expectation.ACCEPT,
            level=Level.MUST,
            verdict=Verdict.INCONCLUSIVE,
            because=self._redactor.clean(f"{reason.sentence} {reason.remedy}"),
            exchange=answer.record,
            worker=self._worker,
        )
        self._writer.finish(finished, started=False)
        raise NotReady(reason)

    # --- how arrays and objects are read ---

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan` with arrays spelt as the target reads them; it is asked once."""
        name = plan.operation.id
        if name not in self._respelt:
            self._respelt[name] = None if name in self._nowhere else self._respell(plan)
        return self.known(plan)

    def _respell(self, plan: Plan) -> Respelt | None:
        ask = self._asking(plan)
        if reads(plan, ask):
            return None
        from conformance.respelling import respell  # noqa: PLC0415  (most targets read it)

        return respell(plan, ask)

    def known(self, plan: Plan) -> Plan:
        """Return `plan` as it is read, as far as that was asked."""
        respelt = self._respelt.get(plan.operation.id)
        return plan if respelt is None else respelt.plan

    def is_open(self, plan: Plan, case: Case) -> bool:
        """Whether how `case` is spelt has yet to be found out."""
        name = plan.operation.id
        if name not in self._respelt and needs_array(plan, case):
            return True
        return name not in self._unread and self._carries_object(plan, case)

    def sent(self, plan: Plan, case: Case) -> Case | None:
        """Return what to send for `case`, or None where that cannot be said."""
        if plan.operation.id not in self._respelt and not needs_array(plan, case):
            return case
        self.as_read(plan)
        respelt = self._respelt[plan.operation.id]
        return case if respelt is None else respelt.cases.get(case.id)

    def unread(self, plan: Plan, case: Case) -> str:
        """Return the object that `case` sends and the target does not read, or nothing."""
        name = plan.operation.id
        if not self._carries_object(plan, case):
            return ""
        if name not in self._unread:
            lost = name in self._nowhere
            self._unread[name] = frozenset() if lost else unread(plan, self._asking(plan))
        return next((each for each in sorted(self._unread[name]) if carries(case, each)), "")

    def _carries_object(self, plan: Plan, case: Case) -> bool:
        name = plan.operation.id
        if name not in self._objects:
            self._objects[name] = assumed_objects(plan.operation)
        return any(carries(case, each) for each in self._objects[name])

    def _asking(self, plan: Plan) -> Callable[[Request], Exchange]:
        return lambda request: self._sending.answer(plan, request).exchange
