"""Run the suite over a folder of descriptions: `python -m conformance.corpus DIR`.

For each document a row: its operations, how many derive, their cases, how long that took, what is
not covered and not tested, by reason. `--embedded` holds the embedded target built from each
document to it, which must find nothing; `--break N` breaks one clause each of N operations, drawn
with `--seed`, and counts how many are found. A document that cannot be read is a row with the
reason. Each document has a process of its own, bounded in time and memory: whatever it does, the
others have their turn.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

from conformance.contract import load
from conformance.corpus.examine import examined
from conformance.corpus.row import Row
from conformance.corpus.table import report
from conformance.errors import ConformanceError

SUFFIXES = frozenset((".json", ".yaml", ".yml"))
EXIT_FAILED, EXIT_USAGE = 1, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 where all went well, 1 where it did not, 4 for wrong use."""
    chosen = _parser().parse_args(arguments)
    if chosen.one is not None:
        print(json.dumps(asdict(examined(chosen.one, chosen))))  # noqa: T201  (to the parent)
        return 0
    documents = sorted(path for path in chosen.folder.rglob("*") if path.suffix in SUFFIXES)
    if not documents:
        sys.stderr.write(f"{chosen.folder} holds no description: {', '.join(sorted(SUFFIXES))}\n")
        return EXIT_USAGE
    rows = []
    for number, path in enumerate(documents, 1):
        sys.stderr.write(f"{number} of {len(documents)}: {path.name}\n")
        sys.stderr.flush()
        rows.append(_in_its_own_process(path, chosen))
    sys.stdout.write("\n".join(report(rows)) + "\n")
    return EXIT_FAILED if any(row.failed for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.corpus", description="Run the suite over descriptions."
    )
    parser.add_argument("folder", type=Path, help="a folder of OpenAPI documents")
    parser.add_argument("--embedded", action="store_true", help="fire at a target built from each")
    parser.add_argument(
        "--break",
        dest="breaks",
        type=int,
        default=0,
        metavar="N",
        help="break one clause each of N operations of the corpus, and count what is found",
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed of what is broken")
    parser.add_argument(
        "--max-cases-per-operation", dest="most", type=int, default=None, metavar="N"
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help="of one document"
    )
    parser.add_argument("--memory", type=int, default=2048, metavar="MB", help="of one document")
    parser.add_argument("--one", type=Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--share", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def _in_its_own_process(path: Path, chosen: argparse.Namespace) -> Row:
    """Return the row of a document that is examined elsewhere."""
    shares = _shares(chosen)
    words = [sys.executable, "-m", "conformance.corpus", str(chosen.folder), "--one", str(path)]
    words += [f"--seed={chosen.seed}", f"--share={shares.get(str(path), 0)}"]
    words += ["--embedded"] if chosen.embedded else []
    words += [f"--max-cases-per-operation={chosen.most}"] if chosen.most else []

    def bounded() -> None:
        size = chosen.memory * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    try:
        done = subprocess.run(  # noqa: S603  (this interpreter)
            words,
            capture_output=True,
            text=True,
            timeout=chosen.timeout,
            check=False,
            preexec_fn=bounded,
        )
    except subprocess.TimeoutExpired:
        return Row(path.name, fault=f"not done after {chosen.timeout:g} s")
    try:
        return Row(**json.loads(done.stdout))
    except (ValueError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Row(path.name, fault=f"the process ended with status {done.returncode}: {last}")


def _shares(chosen: argparse.Namespace) -> dict[str, int]:
    """Return how many clauses to break in each document: operations drawn from the whole corpus."""
    if not chosen.breaks:
        return {}
    if not hasattr(chosen, "drawn"):
        known: list[str] = []
        for path in sorted(chosen.folder.rglob("*")):
            if path.suffix in SUFFIXES:
                try:
                    known += [str(path)] * len(load(str(path)).operations)
                except ConformanceError:
                    continue
        drawn = Random(chosen.seed).choices(known, k=chosen.breaks) if known else []  # noqa: S311
        chosen.drawn = dict(Counter(drawn))
    return chosen.drawn  # type: ignore[no-any-return]  # (a namespace has no types)


if __name__ == "__main__":
    sys.exit(main())
