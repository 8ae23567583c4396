"""pytest glue: what is printed instead of a run, --dry-run and --explain-values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.explore import explore
from conformance.items import Held, Whole
from conformance.pacing import HaltError
from conformance.running import EXIT, MODULES, run_of
from conformance.text import some

if TYPE_CHECKING:
    from conformance.rehearsal import Rehearsal
    from conformance.run import Run

_INCONCLUSIVE: Final = 7


def _begin(session: pytest.Session) -> tuple[Run, pytest.TerminalReporter]:
    config = session.config
    reporter: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        raise pytest.UsageError("--dry-run and --explain-values need pytest's terminal reporter.")
    reporter.ensure_newline()
    return run_of(config), reporter


def print_requests(session: pytest.Session) -> None:
    """Print every request in order, and send none; nothing is proved, so nothing is green."""
    from conformance.instead import rehearsal as rehearsal_of  # noqa: PLC0415  (heavy)
    from conformance.prepared import EXAMPLES  # noqa: PLC0415

    run, reporter = _begin(session)
    rehearsal = rehearsal_of(run, reporter.write_line)
    for item in session.items:
        if isinstance(item, Whole):
            _print_whole(run, rehearsal, item)
        if not isinstance(item, Held):
            continue
        if item.module_name == MODULES[0]:
            rehearsal.hold(item.plan, item.each)
        elif item.module_name == MODULES[1]:
            examples = EXAMPLES[run.settings.depth] * (1 if item.each.keyword else 4)
            explore(rehearsal, item.plan, item.each, examples, run.settings.seed)
        else:
            rehearsal.response(item.plan)
    reporter.write_line(
        f"dry run: {some(rehearsal.count, 'request')}, none was sent; nothing is proved"
    )
    session.config.stash[EXIT] = _INCONCLUSIVE


def _print_whole(run: Run, rehearsal: Rehearsal, item: Whole) -> None:
    from conformance.errors import NoExampleError  # noqa: PLC0415  (not for other suites)
    from conformance.whole import drawn, local, wanted  # noqa: PLC0415

    try:
        plan = run.plan(item.operation)
    except NoExampleError:
        return
    for case in plan.cases:
        if wanted(local(case.id, item.operation), run.settings.only):
            rehearsal.hold(plan, case)
    for each in drawn(run, plan):
        examples = run.examples * (1 if each.keyword else 4)
        explore(rehearsal, plan, each, examples, run.settings.seed)
    rehearsal.response(plan)


def print_values(session: pytest.Session) -> None:
    """Ask the target what to pin, and print it as a table to paste."""
    from conformance.instead import explained  # noqa: PLC0415  (heavy)

    run, reporter = _begin(session)
    reporter.write_line("")
    try:
        for line in explained(run):
            reporter.write_line(line)
    except HaltError as halt:
        reporter.write_line(f"? Nothing was learnt. {halt.sentence}", red=True)
        reporter.write_line(f"  {halt.remedy}")
        session.config.stash[EXIT] = _INCONCLUSIVE
