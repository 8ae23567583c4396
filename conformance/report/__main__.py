"""`python -m conformance.report build RUN`: make the reports of a run again, byte for byte.

`merge RUN…` makes one report of the shards of a run. `compare A B` shows two runs side by side,
with `--html FILE` as a page, too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import UsageError
from conformance.findings import Finding
from conformance.journal import JOURNAL, Journal
from conformance.outcome import Outcome
from conformance.report import EXPORTS, Reported, export, read_run, write, write_reports
from conformance.report.merge import merge


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 4 where a journal cannot be read, else 0.

    `merge` returns what the whole run would have.
    """
    parser = argparse.ArgumentParser(prog="python -m conformance.report")
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build", help="make the reports again from journal.ndjson")
    builder.add_argument("run_dir", type=Path, help="the folder that holds journal.ndjson")
    pair = commands.add_parser("compare", help="show two runs side by side")
    pair.add_argument("left", type=Path, help="the folder of the earlier run")
    pair.add_argument("right", type=Path, help="the folder of the later run")
    pair.add_argument("--html", type=Path, metavar="FILE", help="write a page as well")
    merger = commands.add_parser("merge", help="make one report of the shards of a run")
    merger.add_argument("runs", type=Path, nargs="+", help="the folders of the runs")
    merger.add_argument(
        "--into", type=Path, default=Path("reports/merged"), help="default: reports/merged"
    )
    chosen = parser.parse_args(arguments)
    merging = chosen.command == "merge"
    if chosen.command == "build" and chosen.run_dir.name == JOURNAL:
        chosen.run_dir = chosen.run_dir.parent
    try:
        if chosen.command == "compare":
            _compare(chosen.left, chosen.right, chosen.html)
            return 0
        if merging:
            merge(chosen.runs, chosen.into)
            chosen.run_dir = chosen.into
        reported = write_reports(chosen.run_dir)
        for form, name in EXPORTS.items():
            write(chosen.run_dir / name, export(reported, form))
    except UsageError as problem:
        sys.stderr.write(f"{problem}\n")
        return 4
    sys.stdout.write(f"{reported.outcome.headline}\n{chosen.run_dir / 'report.html'}\n")
    return reported.outcome.exit if merging else 0


def _compare(left: Path, right: Path, page: Path | None) -> None:
    from conformance.report.compare import compare, lines  # noqa: PLC0415  (not for a run's end)
    from conformance.report.html import render_comparison  # noqa: PLC0415  (the same)

    compared = compare(_side(read_run(left)), _side(read_run(right)))
    encoding = sys.stdout.encoding or "ascii"
    unicode = encoding.lower().replace("-", "").startswith("utf")
    for line in lines(compared, unicode=unicode):
        sys.stdout.write(f"{line}\n")
    if page is not None:
        write(page, render_comparison(compared).encode())
        sys.stdout.write(f"{page}\n")


def _side(reported: Reported) -> tuple[Journal, Sequence[Finding], Outcome]:
    return reported.journal, reported.findings, reported.outcome


if __name__ == "__main__":
    sys.exit(main())
