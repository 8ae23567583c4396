"""What ends a run from outside: a run that is told to end still says what it has done."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import pytest

_NAMES = ("SIGTERM", "SIGHUP")  # SIGHUP is not there on Windows
_PREVIOUS = pytest.StashKey[dict[int, object]]()


def heed(config: pytest.Config) -> None:
    """Treat SIGTERM and SIGHUP like an interrupt from the keyboard: pytest ends, and reports.

    A worker of pytest-xdist passes them over: it ends when the process that started it says so, or
    is no more.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    handler = signal.SIG_IGN if hasattr(config, "workerinput") else _interrupt
    previous: dict[int, object] = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        # One that is ignored stays so: nohup(1) asks for that.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            previous[number] = signal.signal(number, handler)
    config.stash[_PREVIOUS] = previous


def finish_in_peace(config: pytest.Config) -> None:
    """From now on such a signal changes nothing: the reports are being written."""
    for number in config.stash.get(_PREVIOUS, {}):
        signal.signal(number, signal.SIG_IGN)


def restore(config: pytest.Config) -> None:
    """Put back what was there before."""
    for number, handler in config.stash.get(_PREVIOUS, {}).items():
        signal.signal(number, handler)  # type: ignore[arg-type]  # as signal() returned it
    config.stash[_PREVIOUS] = {}


def _interrupt(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(f"told to end by {signal.Signals(number).name}")
