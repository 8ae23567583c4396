"""`--wait` gives a target the time to come up, and no more."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from conformance.contract import default_source, load
from conformance.reference import Server, application, serve
from tests.cli import suite


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_target_that_comes_up_late_is_waited_for(tmp_path: Path) -> None:
    port, servers = free_port(), list[Server]()
    app = application(*load(default_source()).operations)
    late = threading.Timer(4, lambda: servers.append(serve(app, port)))
    late.start()
    try:
        url = f"--target-url=http://127.0.0.1:{port}"
        ended = suite(tmp_path, url, "--wait=30", "--only=/account/maxLength")
    finally:
        late.join()
        for server in servers:
            server.close()
    assert ended.exit == 0, ended.out


def test_waiting_ends(tmp_path: Path) -> None:
    url = f"--target-url=http://127.0.0.1:{free_port()}"
    ended = suite(tmp_path, url, "--wait=1", "--only=/account/maxLength")
    assert ended.exit == 7, ended.out
    assert "nobody listens" in ended.out
