"""Cost by number of operations: `python -m tests.benchmarks.scale DOCUMENT`.

For 1, 10, 100 and all operations, spread over the document: seconds and memory to derive them (in a
process of its own, which leaves the plans where a run finds them); then how long a run with `-n 2`
takes to its first request; then the requests a second of a whole run against the embedded target,
over what two bare loops reach in the same minute: processes of their own, each with the same
client, an embedded target of its own like each process of the run, and the requests of half of the
operations, made before the clock starts. Like the suite they take a connection a request.
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx

from conformance.contract import load
from conformance.embedded import ServerProcess
from conformance.example import NoExampleError
from conformance.exchange import Request
from conformance.plan import Plan
from conformance.run import Run
from conformance.settings import Settings
from tests.benchmarks.commands import PYTEST, Command, environment, run
from tests.benchmarks.paired import table

STEPS = (1, 10, 100, 1_000_000)
BARE_REQUESTS = 3000
"""So many requests at most has a bare loop; it goes over them again where there are few."""

PROCESSES = 2
_CACHE = Path(".pytest_cache") / "d" / "conformance"
HEAD = (
    *("operations", "cases", "derive s", "derive MB", "first request s"),
    *("requests", "seconds", "ms a case", "run MB", "requests/s", "of bare loops"),
)


def main() -> int:
    """Print the curve; a goal missed is for the reader to see."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument("document", type=Path)
    parser.add_argument("--max-cases-per-operation", dest="most", type=int, default=None)
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="numbers of operations")
    parser.add_argument("--derive", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--operation", action="append", default=[], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    document = chosen.document.resolve()
    if chosen.derive:
        sys.stdout.write(json.dumps(derived(planned(document, chosen, chosen.derive))))
        return 0
    if chosen.bare:
        bare_loop(document, chosen)
        return 0
    known = [each.id for each in load(str(document)).operations]
    rows = []
    for step in sorted({min(step, len(known)) for step in chosen.steps}):
        names = [known[len(known) * at // step] for at in range(step)]
        rows.append(row(document, names, chosen.most))
        sys.stderr.write(f"  {step} done\n")
    sys.stdout.write(table(HEAD, rows) + "\n")
    return 0


def row(document: Path, names: Sequence[str], most: int | None) -> tuple[str, ...]:
    """Measure the operations `names`; return a row of the table."""
    limits = [f"--max-cases-per-operation={most}"] if most else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = [sys.executable, "-m", "tests.benchmarks.scale", str(document), *limits]
        own += [f"--operation={each}" for each in names]
        done = subprocess.run(
            [*own, f"--derive={folder / _CACHE}"], capture_output=True, text=True, check=True
        )
        cases, derive_s, derive_mb = json.loads(done.stdout)
        words = [*PYTEST, "--pyargs", "conformance", "--depth=quick", f"-n{PROCESSES}", *limits]
        words += [f"--contract={document}", f"--reports={name}/reports"]
        words += [f"--operation={each}" for each in names]
        first = first_request_s(words, folder)
        run(Command("run", words, folder, exits=frozenset({0, 1, 7})))
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        (found,) = folder.glob("reports/*/results.json")
        counts = json.loads(found.read_text())["outcome"]["counts"]
        rate = counts["requests"] / counts["seconds"]
        bare = bare_rate(own, folder / _CACHE)
    return (
        *(f"{len(names):,}", f"{cases:,}", f"{derive_s:.1f}", str(derive_mb), f"{first:.1f}"),
        *(f"{counts['requests']:,}", f"{counts['seconds']:.1f}"),
        *(f"{counts['seconds'] / max(cases, 1) * 1000:.2f}", str(megabytes)),
        *(f"{rate:.0f}", f"{rate / bare:.2f}"),
    )


def planned(document: Path, chosen: argparse.Namespace, cache: Path) -> Iterator[Plan]:
    """Yield the plans of the chosen operations, as a run makes them and keeps them in `cache`."""
    settings = Settings(
        contract=str(document),
        operations=tuple(chosen.operation),
        most_cases=chosen.most,
        cache=cache,
    )
    own = Run(settings, "benchmark")
    for operation in own.operations:
        try:
            yield own.plan(operation)
        except NoExampleError:
            continue


def derived(plans: Iterator[Plan]) -> tuple[int, float, int]:
    """Return how many cases there are, seconds to derive them, and memory in MB."""
    begun = time.perf_counter()
    cases = sum(len(plan.cases) for plan in plans)
    seconds = time.perf_counter() - begun
    return cases, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def first_request_s(words: Sequence[str], folder: Path) -> float:
    """Return how long a run takes to its first request, which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(120)
        url = f"--target-url=http://127.0.0.1:{listening.getsockname()[1]}"
        begun = time.perf_counter()
        started = subprocess.Popen(
            [*words, url],
            cwd=folder,
            env=environment(),
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


def bare_rate(own: Sequence[str], cache: Path) -> float:
    """Return the requests a second of loops that do nothing but send, all together."""
    loops = [
        subprocess.Popen(
            [*_share(own, at), f"--bare={cache}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in range(PROCESSES)
    ]
    for each in loops:
        assert each.stdout is not None
        each.stdout.readline()
    for each in loops:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    taken = [json.loads(each.communicate()[0]) for each in loops]
    return sum(number / seconds for number, seconds in taken)


def _share(own: Sequence[str], at: int) -> list[str]:
    """Return the command for every second operation; for all, where there is one only."""
    names = [word for word in own if word.startswith("--operation=")]
    rest = [word for word in own if not word.startswith("--operation=")]
    return [*rest, *(names[at::PROCESSES] or names)]


def bare_loop(document: Path, chosen: argparse.Namespace) -> None:
    """Say that all is ready, wait for a line, send; print how many requests in how many seconds."""
    plans = [*planned(document, chosen, chosen.bare)]
    distinct: dict[str, Request] = {}
    for plan in plans:
        most = BARE_REQUESTS // len(plans) + 1
        distinct |= {case.request.digest: case.request for case in plan.cases[:most]}
    server = ServerProcess().serve([plan.operation for plan in plans])
    try:
        with httpx.Client(trust_env=False) as client:
            prepared = [_prepared(client, server.url, each) for each in distinct.values()]
            client.send(prepared[0])
            _timed(lambda: [client.send(each) for each in prepared], len(prepared))
    finally:
        server.close()


def _timed(loop: Callable[[], object], number: int) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, rounds = time.perf_counter(), 0
    while rounds == 0 or (rounds + 1) * number <= BARE_REQUESTS:
        loop()
        rounds += 1
    sys.stdout.write(json.dumps((rounds * number, time.perf_counter() - begun)))


def _prepared(client: httpx.Client, base: str, request: Request) -> httpx.Request:
    headers = [*request.headers, ("Connection", "close"), ("Accept-Encoding", "identity")]
    return client.build_request(
        request.method, base + request.path, headers=headers, content=request.body
    )


if __name__ == "__main__":
    raise SystemExit(main())
