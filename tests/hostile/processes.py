"""Runs in a process of their own that something happens to: what is left of them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.reference.http import Request, Response
from tests.cli import PYTEST, SUITE, environment
from tests.miniatures.server import State, Steps


@dataclass
class Gate:
    """A faithful target that keeps every answer back from the Nth request on, until let go."""

    url: str = ""
    after: int = 10**9
    seen: int = 0

    def __post_init__(self) -> None:
        self._lock, self.reached, self.open = threading.Lock(), threading.Event(), threading.Event()
        self._state, self._steps = State(), Steps()
        self.bodies: list[bytes] = []

    def answer(self, request: Request) -> Response:
        """Answer, in its turn."""
        with self._lock:
            self.seen += 1
            self.bodies.append(request.body)
            stuck = self.seen > self.after
        if stuck:
            self.reached.set()
            self.open.wait(60)
        with self._lock:
            return self._steps.answer(request, self._state)


@contextlib.contextmanager
def gate(after: int = 10**9) -> Iterator[Gate]:
    """Serve a gate; it opens at the end, so that nothing waits for it."""
    from conformance.reference.http import serve

    found = Gate(after=after)
    with serve(found.answer) as server:
        found.url = server.url
        try:
            yield found
        finally:
            found.open.set()


def start(
    folder: Path,
    *arguments: str,
    before: Callable[[], object] | None = None,
    **variables: str,
) -> subprocess.Popen[str]:
    """Begin a run of the suite, in a session of its own."""
    return subprocess.Popen(
        [*PYTEST, *SUITE, "--depth=quick", "-q", *arguments],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=before,  # noqa: PLW1509  (it sets limits only)
    )


def run_folder(folder: Path) -> Path:
    """Return the folder of the one run."""
    (found,) = [each for each in (folder / "reports").iterdir() if each.is_dir()]
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return the whole lines of the journal of the one run."""
    text = (run_folder(folder) / "journal.ndjson").read_text()
    return [json.loads(line) for line in text.split("\n")[:-1] if line]


def of(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the lines of one type."""
    return [each for each in records if each["type"] == kind]


def results(folder: Path) -> dict[str, Any]:
    """Return what results.json of the one run says."""
    found: dict[str, Any] = json.loads((run_folder(folder) / "results.json").read_text())
    return found


def kill(process: subprocess.Popen[str]) -> str:
    """End a process and all that it started, at once, and return what it wrote."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait until something has happened; a minute is more than it takes anywhere."""
    for _ in range(6000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError(what)
