"""How long the deterministic run takes, as ratios to runs that take turns with it.

`python -m tests.benchmarks.speed` prints each ratio with its least, median and greatest value, by
wall time and by processor time (of the tool alone, so steadier on a busy machine). `--profile`
prints where the time goes instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.commands import (
    CONTRACT,
    PYTEST,
    Command,
    conformance,
    run,
    schemathesis,
)
from tests.benchmarks.costs import profile
from tests.benchmarks.paired import Pairs, paired, table
from tests.benchmarks.servers import counted, embedded, reference, small

QUICK = "--depth=quick"
ONE_TEST = """\
import httpx
import hypothesis
import pytest


def test_one_request():
    assert hypothesis and pytest
    assert httpx.get("{url}").status_code == 200
"""
OVER_FLOOR, OVER_PEER = 2.0, 1 / 3
WHOLE = "--continue-on-failure"
NEW, KNOWN = "in a new folder", "in a known folder"
AS_MANY = (WHOLE, "--max-examples=400")
"""So many examples make Schemathesis send a few requests more than the deterministic run."""


def over_floor(folder: Path, turns: int) -> Pairs:
    """Pair the deterministic run with a pytest run that imports the same and sends one request."""
    with counted(small) as server:
        (folder / "test_one.py").write_text(ONE_TEST.format(url=server.url))
        ours = Command("deterministic run", conformance(QUICK), folder)
        floor = Command("one request", (*PYTEST, "test_one.py"), folder)
        return paired(ours, floor, turns, told)


def over_peer(folder: Path | None, turns: int, *options: str) -> Pairs:
    """Pair the deterministic run with `st run`, on the same contract and the same target."""
    with reference() as url:
        ours = Command("deterministic run", conformance(QUICK, f"--target-url={url}"), folder)
        words = schemathesis(CONTRACT, url, *options)
        peer = Command(" ".join(("st run", *options)), words, folder, frozenset({0, 1}))
        return paired(ours, peer, turns, told)


def requests(*options: str) -> tuple[int, int]:
    """Return how many requests the deterministic run and `st run` send, counted by the target."""
    with counted(embedded()) as server:
        url = server.url
        run(Command("deterministic run", conformance(QUICK, f"--target-url={url}"), None))
        ours, server.requests = server.requests, 0
        run(Command("st run", schemathesis(CONTRACT, url, *options), None, frozenset({0, 1})))
        return ours, server.requests


def line(pairs: Pairs, where: str, goal: str, sent: str) -> list[list[str]]:
    """Return the two lines of a table that say what `pairs` came to."""
    rows = []
    for unit in ("wall", "cpu"):
        low, *_, high = ratios = pairs.ratios(
            (lambda taken: taken.wall_s) if unit == "wall" else (lambda taken: taken.cpu_s)
        )
        middle = ratios[len(ratios) // 2]
        what = f"{pairs.left} / {pairs.right}, {where}" if unit == "wall" else ""
        seconds = f"{pairs.median(0):.2f} / {pairs.median(1):.2f}" if unit == "wall" else ""
        numbers = [f"{each:.2f}" for each in (low, middle, high)]
        shown = goal if unit == "wall" else ""
        rows.append([what, unit, *numbers, shown, seconds, sent if unit == "wall" else ""])
    return rows


def told(sentence: str) -> None:
    """Say how far the measuring has come."""
    sys.stderr.write(f"  {sentence}\n")


def main() -> int:
    """Measure and print; the status says whether both goals are met in the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7, help="turns of each pair (odd; default: 7)")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    options = parser.parse_args()
    turns = options.turns | 1  # an odd number has a middle
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if options.profile:
            sys.stdout.write(profile(folder, conformance(QUICK)) + "\n")
            return 0
        floor = over_floor(folder, turns)
        peer = over_peer(None, turns, WHOLE)
        known = over_peer(folder, turns, WHOLE)
        more = over_peer(None, turns, *AS_MANY)
        stops = over_peer(None, turns)
    ours, theirs = requests(WHOLE)
    _, many = requests(*AS_MANY)
    _, few = requests()
    rows = [
        *line(floor, KNOWN, f"<= {OVER_FLOOR:.2f}", f"{ours} / 1"),
        *line(peer, NEW, f"<= {OVER_PEER:.2f}", f"{ours} / {theirs}"),
        *line(known, KNOWN, "", f"{ours} / {theirs}"),
        *line(more, NEW, "", f"{ours} / {many}"),
        *line(stops, NEW, "", f"{ours} / {few}"),
    ]
    head = ("ratio", "time", "min", "median", "max", "goal", "seconds", "requests")
    sys.stdout.write(f"{turns} turns each\n\n{table(head, rows)}\n\n{NOTE}")
    met = middle(floor) <= OVER_FLOOR and middle(peer) <= OVER_PEER and ours > theirs
    return 0 if met else 1


NOTE = f"""\
In a new folder nobody has been before, as in a fresh checkout: both sides work out what they keep
from one run to the next (our plans, the tables of characters of Hypothesis). In a known folder they
find it. Bytecode is there for both.

The peer is Schemathesis as it comes (all its phases and checks, 100 examples an operation) with
`st run CONTRACT --url=URL --no-color --generation-database=none` and what stands in the table. Both
sides ask the same server, which takes no time from either. Plain `st run` ends at its first
failure. On this contract that is a false alarm after a few requests, so the goal is set against the
run that goes on to the end. `{AS_MANY[-1]}` makes it send about as much as we do: no goal, but the
same work.
"""


def middle(pairs: Pairs) -> float:
    """Return the median ratio by wall time."""
    ratios = pairs.ratios(lambda taken: taken.wall_s)
    return ratios[len(ratios) // 2]


if __name__ == "__main__":
    raise SystemExit(main())
