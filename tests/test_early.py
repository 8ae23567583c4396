"""One request at a time is under way, and the next leaves once an answer has come."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from conformance.address import parse_target_url
from conformance.early import InTurn
from conformance.exchange import Exchange, Request
from conformance.pacing import HaltError
from conformance.reference.http import Request as Received
from conformance.reference.http import Response as Answered
from conformance.target import Target
from tests.cli import miniature
from tests.miniatures.server import State, Steps
from tests.over_http import held
from tests.rawserver import say, serving
from tests.scripted import plan_of_the_suite
from tests.test_pacing import Time

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Starter:
    """Notes what leaves (`>`) and what has come (`<`)."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @property
    def told(self) -> str:
        """What happened since it was last asked for."""
        told = " ".join(self.notes)
        self.notes.clear()
        return told

    def send(self, request: Request) -> Exchange:
        """Let `request` leave and come."""
        return self.begin(request)()

    def begin(self, request: Request) -> Callable[[], Exchange]:
        """Let `request` leave; the path says where it breaks."""
        self.notes.append(f">{request.path}")
        if request.path == "/full":
            raise HaltError("spent", "raise it")
        return partial(self._come, request)

    def _come(self, request: Request) -> Exchange:
        self.notes.append(f"<{request.path}")
        if request.path == "/broken":
            raise LookupError(request.path)
        return Exchange(request, None, None, 0.0, 0.0)


def ask(path: str) -> Request:
    return Request("POST", path)


def test_what_was_offered_leaves_once_the_answer_before_it_has_come() -> None:
    starter = Starter()
    sender = InTurn(starter)
    sender.offer(map(ask, ("/1", "/2", "/3")))
    assert starter.told == ""
    assert sender.send(ask("/1")).request.path == "/1"
    assert starter.told == ">/1 </1 >/2"
    assert sender.send(ask("/2")).request.path == "/2"
    assert starter.told == "</2 >/3"
    assert sender.send(ask("/3")).request.path == "/3"
    assert starter.told == "</3"


def test_each_leaves_once_however_often_it_is_offered() -> None:
    starter = Starter()
    sender = InTurn(starter)
    sender.offer(map(ask, ("/1", "/2", "/1", "/2", "/3")))
    sender.send(ask("/1"))
    sender.offer(map(ask, ("/2", "/3")))
    sender.send(ask("/2"))
    sender.send(ask("/3"))
    assert starter.told == ">/1 </1 >/2 </2 >/3 </3"


def test_what_is_asked_for_out_of_turn_waits_for_what_is_under_way() -> None:
    starter = Starter()
    sender = InTurn(starter)
    sender.offer(map(ask, ("/1", "/2", "/3")))
    sender.send(ask("/1"))
    sender.send(ask("/1"))  # a replay: nothing leaves behind it
    sender.send(ask("/1"))
    assert starter.told == ">/1 </1 >/2 </2 >/1 </1 >/1 </1"
    assert sender.send(ask("/2")).request.path == "/2"
    assert starter.told == ">/3"


def test_what_goes_wrong_comes_out_where_it_is_asked_for_and_nothing_leaves_then() -> None:
    starter = Starter()
    sender = InTurn(starter)
    sender.offer(map(ask, ("/1", "/broken", "/2")))
    sender.send(ask("/1"))
    with pytest.raises(LookupError, match="/broken"):
        sender.send(ask("/broken"))
    assert starter.told == ">/1 </1 >/broken </broken"
    sender.offer(map(ask, ("/2", "/full", "/3")))
    sender.send(ask("/2"))
    with pytest.raises(HaltError, match="spent"):
        sender.send(ask("/full"))
    assert starter.told == ">/2 </2 >/full"


def test_closing_forgets_what_is_under_way() -> None:
    starter = Starter()
    sender = InTurn(starter)
    sender.offer(map(ask, ("/1", "/2", "/3")))
    sender.send(ask("/1"))
    sender.close()
    sender.send(ask("/2"))
    assert starter.told == ">/1 </1 >/2 >/2 </2"


TARGETS = (
    *("conforming/plain", "conforming/busy", "conforming/duplicates-refused"),
    *("lengths/account-5001", "context/unknown-beside-collect", "responses/null"),
)


@pytest.mark.parametrize("name", TARGETS)
def test_the_same_is_sent_and_said_as_if_each_waited_for_its_judgement(name: str) -> None:
    plan, sent, said = plan_of_the_suite(), [], []
    for early in (True, False):
        state, steps, requests = State(), miniature(name).steps, list[bytes]()

        def answer(
            request: Received,
            state: State = state,
            steps: Steps = steps,
            requests: list[bytes] = requests,
        ) -> Answered:
            requests.append(request.method.encode() + repr(request.headers).encode() + request.body)
            return steps.answer(request, state)

        found = held(plan, answer, early=early)
        said.append([(each.id, each.verdict, each.symptom) for each in found])
        # In another order: what is asked once more comes behind the request that had left.
        sent.append(sorted(re.sub(rb"127.0.0.1:\d+", b"HOST", each) for each in requests))
    assert sent[0] == sent[1]
    assert said[0] == said[1]


def test_a_target_lets_a_request_leave_and_reads_its_answer_later() -> None:
    with serving(say(GOOD)) as server, Target(parse_target_url(server.url)) as target:
        wait = target.begin(Request("POST", "/", (), b"body"))
        exchange = wait()
        assert server.requests[0].endswith(b"body")
    assert exchange.accepted
    assert target.requests_sent == exchange.attempts == 1


def test_the_time_that_nobody_waits_is_not_held_against_a_target() -> None:
    time = Time()
    with serving(say(GOOD)) as server:
        target = Target(parse_target_url(server.url), timeout_s=2.0, clock=time.clock)
        wait = target.begin(Request("GET", "/"))
        time.sleep(100.0)
        exchange = wait()
    assert exchange.accepted
    assert exchange.elapsed_ms == 100_000.0


def test_what_cannot_leave_is_a_fault_once_it_is_asked_for() -> None:
    with serving(say(GOOD)) as server:
        target = Target(parse_target_url(server.url))
    fault = target.begin(Request("GET", "/"))().fault
    assert fault is not None
    assert (fault.phase, fault.code) == ("connect", "refused")


def test_what_was_begun_is_closed_with_the_target() -> None:
    with serving(say(GOOD)) as server, Target(parse_target_url(server.url)) as target:
        target.begin(Request("GET", "/"))
    with Target(parse_target_url("http://name.invalid")) as nowhere:
        nowhere.begin(Request("GET", "/"))
