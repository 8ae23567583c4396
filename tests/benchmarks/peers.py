"""What is found, side by side with Schemathesis, on the miniatures: one table, from one run.

`python -m tests.benchmarks.peers [--sample N]` holds every miniature (or N faulty ones and a share
of the conforming ones, evenly spaced) to the contract with each tool and setting of SETTINGS.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from tests.benchmarks import settings
from tests.benchmarks.commands import BenchmarkError
from tests.benchmarks.paired import table
from tests.benchmarks.settings import SETTINGS, Held, Setting
from tests.miniatures import CONFORMING, FAULTS, Miniature

PROCESSES = 2
NOTES = """\
found: by exit status, where the plain conforming miniature is green under the same setting; where
it is red, a run counts only if it reports a kind of failure (type and operation) that the plain
one does not show. false alarms: conforming miniatures with a red run. requests: counted by the
server; seconds: wall time of the process; both are medians a miniature. Every tool met the same
miniatures in turn.
"""


class Tally(Struct, frozen=True):
    """What one setting came to."""

    setting: Setting
    plain: Held
    faults: dict[str, Held]
    free: dict[str, Held]

    def found(self) -> set[str]:
        """Return the names of the faulty miniatures that were found."""
        return {name for name, held in self.faults.items() if self.tells(held)}

    def tells(self, held: Held) -> bool:
        """Whether `held` says more than the plain miniature does under this setting."""
        return held.red if not self.plain.red else bool(held.kinds - self.plain.kinds)

    def row(self) -> list[str]:
        """Return the line of the table."""
        every = [*self.faults.values(), *self.free.values()]
        alarms = sum(held.red for held in self.free.values())
        found = len(self.found())
        return [
            self.setting.name,
            f"{found} of {len(self.faults)} ({found / len(self.faults):.0%})",
            f"{alarms} of {len(self.free)}",
            f"{statistics.median(held.requests for held in every):.0f}",
            f"{statistics.median(held.seconds for held in every):.1f}",
            "new kinds" if self.plain.red else "exit status",
        ]


def spaced(all_of_them: Sequence[Miniature], count: int) -> list[Miniature]:
    """Return `count` of them, evenly spaced, so that every class has its share."""
    if count >= len(all_of_them):
        return list(all_of_them)
    return [all_of_them[index * len(all_of_them) // count] for index in range(count)]


def main() -> int:
    """Run everything and print the table; the status is 1 where a tool could not be run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=len(FAULTS), help="faults (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of both tools")
    parser.add_argument("--setting", default="", help="only settings whose name holds this")
    options = parser.parse_args()
    chosen = [each for each in SETTINGS if options.setting in each.name]
    faults = spaced(FAULTS, options.sample)
    free = spaced(CONFORMING, max(1, len(CONFORMING) * len(faults) // len(FAULTS)))
    try:
        tallies = tallied(chosen, faults, free, options.seed)
    except BenchmarkError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    head = ("tool and setting", "found", "false alarms", "requests", "seconds", "found by")
    sys.stdout.write(table(head, [each.row() for each in tallies]) + "\n\n" + NOTES)
    for each in tallies:
        if each.plain.red and each.plain.kinds:
            kinds = "; ".join(sorted(each.plain.kinds))
            sys.stdout.write(f"\n{each.setting.name}: the plain miniature is red for {kinds}\n")
    sys.stdout.write(differences(tallies))
    return 0


def tallied(
    chosen: Sequence[Setting], faults: Sequence[Miniature], free: Sequence[Miniature], seed: int
) -> list[Tally]:
    """Hold every miniature to the contract under every setting."""
    plain = CONFORMING[0]
    every = {each.name: each for each in (plain, *free, *faults)}
    done: dict[tuple[str, str], Held] = {}
    lock = threading.Lock()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:

        def one(miniature: Miniature, number: int) -> None:
            folder = Path(name) / str(number)
            folder.mkdir()
            for each in chosen:
                held = settings.hold(each, miniature, folder, seed)
                with lock:
                    done[miniature.name, each.name] = held
            with lock:
                marks = " ".join("!" if done[miniature.name, s.name].red else "." for s in chosen)
                count = len(done) // len(chosen)
                sys.stderr.write(f"  {count}/{len(every)}  {marks}  {miniature.name}\n")

        with ThreadPoolExecutor(PROCESSES) as pool:
            for future in [pool.submit(one, m, n) for n, m in enumerate(every.values())]:
                future.result()
    return [
        Tally(
            each,
            done[plain.name, each.name],
            {m.name: done[m.name, each.name] for m in faults},
            {m.name: done[m.name, each.name] for m in free},
        )
        for each in chosen
    ]


def differences(tallies: Sequence[Tally]) -> str:
    """Name what one tool found under any setting, and the other under none."""
    ours = set[str]().union(*(each.found() for each in tallies if not each.setting.peer))
    theirs = set[str]().union(*(each.found() for each in tallies if each.setting.peer))
    return (
        "\nFound by Schemathesis under some setting and by us under none: "
        f"{', '.join(sorted(theirs - ours)) or 'nothing'}\n"
        f"Found by us under some setting and by Schemathesis under none: {len(ours - theirs)}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
