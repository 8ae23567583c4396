"""Each call into the system fails in its turn: no wrong verdict, and a clear word every time."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.outcome import State
from conformance.plan import Plan
from conformance.verdict import Verdict
from tests.hostile.behaviour import Behaviour, whole
from tests.hostile.whole import hold_all
from tests.rawserver import say
from tests.scripted import plan_of_the_suite

FAITHFUL = Behaviour("faithful", "PASS", lambda plain: say(whole(plain)))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of_the_suite()


class Failing:
    """Stands before a function, and lets its nth call fail."""

    def __init__(self, real: Callable[..., Any], nth: int, error: int) -> None:
        self.real, self.nth, self.error, self.calls = real, nth, error, 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        """Fail, or do what is asked for."""
        self.calls += 1
        if self.calls == self.nth:
            raise OSError(self.error, os.strerror(self.error))
        return self.real(*arguments, **named)


def failing_in_turn(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, error: int, work: Callable[[], None]
) -> int:
    """Do `work` until no call of `name` fails; return how often one did."""
    nth = 0
    while True:
        nth += 1
        with monkeypatch.context() as patch:
            failing = Failing(getattr(where, name), nth, error)
            patch.setattr(where, name, failing)
            work()
        if failing.calls < nth:
            return nth - 1
        assert nth < 500


@pytest.mark.parametrize("error", [errno.ENOSPC])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (os, "open"),
        (os, "write"),
        (tempfile, "mkstemp"),
        (os, "fdopen"),
        (os, "replace"),
        (os, "chmod"),
    ],
)
def test_what_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch,
    plan: Plan,
    tmp_path: Path,
    where: object,
    name: str,
    error: int,
) -> None:
    folders = iter(range(10_000))
    told: list[UsageError] = []

    def work() -> None:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        try:
            done = hold_all(plan, FAITHFUL, folder, each_way=1)
        except UsageError as problem:
            told.append(problem)
        else:
            assert done.outcome.exit == 0
            assert {each.verdict for each in done.journal.cases} == {Verdict.PASS}
        leftover = [each.name for each in folder.iterdir() if each.name.startswith(".")]
        assert leftover == []

    failed = failing_in_turn(monkeypatch, where, name, error, work)
    assert failed == len(told) >= 1
    assert all(os.strerror(error) in str(each) and each.remedy for each in told)


@pytest.mark.parametrize("name", ["connect", "send", "recv"])
def test_what_fails_on_the_way_never_makes_a_verdict_wrong(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, tmp_path: Path, name: str
) -> None:
    folders, real = iter(range(10_000)), getattr(socket.socket, name)
    nth = calls = 0

    def failing(self: socket.socket, *arguments: Any) -> Any:  # noqa: ANN401
        nonlocal calls
        # The target's own sockets are in other threads.
        calls += threading.current_thread() is threading.main_thread()
        if calls == nth and threading.current_thread() is threading.main_thread():
            with contextlib.suppress(OSError):
                self.shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        return real(self, *arguments)

    monkeypatch.setattr(socket.socket, name, failing, raising=False)
    states = set()
    while calls >= nth:
        nth, calls = nth + 1, 0
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        done = hold_all(plan, FAITHFUL, folder, each_way=1)
        verdicts = {each.verdict for each in done.journal.cases}
        assert Verdict.FAIL not in verdicts
        assert Verdict.TOOL not in verdicts
        assert (done.outcome.exit == 0) <= (verdicts == {Verdict.PASS})
        states.add(done.outcome.state)
    assert State.CONFORMANT in states
    assert nth > 3
