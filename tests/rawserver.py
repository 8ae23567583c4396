"""A server that writes the bytes a test gives it, and a log of the bytes that it got."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Conversation = Callable[[socket.socket], None]
"""What the server does with a connection after it has read the request."""

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass
class RawServer:
    """A listener on 127.0.0.1; connection N is held by `conversations[N]`, or by the last."""

    conversations: tuple[Conversation, ...]
    read_first: bool = True
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        """Stop listening and wait for every conversation to end."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(
                    target=self._converse, args=(connection, self.connections)
                )
                thread.start()
                self._threads.append(thread)

    def _converse(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            if self.read_first:
                self.requests.append(read_request(connection))
            self.conversations[min(number, len(self.conversations)) - 1](connection)

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the server lives; then nothing more is to be written."""
        if self.stopping.wait(seconds):
            raise OSError


@contextlib.contextmanager
def serving(*conversations: Conversation, read_first: bool = True) -> Iterator[RawServer]:
    """Run a server for the time of a `with` block."""
    server = RawServer(conversations, read_first)
    try:
        yield server
    finally:
        server.stop()


def read_request(connection: socket.socket) -> bytes:
    """Return one request: head, and the body that its framing announces."""
    data = b""
    while not _complete(data):
        received = connection.recv(65536)
        if not received:
            break
        data += received
    return data


def _complete(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    length = _LENGTH.search(head)
    if length:
        return len(body) >= int(length[1])
    return b"chunked" not in head or body.endswith(b"0\r\n\r\n")


def say(data: bytes) -> Conversation:
    """Write `data` and close."""
    return lambda connection: connection.sendall(data)


def reset(data: bytes = b"") -> Conversation:
    """Write `data` and break the connection off with a RST."""

    def conversation(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return conversation


def drip(first: bytes, again: bytes, interval_s: float = 0.0) -> Conversation:
    """Write `first`, then `again` until the other side has enough."""

    def conversation(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(interval_s or None)
        while True:
            connection.sendall(again)
            if interval_s:
                try:
                    if not connection.recv(1):
                        return
                except TimeoutError:
                    continue

    return conversation


def silence(connection: socket.socket) -> None:
    """Say nothing until the other side goes."""
    connection.recv(1)
