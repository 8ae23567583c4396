"""The history of runs: what is new, what was fixed, since when; and a file that cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.history import FILE, MOST_RUNS, remember
from conformance.journal import Journal
from conformance.journal_reader import read_journal
from conformance.outcome import judge_run
from conformance.past_records import HistoryRecord
from conformance.report import write_reports
from conformance.report.past import flaky, since, strip_of, strip_of_runs, turns
from conformance.verdict import Symptom
from tests import sample
from tests.sample_contract import OPERATION
from tests.sample_runs import Run

LENGTH = f"{OPERATION}/account/maxLength"
ENUM = f"{OPERATION}/collect/enum"


def broken(*clauses: str, number: int = 0) -> Run:
    """Return the run of the night `number` in which `clauses` accept what they must refuse."""
    journal = sample.green(run_id=f"run-{number}", started_at=1.8e9 + 86400 * number)
    for clause in clauses:
        journal = sample.broken(journal, clause, Symptom.ACCEPTED)
    return journal, tuple(sample.finding(journal, each, Symptom.ACCEPTED) for each in clauses)


def told(path: Path, run: Run) -> HistoryRecord:
    return remember(path / FILE, *run, judge_run(*run))


def nights(path: Path, *runs: tuple[str, ...]) -> HistoryRecord:
    """Return what the last of `runs`, each the clauses broken in it, is told."""
    records = [told(path, broken(*each, number=number)) for number, each in enumerate(runs)]
    return records[-1]


def test_the_first_run_has_nothing_to_compare_with(tmp_path: Path) -> None:
    record = nights(tmp_path, (LENGTH,))
    assert (record.previous, record.new, record.fixed, record.note) == ("", (), (), "")
    assert [run.run_id for run in record.runs] == ["run-0"]
    assert since(record.findings[0].id, record) == "first seen in this run"
    assert strip_of(record.findings[0].id, record) is None


def test_what_is_new_and_what_was_fixed(tmp_path: Path) -> None:
    record = nights(tmp_path, (LENGTH,), (ENUM,))
    assert record.previous == "run-0"
    assert record.new == (f"{ENUM}/accepted",)
    assert record.fixed == (f"{LENGTH}/accepted",)
    marks = {each.id: each.marks for each in record.findings}
    assert marks == {f"{ENUM}/accepted": ".x", f"{LENGTH}/accepted": "x."}


def test_what_was_not_tried_is_not_fixed(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH,))
    journal, _ = broken(number=1)
    silent = replace(journal, cases=tuple(c for c in journal.cases if c.clause != LENGTH))
    assert told(tmp_path, (silent, ())).fixed == ()


def test_findings_that_are_grouped_otherwise_are_not_new(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH, ENUM))
    journal, found = broken(LENGTH, ENUM, number=1)
    one = replace(found[0], id="cause/accepted", clauses=(LENGTH, ENUM))
    record = told(tmp_path, (journal, (one,)))
    assert (record.new, record.fixed) == ((), ())


def test_the_same_clause_with_another_symptom_is_new(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH,))
    journal, found = broken(LENGTH, number=1)
    crash = replace(found[0], id=f"{LENGTH}/server-error", symptom=Symptom.SERVER_ERROR)
    assert told(tmp_path, (journal, (crash,))).new == (crash.id,)


def test_since_when_and_how_often(tmp_path: Path) -> None:
    record = nights(tmp_path, (LENGTH,), (), (LENGTH,), (), (LENGTH,))
    name = f"{LENGTH}/accepted"
    strip = strip_of(name, record)
    assert record.findings[0].marks == "x.x.x"
    assert strip is not None
    assert strip.words == "failed in 3 of 5 runs that tried it, turned 4 times"
    assert flaky(name, record)
    assert since(name, record) == "first seen 2027-01-15 08:00 UTC"
    assert record.findings[0].last_seen == 1.8e9 + 4 * 86400
    runs = strip_of_runs(record.runs)
    assert runs is not None
    assert runs.words == "the last 5 runs: 3 not conformant"


def test_runs_that_did_not_try_a_clause_are_no_turn() -> None:
    assert turns("x-.-x") == 2
    assert turns("x--x") == 0


def test_a_record_is_bounded(tmp_path: Path) -> None:
    record = nights(tmp_path, *[(LENGTH,)] * (MOST_RUNS + 3))
    assert len(record.runs) == len(record.findings[0].marks) == MOST_RUNS
    assert record.findings[0].first_run == "run-0"


def test_another_target_or_contract_is_another_series(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH,))
    for number, changes in enumerate(({"target": "http://other"}, {"contract_title": "Other"}), 1):
        journal, found = broken(ENUM, number=number)
        other = replace(journal, run=replace(journal.run, **changes))  # type: ignore[arg-type]
        assert told(tmp_path, (other, found)).previous == ""


def test_a_run_that_was_cut_short_is_nothing_to_compare_with(tmp_path: Path) -> None:
    journal, found = broken(LENGTH)
    told(tmp_path, (replace(journal, end=None), found))
    told(tmp_path, (replace(journal, end=None, cases=()), ()))
    assert told(tmp_path, broken(number=1)).previous == ""


def test_what_else_changed_is_said(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH,))
    journal, found = broken(LENGTH, number=1)
    head = replace(journal.run, contract_digest="f" * 64, seed=8)
    other = replace(journal, run=head, clauses=journal.clauses[1:])
    assert told(tmp_path, (other, found)).changed == (
        "The contract changed: 0 clauses added, 1 gone.",
        "The seed was 7, now 8.",
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"no database at all" * 100, "was damaged"), (None, "has the older layout 0")],
)
def test_a_file_that_cannot_be_read_is_set_aside(
    tmp_path: Path, data: bytes | None, why: str
) -> None:
    path = tmp_path / FILE
    if data is None:
        with sqlite3.connect(path) as file:
            file.execute("CREATE TABLE precious (thing)")
        file.close()
        data = path.read_bytes()
    else:
        path.write_bytes(data)
    record = nights(tmp_path, (LENGTH,))
    (aside,) = (each for each in tmp_path.iterdir() if each != path)
    assert aside.read_bytes() == data
    assert record.note.startswith(f"{FILE} {why}")
    assert f"was set aside as {aside.name}; a new history begins here." in record.note
    assert told(tmp_path, broken(number=1)).previous == "run-0"


def test_a_damaged_page_inside_is_set_aside(tmp_path: Path) -> None:
    nights(tmp_path, (LENGTH,), (ENUM,))
    path = tmp_path / FILE
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    assert "was damaged" in told(tmp_path, broken(number=2)).note
    assert any(each.read_bytes() == data for each in tmp_path.iterdir())


def test_the_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    before = (tmp_path / FILE).read_bytes()
    assert "newer version" in nights(tmp_path, (LENGTH,)).note
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_that_cannot_be_opened_is_no_fault_of_the_run(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert "could not be used" in nights(tmp_path, (LENGTH,)).note


def test_two_runs_at_once(tmp_path: Path) -> None:
    records: list[HistoryRecord] = []

    def one(number: int) -> None:
        records.append(told(tmp_path, broken(LENGTH, number=number)))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.note for record in records] == [""] * 8
    assert len(told(tmp_path, broken(LENGTH, number=9)).runs) == 9


@pytest.fixture(name="runs")
def _runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders of three runs, written and reported one after the other."""
    every = {f"run-{n}": broken(*c, number=n) for n, c in enumerate([(LENGTH,), (ENUM,), (ENUM,)])}
    monkeypatch.setattr("conformance.findings.find", lambda journal: every[journal.run.run_id][1])
    for name, (journal, _) in every.items():
        sample.write(journal, tmp_path / name / "journal.ndjson")
        write_reports(tmp_path / name, tmp_path)
    return [tmp_path / name for name in every]


def test_a_report_says_what_is_new_and_can_be_made_again(runs: list[Path]) -> None:
    page = (runs[1] / "report.html").read_text()
    assert "Since 2027-01-15 08:00 UTC." in page
    assert "New since last run <b>1</b>" in page
    assert "Fixed <b>1</b>" in page
    assert "failed in 1 of 2 runs that tried it" in page
    latest = runs[2].parent / "report.html"
    assert latest.read_bytes() == (runs[2] / "report.html").read_bytes()
    assert "Still there <b>1</b>" in latest.read_text()
    for run in runs:
        before = {each.name: each.read_bytes() for each in run.iterdir()}
        write_reports(run)
        assert {each.name: each.read_bytes() for each in run.iterdir()} == before


def test_the_record_reads_itself_back(runs: list[Path]) -> None:
    journal: Journal = read_journal(runs[2] / "journal.ndjson")
    assert journal.history is not None
    assert journal.history.previous == "run-1"
    assert journal.history.findings[0].marks == ".xx"
