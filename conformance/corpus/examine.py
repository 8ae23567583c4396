"""One document → its row: what derives, what the embedded target shows, what broken ones do."""

from __future__ import annotations

import re
import resource
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from conformance.arrays import assumed
from conformance.contract import load
from conformance.contract.model import Contract, Operation
from conformance.corpus.breaking import broken, drawn
from conformance.corpus.firing import Range
from conformance.corpus.row import Row
from conformance.corpus.serving import serving
from conformance.errors import ConformanceError, NoExampleError
from conformance.plan import Plan
from conformance.planning import derive
from conformance.plans import limited


class Asked(Struct, frozen=True):
    """What is asked of each document.

    `share` clauses are broken, drawn with `seed`. Of each operation `most` cases are sent to the
    target that breaks nothing, all where that is None. Deriving it, and sending its cases, may take
    `seconds` of processor time each: what else the machine does decides nothing.
    """

    embedded: bool = False
    share: int = 0
    seed: int = 0
    most: int | None = None
    seconds: float = 60.0


def examined(path: Path, asked: Asked, told: Callable[[Row, str], None]) -> Row:
    """Return the row of the document at `path`; `told` hears how far it is."""
    row = Row(path.name)
    try:
        contract = load(str(path))
    except ConformanceError as problem:
        row.fault = str(problem).splitlines()[0]
        return row
    row.version = contract.version
    row.operations = len(contract.operations) + len(contract.unreadable)
    examination = _Examination(row, path, asked, contract, told)
    try:
        examination.run()
    except ConformanceError as problem:
        row.crashes[path.name] = str(problem).splitlines()[0]
    row.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row.seconds = round(row.seconds, 2)
    return row


class _Examination(Struct):
    row: Row
    path: Path
    asked: Asked
    contract: Contract
    told: Callable[[Row, str], None]
    untested: Counter[str] = field(default_factory=Counter)
    uncovered: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        self.untested.update(kind_of(why) for _, why in self.contract.unreadable)
        if self.asked.embedded:
            with serving(self.contract.operations) as url, Range(url, self.asked.seconds) as firing:
                testable = self._each(firing)
                self.row.requests = firing.requests
        else:
            testable = self._each(None)
        chosen = drawn(self.row, self.path, testable, self.asked.share, self.asked.seed)
        self.told(self.row, f"breaks {len(chosen)} clauses")
        operations = {each.id: each for each in self.contract.operations}
        broken(
            self.row,
            self.path,
            chosen,
            lambda name: _plan(operations[name]),  # all of it: any clause may be broken
            self.asked.seconds,
        )

    def _each(self, firing: Range | None) -> list[str]:
        """Derive every operation, and fire at it where asked to; return those that can be tested.

        Nothing of an operation is kept: memory is that of the largest one.
        """
        row, testable = self.row, []
        for number, operation in enumerate(self.contract.operations, 1):
            self.told(row, f"operation {number} of {len(self.contract.operations)}")
            plan = self._derived(operation)
            if plan is not None:
                testable.append(operation.id)
                self._count(plan)
                if firing is not None:
                    self._fire(firing, operation, self._limited(plan))
            row.untested = dict(self.untested.most_common())
            row.uncovered = dict(self.uncovered.most_common())
        return testable

    def _derived(self, operation: Operation) -> Plan | None:
        begun = time.process_time()
        try:
            with _within(self.asked.seconds), warnings.catch_warnings():
                warnings.simplefilter("error")
                return _plan(operation)
        except NoExampleError as problem:
            self.untested[kind_of(str(problem))] += 1
        except Exception as problem:  # noqa: BLE001  (what is looked for)
            self.row.crashes[operation.id] = f"{type(problem).__name__}: {problem}"[:200]
        finally:
            self.row.seconds += time.process_time() - begun
        return None

    def _count(self, plan: Plan) -> None:
        row = self.row
        row.derived += 1
        row.cases += len(plan.cases)
        row.clauses += len(plan.clauses)
        self.uncovered.update(
            f"{clause.keyword}: {clause.reason}"
            for clause in plan.clauses
            if clause.state == "uncovered"
        )

    def _limited(self, plan: Plan) -> Plan:
        return limited(plan, self.asked.most)

    def _fire(self, firing: Range, operation: Operation, plan: Plan) -> None:
        row = self.row
        shown = firing.fired(plan)
        row.left_out += plan.left_out + shown.unheld
        row.short += bool(shown.unheld)
        row.findings |= {each.id: each.sentence[:300] for each in shown.findings}
        row.crashes |= {name: why[:200] for name, why in shown.crashes.items()}
        if shown.doubt:
            row.doubts[operation.id] = shown.doubt[:300]


def _plan(operation: Operation) -> Plan:
    """Return what a run derives of `operation` where the user gives no credentials."""
    return derive(assumed(operation)).identified(frozenset())


class _TooLongError(Exception):
    """Deriving one operation takes longer than it may."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise _TooLongError in what takes more than `seconds` of this process's time."""

    def over(_: int, __: object) -> None:
        raise _TooLongError(f"not done after {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def kind_of(reason: str) -> str:
    """Return a reason without the names of one operation, so that equal reasons count as one."""
    plain = reason.rpartition(": ")[2] if "#/" in reason else reason.partition(": ")[0]
    return re.sub(r'"[^"]*"', "…", plain)
