"""TLS: what is trusted, what is not, and what a broken handshake is called."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path

import pytest

from conformance import dial
from conformance.address import TargetUrl, parse_target_url
from conformance.errors import UsageError
from conformance.exchange import Exchange, Request
from conformance.target import Target
from tests.rawserver import Conversation, drip, read_request, reset, say, serving, silence

# One key for an authority and three certificates that it signed: localhost and 127.0.0.1 until
# 2123, the same but expired in 2024, and elsewhere.example. They protect nothing.
CERTIFICATES = Path(__file__).parent / "certificates"
CA = CERTIFICATES / "ca.pem"
GET = Request("GET", "/")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def fault_of(exchange: Exchange) -> tuple[str, str]:
    assert exchange.fault
    return exchange.fault.phase, exchange.fault.code


def encrypted(
    answer: bytes, certificate: str = "localhost", *, ragged: bool = False
) -> Conversation:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem", CERTIFICATES / "key.pem")

    def conversation(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            read_request(secured)
            secured.sendall(answer)
            if not ragged:
                secured.unwrap()

    return conversation


def fetch(conversation: Conversation, host: str = "127.0.0.1", **options: object) -> Exchange:
    with serving(conversation, read_first=False) as server:
        url = TargetUrl("https", host, server.port)
        options = {"timeout_s": 5.0, "ca_file": CA, **options}
        with Target(url, **options) as target:  # type: ignore[arg-type]
            return target.send(GET)


def test_a_reset_just_before_the_handshake_leaves_no_socket_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resets = iter((None, OSError(errno.ENOTCONN, "not connected")))
    opened: list[ssl.SSLSocket] = []

    def look(_: socket.socket) -> None:
        if (problem := next(resets)) is not None:
            raise problem

    def read(connection: ssl.SSLSocket, *_: object) -> bytes:
        opened.append(connection)
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    monkeypatch.setattr(socket.socket, "getpeername", look)
    monkeypatch.setattr(ssl.SSLSocket, "recv", read)
    with serving(silence, read_first=False) as server:
        target = Target(TargetUrl("https", "127.0.0.1", server.port), ca_file=CA)
        assert fault_of(target.send(GET)) == ("tls", "reset")
    assert [each.fileno() for each in opened] == [-1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_of_the_named_authority_is_trusted(host: str) -> None:
    exchange = fetch(encrypted(GOOD), host)
    assert exchange.response
    assert exchange.response.body == b"{}"


@pytest.mark.parametrize(
    ("certificate", "ca_file", "code", "said"),
    [
        ("localhost", None, "untrusted", "--ca-file"),
        ("expired", CA, "expired", "not valid now"),
        ("elsewhere", CA, "wrong-host", "another host"),
    ],
)
def test_a_bad_certificate_is_a_fault(
    certificate: str, ca_file: Path | None, code: str, said: str
) -> None:
    exchange = fetch(encrypted(GOOD, certificate), ca_file=ca_file)
    assert fault_of(exchange) == ("tls", code)
    assert exchange.fault
    assert said in exchange.fault.sentence


@pytest.mark.parametrize(
    ("conversation", "code"),
    [
        (say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls"),
        (silence, "timeout"),
        (say(b""), "closed"),
        (reset(), "reset"),
    ],
)
def test_a_target_without_tls_is_a_fault_with_a_hint(conversation: Conversation, code: str) -> None:
    def listen(connection: socket.socket) -> None:
        connection.recv(65536)
        conversation(connection)

    exchange = fetch(listen, connect_timeout_s=0.3)
    assert fault_of(exchange) == ("tls", code)
    assert exchange.fault
    assert "Scheme mismatch? The target may speak http." in exchange.fault.sentence


def test_plain_http_to_a_tls_port_is_a_fault_with_a_hint() -> None:
    with serving(encrypted(GOOD), read_first=False) as server:
        exchange = Target(parse_target_url(server.url)).send(GET)
    assert exchange.fault
    assert exchange.fault.phase in ("receive", "framing")
    assert "The target may speak https." in exchange.fault.sentence


def test_tls_that_ends_without_saying_so_may_have_been_cut() -> None:
    until_the_end = b"HTTP/1.1 200 OK\r\n\r\n123"
    assert fetch(encrypted(until_the_end)).fault is None
    assert fault_of(fetch(encrypted(until_the_end, ragged=True))) == ("receive", "truncated")
    assert fetch(encrypted(GOOD, ragged=True)).fault is None


def test_bytes_behind_an_answer_are_found_under_tls() -> None:
    assert fault_of(fetch(encrypted(GOOD + GOOD))) == ("framing", "leftover")


def test_a_slow_handshake_meets_the_deadline() -> None:
    exchange = fetch(drip(b"", b"", 0.02), timeout_s=0.3)
    assert fault_of(exchange) in {("tls", "timeout"), ("tls", "deadline")}


@pytest.mark.parametrize("name", ["missing.pem", "key.pem"])
def test_a_ca_file_without_certificates_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot read certificates"):
        dial.tls_context(CERTIFICATES / name)


def test_the_environment_adds_no_trust_and_takes_no_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSL_CERT_FILE", str(CA))
    monkeypatch.setenv("SSL_CERT_DIR", str(CERTIFICATES))
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    assert fault_of(fetch(encrypted(GOOD), ca_file=None)) == ("tls", "untrusted")
    assert fetch(encrypted(GOOD)).response
    assert not keys.exists()
    assert dial.tls_context(None).minimum_version == ssl.TLSVersion.TLSv1_2
