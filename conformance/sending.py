"""pytest glue: the fixtures that send a case and turn its verdict into an outcome."""

from __future__ import annotations

from collections.abc import Callable
from traceback import format_exception
from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageError
from conformance.running import run_of, value_of

if TYPE_CHECKING:
    from conformance.case import Case
    from conformance.clause import Clause
    from conformance.explore import Exploration
    from conformance.records import CaseRecord


@pytest.fixture
def hold(request: pytest.FixtureRequest) -> Callable[[Case], None]:
    """Send a case and judge the answer."""

    def held(case: Case) -> None:
        run = run_of(request.config)
        plan = next(plan for plan in run.plans if plan.operation.id == case.clause.operation)
        _sent(request, lambda: run.session.hold(plan, case))

    return held


@pytest.fixture
def explore(request: pytest.FixtureRequest) -> Callable[[Exploration], None]:
    """Draw requests for a clause and judge the answers."""

    def explored(exploration: Exploration) -> None:
        from conformance.explore import explore as draw  # noqa: PLC0415  (imports Hypothesis)
        from conformance.run import EXAMPLES  # noqa: PLC0415

        run = run_of(request.config)
        plan = next(p for p in run.plans if p.operation.id == exploration.clause.operation)
        examples = EXAMPLES[run.settings.depth] * (1 if exploration.keyword else 4)
        seed = run.settings.seed
        _sent(request, lambda: draw(run.session, plan, exploration, examples, seed))

    return explored


@pytest.fixture
def answers_keep(request: pytest.FixtureRequest) -> Callable[[Clause], None]:
    """Judge a clause over all answers of the run."""

    def kept(clause: Clause) -> None:
        run = run_of(request.config)
        plan = next(plan for plan in run.plans if plan.operation.id == clause.operation)
        _sent(request, lambda: run.session.response(plan, clause))

    return kept


def _sent(request: pytest.FixtureRequest, send: Callable[[], CaseRecord | None]) -> None:
    from conformance.session import Aborted  # noqa: PLC0415  (loaded by now)

    try:
        record = send()
    except Aborted as stop:
        request.session.shouldstop = stop.reason.sentence
        pytest.skip(f"not run: {stop.reason.sentence}")
    except UsageError as problem:
        pytest.exit(str(problem), returncode=4)
    except Exception as problem:  # noqa: BLE001  (whatever it is, it is no fault of the target)
        run = run_of(request.config)
        run.session.broke(_identity(request), problem)
        request.node.user_properties.append(("verdict", "TOOL"))
        # Not raised: pytest would show values of variables (--showlocals), keys among them.
        pytest.fail(run.redactor.clean("".join(format_exception(problem))), pytrace=False)
    if record is None:
        pytest.skip("not shown: no answer of this run speaks of it")
    request.node.user_properties += [
        ("clause", record.clause),
        ("expectation", str(record.expectation)),
        ("verdict", str(record.verdict)),
    ]
    match record.verdict:
        case "PASS":
            return
        case "INCONCLUSIVE":
            pytest.skip(f"inconclusive: {record.because}")
        case _:
            pytest.fail(f"{record.verdict} {record.words}: {record.because}", pytrace=False)


def _identity(request: pytest.FixtureRequest) -> str:
    return str(value_of(request.node).id)
