"""A document in a process of its own, bounded in time and memory, that says how far it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import Struct

from conformance.corpus.row import Row


class Child(Struct):
    """The process that examines the document at `path`, with the command's `arguments`.

    It has `timeout` seconds; `say` hears how far it is.
    """

    path: Path
    arguments: Sequence[str]
    timeout: float
    say: Callable[[str], None]
    _process: subprocess.Popen[str] | None = None

    def end(self) -> None:
        """End it, if it runs, and the targets that it serves."""
        if self._process is not None:
            _end(self._process)

    def row(self) -> Row:
        """Return the row that it came to, or as far as it came, with the reason."""
        with tempfile.TemporaryFile("w+") as errors:
            words = [sys.executable, "-m", "conformance.corpus", *self.arguments]
            late = threading.Event()

            def end_late() -> None:
                late.set()
                _end(process)

            with subprocess.Popen(  # noqa: S603  (this interpreter)
                words,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                process_group=0,  # so that the targets that it serves end with it
            ) as process:
                self._process = process
                clock = threading.Timer(self.timeout, end_late)
                clock.start()
                try:
                    row, whole = self._read(process.stdout)
                finally:
                    clock.cancel()
                    _end(process)
            if late.is_set():
                row.fault = f"not done after {self.timeout:g} s"
            elif not whole:
                errors.seek(0)
                last = (errors.read().strip().splitlines() or ["it said nothing"])[-1]
                row.fault = f"the process ended with status {process.returncode}: {last}"
            return row

    def _read(self, lines: IO[str] | None) -> tuple[Row, bool]:
        """Return the last row that the process wrote, and whether it is the whole one."""
        row, whole = Row(self.path.name), False
        for line in lines or ():
            words, members = json.loads(line)
            row, whole = Row(**members), not words
            if words:
                self.say(f"  {self.path.name}: {words}")
        return row, whole


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and those that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
