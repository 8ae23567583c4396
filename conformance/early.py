"""The next request leaves while an answer is judged, and still one at a time is under way.

So a target sees what it would see if every answer were judged before the next request leaves, but
neither side waits for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from conformance.exchange import Exchange, Request


class Sender(Protocol):
    """What sends a request and waits for what comes of it."""

    def send(self, request: Request) -> Exchange:
        """Deliver `request`; never raises for what the target does."""
        ...


class Starter(Sender, Protocol):
    """A sender that can also let a request leave, and wait for what comes of it later."""

    def begin(self, request: Request) -> Callable[[], Exchange]:
        """Let `request` leave, and return what waits for its answer."""
        ...


@runtime_checkable
class Early(Sender, Protocol):
    """A sender that likes to know what it will be asked for, so many `cases` ahead."""

    cases: int

    def offer(self, requests: Iterable[Request]) -> None:
        """Learn that `requests`, which were not sent yet, come next, in this order."""
        ...

    def close(self) -> None:
        """Send nothing more of what was offered."""
        ...


class InTurn(Early):
    """Sends through `starter`, from the thread of whoever asks.

    Once an answer has come, the next request that was offered leaves. Asked for another one, it
    first reads the answer to the one that is under way, and keeps it.
    """

    cases = 2

    def __init__(self, starter: Starter) -> None:
        self._starter = starter
        self._offered: dict[str, Request] = {}
        self._left: tuple[Request, Callable[[], Exchange]] | None = None
        self._come: dict[str, Exchange | Exception] = {}

    def offer(self, requests: Iterable[Request]) -> None:
        """Learn what comes next, instead of what was offered before."""
        self._offered = {each.digest: each for each in requests if each.digest not in self._come}

    def send(self, request: Request) -> Exchange:
        """Return what came of `request`: of that which has left already, or of a new one."""
        self._arrive()
        outcome = self._come.pop(request.digest, None)
        # What nobody offered is a question about the case before: nothing leaves between such.
        expected = self._offered.pop(request.digest, None) is not None or outcome is not None
        if isinstance(outcome, Exception):
            raise outcome
        exchange = self._starter.send(request) if outcome is None else outcome
        if expected:
            self._leave()
        return exchange

    def close(self) -> None:
        """Forget what was offered, and what is under way."""
        self._offered.clear()
        self._come.clear()
        self._left = None

    def _arrive(self) -> None:
        if self._left is None:
            return
        (request, wait), self._left = self._left, None
        self._offered.pop(request.digest, None)
        try:
            self._come[request.digest] = wait()
        except Exception as problem:  # noqa: BLE001  (it is for whoever asks for this request)
            self._come[request.digest] = problem

    def _leave(self) -> None:
        if not self._offered:
            return
        request = self._offered.pop(next(iter(self._offered)))
        try:
            self._left = request, self._starter.begin(request)
        except Exception as problem:  # noqa: BLE001  (as above)
            self._come[request.digest] = problem
