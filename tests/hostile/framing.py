"""Answers whose bytes are not the HTTP that they should be, or HTTP at its edges."""

# ruff: noqa: E501  (a row is a line)

from __future__ import annotations

import gzip
import io
import zlib

from msgspec.structs import replace

from conformance.reference.http import Response
from tests.hostile.behaviour import Behaviour, Says, always, chunked, head, raw, whole, wrapped
from tests.rawserver import Conversation, drip, say

_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_HEADER = "FAULT framing/bad-header"
_LENGTH = "FAULT framing/bad-length"
_CODING = "FAULT framing/bad-coding"
_CHUNK = "FAULT framing/bad-chunk"
_STATUS = "FAULT framing/bad-status"
_VERSION = "FAULT framing/bad-version"
_LARGE = "FAULT framing/too-large"
_MANY = "FAULT framing/too-many-headers"
_LEFT = "FAULT framing/leftover"
_ENCODED = "FAULT framing/bad-encoding"
_NO_HTTP = "FAULT framing/not-http"


def _line(line: bytes) -> Says:
    """Answer faithfully with another status line."""
    return lambda plain: say(
        line.replace(b"200", b"%d" % plain.status) + whole(plain).partition(b"\r\n")[2]
    )


def _lengths(*lengths: bytes) -> Says:
    """Answer faithfully with other content-lengths; N stands for the right one."""

    def says(plain: Response) -> Conversation:
        size = b"%d" % len(plain.body)
        lines = b"".join(b"Content-Length: %s\r\n" % each.replace(b"N", size) for each in lengths)
        return say(head(plain, length=False, extra=lines) + plain.body)

    return says


def _coded(*codings: bytes, length: bool = False) -> Says:
    """Answer in chunks under other transfer-encodings."""

    def says(plain: Response) -> Conversation:
        lines = b"".join(b"Transfer-Encoding: %s\r\n" % each for each in codings)
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(plain.body), plain.body)
        return say(head(plain, length=length, extra=lines) + chunk)

    return says


def _encoded(name: bytes, data: bytes | None = None, *, first: bytes = b"") -> Says:
    """Answer with an encoded body, its length right."""

    def says(plain: Response) -> Conversation:
        changed = replace(plain, body=gzip.compress(plain.body) if data is None else data)
        extra = first + b"Content-Encoding: %s\r\n" % name
        return say(head(changed, extra=extra) + changed.body)

    return says


def _bare(plain: Response) -> Conversation:
    return say(head(plain).replace(b"\r\n", b"\n") + plain.body)


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as file:
        for _ in range(64):
            file.write(bytes(1024 * 1024))
    return buffer.getvalue()


_BOMB = _bomb()
_GZIP = gzip.compress(b"{}")
_HEADERS = b"".join(b"H%d: x\r\n" % number for number in range(300))

ROWS = (
    # --- lengths
    Behaviour("two-lengths", "FAULT framing/two-lengths", _coded(b"chunked", length=True)),
    Behaviour("two-lengths-other-order", "FAULT framing/two-lengths", raw(_OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n")),
    Behaviour("same-length-twice", "PASS", _lengths(b"N", b"N")),
    Behaviour("same-length-in-a-list", "PASS", _lengths(b"N, N")),
    Behaviour("different-lengths", _LENGTH, _lengths(b"N", b"2")),
    Behaviour("different-lengths-in-a-list", _LENGTH, _lengths(b"N, 2")),
    Behaviour("length-negative", _LENGTH, _lengths(b"-1")),
    Behaviour("length-plus", _LENGTH, _lengths(b"+N")),
    Behaviour("length-words", _LENGTH, _lengths(b"many")),
    Behaviour("length-empty", _LENGTH, _lengths(b"")),
    Behaviour("length-hex", _LENGTH, _lengths(b"0x10")),
    Behaviour("length-underscore", _LENGTH, _lengths(b"1_0")),
    Behaviour("length-float", _LENGTH, _lengths(b"2.0")),
    Behaviour("length-arabic-digits", _LENGTH, _lengths("٣".encode())),
    Behaviour("length-superscript", _LENGTH, _lengths(b"\xb2")),
    Behaviour("length-of-5000-digits", f"{_LENGTH} | {_LARGE}", _lengths(b"1" * 5000)),
    Behaviour("length-2-to-the-64", f"{_LENGTH} | {_LARGE}", _lengths(b"18446744073709551616")),
    Behaviour("length-10-gib", _LARGE, _lengths(b"10737418240")),
    Behaviour("length-leading-zeros", "PASS", _lengths(b"000N")),
    Behaviour("length-too-small", _LEFT, _lengths(b"9")),
    Behaviour("length-too-large", "FAULT receive/truncated", _lengths(b"N9")),
    Behaviour("length-zero-with-body", _LEFT, _lengths(b"0")),
    Behaviour("until-close", "PASS", lambda plain: say(head(plain, length=False) + plain.body)),
    Behaviour("until-close-cut", "FAIL response/200/body", lambda plain: say(head(plain, length=False) + plain.body[:-9])),
    Behaviour("http-1.0-until-close", "PASS", lambda plain: say(b"HTTP/1.0" + head(plain, length=False)[8:] + plain.body)),
    # --- transfer codings and chunks
    Behaviour("chunked", "PASS", chunked()),
    Behaviour("chunked-in-capitals", "PASS", _coded(b"CHUNKED")),
    Behaviour("chunked-on-http-1.0", _CODING, lambda plain: say(b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(plain.body), plain.body))),
    Behaviour("chunked-twice", _CODING, _coded(b"chunked", b"chunked")),
    Behaviour("chunked-twice-in-a-list", _CODING, _coded(b"chunked, chunked")),
    Behaviour("coding-identity", _CODING, _coded(b"identity")),
    Behaviour("coding-gzip-chunked", _CODING, _coded(b"gzip, chunked")),
    Behaviour("coding-chunked-gzip", _CODING, _coded(b"chunked, gzip")),
    Behaviour("coding-xchunked", _CODING, _coded(b"xchunked")),
    Behaviour("coding-empty", _CODING, _coded(b"")),
    Behaviour("coding-quoted", _CODING, _coded(b'"chunked"')),
    Behaviour("coding-with-vertical-tab", f"{_CODING} | {_HEADER}", _coded(b"\x0bchunked")),
    Behaviour("coding-with-parameter", _CODING, _coded(b"chunked;q=1")),
    Behaviour("chunk-extension", "PASS", chunked(b'2;a=b;c="d"\r\n \n\r\n', tail=b"0;x\r\n\r\n")),
    Behaviour("chunk-size-in-capitals", "PASS", chunked(b"A\r\n          \r\n")),
    Behaviour("chunk-size-with-zeros", "PASS", chunked(b"00002\r\n \n\r\n")),
    Behaviour("trailers", "PASS", chunked(tail=b"0\r\nA: b\r\nC: d\r\n\r\n")),
    Behaviour("trailer-names-a-length", "PASS", chunked(tail=b"0\r\nContent-Length: 9\r\n\r\n")),
    Behaviour("trailer-status-line", f"{_CHUNK} | {_HEADER}", chunked(tail=b"0\r\nHTTP/1.1 200 OK\r\n\r\n")),
    Behaviour("trailers-5000", f"PASS | {_CHUNK}", chunked(tail=b"0\r\n" + b"A: b\r\n" * 5000 + b"\r\n")),
    Behaviour("chunk-size-words", _CHUNK, raw(_CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-empty", _CHUNK, raw(_CHUNKED + b"\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-negative", _CHUNK, raw(_CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-0x", _CHUNK, raw(_CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-underscore", _CHUNK, raw(_CHUNKED + b"0_2\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-huge", f"{_CHUNK} | FAULT receive/truncated", raw(_CHUNKED + b"f" * 16 + b"\r\n{}\r\n")),
    Behaviour("chunk-size-of-30-digits", _CHUNK, raw(_CHUNKED + b"f" * 30 + b"\r\n{}\r\n")),
    Behaviour("chunk-size-too-small", _CHUNK, raw(_CHUNKED + b"1\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-size-too-large", f"{_CHUNK} | FAULT receive/truncated", raw(_CHUNKED + b"3\r\n{}\r\n0\r\n\r\n")),
    Behaviour("chunk-without-line-end", _CHUNK, raw(_CHUNKED + b"2\r\n{}0\r\n\r\n")),
    Behaviour("chunk-extension-without-end", _CHUNK, raw(_CHUNKED + b"2" + b";x" * 60_000)),
    Behaviour("chunk-line-with-bare-cr", f"{_CHUNK} | FAULT receive/truncated", raw(_CHUNKED + b"2\r{}\r0\r\r")),
    Behaviour("no-chunks-though-announced", f"{_CHUNK} | FAULT receive/truncated", lambda plain: say(_CHUNKED + plain.body)),
    # --- what has no body
    Behaviour("204-with-body", _LEFT, raw(b"HTTP/1.1 204 No Content\r\n\r\n{}")),
    Behaviour("204-with-length-and-body", _LEFT, raw(b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}")),
    Behaviour("204-with-chunks", _LEFT, raw(b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
    Behaviour("304-with-body", _LEFT, raw(b"HTTP/1.1 304 Not Modified\r\n\r\n{}")),
    Behaviour("204-that-claims-gzip", "FAIL response/status", raw(b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n")),
    Behaviour("204", "FAIL response/status", raw(b"HTTP/1.1 204 No Content\r\n\r\n")),
    Behaviour("205-with-body", "FAIL response/status", raw(b"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\n{}")),
    # --- informational answers
    Behaviour("100-first", "PASS", wrapped(b"HTTP/1.1 100 Continue\r\n\r\n")),
    Behaviour("103-thrice-first", "PASS", wrapped(b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" * 3)),
    Behaviour("199-first", "PASS", wrapped(b"HTTP/1.1 199 Odd\r\n\r\n")),
    Behaviour("100-with-length", "PASS", wrapped(b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n")),
    Behaviour("100-of-another-version", _VERSION, wrapped(b"HTTP/1.3 100 Continue\r\n\r\n")),
    Behaviour("103-flood", _LARGE, always(drip(b"", b"HTTP/1.1 103 Early\r\n\r\n"))),
    Behaviour("100-flood-then-answer", _LARGE, wrapped(b"HTTP/1.1 100 Continue\r\n\r\n" * 9999)),
    Behaviour("101", "FAULT framing/upgrade", raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")),
    Behaviour("101-then-answer", "FAULT framing/upgrade", wrapped(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")),
    # --- versions and status lines
    Behaviour("http-2.0", _VERSION, _line(b"HTTP/2.0 200 OK\r\n")),
    Behaviour("http-2", f"{_VERSION} | {_NO_HTTP}", _line(b"HTTP/2 200\r\n")),
    Behaviour("http-1.2", _VERSION, _line(b"HTTP/1.2 200 OK\r\n")),
    Behaviour("http-1.9", _VERSION, _line(b"HTTP/1.9 200 OK\r\n")),
    Behaviour("http-0.9-line", _VERSION, _line(b"HTTP/0.9 200 OK\r\n")),
    Behaviour("http-9.9", _VERSION, _line(b"HTTP/9.9 200 OK\r\n")),
    Behaviour("http-1.10", f"{_VERSION} | {_NO_HTTP}", _line(b"HTTP/1.10 200 OK\r\n")),
    Behaviour("http-in-small-letters", _NO_HTTP, _line(b"http/1.1 200 OK\r\n")),
    Behaviour("no-version", _NO_HTTP, _line(b"HTTP 200 OK\r\n")),
    Behaviour("status-099", _STATUS, _line(b"HTTP/1.1 099 Low\r\n")),
    Behaviour("status-000", _STATUS, _line(b"HTTP/1.1 000 None\r\n")),
    Behaviour("status-600", _STATUS, _line(b"HTTP/1.1 600 High\r\n")),
    Behaviour("status-999", _STATUS, _line(b"HTTP/1.1 999 Denied\r\n")),
    Behaviour("status-2000", _STATUS, _line(b"HTTP/1.1 2000 OK\r\n")),
    Behaviour("status-20", _STATUS, _line(b"HTTP/1.1 20 OK\r\n")),
    Behaviour("status-negative", _STATUS, _line(b"HTTP/1.1 -200 OK\r\n")),
    Behaviour("status-words", _NO_HTTP, _line(b"HTTP/1.1 OK 200\r\n")),
    Behaviour("status-empty", _NO_HTTP, _line(b"HTTP/1.1 \r\n")),
    Behaviour("status-arabic-digits", _NO_HTTP, _line("HTTP/1.1 ٢٠٠ OK\r\n".encode())),
    Behaviour("status-200-and-a-half", _NO_HTTP, _line(b"HTTP/1.1 200.5 OK\r\n")),
    Behaviour("two-blanks-in-status-line", _NO_HTTP, _line(b"HTTP/1.1  200 OK\r\n")),
    Behaviour("tab-in-status-line", _NO_HTTP, _line(b"HTTP/1.1\t200 OK\r\n")),
    Behaviour("no-reason", "PASS", _line(b"HTTP/1.1 200\r\n")),
    Behaviour("empty-reason", "PASS", _line(b"HTTP/1.1 200 \r\n")),
    Behaviour("escape-in-reason", f"PASS | {_NO_HTTP}", _line(b"HTTP/1.1 200 \x1b[31mOK\r\n")),
    Behaviour("nul-in-reason", f"{_HEADER} | {_NO_HTTP}", _line(b"HTTP/1.1 200 O\x00K\r\n")),
    Behaviour("latin-1-reason", "PASS", _line(b"HTTP/1.1 200 D\xe9j\xe0\r\n")),
    Behaviour("long-reason", _LARGE, _line(b"HTTP/1.1 200 " + b"O" * 70_000 + b"\r\n")),
    # --- header lines
    Behaviour("bare-line-feeds", "PASS", _bare),
    Behaviour("bare-cr-line-ends", f"{_HEADER} | {_NO_HTTP} | FAULT receive/truncated", lambda plain: say(head(plain).replace(b"\r\n", b"\r") + plain.body)),
    Behaviour("obs-fold", "PASS", wrapped(extra=b"A: b\r\n c\r\n\td\r\n")),
    Behaviour("fold-at-once", _HEADER, raw(_OK + b" A: b\r\nContent-Length: 0\r\n\r\n")),
    Behaviour("nul-in-header", _HEADER, wrapped(extra=b"A: b\x00c\r\n")),
    Behaviour("bare-cr-in-header", _HEADER, wrapped(extra=b"A: b\rc\r\n")),
    Behaviour("nul-in-header-name", _HEADER, wrapped(extra=b"A\x00: b\r\n")),
    Behaviour("blank-before-colon", _HEADER, wrapped(extra=b"A : b\r\n")),
    Behaviour("blank-in-header-name", _HEADER, wrapped(extra=b"A B: b\r\n")),
    Behaviour("no-header-name", _HEADER, wrapped(extra=b": b\r\n")),
    Behaviour("no-colon", _HEADER, wrapped(extra=b"nonsense\r\n")),
    Behaviour("header-name-outside-ascii", _HEADER, wrapped(extra="Ä: b\r\n".encode())),
    Behaviour("delete-in-header", f"PASS | {_HEADER}", wrapped(extra=b"A: \x7f\r\n")),
    Behaviour("escape-in-header", "PASS", wrapped(extra=b"A: \x1b[2J\x1b]0;x\x07\r\n")),
    Behaviour("utf-8-in-header", "PASS", wrapped(extra="A: zoë \u202e 😀\r\n".encode())),
    Behaviour("empty-header", "PASS", wrapped(extra=b"A:\r\n")),
    Behaviour("headers-300", _MANY, wrapped(extra=_HEADERS)),
    Behaviour("headers-20000", _LARGE, wrapped(extra=b"A: b\r\n" * 20_000)),
    Behaviour("headers-200", "PASS", wrapped(extra=b"A: b\r\n" * 200)),
    Behaviour("header-of-60-kb", "PASS", wrapped(extra=b"A: " + b"x" * 60_000 + b"\r\n")),
    Behaviour("header-of-1-mb", _LARGE, wrapped(extra=b"A: " + b"x" * 1_000_000 + b"\r\n")),
    Behaviour("headers-without-end", _LARGE, always(drip(_OK, b"A: b\r\n" * 100))),
    Behaviour("header-without-end", _LARGE, always(drip(_OK + b"A: ", b"b" * 4096))),
    # --- encodings nobody asked for
    Behaviour("gzip", _ENCODED, _encoded(b"gzip")),
    Behaviour("gzip-bomb", _ENCODED, _encoded(b"gzip", _BOMB)),
    Behaviour("gzip-of-a-bomb", _ENCODED, _encoded(b"gzip, gzip", gzip.compress(_BOMB))),
    Behaviour("gzip-truncated", _ENCODED, _encoded(b"gzip", _GZIP[:-9])),
    Behaviour("gzip-with-bad-sum", _ENCODED, _encoded(b"gzip", _GZIP[:-8] + bytes(8))),
    Behaviour("gzip-with-garbage-behind", _ENCODED, _encoded(b"gzip", _GZIP + b"garbage")),
    Behaviour("gzip-of-two-members", _ENCODED, _encoded(b"gzip", _GZIP * 2)),
    Behaviour("gzip-in-name-only", _ENCODED, _encoded(b"gzip", b"{}")),
    Behaviour("x-gzip", _ENCODED, _encoded(b"x-gzip")),
    Behaviour("deflate", _ENCODED, _encoded(b"deflate", zlib.compress(b"{}"))),
    Behaviour("brotli", _ENCODED, _encoded(b"br", b"\x0b\x00\x80{}\x03")),
    Behaviour("zstd", _ENCODED, _encoded(b"zstd", b"\x28\xb5\x2f\xfd\x00\x00\x11\x00\x00{}")),
    Behaviour("unknown-encoding", _ENCODED, _encoded(b"rot13", b"{}")),
    Behaviour("1001-encodings", _ENCODED, _encoded(b", ".join([b"gzip"] * 1001))),
    Behaviour("identity", "PASS", wrapped(extra=b"Content-Encoding: identity\r\n")),
    Behaviour("identity-then-gzip", _ENCODED, _encoded(b"gzip", first=b"Content-Encoding: identity\r\n")),
    Behaviour("nothing-then-gzip", _ENCODED, _encoded(b"gzip", first=b"Content-Encoding:\r\n")),
    Behaviour("identity-and-gzip-in-a-list", _ENCODED, _encoded(b"identity, gzip")),
    Behaviour("gzip-in-capitals", _ENCODED, _encoded(b"GZIP")),
    Behaviour("gzip-unannounced", "FAIL response/200/body", lambda plain: say(head(replace(plain, body=_GZIP)) + _GZIP)),
    # --- too much, and more than one
    Behaviour("endless-body", _LARGE, always(drip(_OK + b"\r\n", b"x" * 65536))),
    Behaviour("endless-chunks", _LARGE, always(drip(_CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"))),
    Behaviour("endless-small-chunks", f"{_LARGE} | FAULT receive/deadline", always(drip(_CHUNKED, b"1\r\nx\r\n" * 999)), 3.0),
    Behaviour("endless-body-with-length", _LARGE, always(drip(_OK + b"Content-Length: 4194305\r\n\r\n", b"x" * 65536))),
    Behaviour("second-answer", _LEFT, lambda plain: say(whole(plain) * 2)),
    Behaviour("second-answer-poisoned", _LEFT, wrapped(after=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")),
    Behaviour("garbage-behind", _LEFT, wrapped(after=b"garbage")),
    Behaviour("line-end-behind", _LEFT, wrapped(after=b"\r\n")),
    Behaviour("garbage-behind-chunks", _LEFT, chunked(tail=b"0\r\n\r\ngarbage")),
)  # fmt: skip
