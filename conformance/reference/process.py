"""`python -m conformance.reference.process`: serve until whoever started this is done.

Serves the pickled operations that stand on its standard input, prints its URL, and ends when its
standard input does: it cannot outlive the process that holds the other end.
"""

from __future__ import annotations

import pickle
import signal
import sys

from conformance.contract.model import Operation
from conformance.reference.app import application, refuse
from conformance.reference.http import serve


def main() -> int:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the suite, which ends this process
    # Only whoever started this process can write to its standard input.
    operations: tuple[Operation, ...] = pickle.load(sys.stdin.buffer)  # noqa: S301  (see above)
    with serve(application(*operations), 0, refuse) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
