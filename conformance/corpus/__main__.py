"""Run the suite over a folder of descriptions: `python -m conformance.corpus DIR`.

For each document a row: its operations, how many derive, their cases, how long that took, what is
not covered and not tested, by reason. `--embedded` holds the embedded target built from each
document to it, which must find nothing; `--break N` breaks one clause each of N operations, drawn
with `--seed`, and counts how many are found. A document that cannot be read is a row with the
reason. Each document has a process of its own, bounded in time and memory: whatever it does, the
others have their turn, and what it did so far is in its row.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from msgspec.structs import asdict

from conformance.contract import load
from conformance.contract.read import read_value
from conformance.corpus.child import Child
from conformance.corpus.examine import Asked, examined
from conformance.corpus.row import Row
from conformance.corpus.table import markdown, report
from conformance.errors import ConformanceError

SUFFIXES = frozenset((".json", ".yaml", ".yml"))
EXIT_FAILED, EXIT_USAGE = 1, 4
_TELL_S = 15.0
"""So often a document says how far it is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 where all went well, 1 where it did not, 4 for wrong use."""
    chosen = _parser().parse_args(arguments)
    if chosen.one is not None:
        _one(chosen)
        return 0
    files = sorted(path for path in chosen.folder.rglob("*") if path.suffix in SUFFIXES)
    documents = [path for path in files if describes(path)]
    if len(documents) < len(files):
        _say(f"{len(documents)} of {len(files)} files are descriptions; the others are passed over")
    if not documents:
        sys.stderr.write(f"{chosen.folder} holds no description: {', '.join(sorted(SUFFIXES))}\n")
        return EXIT_USAGE
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing outlives this
    try:
        rows = _rows(documents, chosen)
    finally:
        signal.signal(signal.SIGTERM, before)
    sys.stdout.write("\n".join(report(rows)) + "\n")
    if chosen.markdown is not None:
        chosen.markdown.write_text("\n".join(markdown(rows)) + "\n", encoding="utf-8")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return EXIT_FAILED if any(row.failed for row in rows) else 0


def describes(path: Path) -> bool:
    """Whether a file says that it is a description, or cannot be read, so that nobody knows."""
    try:
        found = read_value(path.read_text(encoding="utf-8"), str(path))
    except (ConformanceError, OSError, UnicodeDecodeError):
        return True
    return isinstance(found, dict) and not {"openapi", "swagger"}.isdisjoint(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.corpus", description="Run the suite over descriptions."
    )
    add = parser.add_argument
    add("folder", type=Path, help="a folder of OpenAPI documents")
    add("--embedded", action="store_true", help="fire at a target built from each")
    add(
        "--break",
        dest="breaks",
        type=int,
        default=0,
        metavar="N",
        help="break one clause each of N operations of the corpus, and count what is found",
    )
    add("--seed", type=int, default=0, help="the seed of what is broken")
    add("--jobs", type=int, default=1, metavar="N", help="so many documents at a time")
    add("--max-cases-per-operation", dest="most", type=int, metavar="N", help="send at most N")
    add(
        "--operation-seconds",
        dest="seconds",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="processor time to derive one operation, and as much to send its cases (default 60)",
    )
    add("--timeout", type=float, default=900.0, metavar="SECONDS", help="of one document")
    add("--memory", type=int, default=2048, metavar="MB", help="of one document")
    add("--markdown", type=Path, metavar="FILE", help="write the table as Markdown as well")
    add("--json", type=Path, metavar="FILE", help="write the rows as JSON as well")
    add("--one", type=Path, default=None, help=argparse.SUPPRESS)
    add("--share", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def _one(chosen: argparse.Namespace) -> None:
    """Examine one document, for the process that asked; each line is a row so far."""
    size = chosen.memory * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    asked = Asked(chosen.embedded, chosen.share, chosen.seed, chosen.most, chosen.seconds)
    last = time.monotonic()

    def told(row: Row, words: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_S:
            last = time.monotonic()
            print(json.dumps([words, asdict(row)]), flush=True)  # noqa: T201  (to the parent)

    row = examined(chosen.one, asked, told)
    print(json.dumps(["", asdict(row)]), flush=True)  # noqa: T201  (to the parent)


def _rows(documents: Sequence[Path], chosen: argparse.Namespace) -> list[Row]:
    """Return the rows in the order of the names; the largest document begins.

    Where the command is interrupted, the documents that are not done say so.
    """
    shares = _shares(documents, chosen.breaks, chosen.seed)
    children: list[Child] = []
    found: dict[Path, Row] = {}

    def one(path: Path) -> None:
        words = [str(chosen.folder), "--one", str(path), f"--seed={chosen.seed}"]
        words += [f"--share={shares.get(path, 0)}", f"--operation-seconds={chosen.seconds}"]
        words += [f"--memory={chosen.memory}"]
        words += ["--embedded"] if chosen.embedded else []
        words += [f"--max-cases-per-operation={chosen.most}"] if chosen.most else []
        child = Child(path, words, chosen.timeout, _say)
        children.append(child)
        row = found[path] = child.row()
        _say(f"{len(found)} of {len(documents)}: {path.name}{' failed' if row.failed else ''}")

    largest = sorted(documents, key=lambda each: (-each.stat().st_size, each))
    order = largest if chosen.jobs > 1 else documents
    with ThreadPoolExecutor(max(1, chosen.jobs)) as pool:
        try:
            list(pool.map(one, order))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in children:
                child.end()
    return [found.get(path) or Row(path.name, fault="interrupted") for path in documents]


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _shares(documents: Sequence[Path], breaks: int, seed: int) -> Mapping[Path, int]:
    """Return how many clauses to break in each document: operations drawn from the whole corpus."""
    known: list[Path] = []
    for path in documents if breaks else ():
        try:
            known += [path] * len(load(str(path)).operations)
        except ConformanceError:
            continue
    return Counter(Random(seed).sample(known, min(breaks, len(known))))  # noqa: S311  (no secret)


if __name__ == "__main__":
    sys.exit(main())
