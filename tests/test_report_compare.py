"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.outcome import judge_run
from conformance.report.__main__ import main
from conformance.report.compare import Side, compare, lines
from conformance.report.html import render_comparison
from conformance.verdict import Symptom
from tests import sample
from tests.sample_contract import OPERATION
from tests.sample_runs import RUNS

LENGTH = f"{OPERATION}/account/maxLength"
ENUM = f"{OPERATION}/collect/enum"


def broken(*clauses: str, **head: object) -> Side:
    journal = sample.green(**head)
    for clause in clauses:
        journal = sample.broken(journal, clause, Symptom.ACCEPTED)
    found = tuple(sample.finding(journal, each, Symptom.ACCEPTED) for each in clauses)
    return journal, found, judge_run(journal, found)


def test_what_is_new_fixed_and_in_both() -> None:
    kind = f"{OPERATION}/account/type"
    compared = compare(broken(LENGTH, kind), broken(kind, ENUM, seed=8))
    assert [(row.label, row.differs) for row in compared.findings] == [
        (f"{ENUM}/accepted", "new"),
        (f"{LENGTH}/accepted", "fixed"),
        (f"{kind}/accepted", "both"),
    ]
    assert {row.label: (row.left, row.right) for row in compared.clauses} == {
        LENGTH: ("✗ broken", "✓ proved"),
        ENUM: ("✓ proved", "✗ broken"),
    }
    assert [row.label for row in compared.facts if row.differs] == ["seed", "passed"]
    assert compared.sentence == (
        "1 finding in the second run only, 1 in the first only, 1 in both;"
        " 2 clauses with another standing."
    )


def test_a_run_beside_itself_differs_in_nothing() -> None:
    compared = compare(broken(LENGTH), broken(LENGTH))
    assert not compared.clauses
    assert {row.differs for row in (*compared.facts, *compared.findings)} == {"", "both"}


def test_lines_fit_and_are_harmless() -> None:
    hostile = (*RUNS["hostile"], judge_run(*RUNS["hostile"]))
    for unicode in (True, False):
        text = [*lines(compare(broken(), hostile), unicode=unicode)]
        assert all(len(line) <= 100 for line in text[:-1])
        assert all(line.isprintable() for line in text)
        assert unicode or all(line.isascii() for line in text)


def test_the_page_escapes_and_asks_nobody() -> None:
    hostile = (*RUNS["hostile"], judge_run(*RUNS["hostile"]))
    page = render_comparison(compare(hostile, broken(LENGTH)))
    assert "<script" not in page
    assert "script-src &#39;none&#39;" in page
    assert "&lt;script&gt;" in page


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, side in (("a", broken(run_id="run-a")), ("b", broken(LENGTH, run_id="run-b"))):
        sample.write(side[0], tmp_path / name / "journal.ndjson")
    page = tmp_path / "both.html"
    arguments = ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--html", str(page)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "run-a" in out
    assert "account has at most 5000 characters" in out
    assert "1 finding in the second run only, 0 in the first only, 0 in both;" in out
    assert "Two runs side by side" in page.read_text()
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "none")]) == 4
