"""Requests leave in the order in which they are offered, and each offer is given out once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from conformance.ahead import Ahead
from conformance.exchange import Exchange, Request
from tests.cli import miniature, suite


class Sender:
    """Keeps what it was asked to send; answers when `gate` is open."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.at_once = self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()

    def send(self, request: Request) -> Exchange:
        """Answer when the gate is open."""
        with self._lock:
            self.sent.append(request.path)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.gate.wait(10)
        with self._lock:
            self.at_once -= 1
        if request.path == "/broken":
            raise LookupError(request.path)
        return Exchange(request, None, None, 0.0, 0.0)


def ask(path: str) -> Request:
    return Request("POST", path)


def test_one_worker_keeps_the_order() -> None:
    sender = Sender()
    ahead = Ahead(sender)
    sender.gate.clear()
    ahead.offer(map(ask, ("/1", "/2")))
    ahead.offer(map(ask, ("/1", "/3")))
    sender.gate.set()
    assert [ahead.send(ask(path)).request.path for path in ("/2", "/1", "/3")] == ["/2", "/1", "/3"]
    assert sender.sent == ["/1", "/2", "/3"]
    assert sender.most_at_once == 1
    ahead.close()


def test_an_offer_is_given_out_once() -> None:
    sender = Sender()
    ahead = Ahead(sender)
    ahead.offer([ask("/1")])
    first, second = ahead.send(ask("/1")), ahead.send(ask("/1"))
    assert first is not second
    assert sender.sent == ["/1", "/1"]
    ahead.close()


def test_several_workers_have_several_on_their_way() -> None:
    sender = Sender()
    ahead = Ahead(sender, 3)
    sender.gate.clear()
    ahead.offer(ask(f"/{number}") for number in range(6))
    while sender.at_once < 3:
        pass
    sender.gate.set()
    answered = [ahead.send(ask(f"/{number}")).request.path for number in range(6)]
    assert answered == [f"/{number}" for number in range(6)]
    assert sender.most_at_once == 3
    ahead.close()


def test_what_goes_wrong_comes_out_where_it_is_asked_for() -> None:
    ahead = Ahead(Sender())
    ahead.offer([ask("/broken")])
    with pytest.raises(LookupError, match="/broken"):
        ahead.send(ask("/broken"))
    ahead.close()


def test_closing_sends_nothing_more() -> None:
    sender = Sender()
    ahead = Ahead(sender)
    sender.gate.clear()
    ahead.offer(ask(f"/{number}") for number in range(5))
    threading.Timer(0.05, sender.gate.set).start()
    ahead.close()
    assert len(sender.sent) <= 1


@pytest.mark.parametrize("name", ["lengths/account-5001", "state/same-url"])
def test_ten_at_a_time_find_what_one_at_a_time_finds(name: str, tmp_path: Path) -> None:
    told = []
    for number in (1, 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        with miniature(name).serve() as url:
            ended = suite(folder, f"--target-url={url}", f"--concurrency={number}")
        told.append((ended.exit, ended.verdicts, len(ended.results["findings"])))
    assert told[0] == told[1]
    assert told[0][2] == 1
