"""Progress: what is counted, when it is shown, and that nothing is written into it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from conformance.progress import SENT, Progress
from tests.cli import PYTEST, SUITE, environment, miniature, recording, suite

LINE = re.compile(r"(\d+) of (\d+) cases, (\d+) requests, \d+/s, (\d+) clauses? broken so far")


class Paper:
    """A terminal that keeps what is written to it."""

    fullwidth = 100

    def __init__(self) -> None:
        self.text = ""

    @property
    def width_of_current_line(self) -> int:
        """Columns on the last line."""
        return len(self.text.rpartition("\n")[2])

    def write(self, text: str, *, flush: bool = False) -> None:
        """Keep `text`."""
        assert flush
        self.text += text

    def line(self, text: str = "") -> None:
        """Keep `text` and a line feed."""
        self.text += f"{text}\n"


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def report(sent: int | None, verdict: str = "PASS", **more: object) -> pytest.TestReport:
    outcome = "failed" if verdict != "PASS" else "passed"
    told = [("clause", f"Op/{verdict}"), ("verdict", verdict)]
    found = pytest.TestReport("t.py::t", ("t", 0, "t"), {}, outcome, None, "call")  # type: ignore[arg-type]  # one of the words
    found.user_properties = told
    for name, value in more.items():
        setattr(found, name, value)
    if sent is not None:
        setattr(found, SENT, sent)
    return found


def started(*, live: bool) -> tuple[Progress, Paper, Clock, list[str]]:
    paper, clock, hushed = Paper(), Clock(), []
    progress = Progress(paper, live=live, hush=lambda: hushed.append("hushed"), clock=clock)
    progress.planned = 40
    return progress, paper, clock, hushed


def test_a_short_run_shows_nothing() -> None:
    for live in (True, False):
        progress, paper, clock, _ = started(live=live)
        for number in range(40):
            clock.now += 0.01
            progress.pytest_runtest_logreport(report(number))
        progress.pytest_sessionfinish()
        assert paper.text == ""


def test_a_live_line_takes_the_place_of_the_dots() -> None:
    progress, paper, clock, hushed = started(live=True)
    paper.text = "test_requests.py ...."
    for number in range(30):
        clock.now += 0.2
        progress.pytest_runtest_logreport(report(2 * number, "FAIL" if number == 3 else "PASS"))
    assert hushed == ["hushed"]
    head, *shown = paper.text.split("\r")
    assert head == "test_requests.py ....\n"
    assert all(len(each) == 99 and "\n" not in each for each in shown)
    assert shown[-1].rstrip() == "30 of 40 cases, 58 requests, 10/s, 1 clause broken so far"
    assert [int(each[1]) for each in map(LINE.match, shown) if each] == sorted(
        {int(each[1]) for each in map(LINE.match, shown) if each}
    )


def test_plain_lines_stand_alone() -> None:
    progress, paper, clock, hushed = started(live=False)
    for number in range(40):
        clock.now += 1
        progress.pytest_runtest_logreport(report(number))
        paper.text += "."
    assert hushed == []
    lines = paper.text.split("\n")
    assert [bool(LINE.fullmatch(each)) for each in lines] == [False, True, False, True, False]
    assert all(not each.strip(".") for each in lines if not LINE.fullmatch(each))


def test_workers_are_added_up_and_known_deviations_are_not_broken() -> None:
    progress, _, clock, _ = started(live=True)
    clock.now += 1
    progress.pytest_runtest_logreport(report(5, worker_id="gw0"))
    progress.pytest_runtest_logreport(report(7, "FAULT", worker_id="gw1"))
    progress.pytest_runtest_logreport(report(9, worker_id="gw0"))
    known = report(9, "FAIL", worker_id="gw0")
    known.outcome = "passed"
    progress.pytest_runtest_logreport(known)
    progress.pytest_runtest_logreport(report(None, "FAIL"))
    assert progress.words(clock.now + 4) == (
        "4 of 40 cases, 16 requests, 4/s, 1 clause broken so far"
    )


def on_terminal(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the suite with a terminal of 100 columns for output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PYTEST, *SUITE, "--depth=quick", *arguments],
        cwd=folder,
        env=environment(COLUMNS="100", TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    text = b""
    try:
        while found := os.read(ours, 65_536):
            text += found
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return process.wait(timeout=60), text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("more", [(), ("-n2",)])
def test_a_long_run_in_a_terminal_has_one_live_line(tmp_path: Path, more: tuple[str, ...]) -> None:
    with miniature("lengths/account-5001").serve() as url:
        options = (f"--target-url={url}", "--only=/account", "--rate=8", *more)
        status, text = on_terminal(tmp_path, *options)
    assert status == 1, text
    shown = [LINE.search(each) for each in text.split("\r")]
    counts = [each for each in shown if each]
    assert counts, text
    assert all(int(each[1]) <= int(each[2]) for each in counts)
    last = counts[-1]
    assert last[1] == last[2]
    assert last[4] == "1"
    after = text[text.rindex("\r") + 1 :]
    assert re.match(r"[^\n]+ broken so far *\n", after)
    assert not re.search(r"so far[^\n\r]*[.F%]", text), "something was written into the line"


def test_quiet_is_quiet_and_pipes_get_no_live_line(tmp_path: Path) -> None:
    with recording() as target:
        options = (f"--target-url={target.url}", "--only=/account/maxLength", "--rate=8")
        status, text = on_terminal(tmp_path, *options, "-q")
        piped = suite(tmp_path, *options, "--reports=piped")
    assert (status, piped.exit) == (0, 0), text
    assert "so far" not in text
    assert "\r" not in piped.out
