"""The embedded target in a process of its own, so that it takes no time from the suite.

`python -m conformance.reference.process` serves the pickled operations that stand on its standard
input, prints its URL, and ends when its standard input does: it cannot outlive whoever started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from conformance.contract.model import Operation
from conformance.errors import SuiteError
from conformance.reference.app import application, refuse
from conformance.reference.http import serve

_PACKAGES = Path(__file__).parents[2]


class ServerProcess:
    """A strict server of `operations`; starting does not wait for it, asking for its URL does."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (this module, by this interpreter)
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(os.environ),
        )
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101  (asked for above)
        try:
            pickle.dump(tuple(operations), pipe)
            pipe.flush()
        except BrokenPipeError:  # its standard error says why; asking for the URL fails
            return

    @cached_property
    def url(self) -> str:
        """Where it serves: `http://127.0.0.1:40001`. Raises SuiteError where it does not."""
        pipe = self._process.stdout
        url = pipe.readline().decode().strip() if pipe is not None else ""
        if not url:
            raise SuiteError("the embedded target did not start")
        return url

    def close(self) -> None:
        """End it; a second call does nothing."""
        self._process.communicate()


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return `variables` so that this very package is found, however it was found here."""
    path = os.pathsep.join(filter(None, (str(_PACKAGES), variables.get("PYTHONPATH"))))
    return {**variables, "PYTHONPATH": path}


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
