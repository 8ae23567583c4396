"""Connections that fail, break off, stall or speak something else."""

# ruff: noqa: E501  (a row is a line)

from __future__ import annotations

import os
import socket
import time

from conformance.reference.http import Response
from tests.hostile.behaviour import Behaviour, Says, always, closing, head, raw, whole
from tests.rawserver import Conversation, drip, reset, say, silence

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"
_SOON = 0.4
_CUT = "FAULT receive/truncated"
_BROKEN = "FAULT receive/reset"


def _half(plain: Response) -> bytes:
    answer = whole(plain)
    return answer[: len(answer) - 7]


def _then(first: bytes, conversation: Conversation) -> Conversation:
    def both(connection: socket.socket) -> None:
        connection.sendall(first)
        conversation(connection)

    return both


def _slowly(pieces: int, pause_s: float) -> Says:
    """Answer faithfully, in pieces."""

    def says(plain: Response) -> Conversation:
        answer = whole(plain)
        size = len(answer) // pieces + 1

        def conversation(connection: socket.socket) -> None:
            for start in range(0, len(answer), size):
                connection.sendall(answer[start : start + size])
                time.sleep(pause_s)

        return conversation

    return says


def _patience(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


ROWS = (
    Behaviour(
        "reset-at-accept", f"FAULT connect/reset | FAULT send/reset | {_BROKEN}", always(reset()), read_first=False
    ),
    Behaviour("close-at-accept", f"FAULT receive/closed | {_BROKEN}", raw(b""), read_first=False),
    Behaviour("close-after-request", "FAULT receive/closed", raw(b"")),
    Behaviour("shutdown-after-request", "FAULT receive/closed", always(closing)),
    Behaviour("silence", "FAULT receive/deadline", always(silence), _SOON),
    Behaviour("silence-at-accept", "FAULT receive/deadline", always(_patience), _SOON, read_first=False),
    Behaviour("reset-after-request", _BROKEN, always(reset())),
    Behaviour("reset-in-status-line", _BROKEN, always(reset(b"HTTP/1.1 2"))),
    Behaviour("reset-in-head", _BROKEN, always(reset(b"HTTP/1.1 200 OK\r\nA: b"))),
    Behaviour("reset-after-head", _BROKEN, always(reset(_LONG))),
    Behaviour("reset-in-body", _BROKEN, lambda plain: reset(_half(plain))),
    Behaviour("reset-in-chunk", _BROKEN, always(reset(_CHUNKED + b"5\r\nab"))),
    Behaviour("reset-after-100", _BROKEN, always(reset(b"HTTP/1.1 100 Continue\r\n\r\n"))),
    Behaviour("close-in-status-line", _CUT, raw(b"HTTP/1.1 2")),
    Behaviour("close-in-head", _CUT, raw(b"HTTP/1.1 200 OK\r\nA: b\r\n")),
    Behaviour("close-after-head", _CUT, raw(_LONG)),
    Behaviour("close-in-body", _CUT, lambda plain: say(_half(plain))),
    Behaviour("close-in-chunk-size", _CUT, raw(_CHUNKED + b"5")),
    Behaviour("close-in-chunk", _CUT, raw(_CHUNKED + b"5\r\nab")),
    Behaviour("close-before-last-chunk", _CUT, raw(_CHUNKED + b"2\r\n{}\r\n")),
    Behaviour("close-in-trailers", _CUT, raw(_CHUNKED + b"2\r\n{}\r\n0\r\nA: b\r\n")),
    Behaviour("close-after-100", _CUT, raw(b"HTTP/1.1 100 Continue\r\n\r\n")),
    Behaviour("head-drips", "FAULT receive/deadline", always(drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 0.02)), _SOON),
    Behaviour("status-line-drips", "FAULT receive/deadline", always(drip(b"HTTP/1.1 200 ", b"O", 0.02)), _SOON),
    Behaviour("body-drips", "FAULT receive/deadline", always(drip(_LONG, b"x", 0.02)), _SOON),
    Behaviour("chunks-drip", "FAULT receive/deadline", always(drip(_CHUNKED, b"1\r\nx\r\n", 0.02)), _SOON),
    Behaviour("chunk-size-drips", "FAULT receive/deadline", always(drip(_CHUNKED + b"5;", b"x", 0.02)), _SOON),
    Behaviour("trailers-drip", "FAULT receive/deadline", always(drip(_CHUNKED + b"0\r\n", b"A: b\r\n", 0.02)), _SOON),
    Behaviour("body-without-end-drips", "FAULT receive/deadline", always(drip(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.02)), _SOON),
    Behaviour("100-drips", "FAULT receive/deadline", always(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)), _SOON),
    Behaviour("103-drips", "FAULT receive/deadline", always(drip(b"", b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n", 0.02)), _SOON),
    Behaviour("body-stalls", "FAULT receive/deadline", lambda plain: _then(_half(plain), silence), _SOON),
    Behaviour("head-stalls", "FAULT receive/deadline", always(_then(b"HTTP/1.1 200 OK\r\n", silence)), _SOON),
    Behaviour("last-chunk-stalls", "FAULT receive/deadline", always(_then(_CHUNKED + b"2\r\n{}\r\n", silence)), _SOON),
    Behaviour("in-three-pieces", "PASS", _slowly(3, 0.01)),
    Behaviour("byte-by-byte", "PASS", _slowly(10_000, 0.0)),
    Behaviour("answer-before-request", "PASS", lambda plain: say(whole(plain)), read_first=False),
    Behaviour("stays-open-after-answer", "PASS", lambda plain: _then(whole(plain), silence)),
    Behaviour("reset-after-answer", f"PASS | {_BROKEN}", lambda plain: reset(whole(plain))),
    # --- other protocols
    Behaviour("ssh", "FAULT framing/not-http", raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    Behaviour("ssh-stays-open", "FAULT receive/deadline | FAULT framing/not-http", always(_then(b"SSH-2.0-OpenSSH_9.6\r\n", silence)), _SOON),
    Behaviour("smtp", "FAULT framing/not-http", raw(b"220 mail.example ESMTP\r\n")),
    Behaviour("ftp", "FAULT framing/not-http", raw(b"220 FTP ready\r\n530 Log in\r\n")),
    Behaviour("redis", "FAULT framing/not-http", raw(b"-ERR unknown command 'POST'\r\n")),
    Behaviour("postgres", "FAULT framing/not-http", raw(b"E\x00\x00\x00\x21SFATAL\x00C08P01\x00\x00")),
    Behaviour("http-0.9", "FAULT framing/not-http", raw(b"<html>hello</html>")),
    Behaviour("icy", "FAULT framing/not-http", raw(b"ICY 200 OK\r\nContent-Length: 0\r\n\r\n")),
    Behaviour("rtsp", "FAULT framing/not-http", raw(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")),
    Behaviour("http-2-settings", "FAULT framing/not-http", raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18))),
    Behaviour("http-2-preface", "FAULT framing/not-http | FAULT framing/bad-version", raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    Behaviour("a-request", "FAULT framing/not-http", raw(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")),
    Behaviour("all-bytes", "FAULT framing/not-http", raw(bytes(range(256)))),
    Behaviour("random-bytes", "FAULT framing/not-http", raw(b"\x9f" + os.urandom(4096))),
    Behaviour("zeros", "FAULT framing/not-http", raw(bytes(4096))),
    Behaviour("endless-zeros", "FAULT framing/too-large | FAULT framing/not-http", always(drip(b"", bytes(65536)))),
    Behaviour("endless-line", "FAULT framing/too-large", always(drip(b"HTTP/1.1 200 ", b"O" * 65536))),
    Behaviour("blank-lines-first", "FAULT framing/not-http", raw(b"\r\n" * 3 + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
    Behaviour("endless-blank-lines", "FAULT framing/not-http | FAULT framing/too-large", always(drip(b"", b"\r\n" * 999))),
    # --- TLS
    Behaviour("tls-good", "PASS", lambda plain: say(whole(plain)), tls="localhost"),
    Behaviour("tls-expired", "FAULT tls/expired", lambda plain: say(whole(plain)), tls="expired"),
    Behaviour("tls-wrong-host", "FAULT tls/wrong-host", lambda plain: say(whole(plain)), tls="elsewhere"),
    Behaviour("tls-of-nobody", "FAULT tls/untrusted", lambda plain: say(whole(plain)), tls="untrusted"),
    Behaviour("tls-plain-answer", "FAULT tls/tls", raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_first=False, scheme="https"),
    Behaviour("tls-random-bytes", "FAULT tls/tls", raw(b"\x9f" + bytes(999)), read_first=False, scheme="https"),
    Behaviour("tls-close", "FAULT tls/closed | FAULT tls/reset", raw(b""), read_first=False, scheme="https"),
    Behaviour("tls-reset", "FAULT tls/reset | FAULT connect/reset", always(reset()), read_first=False, scheme="https"),
    Behaviour("tls-alert", "FAULT tls/tls", raw(b"\x15\x03\x03\x00\x02\x02\x28"), read_first=False, scheme="https"),
    Behaviour("tls-stall", "FAULT tls/timeout", always(drip(b"", b"", 0.02)), _SOON, read_first=False, scheme="https"),
    Behaviour("tls-drips", "FAULT tls/timeout | FAULT tls/tls", always(drip(b"\x16\x03\x03\x40\x00", b"\x02", 0.02)), _SOON, read_first=False, scheme="https"),
    Behaviour("plain-to-tls", "FAULT receive/closed | FAULT receive/reset | FAULT framing/not-http", lambda plain: say(whole(plain)), tls="localhost", scheme="http"),
    Behaviour("tls-ragged-until-close", _CUT, lambda plain: say(head(plain, length=False) + plain.body), tls="localhost-ragged"),
    Behaviour("tls-ragged-with-length", "PASS", lambda plain: say(whole(plain)), tls="localhost-ragged"),
    Behaviour("tls-second-answer", "FAULT framing/leftover", lambda plain: say(whole(plain) * 2), tls="localhost"),
    Behaviour("tls-endless-body", "FAULT framing/too-large", always(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)), tls="localhost"),
    Behaviour("tls-silence", "FAULT receive/deadline", always(silence), 1.0, tls="localhost"),
)  # fmt: skip
