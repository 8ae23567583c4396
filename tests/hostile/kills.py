"""Runs that are killed at random moments: every finished case is in the journal.

python -m tests.hostile.kills --count 60 --seed 0
"""

from __future__ import annotations

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conformance.journal_reader import read_journal
from conformance.report import write_reports
from tests.hostile.processes import gate, kill, lines, of, run_folder, start

ONLY = ("--only=/account", "--only=/type")


def killed(folder: Path, draw: random.Random, workers: int) -> list[str]:
    """Kill one run after a random number of requests; return what was wrong with what it left."""
    more = () if workers == 1 else (f"-n{workers}",)
    with gate() as target:
        process = start(folder, f"--target-url={target.url}", *ONLY, *more)
        after, wait_s = draw.randint(1, 90), draw.random() * 0.02
        while target.seen < after and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(wait_s)
        kill(process)
        answered = target.seen
    return wrong(folder, answered, workers)


def wrong(folder: Path, answered: int, workers: int) -> list[str]:
    """Say what is wrong with a journal whose writers were killed after so many requests."""
    found = []
    records = lines(folder)
    finished = [each["id"] for each in of(records, "finish")]
    started = [each["case"] for each in of(records, "start")]
    if len(finished) != len({*finished}):
        found.append("a case is finished twice")
    open_cases = {*started} - {*finished}
    if len(open_cases) > workers:
        found.append(f"{len(open_cases)} cases are open with {workers} workers")
    if len(finished) > answered:
        found.append(f"{len(finished)} cases finished after {answered} requests")
    # Some requests are controls only, some are sent ahead of their turn.
    if answered - len(finished) > 25 * workers:
        found.append(f"only {len(finished)} cases finished after {answered} requests")
    reported = write_reports(run_folder(folder))
    journal = read_journal(run_folder(folder) / "journal.ndjson")
    whole = journal.end is not None
    if not whole and reported.outcome.state != "INTERRUPTED":
        found.append(f"reported as {reported.outcome.state}")
    return found


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.kills")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)  # noqa: S311  (no secret)
    bad = 0
    for number in range(chosen.count):
        with tempfile.TemporaryDirectory() as name:
            workers = 1 + number % 2
            with contextlib.suppress(subprocess.TimeoutExpired):
                found = killed(Path(name), draw, workers)
                bad += bool(found)
                sys.stdout.write(f"{number}: {workers} workers: {'; '.join(found) or 'right'}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{chosen.count} kills, {bad} wrong\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
