"""The tools and settings that are compared, and one run of one of them on one miniature."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from conformance.reference.http import Request, Response
from tests.benchmarks.chances import (
    Adapter,
    adapt,
    allow_header,
    as_is,
    repeated_names,
    without_array,
    without_security,
    write_contract,
)
from tests.benchmarks.commands import BenchmarkError, conformance, environment, schemathesis
from tests.benchmarks.servers import counted
from tests.miniatures import Miniature
from tests.miniatures.server import State

DEADLINE_S = 300.0
# A server may refuse NUL in a text; Schemathesis takes that for a fault unless it sends none.
NO_NUL = "--generation-allow-x00=false"
BEST = (
    "--phases=examples,coverage,fuzzing,stateful",
    "--checks=all",
    "--mode=all",
    "--max-examples=500",
    "--continue-on-failure",
    NO_NUL,
)


class Setting(Struct, frozen=True):
    """A tool with its options. `change` and `adapters` are the chances given to Schemathesis."""

    name: str
    options: tuple[str, ...] = ()
    peer: bool = False
    change: Callable[[dict[str, Any]], None] = as_is
    adapters: tuple[Adapter, ...] = ()


SETTINGS = (
    Setting("ours, --depth=quick --strict", ("--depth=quick", "--strict")),
    Setting("ours, --depth=standard --strict", ("--depth=standard", "--strict")),
    Setting("Schemathesis, default", peer=True),
    Setting(
        "Schemathesis, default, every chance",
        (NO_NUL,),
        peer=True,
        change=without_security,
        adapters=(repeated_names, allow_header),
    ),
    Setting(
        "Schemathesis, best, every chance",
        BEST,
        peer=True,
        change=without_security,
        adapters=(repeated_names, allow_header),
    ),
    Setting(
        "Schemathesis, best, contract without array",
        BEST,
        peer=True,
        change=without_array,
        adapters=(allow_header,),
    ),
)


class Held(Struct, frozen=True):
    """What a run came to; `kinds` are the failures of Schemathesis, by type and operation."""

    red: bool
    requests: int
    seconds: float
    kinds: frozenset[str] = field(default_factory=frozenset)


def hold(setting: Setting, miniature: Miniature, folder: Path, seed: int) -> Held:
    """Run the tool against `miniature`, new and without memories.

    Raises BenchmarkError where the tool could not do its work.
    """
    state, lock = State(), threading.Lock()

    def app(request: Request) -> Response:
        with lock:
            return miniature.steps.answer(request, state)

    report = folder / "peer.json"
    report.unlink(missing_ok=True)
    with counted(adapt(app, setting.adapters)) as server:
        if setting.peer:
            words = schemathesis(
                write_contract(setting.change, folder),
                server.url,
                f"--seed={seed}",
                "--report=json",
                f"--report-json-path={report}",
                *setting.options,
            )
        else:
            words = conformance(f"--target-url={server.url}", f"--seed={seed}", *setting.options)
        status, seconds, said = ended(words, folder)
        requests = server.requests
    kinds = kinds_of(report) if setting.peer else frozenset[str]()
    if status not in ({0, 1} if setting.peer else {0, 1, 7}):
        raise BenchmarkError(
            f"{setting.name} on {miniature.name} ended with status {status}:\n{said[-3000:]}"
        )
    return Held(status != 0, requests, seconds, kinds)


def ended(words: tuple[str, ...], folder: Path) -> tuple[int, float, str]:
    """Run `words` to their end; return the status, the seconds and what was said."""
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise BenchmarkError(f"no end after {DEADLINE_S:.0f} s: {' '.join(words)}") from problem
    return done.returncode, time.perf_counter() - begun, done.stdout


def kinds_of(report: Path) -> frozenset[str]:
    """Return the kinds of failures and errors in a report of Schemathesis."""
    if not report.exists():
        return frozenset()
    read = json.loads(report.read_text(encoding="utf-8"))
    failures = {
        f"{each['type']} {operation}"
        for each in read["failures"]
        for operation in each["operations"]
    }
    errors = {f"error: {each.get('title', each)}" for each in read["errors"]}
    return frozenset(failures | errors)
