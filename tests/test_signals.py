"""Signals: an interrupt stands where a traceback can name it."""

from __future__ import annotations

import signal
import time
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.signals import heed, restore


class Config:
    """As much of pytest's configuration as is asked for."""

    def __init__(self) -> None:
        self.stash = pytest.Stash()


@pytest.fixture
def handler() -> Any:  # noqa: ANN401  (as signal.getsignal gives it)
    """Return what takes an interrupt from the keyboard during a run."""
    config: Any = Config()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    heed(config)
    yield signal.getsignal(signal.SIGINT)
    restore(config)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_at_a_line_comes_at_once(handler: Any) -> None:  # noqa: ANN401
    with pytest.raises(KeyboardInterrupt):
        handler(signal.SIGINT, SimpleNamespace(f_lineno=7))


def test_an_interrupt_at_no_line_comes_a_little_later(handler: Any) -> None:  # noqa: ANN401
    def interrupted() -> None:
        handler(signal.SIGINT, SimpleNamespace(f_lineno=None))
        time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
