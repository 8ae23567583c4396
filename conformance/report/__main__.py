"""`python -m conformance.report build RUN_DIR`: make the reports of a run again, byte for byte."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import UsageError
from conformance.report import EXPORTS, export, write, write_reports


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 4 where the journal cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m conformance.report")
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build", help="make the reports again from journal.ndjson")
    builder.add_argument("run_dir", type=Path, help="the folder that holds journal.ndjson")
    chosen = parser.parse_args(arguments)
    try:
        reported = write_reports(chosen.run_dir)
        for form, name in EXPORTS.items():
            write(chosen.run_dir / name, export(reported, form))
    except UsageError as problem:
        sys.stderr.write(f"{problem}\n")
        return 4
    sys.stdout.write(f"{reported.outcome.headline}\n{chosen.run_dir / 'report.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
