"""Cost by number of operations: `python -m tests.benchmarks.scale DOCUMENT`.

For the first 1, 10, 100 and all operations: seconds and memory to derive them (in a process of its
own, nothing kept), and the requests a second of a run with `-n 2` against the embedded target, over
what a bare loop of the same client reaches on the same target in the same minute.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from conformance.contract import load
from conformance.embedded import ServerProcess
from conformance.example import NoExampleError
from conformance.plan import derive
from conformance.plans import limited
from tests.benchmarks.commands import PYTEST, Command, run
from tests.benchmarks.paired import table

STEPS = (1, 10, 100, 1_000_000)
BARE_REQUESTS = 2000


def main() -> int:
    """Print the curve; a goal missed is for the reader to see."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument("document", type=Path)
    parser.add_argument("--max-cases-per-operation", dest="most", type=int, default=None)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    document = chosen.document.resolve()
    if chosen.first:
        sys.stdout.write(json.dumps(derived(document, chosen.first, chosen.most)))
        return 0
    known = [each.id for each in load(str(document)).operations]
    rows = []
    for step in sorted({min(step, len(known)) for step in STEPS}):
        words = [sys.executable, "-m", "tests.benchmarks.scale", str(document), f"--first={step}"]
        words += [f"--max-cases-per-operation={chosen.most}"] if chosen.most else []
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        cases, seconds, megabytes = json.loads(done.stdout)
        sent, taken = fired(document, known[:step], chosen.most)
        rate, bare = sent / taken, bare_rate(document)
        rows.append(
            (
                str(step),
                str(cases),
                f"{seconds:.1f}",
                str(megabytes),
                str(sent),
                f"{rate:.0f}",
                f"{rate / bare:.2f}",
            )
        )
    head = ("operations", "cases", "derive s", "MB", "requests", "requests/s", "of bare loop")
    sys.stdout.write(table(head, rows) + "\n")
    return 0


def derived(document: Path, first: int, most: int | None) -> tuple[int, float, int]:
    """Return how many cases the first operations have, seconds to derive them, and memory in MB."""
    operations = load(str(document)).operations[:first]
    begun, cases = time.perf_counter(), 0
    for operation in operations:
        try:
            cases += len(limited(derive(operation), most).cases)
        except NoExampleError:
            continue
    seconds = time.perf_counter() - begun
    return cases, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fired(document: Path, names: list[str], most: int | None) -> tuple[int, float]:
    """Run the deterministic cases in two processes; return the requests and the seconds."""
    with tempfile.TemporaryDirectory() as name:
        words = [*PYTEST, "--pyargs", "conformance", "--depth=quick", "-n2"]
        words += [f"--contract={document}", f"--reports={name}/reports"]
        words += [f"--operation={each}" for each in names]
        words += [f"--max-cases-per-operation={most}"] if most else []
        run(Command("run", words, Path(name), exits=frozenset({0, 1, 7})))
        (found,) = Path(name).glob("reports/*/results.json")
        counts = json.loads(found.read_text())["outcome"]["counts"]
        return counts["requests"], counts["seconds"]


def bare_rate(document: Path) -> float:
    """Return the requests a second of a loop that does nothing but send."""
    operations = load(str(document)).operations
    server = ServerProcess(operations[:1])
    try:
        with httpx.Client(trust_env=False) as client:
            url = server.url + operations[0].path
            client.request(operations[0].method, url)
            begun = time.perf_counter()
            for _ in range(BARE_REQUESTS):
                client.request(operations[0].method, url)
            return BARE_REQUESTS / (time.perf_counter() - begun)
    finally:
        server.close()


if __name__ == "__main__":
    raise SystemExit(main())
