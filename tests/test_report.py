"""results.json, and the files on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from conformance.errors import UsageError
from conformance.journal_reader import read_journal
from conformance.outcome import State, judge_run
from conformance.report import build, results, write_reports
from conformance.report.__main__ import main
from conformance.report.files import write
from conformance.report.schema import SCHEMA
from conformance.verdict import Level, Symptom
from tests import sample
from tests.sample_runs import RUNS, Run


@pytest.fixture(params=RUNS, name="run")
def _run(request: pytest.FixtureRequest) -> Run:
    return RUNS[request.param]


def test_results_follow_their_schema(run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(results.render(*run, judge_run(*run))), SCHEMA)


def test_results_hold_the_run() -> None:
    run = RUNS["red"]
    document = json.loads(results.render(*run, judge_run(*run)))
    assert document["run"]["started_at"] == "2026-11-22T03:17:04Z"
    assert document["outcome"]["exit"] == 1
    assert len(document["cases"]) == 281
    long, enum, shape = document["findings"]
    assert long["request"]["body"] is None
    assert long["request"]["body_bytes"] == 5033
    assert '"a"*5001' in long["curl"]
    assert long["control"] == (
        'account="aaaa…" (5000 characters), type="account_onboarding": 200 OK in 1.4 ms'
    )
    assert enum["request"]["body"].endswith("collect=currently_duex")
    assert enum["response"]["status"] == 200
    assert shape["control"] == ""
    standings = Counter(clause["standing"] for clause in document["clauses"])
    assert standings == {
        "proved": 19,
        "broken": 3,
        "inconclusive": 1,
        "uncovered": 1,
        "annotation": 1,
    }


def test_the_schema_refuses_what_is_no_result() -> None:
    run = RUNS["red"]
    document = json.loads(results.render(*run, judge_run(*run)))
    for path, value in (("format", "x"), ("version", 2), ("findings", [{}]), ("outcome", {})):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**document, path: value}, SCHEMA)


@pytest.fixture(name="found")
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the findings of the red run stand for those of its journal."""
    monkeypatch.setattr(
        "conformance.findings.find",
        lambda journal: sample.red()[1] if journal == sample.red()[0] else (),
        raising=False,
    )


@pytest.mark.usefixtures("found")
def test_reports_are_made_from_the_journal_alone(tmp_path: Path) -> None:
    sample.write(sample.red()[0], tmp_path / "run" / "journal.ndjson")
    outcome = write_reports(tmp_path / "run", tmp_path).outcome
    assert outcome.state is State.NOT_CONFORMANT
    page = (tmp_path / "report.html").read_bytes()
    assert page == (tmp_path / "run" / "report.html").read_bytes()
    journal = read_journal(tmp_path / "run" / "journal.ndjson")
    assert page == b"".join(build(journal, sample.red()[1], outcome)["report.html"])
    names = sorted(each.name for each in (tmp_path / "run").iterdir())
    assert names == ["journal.ndjson", "report.html", "results.json"]
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("strict", "state"), [("true", State.NOT_CONFORMANT), ("false", State.CONFORMANT)]
)
def test_a_strict_run_stays_strict_when_it_is_rebuilt(
    strict: str, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = sample.green(options={"strict": strict})
    clause = "PostAccountLinks/account/type"
    finding = sample.finding(journal, clause, Symptom.PROSE, level=Level.SHOULD)
    monkeypatch.setattr("conformance.findings.find", lambda _: (finding,), raising=False)
    sample.write(journal, tmp_path / "journal.ndjson")
    assert write_reports(tmp_path).outcome.state is state


@pytest.mark.usefixtures("found")
def test_the_command_rebuilds_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample.write(sample.red()[0], tmp_path / "journal.ndjson")
    write_reports(tmp_path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert main(["build", str(tmp_path)]) == 0
    after = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert after.items() >= before.items()
    assert main(["build", str(tmp_path)]) == 0
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == after
    assert capsys.readouterr().out.startswith("✗ Not conformant: 2 findings\n")


def test_the_command_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", str(tmp_path)]) == 4
    assert "cannot read the journal" in capsys.readouterr().err


def test_the_command_is_a_module_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance.report", "build", str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("cannot read the journal")


def test_a_folder_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        write(tmp_path / "file" / "report.html", b"")


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(UsageError, match="Choose a folder"):
        write(tmp_path / "report.html", b"page")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
