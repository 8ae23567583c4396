"""The benchmarks are run by hand; what they look into moves with the code."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.commands import conformance
from tests.benchmarks.costs import by_phase


def test_each_phase_of_a_run_is_found(tmp_path: Path) -> None:
    words = conformance("--depth=quick", "--only=/account")
    spent = by_phase(tmp_path, words)
    counted = (
        *("our modules imported", "contract read", "cases derived, or read where they are kept"),
        *("client made (httpx imported)", "requests, judging, journal", "of these, on the way"),
    )
    assert all(spent[phase] > 0 for phase in counted), spent
