"""Contract → the plans of a run: which operations are its own, and what is derived of each.

A plan is made when it is asked for, or comes from the store: a process that holds three of a
contract's operations pays for three. A shard has every N-th operation in the order of their names'
digests: each machine finds its own by itself, all shards are of one size, and every operation is in
one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from conformance.collector import uncollected
from conformance.contract.model import Contract, Operation
from conformance.plan import Plan
from conformance.store import Store
from conformance.values import NONE, Values

MANY = 12
"""With more operations than this, a run goes operation by operation: each is derived when its
turn comes, and forgotten afterwards."""


class Plans:
    """The plans of one run.

    `shard` is `K/N`, or None for all; `most` bounds the cases of an operation; `cache` is the
    folder of kept plans, if any; a `whole` plan leaves nothing of a large operation out.
    """

    def __init__(
        self,
        contract: Contract,
        values: Mapping[str, Values],
        shard: str | None = None,
        most: int | None = None,
        cache: Path | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self.operations = sharded(contract.operations, shard)
        self._values = values
        self._most = most
        self._whole = whole
        self._store = None if cache is None else Store(cache, contract, f"{most} {whole}")

    def of(self, operation: Operation) -> Plan:
        """Return the plan of `operation`. Raises NoExampleError where it cannot be tested."""
        with uncollected():
            return self._kept_or_made(operation, self._values.get(operation.id, NONE))

    def _kept_or_made(self, operation: Operation, values: Values) -> Plan:
        plan = self._store.load(operation, values) if self._store is not None else None
        if plan is None:
            from conformance.planning import derive  # noqa: PLC0415  (much is imported for it)

            plan = limited(derive(operation, values, whole=self._whole), self._most)
            if self._store is not None:
                self._store.save(plan)
        return plan


def sharded(operations: Sequence[Operation], shard: str | None) -> tuple[Operation, ...]:
    """Return those of `operations` that belong to `shard` (`3/10`), in their order."""
    if shard is None:
        return tuple(operations)
    number, _, shards = shard.partition("/")
    order = sorted(operations, key=lambda each: hashlib.sha256(each.id.encode()).digest())
    own = {each.id for each in order[int(number) - 1 :: int(shards)]}
    return tuple(each for each in operations if each.id in own)


def limited(plan: Plan, most: int | None) -> Plan:
    """Return `plan` with its first `most` cases: every clause has one before any has two.

    A clause that is left with none says so, and counts as not proved.
    """
    if most is None or len(plan.cases) <= most:
        return plan
    kept = plan.cases[:most]
    left = {case.clause.id for case in plan.cases[most:]} - {case.clause.id for case in kept}
    reason = f"left out by --max-cases-per-operation {most}"
    clauses = tuple(
        replace(clause, reason=reason) if clause.id in left else clause for clause in plan.clauses
    )
    return replace(
        plan, clauses=clauses, cases=kept, left_out=plan.left_out + len(plan.cases) - most
    )
