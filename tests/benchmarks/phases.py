"""A pytest plugin that notes how long each phase of a run takes: `-p tests.benchmarks.phases`.

The parent gives the moment it started the process in BENCHMARK_BEGUN (seconds since the epoch) and
the file for the answer, a JSON object of seconds by phase, in BENCHMARK_PHASES. It wraps the few
functions whose share is asked for; that costs some microseconds a call, not a tracer's factor.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BEGUN, ANSWER = "BENCHMARK_BEGUN", "BENCHMARK_PHASES"
SPENT: dict[str, float] = {}
Hook = Iterator[None]


def timed(phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, whose time is added to `phase`."""

    def wrapped(*values: Any, **named: Any) -> Any:  # noqa: ANN401  (any function)
        begun = time.perf_counter()
        try:
            return function(*values, **named)
        finally:
            SPENT[phase] = SPENT.get(phase, 0.0) + time.perf_counter() - begun

    return wrapped


def hooked(phase: str) -> Hook:
    """Time what a hook wrapper surrounds."""
    begun = time.perf_counter()
    try:
        return (yield)
    finally:
        SPENT[phase] = time.perf_counter() - begun


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Note how long the interpreter and pytest took to come this far."""
    SPENT["start"] = time.time() - float(os.environ[BEGUN])


def _import_early() -> None:
    from conformance import prepared, run  # noqa: F401  (what a run begins with)
    from conformance.plans import Plans

    prepared.load = timed("load", prepared.load)
    Plans.of = timed("derive", Plans.of)  # type: ignore[method-assign]


def _import_late() -> None:
    from conformance.early import InTurn
    from conformance.session import Session
    from conformance.target import Target

    Target.__init__ = timed("client", Target.__init__)  # type: ignore[method-assign]
    InTurn.send = timed("send", InTurn.send)  # type: ignore[method-assign]
    Session.hold = timed("hold", Session.hold)  # type: ignore[method-assign]
    Session.response = timed("hold", Session.response)  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart() -> Hook:
    """Time the start; our modules are imported first, so that they are counted apart."""
    timed("imports", _import_early)()
    return (yield from hooked("begin"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Hook:
    """Time the collection."""
    return (yield from hooked("collection"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Hook:
    """Time the items."""
    timed("imports", _import_late)()
    return (yield from hooked("items"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Hook:
    """Time the reports."""
    return (yield from hooked("reports"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary() -> Hook:
    """Time the summary, which is a part of `reports`."""
    return (yield from hooked("summary"))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave what was noted."""
    SPENT["ended"] = time.time()
    Path(os.environ[ANSWER]).write_text(json.dumps(SPENT))
