"""Names and connections: each way to fail has its own code."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from conformance import dial
from conformance.address import TargetUrl, parse_target_url
from conformance.exchange import Exchange, Fault, Request
from conformance.framing import FaultError
from conformance.target import Target
from tests.rawserver import say, serving

GET = Request("GET", "/")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def fault_of(exchange: Exchange) -> tuple[str, str]:
    assert exchange.fault
    return exchange.fault.phase, exchange.fault.code


@contextlib.contextmanager
def unused_port() -> Iterator[int]:
    """Hold a port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def test_a_refused_connection_is_a_fault() -> None:
    with unused_port() as port:
        exchange = Target(TargetUrl("http", "127.0.0.1", port)).send(GET)
    assert fault_of(exchange) == ("connect", "refused")
    assert exchange.attempts == 1


def test_a_full_backlog_is_a_fault_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        where = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(where)
        target = Target(TargetUrl("http", *where), connect_timeout_s=0.3)
        assert fault_of(target.send(GET)) == ("connect", "timeout")
        for each in waiting:
            each.close()


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (ConnectionResetError(104, "reset"), "reset"),
        (OSError(113, "No route to host"), "unreachable"),
        (TimeoutError(), "timeout"),
    ],
)
def test_other_ways_not_to_connect(
    monkeypatch: pytest.MonkeyPatch, problem: OSError, code: str
) -> None:
    def connect(_: object, __: object) -> None:
        raise problem

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert fault_of(Target(TargetUrl("http", "127.0.0.1", 9)).send(GET)) == ("connect", code)


def test_an_interrupted_connect_leaves_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_: object, __: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(KeyboardInterrupt):
        Target(TargetUrl("http", "127.0.0.1", 9)).send(GET)


def test_a_connection_to_itself_is_no_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda _, __: None)
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("127.0.0.1", 9))
    assert fault_of(Target(TargetUrl("http", "127.0.0.1", 9)).send(GET)) == ("connect", "refused")


def entries(*hosts: str, port: int) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in hosts]


def test_a_name_is_looked_up_once_and_the_address_that_answers_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(say(GOOD)) as server:
        asked: list[object] = []

        def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            asked.append(host)
            return entries("127.0.0.77", "127.0.0.1", port=port)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        target = Target(TargetUrl("http", "rebinding.example", server.port))
        assert [target.send(GET).fault for _ in range(3)] == [None] * 3
        assert asked == ["rebinding.example"]
        assert server.connections == 3
        assert b"Host: rebinding.example:%d\r\n" % server.port in server.requests[0]


def test_an_unknown_host_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    exchange = Target(parse_target_url("http://no.such.host.example")).send(GET)
    assert exchange.fault == Fault(
        "unknown-host", "resolve", "no host is named no.such.host.example"
    )


def test_a_slow_resolver_does_not_hold_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        released.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(FaultError) as caught:
        dial.resolve("slow.example", 80, 0.05)
    released.set()
    assert (caught.value.fault.phase, caught.value.fault.code) == ("resolve", "timeout")


def test_addresses_need_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "getaddrinfo")
    assert dial.resolve("127.0.0.1", 80, 1.0) == ((socket.AF_INET, ("127.0.0.1", 80)),)
    assert dial.resolve("::1", 80, 1.0) == ((socket.AF_INET6, ("::1", 80)),)
