"""How far a long run is: a live line in a terminal, a plain line now and then elsewhere.

A short run shows nothing of it. In a terminal the line takes the place of pytest's dots once the
run is seen to be a long one; elsewhere dots and lines never share a line. Nothing under `-q`, and
under `-v` every case has a line of its own already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, Protocol

import pytest

SENT = "conformance_sent"
"""Name of the attribute of a report that says how many requests its process has sent."""

LONG_S = 2.0
"""Seconds after which a run is a long one, in a terminal."""

_LIVE_S = 0.1
_PLAIN_S = 15.0
_BROKEN = frozenset({"FAIL", "FAULT", "FLAKY"})


class Terminal(Protocol):
    """What is needed of pytest's terminal writer."""

    fullwidth: int

    @property
    def width_of_current_line(self) -> int:
        """Columns that stand on the line already."""
        ...

    def write(self, text: str, /, *, flush: bool = False) -> None:
        """Write `text` as it is."""
        ...

    def line(self, text: str = "", /) -> None:
        """Write `text` and end the line."""
        ...


class Progress:
    """A plugin of pytest that counts what is reported, and says so from time to time."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        live: bool,
        hush: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.planned = 0
        self._terminal = terminal
        self._is_terminal = live
        self._hush = hush
        self._clock = clock
        self._begun = self._next = 0.0
        self._held = 0
        self._sent: dict[str, int] = {}
        self._broken: set[str] = set()
        self._live = False

    # --- what pytest tells ---

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how much there is to do."""
        self.planned = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn it from a worker: each of them collects all."""
        self.planned = len(ids)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> Generator[None, tuple[str, Any, Any], tuple[str, Any, Any]]:
        """Let the live line stand for the letters of our items."""
        category, letter, word = yield
        if self._live and hasattr(report, SENT):
            letter = word = ""
        return category, letter, word

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one item of ours, and show a line where it is time."""
        sent = getattr(report, SENT, None)
        if sent is None:
            return
        now = self._clock()
        if not self._held:
            self._begun = now
            self._next = now + (LONG_S if self._is_terminal else _PLAIN_S)
        self._held += 1
        self._sent[getattr(report, "worker_id", "")] = sent
        told = dict(report.user_properties)
        if told.get("verdict") in _BROKEN and report.failed:
            self._broken.add(str(told.get("clause")))
        if now >= self._next:
            self._show(now)

    def pytest_sessionfinish(self) -> None:
        """Leave the last figures behind where there was a live line."""
        if self._live:
            self._show(self._clock())

    # --- what is shown ---

    def _show(self, now: float) -> None:
        terminal = self._terminal
        text = self.words(now)[: terminal.fullwidth - 1]
        if not self._is_terminal:
            self._next = now + _PLAIN_S
            if terminal.width_of_current_line:
                terminal.line()
            terminal.line(text)
            return
        self._next = now + _LIVE_S
        if not self._live:
            self._live = True
            self._hush()
            terminal.line()
        terminal.write(f"\r{text.ljust(terminal.fullwidth - 1)}", flush=True)

    def words(self, now: float) -> str:
        """Return `312 of 1,097 cases, 420 requests, 31/s, 2 clauses broken so far`."""
        sent = sum(self._sent.values())
        elapsed = now - self._begun
        rate = f", {sent / elapsed:,.0f}/s" if elapsed > 0 else ""
        broken = len(self._broken)
        clauses = f"{broken:,} clause{'' if broken == 1 else 's'} broken so far"
        return (
            f"{self._held:,} of {max(self.planned, self._held):,} cases,"
            f" {sent:,} requests{rate}, {clauses}"
        )


def begin(config: pytest.Config) -> None:
    """Register the progress of a run where somebody may want to see it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.verbose != 0 or hasattr(config, "workerinput"):
        return

    def hush() -> None:
        # pytest's percentage would be written into the live line.
        reporter._show_progress_info = False  # noqa: SLF001  (there is no other way to stop it)

    terminal = config.get_terminal_writer()
    progress = Progress(terminal, live=bool(reporter.isatty), hush=hush)
    config.pluginmanager.register(progress, "conformance-progress")
