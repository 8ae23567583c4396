"""The journal: what is written is what is read, and damage never looks like a pass."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance import journal_reader
from conformance.errors import UsageError
from conformance.findings import find
from conformance.journal import Journal, JournalWriter
from conformance.journal_reader import read_journal
from conformance.outcome import judge_run
from conformance.records import Breach, EndRecord
from conformance.report import html
from conformance.verdict import Verdict
from tests import sample
from tests.test_report_counts import chance


@pytest.mark.parametrize("seed", range(40))
def test_findings_are_the_same_however_little_is_kept(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thousands of failures the smallest of each finding is whole."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    journal = chance(seed)
    names = [each.id for each in journal.clauses]
    said = [Breach(dice.choice(names), "wrong") for _ in range(3)]
    cases = tuple(
        replace(
            each,
            breaks=tuple(dice.sample(names[:6], dice.choice((0, 1, 1, 2)))),
            breaches=tuple(dice.sample(said, dice.choice((0, 0, 1)))),
            because=dice.choice(("one", "two")),
            exchange=each.exchange and replace(each.exchange, body_bytes=dice.randint(1, 90)),
        )
        for each in journal.cases
    )
    sample.write(replace(journal, cases=cases), tmp_path / "j")
    whole = read_journal(tmp_path / "j")
    monkeypatch.setattr(journal_reader, "MOST_WHOLE", 0)
    little = read_journal(tmp_path / "j")
    assert find(little) == find(whole)
    assert judge_run(little, find(little)) == judge_run(whole, find(whole))


@pytest.mark.parametrize(
    "journal", [sample.green(), sample.red()[0], sample.cut(), sample.aborted()]
)
def test_what_is_written_is_what_is_read(journal: Journal, tmp_path: Path) -> None:
    sample.write(journal, tmp_path / "deep" / "journal.ndjson")
    assert read_journal(tmp_path / "deep" / "journal.ndjson") == journal


def test_text_of_every_kind_survives(tmp_path: Path) -> None:
    odd = "\x00\x1b\u202e\u2028\r\n\ud800é😀"
    journal = sample.green(target=odd, environment={odd: odd})
    sample.write(journal, tmp_path / "j")
    assert (tmp_path / "j").read_bytes().isascii()
    assert read_journal(tmp_path / "j") == journal


def test_the_raw_journal_is_for_its_owner_alone(tmp_path: Path) -> None:
    sample.write(sample.green(), tmp_path / "j")
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600


def test_two_writers_share_one_journal(tmp_path: Path) -> None:
    journal = sample.green()
    first, second = JournalWriter(tmp_path / "j"), JournalWriter(tmp_path / "j")
    first.write("run", journal.run)
    for number, case in enumerate(journal.cases[:6]):
        (first, second)[number % 2].finish(case)
    first.close()
    second.close()
    assert read_journal(tmp_path / "j").cases == journal.cases[:6]


def test_each_case_has_its_own_control_however_many_there_are(tmp_path: Path) -> None:
    journal = sample.green()
    base = next(each for each in journal.cases if each.control)
    assert base.control
    controls = [replace(base.control, elapsed_ms=float(number)) for number in range(70)]
    cases = [
        replace(base, id=f"{base.id}/{turn}/{number}", control=control)
        for turn in range(2)
        for number, control in enumerate(controls)
        for _ in range(2)
    ]
    writer = JournalWriter(tmp_path / "j")
    writer.write("run", journal.run)
    for each in cases:
        writer.finish(each)
    writer.close()
    assert {each.id: each for each in read_journal(tmp_path / "j").cases} == {
        each.id: each for each in cases
    }


def test_nothing_to_write_writes_nothing(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "j")
    writer.write_all("clause", ())
    writer.close()
    assert (tmp_path / "j").read_bytes() == b""


def test_a_last_line_cut_short_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "j"
    sample.write(sample.green(), path)
    path.write_bytes(path.read_bytes()[:-9])
    assert read_journal(path).end is None


def test_lines_that_are_no_records_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "j"
    sample.write(sample.green(), path)
    with path.open("a") as file:
        file.write('{"type":"weather","sun":true}\nnot json\n[1]\n{}\n')
    assert read_journal(path) == sample.green()


def test_members_of_newer_versions_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "j"
    sample.write(sample.green(), path)
    lines = [{**json.loads(line), "new": 1} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_journal(path) == sample.green()


def test_the_first_run_and_the_last_end_count(tmp_path: Path) -> None:
    path = tmp_path / "j"
    sample.write(sample.green(), path)
    writer = JournalWriter(path)
    writer.write("run", sample.run(seed=8))
    writer.write("end", EndRecord(9.0, 9, 1))
    writer.close()
    journal = read_journal(path)
    assert journal.run.seed == 7
    assert journal.end == EndRecord(9.0, 9, 1)


def test_a_file_without_a_run_line_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "j").write_text("{}\n")
    with pytest.raises(UsageError, match="not a conformance journal"):
        read_journal(tmp_path / "j")


def test_a_record_that_lacks_members_is_a_damaged_journal(tmp_path: Path) -> None:
    path = tmp_path / "j"
    sample.write(sample.green(), path)
    with path.open("a") as file:
        file.write('{"type":"finish","id":"a","verdict":"PASS"}\n')
    with pytest.raises(UsageError, match=r"damaged: line \d+"):
        read_journal(path)


@pytest.mark.parametrize("data", [b"\xff\n", None])
def test_what_cannot_be_read_is_the_users_to_mend(data: bytes | None, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "j").write_bytes(data)
    with pytest.raises(UsageError, match="cannot read the journal"):
        read_journal(tmp_path / "j")


def test_a_folder_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--reports DIR"):
        JournalWriter(tmp_path / "file" / "journal.ndjson")


def test_a_full_disk_is_the_users_to_mend() -> None:
    writer = JournalWriter(Path("/dev/full"))
    with pytest.raises(UsageError, match="cannot write"):
        writer.write("run", sample.run())
    writer.close()


def test_a_line_written_in_part_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = JournalWriter(tmp_path / "j")
    monkeypatch.setattr("conformance.journal.os.write", lambda _descriptor, data: len(data) - 1)
    with pytest.raises(UsageError, match="the disk is full"):
        writer.start("a")
    writer.close()


def test_beyond_a_number_only_what_reports_show_is_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_reader, "MOST_WHOLE", 3)
    journal = sample.red()[0]
    sample.write(journal, tmp_path / "j")
    kept = read_journal(tmp_path / "j")
    assert find(kept) == find(journal)
    assert judge_run(kept, find(kept)) == judge_run(journal, find(journal))
    told = {each.cases[0] for each in find(journal)}
    count, met, slim = {True: 0, False: 0}, set[str](), 0
    for was, now in zip(journal.cases, kept.cases, strict=True):
        passed = was.verdict is Verdict.PASS
        count[passed] += 1
        worth = was.clause not in met if passed else was.id in told
        met |= {was.clause} if passed else set()
        if worth or count[passed] <= 3:
            assert now == was
        elif was.exchange is not None and now != was:
            slim += 1
            assert now.exchange is not None
            assert now.exchange.body is None
            assert now.exchange.body_sha256 == was.exchange.body_sha256
            assert now.exchange.headers == was.exchange.headers
            assert (now.verdict, now.exchange.status) == (was.verdict, was.exchange.status)
    assert slim > 3
    page = html.render(kept, find(kept), judge_run(kept, find(kept)))
    assert "bytes, SHA-256" in page


def test_controls_that_many_cases_have_in_common_are_kept_once(tmp_path: Path) -> None:
    sample.write(sample.green(), tmp_path / "j")
    controls = [each.control for each in read_journal(tmp_path / "j").cases if each.control]
    assert len({id(each) for each in controls}) == len(set(controls)) < len(controls)
