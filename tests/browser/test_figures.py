"""How large the page is and how fast: bounds on size, figures for time."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from conformance.outcome import judge_run
from conformance.report import html
from tests import sample_large
from tests.browser.conftest import Opener
from tests.sample_runs import Run

_TIMES = """() => new Promise((done) => setTimeout(() => {
  const load = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  done({paint: Math.round(paint ? paint.startTime : 0), load: Math.round(load.loadEventEnd),
        nodes: document.querySelectorAll("*").length}); }, 200))"""
_SEARCH = """() => {
  const field = document.getElementById("q"), begun = performance.now();
  field.value = "maxlength"; field.dispatchEvent(new Event("input", {bubbles: true}));
  return Math.round(performance.now() - begun); }"""


@pytest.mark.parametrize(
    ("name", "make", "most_bytes", "most_nodes"),
    [
        ("1,000 cases", lambda: sample_large.many_cases(1000), 300_000, 10_000),
        ("10,000 cases", lambda: sample_large.many_cases(10_000), 3_000_000, 10_000),
        ("452 operations", sample_large.whole_api, 16_000_000, 12_000),
    ],
)
def test_size_and_time(
    opened: Opener,
    capsys: pytest.CaptureFixture[str],
    name: str,
    make: Callable[[], Run],
    most_bytes: int,
    most_nodes: int,
) -> None:
    run = make()
    text = html.render(*run, judge_run(*run))
    size = len(text.encode())
    seen = opened(text)
    times = seen.run(_TIMES)
    search = seen.run(_SEARCH)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: {size:,} bytes, {times['nodes']:,} nodes, first paint {times['paint']} ms,"
            f" loaded {times['load']} ms, search {search} ms\n"
        )
    assert size <= most_bytes
    assert times["nodes"] <= most_nodes
    assert len(seen.shown("tbody tr")) > 0
