"""Requests leave at a bounded rate, and are delivered again only where nothing can go wrong."""

from __future__ import annotations

import email.utils

import pytest

from conformance.exchange import Exchange, Fault, Request, Response
from conformance.pacing import Pace, retry_after

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Return the seconds since the beginning."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Move the clock, and remember by how much."""
        self.slept.append(seconds)
        self.at += seconds


def pace(time: Time, rate_per_s: float | None = None) -> Pace:
    return Pace(rate_per_s, time.clock, time.sleep, lambda: NOW)


def answer(status: int, retry: str | None = None, attempts: int = 1) -> Exchange:
    headers = () if retry is None else (("Retry-After", retry),)
    return Exchange(Request("GET", "/"), Response(status, headers, b""), None, 1.0, NOW, attempts)


def broken(phase: str, code: str, attempts: int = 1) -> Exchange:
    fault = Fault(code, phase, "broken")  # type: ignore[arg-type]
    return Exchange(Request("GET", "/"), None, fault, 1.0, NOW, attempts)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("7", 7.0),
        ("31", 30.0),
        ("999999", 30.0),
        ("1000000", None),
        ("9" * 5000, None),
        ("-5", None),
        ("1_000", None),
        ("1.5", None),
        (" 5", None),
        ("٣", None),
        ("", None),
        ("soon", None),
        ("Tue, 14 Nov 2023 22:13:25 GMT", 5.0),
        ("Tue, 14 Nov 2023 22:13:15 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:13:25", None),
        ("Tue, 14 Nov 2023 22:13:25 +0000", None),
        ("Tue, 99 Nov 2023 22:13:25 GMT", None),
        ("Tue, 14 Nov 0000 22:13:25 GMT", 0.0),
        ("Tuesday, 14-Nov-23 22:13:25 GMT", None),
        (email.utils.formatdate(NOW + 3, usegmt=True), 3.0),
    ],
)
def test_only_what_the_standard_defines_is_waited_for(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("exchange", "answered_before", "again", "slept"),
    [
        (answer(200), True, False, []),
        (answer(400, "1"), True, False, []),
        (answer(500, "1"), True, False, []),
        (answer(429), True, True, [1.0]),
        (answer(429, "soon"), True, True, [1.0]),
        (answer(429, "0"), True, True, []),
        (answer(429, "9999"), True, True, [30.0]),
        (answer(429, "2", attempts=2), True, True, [2.0]),
        (answer(429, "2", attempts=3), True, False, []),
        (answer(503), True, False, []),
        (answer(503, "2"), True, True, [2.0]),
        (broken("connect", "refused"), True, True, [0.5]),
        (broken("connect", "refused"), False, False, []),
        (broken("connect", "refused", attempts=2), True, False, []),
        (broken("connect", "reset"), True, False, []),
        (broken("connect", "timeout"), True, False, []),
        (broken("receive", "closed"), True, False, []),
        (broken("receive", "reset"), True, False, []),
    ],
)
def test_a_request_is_delivered_again_only_where_it_was_asked_for(
    exchange: Exchange,
    answered_before: bool,  # noqa: FBT001  (a table)
    again: bool,  # noqa: FBT001  (a table)
    slept: list[float],
) -> None:
    time = Time()
    assert pace(time).again(exchange, answered_before=answered_before) is again
    assert time.slept == slept


def test_a_run_waits_a_minute_in_all_and_no_longer() -> None:
    time = Time()
    run = pace(time)
    done = [run.again(answer(429, "25"), answered_before=True) for _ in range(4)]
    assert done == [True, True, False, False]
    assert run.again(answer(429, "10"), answered_before=True)
    assert sum(time.slept) == 60.0


def test_requests_leave_at_the_rate() -> None:
    time = Time()
    run = pace(time, rate_per_s=4)
    for _ in range(3):
        run.await_turn()
    assert time.slept == [0.25, 0.25]
    time.at += 10
    run.await_turn()
    assert time.slept == [0.25, 0.25]
    assert run.sent == 4


def test_without_a_rate_nobody_waits() -> None:
    time = Time()
    run = pace(time)
    for _ in range(3):
        run.await_turn()
    assert time.slept == []
    assert run.sent == 3
