"""The embedded target in a process of its own, so that it takes no time from the suite.

Nothing of it is imported here: it shares no code with the judge, and no memory either.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from conformance.errors import SuiteError

if TYPE_CHECKING:
    from conformance.contract.model import Operation

_PACKAGES = Path(__file__).parents[1]
_CHILD = "conformance.reference.process"


class ServerProcess:
    """A strict server of the operations that it is given; asking for its URL waits for it.

    It starts while whoever started it still reads the contract.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (a module of this package, by this interpreter)
            [sys.executable, "-P", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(os.environ),
        )

    def serve(self, operations: Sequence[Operation]) -> Self:
        """Say what it is to serve, without waiting for it; once."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101  (asked for above)
        with suppress(BrokenPipeError):  # its standard error says why; asking for the URL fails
            pickle.dump(tuple(operations), pipe)
            pipe.flush()
        return self

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
