"""Serve the embedded target by hand: `python -m conformance.reference --port 8080`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError, UsageError
from conformance.reference.app import application, refuse
from conformance.reference.breaks import Broken, break_clause, clauses
from conformance.reference.http import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.contract.model import Operation

USAGE_STATUS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM, or print the clauses; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        operations = _load(options)
        if options.list:
            sys.stdout.writelines(f"{name}\n" for name in listed(operations))
            return 0
        targets: tuple[Operation | Broken, ...] = operations
        for clause in options.breaks:
            targets = broken(targets, clause)
        _serve(targets, options.port, ", ".join(options.breaks))
    except ConformanceError as problem:
        sys.stderr.write(f"{problem}\n")
        return USAGE_STATUS
    return 0


def listed(operations: Sequence[Operation]) -> list[str]:
    """Return all clauses that can be broken, with operation ids where there are several."""
    if len(operations) == 1:
        return list(clauses(operations[0]))
    return [
        f"{operation.id}{'' if name.startswith('/') else ':'}{name}"
        for operation in operations
        for name in clauses(operation)
    ]


def broken(operations: Sequence[Operation | Broken], clause: str) -> tuple[Operation | Broken, ...]:
    """Return `operations`, the first one that has `clause` with it broken.

    One of which a clause is broken already is passed over. Raises UsageError where none has it.
    """
    problem: UsageError | None = None
    whole = [each for each in operations if not isinstance(each, Broken)]
    # The operation that is named goes first, so that its nearest clauses are the ones shown.
    order = sorted(whole, key=lambda each: not clause.startswith((f"{each.id}/", f"{each.id}:")))
    for operation in order:
        try:
            found = break_clause(operation, clause)
        except UsageError as unknown:
            problem = problem or unknown
        else:
            return tuple(found if each is operation else each for each in operations)
    raise problem or UsageError(f"no operation is left to break {clause} in")


def _load(options: argparse.Namespace) -> tuple[Operation, ...]:
    # Imported here: serving operations made by hand needs no reader of documents.
    from conformance.contract import Selection, default_source, load  # noqa: PLC0415  (start-up time)

    chosen = Selection(tuple(options.operations))
    return load(options.contract or default_source(), options.companion, chosen).operations


def _serve(targets: Sequence[Operation | Broken], port: int, clause: str) -> None:
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        server = serve(application(*targets), port, refuse)
    except OSError as problem:
        what = f"cannot listen on 127.0.0.1:{port}: {problem.strerror}"
        raise UsageError(what, "Choose another port, or 0 for a free one.") from problem
    with server:
        sys.stdout.write(f"{server.url} {f'breaks {clause}' if clause else 'breaks nothing'}\n")
        sys.stdout.flush()
        done.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.reference", description="Serve a contract, strictly."
    )
    parser.add_argument("--port", type=int, default=0, metavar="P", help="0 takes a free port")
    parser.add_argument("--contract", metavar="FILE", help="the document to serve")
    parser.add_argument("--companion", metavar="FILE", help="a merge patch that completes it")
    parser.add_argument(
        "--operation",
        dest="operations",
        action="append",
        default=[],
        metavar="ID",
        help="serve this operation alone (repeatable)",
    )
    parser.add_argument(
        "--break",
        dest="breaks",
        action="append",
        default=[],
        metavar="CLAUSE",
        help="get this one clause wrong (repeatable, one clause an operation)",
    )
    parser.add_argument("--list", action="store_true", help="print what can be broken, and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
