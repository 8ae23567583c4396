"""A delivery that got no answer is repeated under one key; a replay has a key of its own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest

from conformance.address import parse_target_url
from conformance.exchange import Request
from conformance.once import Once
from conformance.target import Target
from tests.rawserver import Conversation, reset, say, serving
from tests.test_pacing import Time

POST = Request("POST", "/v1/account_links", (("Content-Type", "text/plain"),), b"a=b")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 429 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\nContent-Le"
KEY = re.compile(rb"\r\nidempotency-key: (\S+)\r\n", re.IGNORECASE)


def delivered(
    *conversations: Conversation, request: Request = POST, sends: int = 1, header: bool = True
) -> tuple[list[int], list[str]]:
    """Return how often each send was delivered, and the key of each delivery."""
    time = Time()
    with serving(*conversations) as server:
        target = Target(
            parse_target_url(server.url),
            idempotency_header="Idempotency-Key" if header else "",
            clock=time.clock,
            sleep=time.sleep,
        )
        attempts = [target.send(request).attempts for _ in range(sends)]
        return attempts, [*keys(server.requests)]


def keys(requests: list[bytes]) -> Iterator[str]:
    for each in requests:
        found = KEY.search(each)
        yield found[1].decode() if found else ""


@pytest.mark.parametrize("lost", [say(b""), reset()], ids=["closed", "reset"])
def test_a_lost_answer_is_asked_for_again_under_the_same_key(lost: Conversation) -> None:
    attempts, sent = delivered(lost, say(GOOD))
    assert attempts == [2]
    assert sent[0] == sent[1]
    assert uuid.UUID(sent[0]).version == 4


def test_it_is_asked_for_three_times_at_most() -> None:
    attempts, sent = delivered(say(b""))
    assert attempts == [3]
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_a_busy_target_is_asked_again_under_the_same_key() -> None:
    attempts, sent = delivered(say(BUSY), say(GOOD))
    assert attempts == [2]
    assert len(set(sent)) == 1


def test_a_replay_has_a_fresh_key() -> None:
    _, sent = delivered(say(GOOD), sends=3)
    assert len(set(sent)) == 3


def test_an_answer_that_had_begun_is_not_asked_for_again() -> None:
    attempts, _ = delivered(say(CUT), say(GOOD))
    assert attempts == [1]


def test_without_a_key_nothing_is_delivered_twice() -> None:
    assert delivered(say(b""), say(GOOD), header=False) == ([1], [""])
    get = Request("GET", "/v1/account_links")
    assert delivered(say(b""), say(GOOD), request=get) == ([1], [""])


def test_a_key_of_the_request_itself_is_kept() -> None:
    own = Request("POST", "/", (("idempotency-key", "mine"),), b"")
    once = Once("Idempotency-Key")
    assert once.keyed(own) is own
    assert once.holds(own)
    assert not Once().holds(own)
    assert Once().keyed(POST) is POST
