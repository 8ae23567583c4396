"""A budget that is spent ends the run, and says so; what is left over did not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.pacing import Budget, HaltError, Pace
from tests.cli import miniature, recording, suite
from tests.test_pacing import NOW, Time


def test_a_spent_budget_ends_the_run_inconclusive(tmp_path: Path) -> None:
    with recording() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", "--max-requests=50")
    assert len(target.requests) == 50
    assert ended.exit == 7, ended.out
    assert "? Inconclusive: The budget of 50 requests is spent." in ended.out
    assert "Raise --max-requests, or choose fewer cases with --only." in ended.out
    assert "cases not run" in ended.out


def test_a_budget_that_two_processes_spend_is_counted_to_the_end(tmp_path: Path) -> None:
    with recording() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", "--max-requests=50", "-n2")
    assert len(target.requests) == 50
    assert ended.exit == 7, ended.out
    assert [line["requests"] for line in ended.journal("end")] == [50]
    assert "50 requests" in ended.out


def test_what_was_found_within_the_budget_is_still_red(tmp_path: Path) -> None:
    with miniature("unknown-names/ordinary").serve() as url:
        ended = suite(tmp_path, f"--target-url={url}", "--max-requests=100")
    assert ended.exit == 1, ended.out
    assert "may be more" in ended.out


def test_a_budget_that_is_enough_changes_nothing(tmp_path: Path) -> None:
    with recording() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", "--max-requests=5000")
    assert ended.exit == 0, ended.out


@pytest.mark.parametrize("depth", ["standard"])
def test_a_budget_holds_for_what_is_drawn(tmp_path: Path, depth: str) -> None:
    with recording() as target:
        url = f"--target-url={target.url}"
        ended = suite(tmp_path, url, "--max-requests=25", "-k", "explored", depth=depth)
    assert len(target.requests) == 25
    assert ended.exit == 7, ended.out


def test_time_is_a_budget_too() -> None:
    time = Time()
    pace = Pace(1.0, time.clock, time.sleep, lambda: NOW, budget=Budget(seconds=2.5))
    for _ in range(3):
        pace.await_turn()
    with pytest.raises(HaltError) as caught:
        pace.await_turn()
    assert caught.value.sentence == "The budget of 2.5 seconds is spent."
    assert "--max-duration" in caught.value.remedy
    assert pace.sent == 3


def test_the_requests_of_a_budget_are_counted_before_they_leave() -> None:
    time = Time()
    pace = Pace(None, time.clock, time.sleep, lambda: NOW, budget=Budget(requests=2))
    pace.await_turn()
    pace.await_turn()
    for _ in range(2):
        with pytest.raises(HaltError, match="The budget of 2 requests is spent"):
            pace.await_turn()
    assert pace.sent == 2
