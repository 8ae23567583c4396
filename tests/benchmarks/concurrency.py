"""What `--concurrency` gains against a target that is far away.

`python -m tests.benchmarks.concurrency` holds a target that answers after 50 ms to the contract,
with one request at a time and with ten, in turn, and prints the ratio. The status says whether it
is 5 or more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.commands import Command, conformance
from tests.benchmarks.paired import paired, table
from tests.benchmarks.servers import counted, embedded, far

GOAL = 5.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=50, metavar="MS", help="default: 50")
    parser.add_argument("--concurrency", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument("--turns", type=int, default=3, help="odd; default: 3")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        counted(far(embedded(), options.latency / 1000), workers=32) as server,
    ):
        folder = Path(name)
        words = ("--depth=quick", f"--target-url={server.url}")
        one = Command("one at a time", conformance(*words), folder)
        many = Command(
            f"{options.concurrency} at a time",
            conformance(*words, f"--concurrency={options.concurrency}"),
            folder,
        )
        pairs = paired(one, many, options.turns | 1, lambda said: sys.stderr.write(f"  {said}\n"))
    low, *_, high = ratios = pairs.ratios(lambda taken: taken.wall_s)
    middle = ratios[len(ratios) // 2]
    row = [f"{pairs.left} / {pairs.right}", *(f"{each:.2f}" for each in (low, middle, high))]
    row += [f">= {GOAL:.2f}", f"{pairs.median(0):.2f} / {pairs.median(1):.2f}"]
    head = ("ratio of wall times", "min", "median", "max", "goal", "seconds")
    sys.stdout.write(f"{options.latency:g} ms a request\n\n{table(head, [row])}\n")
    return 0 if middle >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
