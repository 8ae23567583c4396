"""Bare loops: the requests of a run, sent by the same client and nothing else.

As many processes as the run has, each with an embedded target of its own and the requests of its
share of the operations, made before the clock starts. Like the suite they take a connection a
request. `python -m tests.benchmarks.bare DOCUMENT CACHE` is one of the processes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from msgspec import Struct
from msgspec.structs import replace

from conformance.embedded import ServerProcess
from conformance.errors import NoExampleError
from conformance.exchange import Request
from conformance.plan import Plan
from conformance.run import Run
from conformance.settings import Settings

PROCESSES = 2
FEWEST, MOST = 3_000, 10_000
"""So many requests one loop sends: over and over where there are fewer, every n-th of more."""


class Part(Struct, frozen=True):
    """What is sent: these operations of a document, with at most `most` cases each."""

    document: Path
    operations: tuple[str, ...]
    most: int | None

    @property
    def words(self) -> tuple[str, ...]:
        """The options of a run that say so."""
        limit = (f"--max-cases-per-operation={self.most}",) if self.most else ()
        return (*limit, *(f"--operation={each}" for each in self.operations))


def planned(part: Part, cache: Path | None) -> Iterator[Plan]:
    """Yield the plans of `part`, as a run makes them and keeps them in `cache`, if anywhere."""
    own = Run(
        Settings(
            contract=str(part.document),
            operations=part.operations,
            most_cases=part.most,
            cache=cache,
        ),
        "benchmark",
    )
    for operation in own.operations:
        try:
            yield own.plan(operation)
        except NoExampleError:
            continue


def sustained(spans: Sequence[tuple[int, float, float]]) -> float:
    """Return the requests a second of all processes together, from the first to the last request.

    `spans` holds requests, first and last moment of each process, on one clock.
    """
    begun, ended = min(span[1] for span in spans), max(span[2] for span in spans)
    return sum(span[0] for span in spans) / (ended - begun)


def bare_rate(part: Part, cache: Path) -> float:
    """Return the requests a second of loops that do nothing but send, all together."""
    loops = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.benchmarks.bare",
                str(part.document),
                str(cache),
                *share.words,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for share in shares(part)
    ]
    for each in loops:
        assert each.stdout is not None
        each.stdout.readline()
    for each in loops:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    taken = [json.loads(each.communicate()[0]) for each in loops]
    return sum(requests / (ended - begun) for requests, begun, ended in taken)


def shares(part: Part) -> Iterator[Part]:
    """Yield what each process sends: every second operation, or all where there is one only."""
    for at in range(PROCESSES):
        yield replace(part, operations=part.operations[at::PROCESSES] or part.operations)


def main() -> int:
    """Say that all is ready, wait for a line, send; print requests, first and last moment."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bare")
    parser.add_argument("document", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--max-cases-per-operation", dest="most", type=int, default=None)
    parser.add_argument("--operation", action="append", default=[])
    chosen = parser.parse_args()
    part = Part(chosen.document, tuple(chosen.operation), chosen.most)
    plans = [*planned(part, chosen.cache)]
    server = ServerProcess().serve([plan.operation for plan in plans])
    try:
        with httpx.Client(trust_env=False) as client:
            prepared = [_prepared(client, server.url, each) for each in _some(plans)]
            client.send(prepared[0])
            _timed(client, prepared)
    finally:
        server.close()
    return 0


def _some(plans: Sequence[Plan]) -> list[Request]:
    """Return distinct requests of all `plans`, as they would be sent, evenly drawn."""
    distinct = {
        each.digest: each
        for plan in plans
        for case in plan.cases
        for each in (*case.controls, case.request)
    }
    every = [*distinct.values()]
    return every[:: -(-len(every) // MOST)]


def _timed(client: httpx.Client, prepared: Sequence[httpx.Request]) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, rounds = time.time(), 0
    while rounds * len(prepared) < FEWEST:
        for each in prepared:
            client.send(each)
        rounds += 1
    sys.stdout.write(json.dumps((rounds * len(prepared), begun, time.time())))


def _prepared(client: httpx.Client, base: str, request: Request) -> httpx.Request:
    headers = [*request.headers, ("Connection", "close"), ("Accept-Encoding", "identity")]
    return client.build_request(
        request.method, base + request.path, headers=headers, content=request.body
    )


if __name__ == "__main__":
    raise SystemExit(main())
