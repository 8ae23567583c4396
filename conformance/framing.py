r"""How an HTTP/1.1 answer is framed, and in which way it is not: pure functions over bytes.

The codes, by the phase of an exchange in which they arise (`Fault.phase`)::

    resolve  unknown-host, timeout
    connect  refused, timeout, reset, unreachable
    tls      untrusted, expired, wrong-host, tls, timeout, reset, closed
    send     deadline, reset
    receive  deadline, reset, closed (no byte came), truncated
    framing  not-http, bad-version, bad-status, upgrade, bad-header, bad-length, bad-coding,
             two-lengths, bad-chunk, bad-encoding, too-large, too-many-headers, leftover
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from conformance.exchange import Fault, Phase

RawHeaders = Sequence[tuple[bytes, bytes]]


class Limits(Struct, frozen=True):
    """What one answer may cost, in bytes; `header_bytes` counts 1xx answers too."""

    wire_bytes: int = 4 * 1024 * 1024
    body_bytes: int = 8 * 1024 * 1024
    header_bytes: int = 64 * 1024
    header_count: int = 256


class FaultError(Exception):
    """Carries a fault from where it shows to the exchange; it never leaves the target's modules."""

    def __init__(self, code: str, phase: Phase, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(code, phase, sentence)


_HEAD_END: Final = re.compile(rb"\n\r?\n")
_STATUS_LINE: Final = re.compile(rb"HTTP/(\d\.\d) (\d{3})(?: [^\r\n]*)?\r?\n")
_VERSION_AND_STATUS: Final = re.compile(rb"HTTP/([0-9.]+)[ \t]+(-?[0-9]+)")
_TLS_ALERT: Final = b"\x15\x03"  # RFC 8446, section 5.1: content type alert, version 3.x
_VERSIONS: Final = (b"1.0", b"1.1")
_SWITCHING, _NO_CONTENT, _NOT_MODIFIED = 101, 204, 304
_SHOWN: Final = 40


def check_head(
    *,
    version: bytes,
    status: int,
    headers: RawHeaders,
    method: str,
    limits: Limits,
) -> None:
    """Raise FaultError where a parsed head owes more than a parser asks for."""
    if version.removeprefix(b"HTTP/") not in _VERSIONS:
        raise _framing("bad-version", f"the target answers as {_excerpt(version)}")
    if not 100 <= status <= 599:  # noqa: PLR2004  (RFC 9110, section 15)
        raise _framing("bad-status", f"the status is {status}, outside 100 to 599")
    if len(headers) > limits.header_count:
        raise _framing("too-many-headers", f"the answer has {len(headers)} headers")
    names = {name.lower() for name, _ in headers}
    if version == b"HTTP/1.0" and b"transfer-encoding" in names:
        # RFC 9112, section 6.1: such a message must be treated as if its framing were faulty.
        raise _framing("bad-coding", "the answer is HTTP/1.0, which has no transfer-encoding")
    if {b"content-length", b"transfer-encoding"} <= names:
        # RFC 9112, section 6.3: may be an attempt at request smuggling, ought to be handled so.
        raise _framing(
            "two-lengths", "the answer has both a content-length and a transfer-encoding"
        )
    if not _has_content(method, status):
        return
    # Every one of them: "identity" may be followed by another line that says gzip.
    encodings = [value.strip() for key, value in headers if key.lower() == b"content-encoding"]
    encoding = b", ".join(each for each in encodings if each).lower()
    if encoding not in (b"", b"identity"):
        raise _framing(
            "bad-encoding",
            f"the body is encoded as {_excerpt(encoding)}, though only identity was asked for",
        )
    length = _value(headers, b"content-length")
    if length and int(length) > min(limits.body_bytes, limits.wire_bytes):
        raise _framing("too-large", f"the answer announces {int(length)} bytes")


def check_interim(wire: bytes) -> None:
    """Raise FaultError where a head before the last one is of another version."""
    start, last = 0, _last_head(wire)
    while start < last and (found := _STATUS_LINE.match(wire, start)):
        if found[1] not in _VERSIONS:
            raise _framing("bad-version", f"the target answers as HTTP/{_excerpt(found[1])}")
        end = _HEAD_END.search(wire, start)
        start = end.end() if end else last


def leftover(wire: bytes, *, method: str, status: int, headers: RawHeaders) -> int:
    """Count the bytes of `wire` behind a complete answer that a parser took without complaint."""
    start = _end_of_heads(wire)
    if not _has_content(method, status):
        end = start
    elif _value(headers, b"transfer-encoding"):
        end = _end_of_chunks(wire, start)
    elif length := _value(headers, b"content-length"):
        end = start + int(length)
    else:
        end = len(wire)  # delimited by the end of the connection
    return max(0, len(wire) - end)


def leftover_fault(count: int, *, method: str, status: int) -> FaultError:
    """Return the fault of `count` bytes behind a complete answer."""
    if _has_content(method, status):
        sentence = f"{count} bytes follow the complete answer"
    else:
        to = "an answer to HEAD" if method == "HEAD" else f"a {status}"
        sentence = f"{count} bytes follow the head, but {to} has no body (RFC 9110, section 6.4.1)"
    return _framing("leftover", sentence)


def diagnose(wire: bytes, *, ended: bool) -> FaultError:
    """Say what is wrong with `wire`, which a parser refused; `ended`: the target closed it."""
    if not wire and ended:
        return FaultError("closed", "receive", "the target closed the connection without an answer")
    start = _last_head(wire)
    head_end = _HEAD_END.search(wire, start)
    head = bytes(wire[start : head_end.end() if head_end else len(wire)])
    return (
        _start_line(head)
        or (_truncated(wire) if ended and head_end is None else None)
        or _header_lines(head, complete=head_end is not None)
        or (_truncated(wire) if ended else None)
        or _framing("bad-chunk", "the chunks of the body are malformed, or their head never ends")
    )


def _start_line(head: bytes) -> FaultError | None:
    found = _VERSION_AND_STATUS.match(head) if b"\n" in head else None
    if found and found[1] not in _VERSIONS:
        return _framing("bad-version", f"the target answers as HTTP/{_excerpt(found[1])}")
    status = int(found[2][:9]) if found else 0
    if found and (not 100 <= status <= 599 or len(found[2]) != len("200")):  # noqa: PLR2004
        return _framing("bad-status", f"the status is {_excerpt(found[2])}, outside 100 to 599")
    if status == _SWITCHING:
        return _framing("upgrade", "the target switches protocols (101), but nobody asked for it")
    if (b"\n" in head and not _STATUS_LINE.match(head)) or not b"HTTP/1.".startswith(head[:7]):
        alert = head.startswith(_TLS_ALERT)
        what = "with a TLS alert" if alert else f"with {_excerpt(head)}"
        return _framing("not-http", f"the answer does not begin with a status line, but {what}")
    return None


def _header_lines(head: bytes, *, complete: bool) -> FaultError | None:
    lengths, codings = [], []
    for line in head.splitlines()[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            lengths += [part.strip() for part in value.split(b",")]
        if name.lower() == b"transfer-encoding":
            codings.append(value.strip().lower())
    if len(set(lengths)) > 1:
        return _framing("bad-length", "the answer has two different content-lengths")
    if any(not re.fullmatch(rb"[0-9]{1,20}", length) for length in lengths):
        return _framing("bad-length", f"the content-length is {_excerpt(lengths[0])}")
    if codings not in ([], [b"chunked"]):
        return _framing("bad-coding", f"the transfer-encoding is {_excerpt(b', '.join(codings))}")
    if not complete or re.search(rb"[^\t\n\r\x1b\x20-\x7e\x80-\xff]|\r(?!\n)", head):
        return _framing("bad-header", "a header holds a character that no header can hold")
    lines = head.splitlines()[1:]
    if lines[:1] and lines[0][:1] in (b" ", b"\t"):
        return _framing("bad-header", "the first header begins as the continuation of another")
    if any(not _is_header(line) for line in lines):
        return _framing("bad-header", "a line of the head is no header")
    return None


def _is_header(line: bytes) -> bool:
    return not line or re.match(rb"[ \t]|[!#$%&'*+.^_`|~0-9A-Za-z-]+:", line) is not None


def _truncated(wire: bytes) -> FaultError:
    return FaultError(
        "truncated",
        "receive",
        f"the target closed the connection in the middle of its answer, after {len(wire)} bytes",
    )


def _last_head(wire: bytes) -> int:
    """Return where the last head of `wire` begins, informational answers passed over."""
    start = 0
    while (found := _STATUS_LINE.match(wire, start)) and found[2].startswith(b"1"):
        end = _HEAD_END.search(wire, start)
        if found[2] == b"101" or end is None or end.end() == len(wire):
            break
        start = end.end()
    return start


def _end_of_heads(wire: bytes) -> int:
    end = _HEAD_END.search(wire, _last_head(wire))
    return end.end() if end else len(wire)


def _end_of_chunks(wire: bytes, position: int) -> int:
    size = -1
    while size:
        line_end = wire.find(b"\n", position)
        size = int(wire[position:line_end].split(b";")[0], 16)
        position = line_end + 1 + (size + len(b"\r\n") if size else 0)
    if wire[position : position + 2] == b"\r\n":
        return position + 2
    # Either trailers, or the empty line with a bare line feed: search from the feed before it.
    end = _HEAD_END.search(wire, position - 1)
    return end.end() if end else len(wire)


def _has_content(method: str, status: int) -> bool:
    """RFC 9112, section 6.3, rule 1."""
    return method != "HEAD" and status not in (_NO_CONTENT, _NOT_MODIFIED)


def _value(headers: RawHeaders, name: bytes) -> bytes:
    return next((value for key, value in headers if key.lower() == name), b"")


def _framing(code: str, sentence: str) -> FaultError:
    return FaultError(code, "framing", sentence)


def _excerpt(raw: bytes) -> str:
    text = raw[:_SHOWN].decode("latin-1")
    return ascii(text) + ("…" if len(raw) > _SHOWN else "")
