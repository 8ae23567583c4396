"""The embedded target on the socket, and from the command line."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.reference import Request, Response, application, serve
from conformance.reference.__main__ import main
from conformance.reference.app import refuse
from conformance.reference.connection import BODY_LIMIT_BYTES
from conformance.reference.schema import Checker
from tests.miniatures.contract import (
    BASE,
    ERROR,
    FORM,
    LINKS,
    PATH,
)

ROOT = Path(__file__).parents[1]


def hello(request: Request) -> Response:
    """Answer with what arrived; fail on /fail."""
    if request.path == "/fail":
        raise ValueError(request.path)
    seen = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "size": len(request.body),
        "chunked": request.chunked,
    }
    return Response(200, json.dumps(seen).encode())


def talk(port: int, data: bytes) -> bytes:
    """Send `data` on a fresh connection; return what comes until the server closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_the_server_speaks_http() -> None:
    with serve(hello) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        head = b"POST /a?b=c HTTP/1.1\r\nhost: x\r\n"
        chunked = talk(
            server.port, head + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        )
        assert json.loads(chunked.partition(b"\r\n\r\n")[2]) == {
            "method": "POST", "path": "/a", "query": "b=c", "size": 2, "chunked": True,
        }  # fmt: skip
        absolute = talk(server.port, b"GET http://x/a HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b'"path": "/a"' in absolute
        waiting = talk(server.port, head + b"content-length: 1\r\nexpect: 100-continue\r\n\r\nx")
        assert b'"size": 1' in waiting
        bodiless = talk(server.port, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert bodiless.startswith(b"HTTP/1.1 200")
        assert bodiless.endswith(b"\r\n\r\n")


def test_one_connection_carries_several_requests_until_close_is_said() -> None:
    with serve(hello) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for number in range(3):
            client.request("POST", f"/{number}", b"x" * number)
            assert json.loads(client.getresponse().read())["size"] == number
        client.request("GET", "/", headers={"connection": "close"})
        answer = client.getresponse()
        assert answer.will_close
        answer.read()
        two = b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n"
        pipelined = talk(server.port, two)
        assert pipelined.count(b"HTTP/1.1 200") == 2
        client.close()


def test_idle_connections_do_not_keep_others_waiting() -> None:
    with serve(hello) as server:
        clients = [
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=10) for _ in range(20)
        ]
        for _ in range(2):
            for client in clients:
                client.request("GET", "/")
                assert client.getresponse().read()
        for client in clients:
            client.close()


def test_what_is_not_http_or_too_large_is_refused() -> None:
    with serve(application(LINKS), refuse=refuse) as server:
        for data in (
            b"nonsense\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        ):
            answer = talk(server.port, data)
            assert answer.startswith(b"HTTP/1.1 400 ")
            error = json.loads(answer.partition(b"\r\n\r\n")[2])
            assert Checker(ERROR).problem(ERROR, error) is None
        large = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (BODY_LIMIT_BYTES + 1)
        assert talk(server.port, large + b"a" * 100_000).startswith(b"HTTP/1.1 413 ")
        piece = b"%x\r\n" % BODY_LIMIT_BYTES + b"a" * BODY_LIMIT_BYTES + b"\r\n"
        chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        whole = chunked + piece + b"1\r\na\r\n0\r\n\r\n"
        assert talk(server.port, whole).startswith(b"HTTP/1.1 413 ")


def test_a_fault_of_the_application_is_a_500() -> None:
    with serve(hello) as server:
        answer = talk(server.port, b"GET /fail HTTP/1.1\r\nhost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"ValueError: /fail" in answer


def test_closing_ends_every_thread_and_frees_the_port() -> None:
    before = threading.active_count()
    server = serve(hello)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        server.close()
        server.close()
    assert threading.active_count() == before
    with serve(hello, server.port) as again:
        assert again.port == server.port
        with pytest.raises(OSError, match="in use"):
            serve(hello, server.port)


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "conformance.reference", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_end(number: signal.Signals) -> None:
    with start("--break", "/expand/type") as process:
        assert process.stdout is not None
        url, _, broken_words = process.stdout.readline().strip().partition(" ")
        assert broken_words == "breaks /expand/type"
        client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        client.request("POST", PATH, BASE + b"&expand=x", {"content-type": FORM})
        assert client.getresponse().status == 200
        client.close()
        process.send_signal(number)
        assert process.wait(10) == 0


def test_the_command_lists_what_can_be_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    names = capsys.readouterr().out.splitlines()
    assert {"/account/maxLength", "/expand/items/type", "response/200/url/type"} <= set(names)


def test_the_command_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--break", "/acount/maxLength"]) == 4
    assert "/account/maxLength" in capsys.readouterr().err
    with serve(hello) as server:
        assert main(["--port", str(server.port)]) == 4
    assert "cannot listen" in capsys.readouterr().err


def test_reading_the_reference_imports_no_validator() -> None:
    code = "import conformance.reference, sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    names = done.stdout.split()
    assert "conformance.reference.app" in names
    outside = [name for name in names if name.startswith("conformance.")]
    allowed = (
        "conformance.reference",
        "conformance.contract",
        "conformance.errors",
        "conformance.pointer",
    )
    assert [name for name in outside if not name.startswith(allowed)] == []
    assert {"jsonschema", "jsonschema_rs", "httpx", "hypothesis"} & set(names) == set()
