"""A rehearsal (--dry-run): every request in order, as it would be sent, and none of them sent.

What depends on answers is left out: replays of failures, what exploration does about them, and
how a target reads arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from conformance.case import Case
from conformance.exchange import Request
from conformance.headers import added
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.verdict import Verdict

Headers = Callable[[Request], Iterable[tuple[str, str]]]


class Rehearsal:
    """Takes the place of a session: shows each distinct request once.

    `headers` gives the headers of a request for display; `clean` makes a text fit for display;
    `query` is the user's, as it may be shown.
    """

    def __init__(
        self,
        show: Callable[[str], None],
        base: str,
        headers: Headers,
        clean: Callable[[str], str],
        query: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._query = tuple(query)
        self._show, self._base = show, base
        self._headers, self._clean = headers, clean
        self._seen: set[str] = set()
        self._held: set[str] = set()

    @property
    def count(self) -> int:
        """How many requests were shown."""
        return len(self._seen)

    @property
    def believed(self) -> frozenset[str]:
        """No clause was seen broken."""
        return frozenset()

    def ready(self, plan: Plan) -> None:
        """Show the smallest valid request, once per operation."""
        self._tell(plan.preflight, f"{plan.operation.id}, the smallest valid request")

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan`: what a target reads is not known before it is asked."""
        return plan

    def hold(self, plan: Plan, case: Case, *, explored: bool = False) -> CaseRecord:
        """Show what `case` takes."""
        self.ready(plan)
        if not explored:
            self._held.add(case.id)
        self.trial(plan, case)
        return CaseRecord(
            id=case.id,
            clause=case.clause.id,
            operation=plan.operation.id,
            words=case.words,
            expectation=case.expectation,
            level=case.level,
            verdict=Verdict.NOT_RUN,
        )

    def trial(self, plan: Plan, case: Case) -> Verdict:  # noqa: ARG002  (as a session has it)
        """Show what one draw of an exploration takes."""
        for control in case.controls:
            self._tell(control, f"{case.id}, control: to be accepted")
        words = {"ACCEPT": "to be accepted", "REFUSE": "to be refused", "EITHER": "free"}
        self._tell(case.request, f"{case.id}: {words[case.expectation]}")
        return Verdict.PASS

    def response(self, plan: Plan) -> None:
        """Show the cases whose answers a clause of the answers needs, where they are not yet."""
        for case in plan.cases:
            if case.id not in self._held:
                self.hold(plan, case)

    def _tell(self, request: Request, words: str) -> None:
        if request.digest in self._seen:
            return
        self._seen.add(request.digest)
        self._show(f"# {words}")
        more = added(request.path, self._query, request.without)
        self._show(self._clean(f"{request.method} {self._base}{request.path}{more}"))
        for name, value in self._headers(request):
            self._show(f"{name}: {value}")
        if request.body is not None:
            self._show("")
            self._show(self._clean(request.body.decode("utf-8", "backslashreplace")))
        self._show("")
