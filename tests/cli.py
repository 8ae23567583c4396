"""Runs the suite as a user does: a process of its own, in a folder that knows nothing of it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

import conformance
from conformance.reference.http import Request, Response, serve
from tests.miniatures import CONFORMING, FAULTS, Miniature
from tests.miniatures.server import JSON, State, Steps

PYTEST = (sys.executable, "-m", "pytest")
SUITE = ("-p", "no:randomly", "--pyargs", "conformance")

# Loaded once: a pytest within this one unloads what it was the first to load.
for _name in ("explore", "report", "run", "session", "reference"):
    importlib.import_module(f"conformance.{_name}")

_OUTCOME = re.compile(r"(\d+) (passed|failed|inconclusive|not shown|not run|advice|deselected)")


class Ended(Struct, frozen=True):
    """What a command leaves: its exit status, all that it wrote, and its folder."""

    exit: int
    out: str
    folder: Path

    @property
    def lines(self) -> list[str]:
        """What the command wrote."""
        return self.out.splitlines()

    @property
    def outcomes(self) -> dict[str, int]:
        """What the last line counts: `{"passed": 3}`."""
        return {name: int(count) for count, name in _OUTCOME.findall(self.lines[-1])}

    @property
    def run(self) -> Path:
        """The folder of the one run."""
        (found,) = [each for each in (self.folder / "reports").iterdir() if each.is_dir()]
        return found

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Return the lines of one type."""
        text = (self.run / "journal.ndjson").read_text()
        return [line for line in map(json.loads, text.splitlines()) if line["type"] == kind]

    @property
    def results(self) -> dict[str, Any]:
        """What `results.json` holds."""
        found: dict[str, Any] = json.loads((self.run / "results.json").read_text())
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on every case."""
        return {line["id"]: line["verdict"] for line in self.journal("finish")}


def environment(**more: str) -> dict[str, str]:
    """Return the variables of this process without what would steer pytest, and `more`."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "CONFORMANCE", "GITHUB"))
        and name not in ("PYTHONPATH", "COLUMNS")
    }
    # The package that this process tests, wherever another one may be installed.
    here = str(Path(conformance.__file__).parent.parent)
    return {**plain, "PYTHONPATH": here, "PYTHONIOENCODING": "utf-8", **more}


def pytest_in(folder: Path, *arguments: str, **variables: str) -> Ended:
    """Run `python -m pytest` with `arguments` in `folder`."""
    done = subprocess.run(
        [*PYTEST, *arguments],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
    )
    return Ended(done.returncode, done.stdout, folder)


def suite(folder: Path, *arguments: str, depth: str = "quick", **variables: str) -> Ended:
    """Run the suite in `folder`, without exploration and in order, unless told otherwise."""
    return pytest_in(folder, *SUITE, f"--depth={depth}", *arguments, **variables)


def miniature(name: str) -> Miniature:
    """Return the miniature called `name`."""
    (found,) = [each for each in (*FAULTS, *CONFORMING) if each.name == name]
    return found


class Recorder(Struct):
    """A served target and every request that it got."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)

    @property
    def sent(self) -> list[tuple[object, ...]]:
        """The requests as comparable values; the port in Host differs from server to server."""
        return [
            (
                each.method,
                each.path,
                each.query,
                tuple(pair for pair in each.headers if pair[0].lower() != "host"),
                each.body,
                each.chunked,
            )
            for each in self.requests
        ]


@contextlib.contextmanager
def recording(answer: Callable[[Request], Response] | None = None) -> Iterator[Recorder]:
    """Serve `answer`, or a faithful target, and keep every request."""
    state, lock, steps, found = State(), threading.Lock(), Steps(), Recorder()

    def app(request: Request) -> Response:
        with lock:
            found.requests.append(request)
            return answer(request) if answer else steps.answer(request, state)

    with serve(app) as server:
        found.url = server.url
        yield found


def always(status: int, message: str = "no") -> Callable[[Request], Response]:
    """Return a target that answers everything alike."""
    body = {"error": {"type": "invalid_request_error", "message": message}}
    return lambda _: Response(status, json.dumps(body).encode(), JSON)


def texts(folder: Path) -> Mapping[Path, str]:
    """Return every file below `folder` as text."""
    return {
        path: path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
