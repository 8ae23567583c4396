"""`python -m conformance.reference.process`: serve until whoever started this is done.

Serves the pickled operations that stand on its standard input, prints its URL, and ends when its
standard input does: it cannot outlive the process that holds the other end.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys

from conformance.contract.model import Operation
from conformance.reference.app import application, refuse
from conformance.reference.http import serve


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the suite, which ends this process
    try:
        # Only whoever started this process can write to its standard input.
        operations: tuple[Operation, ...] = pickle.load(sys.stdin.buffer)  # noqa: S301  (see above)
    except EOFError:  # it is not needed after all
        return
    server = serve(application(*operations), 0, refuse)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
    os._exit(0)  # nothing is left to do, and whoever started this waits for it
