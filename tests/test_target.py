"""What leaves for the target, and what comes of it."""

from __future__ import annotations

import socket
import threading
from importlib import metadata

import httpx
import pytest
import respx

from conformance.address import parse_target_url
from conformance.exchange import Request
from conformance.headers import expand_header
from conformance.target import Target
from tests.rawserver import reset, say, serving
from tests.routed import TransportMocker
from tests.test_pacing import Time

KEY = "canary-key-0123456789"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
POST = Request("POST", "/v1/account_links", (FORM,), b"type=account_onboarding")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def sent(request: Request, prefix: str = "", *headers: str) -> tuple[list[str], bytes]:
    """Return the head's lines and the body that arrive at a target."""
    with serving(say(GOOD)) as server:
        added = [expand_header(each, {"API_KEY": KEY}) for each in headers]
        target = Target(parse_target_url(server.url + prefix), headers=added)
        assert target.send(request).fault is None
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    text = head.decode("latin-1").replace(f":{server.port}", ":PORT")
    return text.split("\r\n"), body


def test_headers_leave_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "1.2.3")
    assert sent(POST, "/m/7", "Authorization: Bearer $API_KEY", "X-Tenant: a") == (
        [
            "POST /m/7/v1/account_links HTTP/1.1",
            "Host: 127.0.0.1:PORT",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "User-Agent: schema-conformance/1.2.3",
            "Connection: close",
            "Content-Type: application/x-www-form-urlencoded",
            f"Authorization: Bearer {KEY}",
            "X-Tenant: a",
            "Content-Length: 23",
        ],
        b"type=account_onboarding",
    )


def test_a_checkout_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    assert "User-Agent: schema-conformance/0" in sent(POST)[0]


def test_a_path_leaves_as_it_is() -> None:
    path = "/a%2Fb//c;d=e/%7e~?x[0]=%5B1%5D&y=a+b%20c&%zz"
    assert sent(Request("GET", path))[0][0] == f"GET {path} HTTP/1.1"


def test_a_header_of_the_case_stands_before_one_of_the_user() -> None:
    request = Request("GET", "/", (("X-Version", "case"), ("accept", "text/plain")))
    head, _ = sent(request, "", "x-version: user", "User-Agent: mine", "Host: virtual.example")
    assert head[1] == "Host: virtual.example"
    names = [line.partition(":")[0].lower() for line in head[1:]]
    assert len(names) == len(set(names))
    assert {"X-Version: case", "accept: text/plain", "User-Agent: mine"} <= set(head)


@pytest.mark.parametrize(
    ("body", "chunked", "framing", "wire"),
    [
        (None, False, None, b""),
        (None, True, None, b""),
        (b"", False, "Content-Length: 0", b""),
        (b"", True, "Transfer-Encoding: chunked", b"0\r\n\r\n"),
        (b"a", True, "Transfer-Encoding: chunked", b"1\r\na\r\n0\r\n\r\n"),
        (b"abc", True, "Transfer-Encoding: chunked", b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
        (b"a\x00\xff", False, "Content-Length: 3", b"a\x00\xff"),
    ],
)
def test_a_body_is_framed_as_the_request_says(
    body: bytes | None,
    chunked: bool,  # noqa: FBT001  (a table)
    framing: str | None,
    wire: bytes,
) -> None:
    head, received = sent(Request("POST", "/", (), body, chunked))
    framed = [line for line in head if line.startswith(("Content-Length", "Transfer-"))]
    assert framed == ([framing] if framing else [])
    assert received == wire


def test_a_large_body_arrives_whole() -> None:
    body = bytes(range(256)) * 4096
    assert sent(Request("POST", "/", (), body))[1] == body


@respx.mock(using=TransportMocker.name)
def test_a_429_is_waited_out_and_counted(
    respx_mock: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
    time = Time()
    route = respx_mock.post("http://target.example/m/v1/account_links").mock(
        side_effect=[
            httpx.Response(429, headers={"Retry-After": "7"}),
            httpx.Response(429),
            httpx.Response(200, json={"object": "account_link"}),
        ]
    )
    url = parse_target_url("http://target.example/m")
    target = Target(url, clock=time.clock, sleep=time.sleep)
    exchange = target.send(POST)
    assert exchange.response
    assert exchange.accepted
    assert exchange.response.body == b'{"object":"account_link"}'
    assert exchange.response.header("content-type") == "application/json"
    assert time.slept == [7.0, 1.0]
    assert (exchange.attempts, target.requests_sent, route.call_count) == (3, 3, 3)
    first, *others = [call.request for call in route.calls]
    assert all(other.content == first.content == POST.body for other in others)
    assert all(other.headers.raw == first.headers.raw for other in others)


def test_a_connection_refused_once_is_tried_again_if_the_target_has_answered_before() -> None:
    with serving(say(GOOD)) as server:
        target = Target(parse_target_url(server.url))
        assert target.send(POST).attempts == 1
    exchange = target.send(POST)
    assert exchange.fault
    assert (exchange.fault.code, exchange.attempts, target.requests_sent) == ("refused", 2, 3)


def test_a_broken_answer_is_not_tried_again_and_has_no_hint_once_the_target_answered() -> None:
    with serving(say(GOOD), reset()) as server:
        target = Target(parse_target_url(server.url))
        exchanges = [target.send(POST) for _ in range(2)]
        assert len(server.requests) == 2
    fault = exchanges[1].fault
    assert fault
    assert "Scheme mismatch" not in fault.sentence


def test_an_exchange_says_when_and_how_long() -> None:
    ticks = iter(range(100))
    with serving(say(GOOD)) as server:
        url = parse_target_url(server.url)
        target = Target(url, clock=lambda: next(ticks), timeout_s=99.0, now=lambda: 123.0)
        exchange = target.send(POST)
    assert exchange.received_at == 123.0
    assert exchange.elapsed_ms > 0
    assert exchange.elapsed_ms % 1000 == 0


def test_an_ipv6_target_works_where_there_is_ipv6() -> None:
    target = Target(parse_target_url("http://[::1]:1"))
    exchange = target.send(POST)
    assert exchange.fault
    assert exchange.fault.phase == "connect"
    assert "::1, port 1" in exchange.fault.sentence


def test_many_threads_share_a_target() -> None:
    def echo(number: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(str(number)) + b"%d" % number

    with serving(*(say(echo(number)) for number in range(40))) as server:
        target = Target(parse_target_url(server.url))
        bodies: list[bytes] = []

        def run() -> None:
            for _ in range(10):
                response = target.send(POST).response
                bodies.append(response.body if response else b"none")

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(int, bodies)) == list(range(40))
    assert target.requests_sent == 40


def test_a_target_knows_when_it_began_to_send_and_when_it_ended() -> None:
    moments = iter((10.0, 11.0, 12.0))
    with serving(say(GOOD), say(GOOD)) as server:
        target = Target(parse_target_url(server.url), now=lambda: next(moments))
        assert target.sending == (0.0, 0.0)
        received = [target.send(POST).received_at for _ in range(2)]
    assert received == [11.0, 12.0]
    assert target.sending == (10.0, 12.0)


def test_an_interrupt_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with serving(say(GOOD)) as server:
        target = Target(parse_target_url(server.url))
        monkeypatch.setattr("conformance.guard.Guard.read", interrupt)
        with pytest.raises(KeyboardInterrupt):
            target.send(POST)
