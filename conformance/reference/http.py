"""HTTP/1.1 on loopback: a small pool of threads that take turns to wait.

Theory of operation: one thread at a time, the leader, waits for new connections and for those kept
alive. When one has something to say it leaves the lead to the next thread, reads one request,
answers, and either closes the connection or hands it back. So an idle connection holds no thread,
and no request waits until one thread has woken another.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import socket
import threading
from collections import deque
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
WORKERS = 2


class Server:
    """A running server; `with serve(app) as server:` closes it, and every thread of it."""

    def __init__(self, app: App, port: int, refuse: Refuse, workers: int = WORKERS) -> None:
        self._app = app
        self._refuse = refuse
        self._lead = threading.Lock()
        self._waiting = selectors.DefaultSelector()
        self._ready: deque[Connection] = deque()
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
        self._waiting.register(self._listener, selectors.EVENT_READ)
        self._waiting.register(self._wake_out, selectors.EVENT_READ)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
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
        for thread in self._threads:
            thread.join()
        for each in list(self._open):
            each.close()
        self._waiting.close()
        self._listener.close()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _wake(self) -> None:
        os.write(self._wake_in, b"!")

    def _next(self) -> Connection | None:
        """Wait for a connection that has something to say; None when the server closes."""
        with self._lead:
            while not self._ready and not self._closing:
                for key, _ in self._waiting.select():
                    if key.fileobj is self._listener:
                        self._welcome()
                    elif key.data is None:
                        self._take_back()
                    else:
                        self._waiting.unregister(key.fileobj)
                        self._ready.append(key.data)
            return None if self._closing else self._ready.popleft()

    def _take_back(self) -> None:
        os.read(self._wake_out, 4096)
        while not self._idle.empty():
            back = self._idle.get()
            self._waiting.register(back.socket, selectors.EVENT_READ, back)

    def _welcome(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # gone before it was greeted
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(STALL_TIMEOUT_S)
        self._open.add(client)
        self._ready.append(Connection(client))

    def _work(self) -> None:
        while (connection := self._next()) is not None:
            again = True
            while again and not self._closing:
                again = self._exchange(connection)
                if again and not connection.talking:
                    self._idle.put(connection)
                    self._wake()
                    break
            else:
                self._open.discard(connection.socket)
                connection.socket.close()

    def _exchange(self, connection: Connection) -> bool:
        """Answer one request; tell whether `connection` can carry another."""
        with contextlib.suppress(OSError, GoneError, h11.ProtocolError):
            return connection.exchange(self._answer, self._refuse)
        return False

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
