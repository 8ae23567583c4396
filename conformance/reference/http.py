"""HTTP/1.1 on loopback: one thread that accepts, a small pool that answers.

Theory of operation: the accepting thread waits for new connections and for those kept alive; one
that has something to say goes into a queue. A worker takes it, reads one request, answers, and
either closes it or hands it back. So an idle connection holds no worker.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import socket
import threading
from typing import TYPE_CHECKING, Self

import h11

from conformance.reference.connection import (
    App,
    Connection,
    GoneError,
    Refuse,
    Request,
    Response,
    plain_refusal,
)

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["App", "Refuse", "Request", "Response", "Server", "plain_refusal", "serve"]

STALL_TIMEOUT_S = 20.0
WORKERS = 4


class Server:
    """A running server; `with serve(app) as server:` closes it, and every thread of it."""

    def __init__(self, app: App, port: int, refuse: Refuse, workers: int = WORKERS) -> None:
        self._app = app
        self._refuse = refuse
        self._ready: queue.SimpleQueue[Connection | None] = queue.SimpleQueue()
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._open: set[socket.socket] = set()
        self._closing = False
        # The protocol is named, for asyncio and others set TCP_NODELAY only where it is.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", port))
        except OSError:
            self._listener.close()
            raise
        self._listener.listen(128)
        self._listener.setblocking(False)  # noqa: FBT003  (positional only)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._wake_out, self._wake_in = os.pipe()
        threads = [threading.Thread(target=self._accept, daemon=True)]
        threads += [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        self._threads = threads
        for thread in threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every socket and end every thread; a second call does nothing."""
        if self._closing:
            return
        self._closing = True
        self._wake()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for _ in self._threads[1:]:
            self._ready.put(None)
        for thread in self._threads:
            thread.join()
        for each in list(self._open):
            each.close()
        self._listener.close()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _wake(self) -> None:
        os.write(self._wake_in, b"!")

    def _accept(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._listener, selectors.EVENT_READ)
            waiting.register(self._wake_out, selectors.EVENT_READ)
            while not self._closing:
                for key, _ in waiting.select():
                    if key.fileobj is self._listener:
                        self._welcome()
                    elif key.data is None:
                        os.read(self._wake_out, 4096)
                        while not self._idle.empty():
                            back = self._idle.get()
                            waiting.register(back.socket, selectors.EVENT_READ, back)
                    else:
                        waiting.unregister(key.fileobj)
                        self._ready.put(key.data)

    def _welcome(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # gone before it was greeted
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(STALL_TIMEOUT_S)
        self._open.add(client)
        self._ready.put(Connection(client))

    def _work(self) -> None:
        while (connection := self._ready.get()) is not None:
            again = False
            with contextlib.suppress(OSError, GoneError, h11.ProtocolError):
                again = connection.exchange(self._answer, self._refuse)
            if not again or self._closing:
                self._open.discard(connection.socket)
                connection.socket.close()
            elif connection.talking:
                self._ready.put(connection)
            else:
                self._idle.put(connection)
                self._wake()

    def _answer(self, request: Request) -> Response:
        try:
            return self._app(request)
        except Exception as problem:  # noqa: BLE001  (an answer is owed whatever the app does)
            return self._refuse(500, f"{type(problem).__name__}: {problem}")


def serve(
    app: App, port: int = 0, refuse: Refuse = plain_refusal, workers: int = WORKERS
) -> Server:
    """Serve `app` on 127.0.0.1 and return when requests are answered.

    `port` 0 takes a free one. `workers` requests are answered at a time. `refuse` answers what is
    not HTTP, or too large, and the faults of `app` itself. Raises OSError where the port is taken.
    """
    return Server(app, port, refuse, workers)
