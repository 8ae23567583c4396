"""A parser's complaint becomes a stable code and a plain sentence; leftovers are counted."""

from __future__ import annotations

import pytest

from conformance.framing import FaultError, Limits, check_head, diagnose, leftover, leftover_fault

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH_2 = [(b"Content-Length", b"2")]
CHUNKED = [(b"Transfer-Encoding", b"chunked")]


@pytest.mark.parametrize(
    ("wire", "ended", "phase", "code"),
    [
        (b"", True, "receive", "closed"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", False, "framing", "not-http"),
        (b"220 mail ESMTP\r\n", True, "framing", "not-http"),
        (b"<html>hello", True, "framing", "not-http"),
        (b"\x15\x03\x01\x00\x02\x02\x46", True, "framing", "not-http"),
        (b"\xff\x00\xfe", False, "framing", "not-http"),
        (b"\r\n\r\n", False, "framing", "not-http"),
        (b"HTTP/1.1 OK\r\n\r\n", False, "framing", "not-http"),
        (b"HTTP/2.0 200 OK\r\n\r\n", False, "framing", "bad-version"),
        (b"HTTP/1.10 200 OK\r\n\r\n", False, "framing", "bad-version"),
        (b"HTTP/1.1 099 Low\r\n\r\n", False, "framing", "bad-status"),
        (b"HTTP/1.1 2000 High\r\n\r\n", False, "framing", "bad-status"),
        (b"HTTP/1.1 20 Low\r\n\r\n", False, "framing", "bad-status"),
        (b"HTTP/1.1 -1 Low\r\n\r\n", False, "framing", "bad-status"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", False, "framing", "upgrade"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/3.0 200 OK\r\n\r\n", True, "framing", "bad-version"),
        (b"HTTP/1.1 103 Hints\r\n\r\n", True, "receive", "truncated"),
        (b"HTTP/1.1 103 Hints\r\nLi", True, "receive", "truncated"),
        (b"HTTP/1.", True, "receive", "truncated"),
        (OK + b"A: b\r\nC", True, "receive", "truncated"),
        (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", False, "framing", "bad-length"),
        (OK + b"Content-Length: -5\r\n\r\n", False, "framing", "bad-length"),
        (OK + b"content-length: five\r\n\r\n", False, "framing", "bad-length"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\n", False, "framing", "bad-coding"),
        (OK + b"A: b\x00c\r\n\r\n", False, "framing", "bad-header"),
        (OK + b"A: b\rc\r\n\r\n", False, "framing", "bad-header"),
        (OK + b"A b: c\r\n\r\n", False, "framing", "bad-header"),
        (OK + b"no colon\r\n\r\n", False, "framing", "bad-header"),
        (OK + b"A: b", False, "framing", "bad-header"),
        (OK + b"Content-Length: 9\r\n\r\nshort", True, "receive", "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", False, "framing", "bad-chunk"),
        (
            OK + b"A: b\r\n folded\r\nTransfer-Encoding: chunked\r\n\r\n1",
            False,
            "framing",
            "bad-chunk",
        ),
    ],
)
def test_a_broken_answer_has_a_code(wire: bytes, ended: bool, phase: str, code: str) -> None:  # noqa: FBT001  (a table)
    fault = diagnose(wire, ended=ended).fault
    assert (fault.phase, fault.code) == (phase, code)
    assert fault.sentence
    assert len(fault.sentence) < 200
    assert fault.sentence.isprintable()


def head(**change: object) -> None:
    parts = {"version": b"HTTP/1.1", "status": 200, "headers": LENGTH_2, "method": "POST"}
    check_head(**{"limits": Limits(), **parts, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": b"HTTP/2.0"}, "bad-version"),
        ({"version": b"HTTP/0.9"}, "bad-version"),
        ({"status": 600}, "bad-status"),
        ({"status": 999}, "bad-status"),
        ({"status": 99}, "bad-status"),
        ({"headers": [(b"A", b"b")] * 257}, "too-many-headers"),
        ({"headers": LENGTH_2 + CHUNKED}, "two-lengths"),
        ({"headers": [(b"content-encoding", b"gzip")]}, "bad-encoding"),
        ({"headers": [(b"Content-Encoding", b"identity, br")]}, "bad-encoding"),
        ({"headers": [(b"Content-Encoding", b"x-\xff")]}, "bad-encoding"),
        ({"headers": [(b"Content-Length", b"10737418240")]}, "too-large"),
        ({"limits": Limits(body_bytes=1)}, "too-large"),
        ({"limits": Limits(wire_bytes=1)}, "too-large"),
    ],
)
def test_a_head_owes_more_than_a_parser_asks(change: dict[str, object], code: str) -> None:
    with pytest.raises(FaultError) as caught:
        head(**change)
    assert caught.value.fault.code == code
    assert caught.value.fault.phase == "framing"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"version": b"HTTP/1.0"},
        {"status": 599},
        {"headers": [(b"A", b"b")] * 256},
        {"headers": [(b"Content-Encoding", b" Identity ")]},
        {"headers": []},
        {"limits": Limits(body_bytes=2)},
        {"method": "HEAD", "headers": [(b"Content-Length", b"10737418240")]},
        {"status": 304, "headers": [(b"Content-Encoding", b"gzip")]},
    ],
)
def test_a_sound_head_passes(change: dict[str, object]) -> None:
    head(**change)


@pytest.mark.parametrize(
    ("wire", "method", "status", "headers", "count"),
    [
        (OK + b"\r\n{}", "GET", 200, LENGTH_2, 0),
        (OK + b"\n{}xyz", "GET", 200, LENGTH_2, 3),
        (OK + b"\r\n{}", "HEAD", 200, LENGTH_2, 2),
        (OK + b"\r\n{}", "GET", 204, [], 2),
        (OK + b"\r\n", "GET", 304, LENGTH_2, 0),
        (OK + b"\r\nuntil the end", "GET", 200, [], 0),
        (b"HTTP/1.1 100 C\r\n\r\n" + OK + b"\r\n{}x", "GET", 200, LENGTH_2, 1),
        (OK + b"\r\n2\r\n{}\r\n0\r\n\r\n", "GET", 200, CHUNKED, 0),
        (OK + b"\r\n2\r\n{}\r\n0\r\n\r\nHTTP", "GET", 200, CHUNKED, 4),
        (OK + b"\r\n2;ext=1\r\n{}\r\n0\r\nA: b\r\n\r\nxy", "GET", 200, CHUNKED, 2),
        (OK + b"\r\n1\n{\r\n1\n}\r\n0\n\nxy", "GET", 200, CHUNKED, 2),
        (OK, "GET", 200, LENGTH_2, 0),
        (OK + b"\r\n0\r\nA: b", "GET", 200, CHUNKED, 0),
    ],
)
def test_bytes_behind_an_answer_are_counted(
    wire: bytes, method: str, status: int, headers: list[tuple[bytes, bytes]], count: int
) -> None:
    assert leftover(wire, method=method, status=status, headers=headers) == count


@pytest.mark.parametrize(
    ("method", "status", "said"),
    [("GET", 200, "3 bytes follow"), ("HEAD", 200, "answer to HEAD"), ("GET", 204, "a 204 has no")],
)
def test_a_leftover_says_why_it_is_wrong(method: str, status: int, said: str) -> None:
    fault = leftover_fault(3, method=method, status=status).fault
    assert (fault.phase, fault.code) == ("framing", "leftover")
    assert said in fault.sentence
