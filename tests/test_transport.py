"""Whatever a target writes, in time and in bounds or not, one exchange comes of it."""

from __future__ import annotations

import itertools
import socket

import pytest

from conformance.address import parse_target_url
from conformance.errors import SuiteError
from conformance.exchange import Exchange, Request
from conformance.framing import Limits
from conformance.target import Target
from tests.rawserver import Conversation, drip, reset, say, serving, silence

GET = Request("GET", "/v1/any")
POST = Request("POST", "/v1/any", (("Content-Type", "text/plain"),), b"body")
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = OK + b"Content-Length: 2\r\n\r\n{}"
HEADERS = b"".join(b"H%d: x\r\n" % number for number in range(300))


def deliver(
    *conversations: Conversation,
    request: Request = POST,
    timeout_s: float = 5.0,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    read_first: bool = True,
) -> Exchange:
    with (
        serving(*conversations, read_first=read_first) as server,
        Target(parse_target_url(server.url), timeout_s=timeout_s, limits=limits) as target,
    ):
        return target.send(request)


def faulted(exchange: Exchange) -> str:
    assert exchange.response is None
    assert exchange.fault
    return f"{exchange.fault.phase}/{exchange.fault.code}"


@pytest.mark.parametrize(
    ("written", "status", "body"),
    [
        (GOOD, 200, b"{}"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (OK + b"\r\n", 200, b""),
        (CHUNKED + b"1\r\na\r\n1;x=y\r\nb\r\n0\r\nTrailer: c\r\n\r\n", 200, b"ab"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, b""),
        (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" * 3 + GOOD, 200, b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD, 200, b"{}"),
        (b"HTTP/1.1 200\nContent-Length: 2\nA: b\n c\n\n{}", 200, b"{}"),
        (OK + b"X: \x1b[31m\r\nContent-Length: 0\r\n\r\n", 200, b""),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, b""),
        (b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", 599, b""),
    ],
)
def test_what_http_allows_is_a_response(written: bytes, status: int, body: bytes) -> None:
    exchange = deliver(say(written))
    assert exchange.fault is None
    assert exchange.response
    assert (exchange.response.status, exchange.response.body) == (status, body)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"", "receive/closed"),
        (OK + b"A: ", "receive/truncated"),
        (OK + b"Content-Length: 5\r\n\r\n{}", "receive/truncated"),
        (CHUNKED + b"5\r\n{}", "receive/truncated"),
        (CHUNKED + b"2\r\n{}\r\n", "receive/truncated"),
        (CHUNKED + b"zz\r\n{}\r\n", "framing/bad-chunk"),
        (CHUNKED + b"f" * 30 + b"\r\n", "framing/bad-chunk"),
        (CHUNKED + b"1" + b";x" * 60_000, "framing/bad-chunk"),
        (GOOD + GOOD, "framing/leftover"),
        (CHUNKED + b"0\r\n\r\n" + GOOD, "framing/leftover"),
        (b"HTTP/1.1 204 No Content\r\n\r\n{}", "framing/leftover"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n{}", "framing/leftover"),
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "framing/bad-length"),
        (OK + b"Content-Length: -2\r\n\r\n{}", "framing/bad-length"),
        (OK + b"Content-Length: two\r\n\r\n{}", "framing/bad-length"),
        (OK + b"Content-Length: 10737418240\r\n\r\n{}", "framing/too-large"),
        (
            OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "framing/two-lengths",
        ),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "framing/bad-coding"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "framing/bad-encoding"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "framing/upgrade"),
        (b"HTTP/1.1 099 Low\r\n\r\n", "framing/bad-status"),
        (b"HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n", "framing/bad-status"),
        (b"HTTP/1.1 2000 High\r\n\r\n", "framing/bad-status"),
        (b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "framing/bad-version"),
        (OK + HEADERS + b"\r\n", "framing/too-many-headers"),
        (OK + b"A: " + b"x" * 1_000_000, "framing/too-large"),
        (OK + b"A: b\r\n" * 20_000, "framing/too-large"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5_000, "framing/too-large"),
        (OK + b"A: b\x00c\r\n\r\n", "framing/bad-header"),
        (OK + b"A : b\r\n\r\n", "framing/bad-header"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "framing/not-http"),
        (b"<html>HTTP/0.9</html>", "framing/not-http"),
        (bytes(range(256)), "framing/not-http"),
    ],
)
def test_what_http_forbids_is_a_fault(written: bytes, expected: str) -> None:
    assert faulted(deliver(say(written))) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (reset(), "receive/reset"),
        (reset(OK), "receive/reset"),
        (reset(OK + b"Content-Length: 9\r\n\r\n{}"), "receive/reset"),
        (drip(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"), "framing/too-large"),
        (drip(OK + b"\r\n", b"x" * 1024), "framing/too-large"),
        (drip(CHUNKED, b"1\r\nx\r\n"), "framing/too-large"),
        (drip(CHUNKED + b"0\r\n", b"T: x\r\n"), "framing/bad-chunk"),
        (drip(OK, b"H: x\r\n"), "framing/too-large"),
    ],
)
def test_what_never_ends_is_a_fault(conversation: Conversation, expected: str) -> None:
    limits = Limits(wire_bytes=200_000)
    assert faulted(deliver(conversation, limits=limits)) == expected


def test_a_body_over_its_own_limit_is_a_fault() -> None:
    chunks = say(CHUNKED + b"9\r\n123456789\r\n0\r\n\r\n")
    assert faulted(deliver(chunks, limits=Limits(body_bytes=8))) == "framing/too-large"
    assert deliver(chunks, limits=Limits(body_bytes=9)).fault is None


@pytest.mark.parametrize(
    "conversation",
    [
        silence,
        drip(OK, b"H: x\r\n", 0.02),
        drip(OK + b"Content-Length: 99999\r\n\r\n", b"x", 0.02),
        drip(CHUNKED, b"1\r\nx\r\n", 0.02),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
        drip(b"SSH-2.0-x", b"", 0.02),
    ],
)
def test_a_slow_answer_is_a_fault_at_the_deadline(conversation: Conversation) -> None:
    assert faulted(deliver(conversation, timeout_s=0.3)) == "receive/deadline"


def test_a_body_in_many_chunks_is_held_to_the_deadline_as_well() -> None:
    # The clock jumps once the head is there: no read is needed to notice.
    ticks = itertools.chain([0.0] * 8, itertools.repeat(100.0))
    with serving(say(CHUNKED + b"1\r\nx\r\n" * 1000 + b"0\r\n\r\n")) as server:
        target = Target(parse_target_url(server.url), clock=lambda: next(ticks))
        assert faulted(target.send(GET)) == "receive/deadline"


def test_a_target_that_does_not_read_is_a_fault() -> None:
    large = Request("POST", "/", (), b"x" * 20_000_000)

    def idle(connection: socket.socket) -> None:
        connection.recv(1)
        server_done.recv(1)

    server_done, client_done = socket.socketpair()
    with server_done, client_done, serving(idle, read_first=False) as server:
        exchange = Target(parse_target_url(server.url), timeout_s=0.3).send(large)
        client_done.sendall(b"x")
    assert faulted(exchange) == "send/deadline"


def test_an_early_refusal_is_read_though_the_target_broke_off() -> None:
    large = Request("POST", "/", (), b"x" * 20_000_000)

    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        reset(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")(connection)

    exchange = deliver(refuse, request=large, read_first=False)
    assert exchange.response
    assert exchange.response.status == 413


def test_a_target_that_breaks_off_while_it_is_sent_to_is_a_fault() -> None:
    large = Request("POST", "/", (), b"x" * 20_000_000)

    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        reset()(connection)

    assert faulted(deliver(refuse, request=large, read_first=False)) == "send/reset"


def test_every_request_has_a_connection_of_its_own() -> None:
    keep_alive = say(OK + b"Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{}")
    with serving(keep_alive) as server:
        target = Target(parse_target_url(server.url))
        statuses = [target.send(GET).response for _ in range(5)]
        assert all(statuses)
        assert server.connections == 5


def test_an_answer_to_head_may_announce_a_body() -> None:
    exchange = deliver(say(OK + b"Content-Length: 5\r\n\r\n"), request=Request("HEAD", "/"))
    assert exchange.response
    assert exchange.response.header("content-length") == "5"


def test_headers_come_as_they_were_written() -> None:
    exchange = deliver(say(OK + b"X-Name: caf\xe9\r\nx-name:  2 \r\n\r\n"))
    assert exchange.response
    assert exchange.response.headers == (("X-Name", "café"), ("x-name", "2"))


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/a b"),
        Request("GET", "no-slash"),
        Request("GET", "/a#b"),
        Request("GET", "/é"),
        Request("GET", "/a/../b"),
        Request("GET", "/a/%2e%2E/b"),
        Request("GET", "/a%2F.%2e%2fb"),
        Request("GET", "/a/."),
        Request("GET", "/a\r\nX: y"),
        Request("CONNECT", "/"),
        Request("G T", "/"),
        Request("GÉT", "/"),
        Request("GET", "/", (("Content-Length", "3"),)),
        Request("GET", "/", (("Transfer-Encoding", "chunked"),)),
        Request("GET", "/", (("Host", "elsewhere"),)),
        Request("GET", "/", (("X", "a\r\nY: b"),)),
        Request("GET", "/", (("X", "€"),)),
        Request("GET", "/", (("X Y", "a"),)),
    ],
)
def test_a_request_that_is_not_http_is_our_own_fault(request_: Request) -> None:
    with serving(say(GOOD)) as server, pytest.raises(SuiteError):
        Target(parse_target_url(server.url)).send(request_)
    assert server.requests in ([], [b""])


def test_dots_within_a_segment_are_no_way_up() -> None:
    path = "/..a/b../.../%2e%2e%2e/a.b?q=/../"
    with serving(say(GOOD)) as server:
        Target(parse_target_url(server.url)).send(Request("GET", path))
    assert server.requests[0].startswith(f"GET {path} HTTP/1.1".encode())
