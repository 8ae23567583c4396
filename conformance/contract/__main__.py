"""Print the OpenAPI document that a source and its companion make."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from conformance.contract import document
from conformance.contract.openapi import slice_of, to_contract
from conformance.contract.read import label
from conformance.contract.selection import Selection
from conformance.errors import UsageError

EXIT_USAGE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the document as JSON (indent 2), or why there is none; return the exit status.

    The document is checked before it is printed. Members keep their order.
    """
    parser = argparse.ArgumentParser(
        prog="python -m conformance.contract",
        description="Print the OpenAPI document of a contract: page or document, and companion.",
    )
    parser.add_argument("source", help="a page, or an OpenAPI document: path or URL")
    parser.add_argument("--companion", metavar="FILE", help="a merge patch with what it lacks")
    parser.add_argument(
        "--operation",
        metavar="ID",
        action="append",
        default=[],
        help="print this operation alone",
    )
    parser.add_argument(
        "--allow-remote-refs",
        metavar="HOST",
        action="append",
        default=[],
        help="a host that may be asked for documents that it refers to",
    )
    given = parser.parse_args(arguments)
    selection = Selection(tuple(given.operation))
    try:
        found = document(given.source, given.companion, frozenset(given.allow_remote_refs))
        place = label(given.source)
        to_contract(found, place, selection)
        if not selection.everything:
            found = slice_of(found, place, selection)
    except UsageError as problem:
        print(problem, file=sys.stderr)  # noqa: T201  (a command prints)
        return EXIT_USAGE
    # UTF-8 whatever the locale says, so that the same source gives the same bytes everywhere.
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
