"""What is done instead of a run: asking the target what to pin, or showing what would be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.answers import Answer, Answers
from conformance.asking import asking
from conformance.exchange import Request
from conformance.explain import explain
from conformance.pacing import HaltError
from conformance.plan import Plan
from conformance.preflight import diagnose
from conformance.record import record
from conformance.rehearsal import Rehearsal
from conformance.run import Run
from conformance.target import Target


def explained(run: Run) -> Iterator[str]:
    """Ask the target what to pin, and yield the lines of `conformance.toml` that say it.

    Raises HaltError where nobody answers.
    """
    url = run.url
    with run.aimed(url) as target:
        _meet(run, target)
        headers, query = run.shown("header"), run.shown("query")
        answers = Answers(run.redactor, url, headers, profile=run.profile, query=query)
        for plan in run.each_plan():

            def answer(request: Request, plan: Plan = plan) -> Answer:
                return answers.take(plan, target.send(request))

            ask = asking(answer)
            try:
                yield from map(run.redactor.clean, explain(plan.deriver, ask).toml())
            except HaltError as halt:
                yield f"# stopped: {halt.sentence} {halt.remedy}"
                return


def _meet(run: Run, target: Target) -> None:
    """Make sure that there is somebody to ask. Raises HaltError."""
    plan = next(run.each_plan())
    exchange = target.send(plan.preflight)
    if exchange.fault is not None:
        kept = record(exchange, str(target.url), (), run.redactor)
        reason = diagnose(exchange, kept, plan.operation, str(target.url))
        if reason is not None:
            raise HaltError(reason.sentence, reason.remedy)


def rehearsal(run: Run, show: Callable[[str], None]) -> Rehearsal:
    """Return what shows every request and sends none."""
    target = run.aimed(run.settings.target or "http://127.0.0.1")
    base = str(target.url).rstrip("/")
    return Rehearsal(show, base, target.shown_headers, run.redactor.clean, run.shown("query"))
