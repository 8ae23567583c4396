"""Cost by number of operations: `python -m tests.benchmarks.scale DOCUMENT`.

For 1, 10, 100 and all operations, spread over the document: seconds to read the contract and to
derive all cases, and the same once more with the plans kept where a run finds them, with the memory
of that process; how long a run with `-n 2` takes to its first request; a whole such run against the
embedded target; and the requests a second that it sustains, from the first request to the last,
over what bare loops of the same client reach in the same minute (`tests.benchmarks.bare`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from conformance.contract import load
from tests.benchmarks.bare import PROCESSES, Part, bare_rate, planned, sustained
from tests.benchmarks.commands import PYTEST, ROOT, Command, environment, run
from tests.benchmarks.paired import table

STEPS = (1, 10, 100, 1_000_000)
_CACHE = Path(".pytest_cache") / "d" / "conformance"
OURS = {"PYTHONPATH": str(ROOT)}
"""What is measured is the suite beside these benchmarks, whichever is installed."""

HEAD = (
    *("operations", "cases", "derive s", "derive and keep s", "derive MB", "first request s"),
    *("requests", "sending s", "whole run s", "ms a case", "run MB"),
    *("requests/s", "bare loops/s", "of bare loops", "findings"),
)


def main() -> int:
    """Print the curve; a goal missed is for the reader to see."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument("document", type=Path)
    parser.add_argument("--max-cases-per-operation", dest="most", type=int, default=None)
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="numbers of operations")
    parser.add_argument("--derive", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--operation", action="append", default=[], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    part = Part(chosen.document.resolve(), tuple(chosen.operation), chosen.most)
    if chosen.derive:
        sys.stdout.write(json.dumps(derived(part, chosen.derive)))
        return 0
    known = [each.id for each in load(str(part.document)).operations]
    rows = []
    for step in sorted({min(step, len(known)) for step in chosen.steps}):
        names = tuple(known[len(known) * at // step] for at in range(step))
        rows.append(row(replace(part, operations=names)))
        sys.stderr.write(f"  {step} done\n")
    sys.stdout.write(table(HEAD, rows) + "\n")
    return 0


def row(part: Part) -> tuple[str, ...]:
    """Measure `part`; return a row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = [sys.executable, "-m", "tests.benchmarks.scale", str(part.document), *part.words]
        done = subprocess.run(
            [*own, f"--derive={folder / _CACHE}"], capture_output=True, text=True, check=True
        )
        cases, derive_s, keep_s, derive_mb = json.loads(done.stdout)
        words = [*PYTEST, "--pyargs", "conformance", "--depth=quick", f"-n{PROCESSES}"]
        words += [
            "-o",
            f"cache_dir={folder / _CACHE.parents[1]}",
        ]  # where pytest's own may be elsewhere
        words += [f"--contract={part.document}", f"--reports={name}/reports", *part.words]
        first = first_request_s(words, folder)
        taken = run(Command("run", words, folder, frozenset({0, 1, 7}), OURS))
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        (journal,) = folder.glob("reports/*/journal.ndjson")
        outcome = json.loads((journal.parent / "results.json").read_text())
        sent = spans(journal)
        bare = bare_rate(part, folder / _CACHE)
    requests, rate = sum(each[0] for each in sent), sustained(sent)
    return (
        *(f"{len(part.operations):,}", f"{cases:,}"),
        *(f"{derive_s:.1f}", f"{keep_s:.1f}", str(derive_mb)),
        *(f"{first:.1f}", f"{requests:,}", f"{requests / rate:.1f}", f"{taken.wall_s:.1f}"),
        *(f"{taken.wall_s / max(cases, 1) * 1000:.2f}", str(megabytes)),
        *(f"{rate:.0f}", f"{bare:.0f}", f"{rate / bare:.2f}", str(len(outcome["findings"]))),
    )


def spans(journal: Path) -> list[tuple[int, float, float]]:
    """Return requests, first and last moment of each process that wrote into `journal`."""
    found = []
    with journal.open() as lines:
        for line in lines:
            if line.startswith('{"type":"sent"'):
                sent = json.loads(line)
                found.append((sent["requests"], sent["first_at"], sent["last_at"]))
    return [each for each in found if each[0]]


def derived(part: Part, cache: Path) -> tuple[int, float, float, int]:
    """Return how many cases there are, seconds to derive, to derive and keep, and memory in MB."""
    moments = [time.perf_counter()]
    for folder in (None, cache):
        cases = sum(len(plan.cases) for plan in planned(part, folder))
        moments.append(time.perf_counter())
    begun, made, kept = moments
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return cases, made - begun, kept - made, megabytes


def first_request_s(words: Sequence[str], folder: Path) -> float:
    """Return how long a run takes to its first request, which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(120)
        url = f"--target-url=http://127.0.0.1:{listening.getsockname()[1]}"
        begun = time.perf_counter()
        started = subprocess.Popen(
            [*words, url],
            cwd=folder,
            env=environment(OURS),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            connection, _ = listening.accept()
            connection.close()
            return time.perf_counter() - begun
        finally:
            os.killpg(started.pid, signal.SIGKILL)  # its own session, with its processes
            started.wait()
            for report in (folder / "reports").glob("*/*"):
                report.unlink()


if __name__ == "__main__":
    raise SystemExit(main())
