"""The embedded target in processes of its own: whole, or with clauses that it gets wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from conformance.contract.model import Operation
from conformance.embedded import ServerProcess
from conformance.errors import SuiteError

_SERVER = (sys.executable, "-m", "conformance.reference")


@contextmanager
def serving(operations: Sequence[Operation]) -> Iterator[str]:
    """Serve `operations` strictly; the value is the URL. Raises SuiteError where that fails."""
    server = ServerProcess().serve(operations)
    try:
        yield server.url
    finally:
        server.close()


@contextmanager
def wrong(document: Path, clauses: Mapping[str, str]) -> Iterator[str]:
    """Serve the operations that `clauses` names, each with its clause broken; yields the URL.

    Raises SuiteError where that fails.
    """
    words = [*_SERVER, "--contract", str(document), "--port", "0"]
    words += [f"--operation={name}" for name in clauses]
    words += [f"--break={clause}" for clause in clauses.values()]
    with subprocess.Popen(  # noqa: S603  (this interpreter)
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if not said:
                raise SuiteError(f"the broken target did not start: {_last(process)}")
            yield said.partition(" ")[0]
        finally:
            process.terminate()


def breakable(document: Path, operations: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the clauses that the embedded target can get wrong, by operation.

    Each is `OPERATION/…` or `OPERATION:…`, as in a report. Raises SuiteError where that fails.
    """
    found: dict[str, list[str]] = {name: [] for name in operations}
    words = [*_SERVER, "--contract", str(document), "--list"]
    words += [f"--operation={name}" for name in operations]
    done = subprocess.run(  # noqa: S603  (this interpreter)
        words, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SuiteError(f"the embedded target lists no clauses: {done.stderr.strip()[-300:]}")
    for line in done.stdout.splitlines():
        if len(found) > 1:
            found[re.split("[/:]", line)[0]].append(line)
        else:  # then none is named
            name = operations[0]
            found[name].append(f"{name}{'' if line.startswith('/') else ':'}{line}")
    return found


def _last(process: subprocess.Popen[str]) -> str:
    lines = process.stderr.read().strip().splitlines() if process.stderr else []
    return lines[-1] if lines else "it said nothing"
