"""What ends a run from outside: a run that is told to end still says what it has done."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import pytest

_NAMES = ("SIGTERM", "SIGHUP")  # SIGHUP is not there on Windows
_SOON_S = 0.001
_PREVIOUS = pytest.StashKey[dict[int, object]]()


def heed(config: pytest.Config) -> None:
    """Treat SIGTERM and SIGHUP like an interrupt from the keyboard: pytest ends, and reports.

    The one from the keyboard waits until it stands at a line that a traceback can name.

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
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and handler is _interrupt:
        previous[signal.SIGINT] = signal.signal(signal.SIGINT, _interrupt)
    config.stash[_PREVIOUS] = previous


def finish_in_peace(config: pytest.Config) -> None:
    """From now on such a signal changes nothing: the reports are being written."""
    for number in config.stash.get(_PREVIOUS, {}):
        if number != signal.SIGINT:  # whoever sits there and asks twice does not want to wait
            signal.signal(number, signal.SIG_IGN)


def restore(config: pytest.Config) -> None:
    """Put back what was there before."""
    for number, handler in config.stash.get(_PREVIOUS, {}).items():
        signal.signal(number, handler)  # type: ignore[arg-type]  # as signal() returned it
    config.stash[_PREVIOUS] = {}


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_lineno is None:
        # An instruction of no line (CPython has some): pytest could not show where it happened.
        threading.Timer(_SOON_S, _once_more, (number,)).start()
        return
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise KeyboardInterrupt(f"told to end by {signal.Signals(number).name}")


def _once_more(number: int) -> None:
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):  # wakes what it sleeps in
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)
