"""Mutated answers through transport and judge: nothing escapes, and no wreck passes.

python -m tests.hostile.mutations --count 100000 --seed 0
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from unittest import mock

from conformance import guard
from conformance.address import parse_target_url
from conformance.exchange import Exchange
from conformance.plan import Plan
from conformance.target import Target
from tests.hostile.serving import class_of
from tests.scripted import link, plan_of_the_suite

_BODY = link(1, expires_at=4102444800).body  # in the year 2100
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BASES = (
    _OK + b"Content-Length: %d\r\n\r\n" % len(_BODY) + _BODY,
    _OK + b"\r\n" + _BODY,
    _OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(_BODY), _BODY),
    _OK
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"".join(b"%x;a=b\r\n%s\r\n" % (len(each), each) for each in (_BODY[:9], _BODY[9:]))
    + b"0\r\nT: x\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + b"Content-Length: %d\r\n\r\n" % len(_BODY) + _BODY,
    b'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{"error": {"type": "a"}}',
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
)
_TOKENS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\x00",
        b" ",
        b"\t",
        b":",
        b";",
        b",",
        b'"',
        b"\\",
        b"0",
    ),
    *(b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 E\r\n\r\n", b"HTTP/2 ", b"\x16\x03\x01"),
    *(b"Content-Length: 5\r\n", b"Content-Length: 99999999999\r\n", b"Content-Length: -1\r\n"),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"0\r\n\r\n",
        b"ffffffff\r\n",
    ),
    *(b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud800", b"NaN", b"1e999", b"[" * 99, b"{}"),
    *(b"\x1f\x8b\x08\x00", b"\x80", b"A: " + b"x" * 999 + b"\r\n", b"1" * 500, b"__proto__"),
)
_LOOKS_LIKE_HTTP = re.compile(
    rb"(?:HTTP/1\.[01] 1[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)*HTTP/1\.[01] ([2-5][0-9][0-9])[ \r\n]"
)


def mutated(draw: random.Random) -> bytes:
    """Return an answer with one to four faults."""
    data = bytearray(draw.choice(BASES))
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.choice((1, 1, 2, 8, 40)))
        match draw.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << draw.randrange(8)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data[at:at] = draw.choice(_TOKENS)
            case 4:
                data[at:end] = draw.randbytes(draw.randint(1, 8))
            case 5:
                del data[at:]
            case _:
                other = draw.choice(BASES)
                data[at:] = other[draw.randrange(len(other)) :]
    return bytes(data)


@contextlib.contextmanager
def answering(data: bytes) -> Iterator[None]:
    """Let every connection lead to a peer that has said `data`, and nothing more."""
    here, there = socket.socketpair()
    there.sendall(data)
    there.shutdown(socket.SHUT_WR)
    with there, mock.patch.object(guard, "connect", return_value=here):
        yield


def wrong(data: bytes, exchange: Exchange, found: str) -> str:
    """Say what the suite made wrongly of `data`, by rules of its own, or nothing."""
    response = exchange.response
    if response is None:
        return "" if found.startswith("FAULT") else f"{found} without an answer"
    start = _LOOKS_LIKE_HTTP.match(data)
    if start is None or int(start[1]) != response.status:
        return f"{found}, but this is no HTTP with the status {response.status}"
    if found == "PASS" and response.status == 200:
        value = json.loads(response.body.decode("utf-8", "strict"))
        if not isinstance(value, dict) or value.get("object") != "account_link":
            return "passes, but holds no account link"
    if response.body and response.body[:4] not in data:
        return "a body that is not in the answer"
    return ""


def run(count: int, seed: int, plan: Plan) -> tuple[Counter[str], list[tuple[int, str, bytes]]]:
    """Hold `count` answers to the rules; return the classes, and what went wrong."""
    classes: Counter[str] = Counter()
    bad = []
    url = parse_target_url("http://127.0.0.1:9")
    for number in range(seed, seed + count):
        data = mutated(random.Random(number))  # noqa: S311  (no secret)
        with answering(data), Target(url, sleep=lambda _: None) as target:
            try:
                exchange = target.send(plan.preflight)
                found = class_of(plan, exchange)
                problem = wrong(data, exchange, found)
            except Exception as escaped:  # noqa: BLE001  (whatever it is, it should not be here)
                found, problem = "ESCAPED", repr(escaped)
        classes[found.partition("/")[0].partition(" ")[0]] += 1
        if problem:
            bad.append((number, problem, data))
    return classes, bad


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.mutations")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    begun = time.monotonic()
    classes, bad = run(chosen.count, chosen.seed, plan_of_the_suite())
    for number, problem, data in bad[:20]:
        sys.stdout.write(f"{number}: {problem}\n    {data[:300]!r}\n")
    words = ", ".join(f"{name} {number:,}" for name, number in classes.most_common())
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{chosen.count:,} answers in {seconds:.0f} s: {words}; {len(bad)} wrong\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
