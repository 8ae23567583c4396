"""The embedded target in a process of its own, so that it takes no time from the suite.

Nothing of it is imported here: it shares no code with the judge, and no memory either.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from conformance.contract.model import Operation
from conformance.errors import SuiteError

_PACKAGES = Path(__file__).parents[1]
_CHILD = "conformance.reference.process"


class ServerProcess:
    """A strict server of `operations`; starting does not wait for it, asking for its URL does."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (a module of this package, by this interpreter)
            [sys.executable, "-P", "-m", _CHILD],
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
