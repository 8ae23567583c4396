"""The printed command sends the very bytes that the suite sent; shown by running it."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from conformance.headers import expand_header
from conformance.records import ExchangeRecord
from conformance.report.curl import command, folded, quote, replay
from tests import sample

SECRET = 'sk_test_"$HOME`id`\\'  # noqa: S105  (nobody has this key)
PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12)


class Received(Struct, frozen=True):
    """One request as it stood on the wire: body without chunks, names of headers in lower case."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class RawServer:
    """Answers 200 to one request a connection and keeps what it got."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got: list[Received] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                line = stream.readline().decode("latin-1").rstrip("\r\n")
                headers = []
                while (each := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = each.decode("latin-1").rstrip("\r\n").partition(":")
                    headers.append((name.lower(), value.strip()))
                fields = dict(headers)
                body = stream.read(int(fields.get("content-length", 0)))
                if "transfer-encoding" in fields:
                    while size := int(stream.readline(), 16):
                        body += stream.read(size)
                        stream.readline()
                    stream.readline()
                self.got.append(Received(line, tuple(sorted(headers)), body))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def close(self) -> None:
        """Stop listening and wait for the thread."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[RawServer]:
    missing = [name for name in ("curl", "bash", "python3") if shutil.which(name) is None]
    assert not missing, f"apt-get install {' '.join(missing)}"
    server = RawServer()
    yield server
    server.close()


def send(text: str, server: RawServer) -> Received:
    """Run `text` in bash and return what arrived."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "KEY": SECRET}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "--noprofile", "--norc", "-c", text],
        env=environment,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return server.got.pop()


def owed(sent: ExchangeRecord, server: RawServer, body: bytes | None) -> Received:
    """Return what the server must get for `sent`."""
    headers = [("host", f"127.0.0.1:{server.port}")]
    headers += [(name.lower(), value) for name, value in sent.headers]
    if sent.chunked:
        headers.append(("transfer-encoding", "chunked"))
    elif body is not None:
        headers.append(("content-length", str(len(body))))
    path = sent.url.split(str(server.port), 1)[1]
    return Received(f"{sent.method} {path} HTTP/1.1", tuple(sorted(headers)), body or b"")


def record(
    server: RawServer,
    body: bytes | None,
    headers: tuple[tuple[str, str], ...] = (),
    *,
    method: str = "POST",
    path: str = "/v1/account_links",
    chunked: bool = False,
) -> ExchangeRecord:
    """Return an exchange as the journal records it: text where it is text, else base64."""
    text, packed = None, None
    if body is not None:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            packed = base64.b64encode(body).decode()
    return sample.exchange(
        text,
        body_base64=packed,
        body_bytes=len(body or b""),
        method=method,
        headers=headers,
        url=f"http://127.0.0.1:{server.port}{path}",
        chunked=chunked,
        given=0,
    )


FORM = ("Content-Type", "application/x-www-form-urlencoded")
HEADERS = st.lists(
    st.tuples(st.sampled_from(["X-One", "X-Two", "Accept", "User-Agent"]), PRINTABLE),
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(tuple)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=80),
    st.text(max_size=60).map(str.encode),
    st.tuples(st.binary(min_size=1, max_size=12), st.integers(1, 6000)).map(
        lambda pair: b"a=" + (pair[0] * pair[1])[:60_000] + b"&b=1"
    ),
)


class Sent(Struct, frozen=True):
    """What a request is made of."""

    body: bytes | None
    headers: tuple[tuple[str, str], ...] = ()
    form: bool = True
    chunked: bool = False
    path: str = "/"


REQUESTS = st.builds(
    Sent,
    BODIES,
    HEADERS,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["/v1/account_links", "/a/../b/./c?x[]=1&y={z}&q=%zz", "/?a='b'"]),
)


@given(REQUESTS)
@example(Sent(b"", form=False))
@example(Sent(b"'; touch x; '", (("X-One", "'\"$KEY`id`!\\"),)))
@example(Sent(b"a=1", (("Authorization", "Bearer $KEY @x"),)))
@example(Sent(b"a" * 5001, chunked=True))
@example(Sent("\u00e9".encode() * 2000 + b"\x00"))
@example(Sent(b"@/etc/hostname"))
@example(Sent(b"##[group]::error::", (("X-One", "##[x"),)))
@example(Sent(bytes(range(256)) * 200, form=False))
@settings(max_examples=30, deadline=None, database=None, derandomize=True)
def test_the_command_sends_the_same_bytes(server: RawServer, request_: Sent) -> None:
    body, headers = request_.body, request_.headers
    sent = record(
        server,
        body,
        (*headers, FORM) if request_.form else headers,
        chunked=request_.chunked and body is not None,
        path=request_.path,
    )
    expected = owed(sent, server, body)
    assert send(command(sent), server) == expected
    if body is None or len(body) < 200:
        assert send(" \\\n  ".join(replay(sent, unicode=False)), server) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "X-ODD"])
def test_any_method(server: RawServer, method: str) -> None:
    sent = record(server, None, method=method)
    assert send(command(sent), server) == owed(sent, server, None)


def test_what_the_user_gave_expands_as_the_suite_expands_it(
    server: RawServer, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("filed\n")
    key.chmod(0o600)
    theirs = (
        ("Authorization", 'Bearer $KEY"`\\$$1'),
        ("X-Team", "t-${KEY}x"),
        ("X-Filed", f"Bearer @{key}"),
        ("X-Price", "$$KEY @@home"),
    )
    sent = record(server, b"a=$KEY", (("X-Plain", "$KEY ${KEY} $$ @x"), *theirs))
    got = dict(send(command(replace(sent, given=len(theirs))), server).headers)
    assert got["x-plain"] == "$KEY ${KEY} $$ @x"
    for name, template in theirs:
        expanded = expand_header(f"{name}: {template}", {"KEY": SECRET})
        assert got[name.lower()] == expanded.value.reveal()


def test_what_the_journal_recorded_of_framing_is_not_sent_twice(server: RawServer) -> None:
    host = f"127.0.0.1:{server.port}"
    sent = record(
        server, b"a=1", (("Host", host), ("Content-Length", "3"), ("Transfer-Encoding", "x"), FORM)
    )
    assert send(command(sent), server) == owed(replace(sent, headers=(FORM,)), server, b"a=1")
    other = record(server, None, (("Host", "other.example"), ("Content-Length", "0"), ("X-No", "")))
    names = sorted(send(command(other), server).headers)
    assert names == [("content-length", "0"), ("host", "other.example"), ("x-no", "")]


def test_bytes_that_do_not_show_are_spelt_out(server: RawServer) -> None:
    text = command(record(server, b"a", (("X-One", "a\x1b'\\\x7f\u00e9"), FORM)))
    assert text.isprintable()
    assert text.isascii()
    got = dict(send(text, server).headers)
    assert got["x-one"] == "a\x1b'\\\x7f\u00e9".encode().decode("latin-1")


def test_a_long_run_is_arithmetic() -> None:
    text = command(sample.exchange("account=" + "a" * 5001 + "&x=" + "%C3%A9" * 5000))
    assert 'b"account="+b"a"*5001+b"&x="+b"%C3%A9"*5000' in text
    assert len(text) < 500


def test_a_lost_body_has_no_command() -> None:
    assert command(sample.exchange(None, body_bytes=70_000)) == ""


def test_a_secure_target_is_asked_for_http_1() -> None:
    assert "--http1.1" in command(sample.exchange(url="https://127.0.0.1:1/"))
    assert "--http1.1" not in command(sample.exchange())


def test_lines_break_between_the_parts_only() -> None:
    assert folded((), 10) == []
    assert folded(("aaaa", "bb", "cccccccccccc", "d"), 10) == ["aaaa bb \\", "cccccccccccc \\", "d"]


def test_build_servers_see_no_command_of_theirs(tmp_path: Path) -> None:
    for text in ("a ##[b", "\x1b##[b"):
        sent = sample.exchange(url=f"http://127.0.0.1:1/{text}")
        assert "##[" not in command(sent)
    out = subprocess.run(
        [shutil.which("bash") or "bash", "-c", f"printf %s {quote('a b')}"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert out.stdout == b"a b"
