"""A page of a whole API stays small: what went wrong is there, and of the rest a share."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from conformance.outcome import judge_run
from conformance.report import html, results, room
from conformance.report.room import share
from tests import sample_large
from tests.sample_runs import RUNS
from tests.test_report_page import Shape

FEW = 40


def drawn(page: str) -> set[str]:
    return set(re.findall(r'<a class="t [^>]*? id="c-([^"]+)"', page))


@pytest.mark.parametrize("name", ["green", "red", "cut", "whole"])
def test_what_is_broken_is_drawn_and_all_is_counted(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = name == "whole"
    journal, findings = sample_large.whole_api(12, 60) if whole else RUNS[name]
    outcome = judge_run(journal, findings)
    every = html.render(journal, findings, outcome)
    standing = {
        each["id"]: each["standing"]
        for each in json.loads(results.render(journal, findings, outcome))["clauses"]
    }
    monkeypatch.setattr(room, "MOST_CLAUSES", FEW if whole else 5)
    page = html.render(journal, findings, outcome)
    wrong = [name for name, word in standing.items() if word in ("broken", "inconclusive")]
    anchors = {re.sub("[^A-Za-z0-9_.-]+", ".", name) for name in wrong}
    assert anchors <= drawn(page) < drawn(every)
    assert len(drawn(page)) <= max(FEW, len(wrong) + 12)
    assert len(page) < len(every)
    # What is said of all clauses is said of them as before.
    sums = r'<span class="sums">(?:\s*<span[^>]*>[^<]*</span>)*\s*</span>'
    assert re.findall(sums, page) == re.findall(sums, every) != []
    gaps = r'<h3><span aria-hidden="true">.</span> ([^<]+) <span class="count">([\d,]+)<'
    assert re.findall(gaps, page) == re.findall(gaps, every)
    missing = Counter(standing.values()).total() - len(drawn(page))
    assert sum(map(int, re.findall(r"… and (\d+) more clauses, which", page))) > 0
    assert missing > 0


@pytest.mark.parametrize("name", ["red", "cut", "whole"])
def test_every_link_of_a_small_page_leads_somewhere(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(room, "MOST_CLAUSES", 5)
    journal, findings = sample_large.whole_api(12, 60) if name == "whole" else RUNS[name]
    shape = Shape(html.render(journal, findings, judge_run(journal, findings)))
    assert shape.open == []
    ids = {each["id"] for _, each in shape.tags if "id" in each}
    assert {(each["href"] or "")[1:] for each in shape.all("a")} <= ids


@pytest.mark.parametrize(
    ("sizes", "space", "each"),
    [([], 9, 0), ([3, 4], 9, 4), ([1, 5, 9], 9, 4), ([5, 5], 0, 0), ([1, 1, 9], 4, 2)],
)
def test_what_a_small_group_leaves_goes_to_the_others(
    sizes: list[int], space: int, each: int
) -> None:
    assert share(sizes, space) == each
    assert sum(min(size, each) for size in sizes) <= space
