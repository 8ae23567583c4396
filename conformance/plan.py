"""A plan: every clause and every deterministic case of an operation, in the order of sending."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Operation
from conformance.exchange import Request
from conformance.values import Values

if TYPE_CHECKING:
    from conformance.deriver import Deriver


class Plan(Struct, frozen=True, dict=True):
    """Everything derived from one operation, before anything is sent.

    `preflight` is the smallest valid request: where it is not accepted, nothing can be judged.
    `names` are those that an error may blame. `left_out` counts cases that a budget has cut. Of
    a large operation a `whole` plan has all cases, another one a share. `spellings` are the cases
    that tell how arrays are read, also those that were cut.
    """

    operation: Operation
    values: Values
    clauses: tuple[Clause, ...]
    cases: tuple[Case, ...]
    preflight: Request
    steady: Clause
    names: frozenset[str]
    left_out: int = 0
    whole: bool = False
    spellings: tuple[Case, ...] = ()

    @cached_property
    def deriver(self) -> Deriver:
        """What it was derived with; made again where it comes from a store."""
        from conformance.deriving import deriver_for  # noqa: PLC0415  (a kept plan needs none)

        return deriver_for(self.operation, self.values)

    def harmless(self, methods: Collection[str]) -> Plan:
        """Return the plan without requests that use one of `methods` where it is not declared.

        The contract may be a part of what stands there: a method that it does not declare may
        change or delete something all the same.
        """
        kept = tuple(c for c in self.cases if not c.off_contract or c.request.method not in methods)
        left_out = {case.clause for case in self.cases} if len(kept) < len(self.cases) else set()
        unsent = [
            replace(
                clause,
                id=f"{clause.id}/destructive",
                words=f"the path takes no undeclared {', '.join(sorted(methods))}",
                state="uncovered",
                reason="these methods go to targets on this machine only; --allow-destructive "
                "sends them elsewhere",
            )
            for clause in left_out
            if clause.keyword == "method"
        ]
        return self._with(kept, (*self.clauses, *unsent))

    def _with(self, cases: tuple[Case, ...], clauses: tuple[Clause, ...]) -> Plan:
        """Return the plan with other cases and clauses, derived from the same."""
        plan = replace(self, cases=cases, clauses=clauses)
        if "deriver" in vars(self):
            vars(plan)["deriver"] = self.deriver
        return plan

    def identified(self, given: frozenset[str]) -> Plan:
        """Return the plan without requests that lack credentials, where none of theirs is given.

        `given` is what the user adds to every request, as `conformance.headers.credentials` has it.
        """
        idle = [c for c in self.cases if c.request.without and given.isdisjoint(c.request.without)]
        if not idle:
            return self
        lost = {case.clause.id for case in idle}
        reason = "no credentials of these schemes are given, so none can be left out"
        clauses = tuple(
            replace(each, state="uncovered", reason=reason) if each.id in lost else each
            for each in self.clauses
        )
        kept = tuple(case for case in self.cases if case.clause.id not in lost)
        return self._with(kept, clauses)

    @cached_property
    def answers(self) -> tuple[Clause, ...]:
        """The clauses that are judged over all answers of the run, after the cases."""
        sides = ("response", "prose", "state")
        return tuple(c for c in self.clauses if c.side in sides and c.state == "covered")
