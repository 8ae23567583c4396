"""Several requests on their way at once, from threads: for targets that are far away."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from conformance.early import Early, Sender
from conformance.exchange import Exchange, Request


class Ahead(Early):
    """Sends through `sender`, which threads may share, from `workers` of them.

    Requests leave in the order in which they are offered; with one worker, one at a time.
    """

    def __init__(self, sender: Sender, workers: int = 1) -> None:
        self.cases = workers
        self._sender = sender
        self._threads = ThreadPoolExecutor(workers, "conformance-send")
        self._coming: dict[str, Future[Exchange]] = {}

    def offer(self, requests: Iterable[Request]) -> None:
        """Send `requests` as soon as their turn comes; what is offered twice is sent once."""
        for request in requests:
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
