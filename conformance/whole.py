"""One operation from its first case to its last answer: how a run of many operations goes.

The plan is made when the operation's turn comes, and nothing is kept of it afterwards: the memory
of a run does not grow with its operations, nor does its start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conformance.contract.model import Operation
from conformance.errors import UsageError
from conformance.readiness import NotReady
from conformance.sending import Aborted

if TYPE_CHECKING:
    from conformance.plan import Plan
    from conformance.records import CaseRecord
    from conformance.run import Run


def wanted(local: str, only: Sequence[str]) -> bool:
    """Whether what is called `local` in its operation is at or below a place of `only`."""
    places = [pointer.rstrip("/") for pointer in only]
    return not places or any(local == each or local.startswith(each + "/") for each in places)


def local(identifier: str, operation: Operation) -> str:
    """Return an id without the operation that it begins with."""
    return identifier.removeprefix(operation.id).removeprefix(":")


def held(run: Run, operation: Operation) -> Iterator[CaseRecord]:
    """Hold the target to all that is wanted of `operation`; yield what became of each.

    Raises NoExampleError where it cannot be tested, NotReady where the target refuses its smallest
    valid request, Aborted where nothing more can be learnt.
    """
    plan = run.plan(operation)
    only = run.settings.only
    cases = [case for case in plan.cases if wanted(local(case.id, operation), only)]
    answers = [clause for clause in plan.answers if wanted(local(clause.id, operation), only)]
    explorations = list(drawn(run, plan))
    session = run.begin(plan, len(cases) + len(explorations))
    session.expect([(plan, case) for case in cases])
    try:
        for case in cases:
            if (record := run.done(case.id)) is None:
                with _of_ours(run, case.id):
                    record = session.hold(plan, case)
            if record is not None:
                yield record
        for exploration in explorations:
            if (record := run.done(exploration.id)) is None:
                with _of_ours(run, exploration.id):
                    record = explored(run, plan, exploration)
            if record is not None:
                yield record
        for clause in answers:
            if (record := run.done(clause.id)) is None:
                with _of_ours(run, clause.id):
                    record = session.response(plan, clause)
            if record is not None:
                yield record
    finally:
        session.forget()


def drawn(run: Run, plan: Plan) -> Iterator[Any]:
    """Yield what is to be explored of `plan`."""
    if run.settings.depth != "quick":
        from conformance.explore import explorations  # noqa: PLC0415  (imports Hypothesis)

        for each in explorations(plan):
            if wanted(local(each.id, plan.operation), run.settings.only):
                yield each


def explored(run: Run, plan: Plan, exploration: Any) -> CaseRecord:  # noqa: ANN401  (loads Hypothesis)
    """Draw as many requests as the run's depth says; valid messages four times as many."""
    from conformance.explore import explore  # noqa: PLC0415  (imports Hypothesis)

    examples = run.examples * (1 if exploration.keyword else 4)
    return explore(run.session, plan, exploration, examples, run.settings.seed)


@contextmanager
def _of_ours(run: Run, identifier: str) -> Iterator[None]:
    """Turn what breaks in this suite into a record of it, and go on."""
    try:
        yield
    except (Aborted, NotReady, UsageError):
        raise
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is no fault of the target)
        run.session.broke(identifier, problem)
