"""Requests on their way: what comes next is sent while what came is judged.

Requests leave in the order in which they are offered. With one worker at most one is under way at
any time, so a target sees what it would see if everything were done in turn.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from conformance.exchange import Exchange, Request


class Sender(Protocol):
    """What sends a request and waits for what comes of it; safe to share between threads."""

    def send(self, request: Request) -> Exchange:
        """Deliver `request`; never raises for what the target does."""
        ...


class Ahead:
    """Sends through `sender` from `workers` threads."""

    def __init__(self, sender: Sender, workers: int = 1) -> None:
        self.workers = workers
        self._sender = sender
        self._threads = ThreadPoolExecutor(workers, "conformance-send")
        self._coming: dict[str, Future[Exchange]] = {}

    def offer(self, request: Request) -> None:
        """Send `request` as soon as its turn comes; offering it twice sends it once."""
        if request.digest not in self._coming:
            self._coming[request.digest] = self._threads.submit(self._sender.send, request)

    def send(self, request: Request) -> Exchange:
        """Return what came of `request`: as offered before, or sent now, behind what was offered.

        What was offered is given out once; asked for again, a request is sent again.
        """
        coming = self._coming.pop(request.digest, None)
        return (coming or self._threads.submit(self._sender.send, request)).result()

    def close(self) -> None:
        """Wait for what is under way, and send nothing more of what was offered."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._coming.clear()
