"""pytest glue: outcomes by name, reports, exit status and summary."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.collector import uncollected
from conformance.errors import UsageError
from conformance.options import settings
from conformance.running import EXIT, MESSAGE, MODULES, begun, near, run_of
from conformance.signals import finish_in_peace
from conformance.text import some

if TYPE_CHECKING:
    from conformance.report import Reported
    from conformance.run import Run

_REPORTED: pytest.StashKey[Reported] = pytest.StashKey()
_INTERRUPTED = 2
_LETTERS = {"inconclusive": "?", "not shown": "o", "not run": "n", "advice": "a"}
"""What is neither passed nor failed, by the first word of its reason."""


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Call what proves nothing by its name."""
    if report.when == "call" and report.passed and _is_ours(report):
        known = any(name == "known_deviation" for name, _ in report.user_properties)
        return ("known", "k", "KNOWN") if known else None
    if report.when == "call" and report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        for word, letter in _LETTERS.items():
            if reason.startswith(f"{word}:") and _is_ours(report):
                return word, letter, word.upper()
    return None


def _is_ours(report: pytest.TestReport) -> bool:
    name = report.nodeid.partition("::")[0].rpartition("/")[2]
    return f"conformance.{name.removesuffix('.py')}" in MODULES


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the journal, write the reports and set the exit status.

    Last of all plugins, for pytest-xdist ends its workers here, and they write the journal.
    """
    run = begun(session.config)
    if run is None:
        return
    finish_in_peace(session.config)
    stopped = bool(session.shouldstop or session.shouldfail)
    ended = exitstatus != _INTERRUPTED or stopped
    problem = _wind_up(run, session, ended=ended) or _unusable(session)
    if problem:
        session.config.stash[MESSAGE] = problem
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    if EXIT in session.config.stash:
        session.exitstatus = session.config.stash[EXIT]
    reported = session.config.stash.get(_REPORTED, None)
    if reported is None or problem:
        return
    if run.settings.update_known_deviations:
        session.config.stash[MESSAGE] = _put_on_file(run, reported)
    _leave_quickly(session.config)
    if exitstatus in (0, 1, _INTERRUPTED) and not _others_failed(session):
        session.exitstatus = reported.outcome.exit


def _wind_up(run: Run, session: pytest.Session, *, ended: bool) -> str:
    """Close the journal and write the reports; what fails keeps nothing else from being done.

    Return what failed first, or nothing. What the journal says is shown even where no report can
    be written.
    """
    worker = hasattr(session.config, "workerinput")
    ended = ended or run.aborted  # in another process, perhaps

    def judge() -> None:
        from conformance.reporting import judged, write_reports  # noqa: PLC0415  (at the end only)

        with uncollected():  # of a long run there are millions of records
            reported = judged(run.folder)
            if reported is not None:
                session.config.stash[_REPORTED] = reported
                session.config.stash[_REPORTED] = write_reports(run.settings, run.folder, reported)

    problems = []
    steps: list[Callable[[], object]] = [run.close]
    if not worker:
        steps += [run.end, judge] if ended else [judge]
    for step in steps:
        try:
            step()
        except UsageError as problem:
            problems.append(str(problem))
    return problems[0] if problems else ""


def _put_on_file(run: Run, reported: Reported) -> str:
    from conformance.reporting import put_on_file  # noqa: PLC0415  (where asked for)

    try:
        number = put_on_file(run.settings, reported)
    except UsageError as problem:
        return str(problem)
    lapsed = [each for each in reported.findings if each.deviations and not each.known]
    if not number and lapsed:
        return (
            f"Nothing was put on file: {lapsed[0].id} is there, and expired"
            f" ({lapsed[0].deviations[0].place}). Mend the target, or give it another day."
        )
    if not number:
        return "No finding is new: nothing was put on file."
    return (
        f"{some(number, 'finding')} put on file in {run.settings.known_deviations}: give each a "
        "reason and a link; until then no run begins."
    )


def _leave_quickly(config: pytest.Config) -> None:
    """Spare the end of the run what takes time and changes nothing.

    Hypothesis's plugin imports Hypothesis to say that nothing was drawn; the garbage collector
    would look at every object once more.
    """
    if "hypothesis" not in sys.modules:
        config.pluginmanager.unregister(name="hypothesispytest")
    gc.freeze()


def _unusable(session: pytest.Session) -> str:
    """Return what made a worker process give up, if one did."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reports = getattr(reporter, "stats", {}).get("not run", [])
    found = (each.user_properties for each in reports)
    return next((str(v) for pairs in found for k, v in pairs if k == "unusable"), "")


def _others_failed(session: pytest.Session) -> bool:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    stats = getattr(reporter, "stats", {})
    reports = [*stats.get("failed", []), *stats.get("error", [])]
    return any(not _verdict(each) and not _crash(each) for each in reports)


def _crash(report: pytest.TestReport) -> bool:
    """Whether a worker of pytest-xdist died over an item of ours; the journal says so as well."""
    return _is_ours(report) and report.when not in ("setup", "call", "teardown")


def _verdict(report: pytest.TestReport) -> str:
    """Return the verdict of an item of ours; empty for the items of others."""
    found = (str(value) for name, value in report.user_properties if name == "verdict")
    return next(found, "") if _is_ours(report) else ""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Iterator[None]:
    """Show findings, each once, instead of one failure a case."""
    stats = terminalreporter.stats
    failed = stats.get("failed", [])
    others = [each for each in failed if _verdict(each) in ("", "TOOL")]
    if len(others) != len(failed):
        stats["failed"] = others
    try:
        yield
    finally:
        if failed:
            stats["failed"] = failed
    if MESSAGE in config.stash:
        terminalreporter.write_line(config.stash[MESSAGE], red=True)
    if _REPORTED in config.stash:
        _summary(terminalreporter, config)
        if settings(config).on_github:
            _github(terminalreporter, config)


def _summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from conformance.report.terminal import summary_lines  # noqa: PLC0415  (at the end only)

    run = run_of(config)
    reported = config.stash[_REPORTED]
    page = run.settings.reports / "report.html"
    lines = summary_lines(
        reported.journal,
        reported.findings,
        reported.outcome,
        unicode=_speaks_unicode(),
        report_path=near(str(page)),
    )
    terminalreporter.section("conformance")
    for line in lines:
        style = {} if line.style == "none" else {line.style: True}
        terminalreporter.write_line(line.text, **style)


def _github(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from conformance.report.github import commands, summary  # noqa: PLC0415  (there only)

    told = config.stash[_REPORTED]
    terminalreporter.ensure_newline()
    for line in commands(told.journal, told.findings, strict=settings(config).strict):
        terminalreporter.write_line(line)
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        text = summary(told.journal, told.findings, told.outcome)
        try:
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as problem:
            terminalreporter.write_line(f"the job summary cannot be written: {problem}", red=True)


def _speaks_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "✓…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
