"""A run without pytest: settings, plans, folders, the end; and one that is broken off."""

from __future__ import annotations

import importlib.metadata
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from conformance.contract import default_source
from conformance.errors import ContractError, UsageError
from conformance.heading import tool_version
from conformance.journal import JOURNAL, JournalWriter
from conformance.journal_reader import read_journal
from conformance.outcome import State
from conformance.records import AbortRecord
from conformance.reporting import judged, write_reports
from conformance.run import Run
from conformance.settings import Settings
from conformance.spread import new_run_id, scheduler, share
from tests.cli import PYTEST, SUITE, environment, recording

ROOT = Path(__file__).parent.parent
OURS = ("conformance.test_requests", "conformance.test_responses")


def test_names_of_runs_sort_by_time() -> None:
    early, late = new_run_id(1_795_317_424.0), new_run_id(1_795_317_425.9)
    assert early.startswith("2026-11-22T03-17-04Z-")
    assert early < late
    assert re.fullmatch(r"[0-9TZ-]{20}-[0-9a-f]{4}", new_run_id())
    assert len({new_run_id(0) for _ in range(40)}) > 1


def test_a_run_that_sends_nothing_leaves_nothing(tmp_path: Path) -> None:
    run = Run(Settings(reports=tmp_path / "reports"), "name")
    run.check()
    assert run.plans
    run.close()
    assert run.end() is False
    assert judged(run.folder) is None
    assert (run.started, run.requests_sent) == (False, 0)
    assert list(tmp_path.iterdir()) == []


def test_what_was_given_up_before_a_run_went_on_is_not_given_up_now(tmp_path: Path) -> None:
    run = Run(Settings(reports=tmp_path), "name")
    assert not run.aborted
    writer = JournalWriter(run.folder / JOURNAL)
    writer.write("abort", AbortRecord("nobody answers", ""))
    assert run.aborted
    writer.resume(time.time())
    assert not run.aborted
    writer.write("abort", AbortRecord("nobody answers", ""))
    writer.close()
    assert run.aborted


def test_a_run_ends_with_its_reports(tmp_path: Path) -> None:
    with recording() as target:
        settings = Settings(target=target.url, reports=tmp_path, command="pytest", strict=True)
        run = Run(settings, "name", planned=1)
        (plan,) = run.plans
        finished = run.session.hold(plan, plan.cases[0])
        assert run.started
        assert run.requests_sent == len(target.requests)
        run.close()
        run.close()
    assert finished.verdict == "PASS"
    assert run.end() is True
    reported = judged(run.folder)
    assert reported
    write_reports(run.settings, run.folder, reported)
    assert reported is not None
    assert (reported.outcome.state, reported.findings) == (State.CONFORMANT, ())
    journal = reported.journal
    assert journal.run.options == {"strict": "true"}
    assert journal.run.again == "pytest"
    assert journal.run.embedded is False
    assert journal.end is not None
    assert journal.end.requests == len(target.requests)
    assert (tmp_path / "report.html").exists()


def test_the_embedded_target_is_served_and_released(tmp_path: Path) -> None:
    run = Run(Settings(reports=tmp_path), "name", worker="gw1")
    (plan,) = run.plans
    assert run.session.hold(plan, plan.cases[0]).worker == "gw1"
    run.close()
    journal = read_journal(run.folder / JOURNAL)
    assert journal.run.embedded is True
    assert journal.run.target.startswith("http://127.0.0.1:")
    assert journal.sent > 0


def contract(path: Path, **schemas: object) -> str:
    """Write a contract with an operation for each request schema; return its path."""
    paths = {
        f"/{name}": {
            "post": {
                "operationId": name,
                "requestBody": {
                    "content": {"application/x-www-form-urlencoded": {"schema": schema}}
                },
                "responses": {"200": {"description": "yes"}, "default": {"description": "no"}},
            }
        }
        for name, schema in schemas.items()
    }
    document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}
    path.write_text(json.dumps(document))
    return str(path)


GOOD = {"type": "object", "properties": {"a": {"type": "string"}}}
HOPELESS = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "string", "minLength": 3, "maxLength": 1}},
}


UNUSABLE = {
    "type": "object",
    "properties": {"a": {"type": "string", "pattern": "^(?>a)$"}},
}


@pytest.mark.parametrize("schema", [HOPELESS, UNUSABLE])
def test_an_operation_that_cannot_be_tested_is_named_not_dropped(
    tmp_path: Path, schema: dict[str, object]
) -> None:
    source = contract(tmp_path / "c.json", Good=GOOD, Hopeless=schema)
    run = Run(Settings(contract=source, reports=tmp_path / "reports"), "name")
    assert [plan.operation.id for plan in run.plans] == ["Good"]
    assert run.session.abort is None
    run.close()
    (clause,) = [
        each for each in read_journal(run.folder / JOURNAL).clauses if each.operation == "Hopeless"
    ]
    assert (clause.id, clause.state) == ("Hopeless:untested", "uncovered")
    assert clause.reason


def test_a_contract_of_which_nothing_can_be_tested_is_an_error(tmp_path: Path) -> None:
    source = contract(tmp_path / "c.json", Hopeless=HOPELESS)
    with pytest.raises(UsageError, match="no operation can be tested: Hopeless: "):
        _ = Run(Settings(contract=source), "name").plans


def test_the_only_operation_that_is_unusable_is_an_error_with_its_place(tmp_path: Path) -> None:
    source = contract(tmp_path / "c.json", Unusable=UNUSABLE)
    with pytest.raises(ContractError, match="no usable schema") as raised:
        _ = Run(Settings(contract=source), "name").plans
    assert "/paths/" in raised.value.place


def test_a_key_in_the_command_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_4711", "canary-4711")
    headers = ("Authorization: Bearer $KEY_4711", "X-Key: $KEY_4711")
    command = "pytest --target-header='Authorization: Bearer $KEY_4711' # canary-4711"
    settings = Settings(headers=headers, command=command, reports=tmp_path)
    run = Run(settings, "name")
    run.check()
    _ = run.session
    run.close()
    text = (run.folder / JOURNAL).read_text()
    assert "canary" not in text
    assert "# [redacted]" in text


def test_the_version_of_a_bare_checkout_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tool_version() == importlib.metadata.version("schema-conformance")

    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("conformance.heading.version", missing)
    assert tool_version() == "unknown"


def test_cases_of_one_operation_stay_together() -> None:
    def shared(nodeid: str) -> str:
        return share(nodeid, OURS, ["Post", "PostMore"])

    assert shared("x/test_requests.py::test_request[Post/a/type/b]") == "Post"
    assert shared("test_responses.py::test_response[Post:response/200]") == "Post"
    assert shared("test_requests.py::test_request[PostMore/a/type/b]") == "PostMore"
    assert shared("test_requests.py::test_request[/a/type/b]") == ""
    assert shared("test_requests.py::test_request[request/method/get]") == ""
    theirs = "test_theirs.py::test_request[Post/a]"
    assert shared(theirs) == theirs


@pytest.mark.parametrize(("dist", "ours"), [("load", True), ("worksteal", True), ("each", False)])
def test_a_wish_of_the_user_for_another_distribution_is_kept(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, dist: str, *, ours: bool
) -> None:
    pytest.importorskip("xdist")
    monkeypatch.setattr(pytestconfig.option, "dist", dist)
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen"])
    found = scheduler(pytestconfig, None, OURS, ["Post"])
    assert (found is not None) is ours
    if found is not None:
        assert found._split_scope("test_requests.py::test_request[Post/a]") == "Post"  # type: ignore[attr-defined]  # noqa: SLF001  (what pytest-xdist calls)


def test_an_interrupted_run_keeps_its_journal(tmp_path: Path) -> None:
    with recording() as target:
        process = subprocess.Popen(
            [*PYTEST, *SUITE, f"--target-url={target.url}", "--rate=60"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A job in the background starts with the signal ignored, and hands that down.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        while len(target.requests) < 20 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert process.returncode == 2, said
    assert "! Interrupted: " in said
    (journal,) = tmp_path.glob("reports/*/" + JOURNAL)
    kept = read_journal(journal)
    assert 0 < len(kept.cases) < kept.run.planned
    assert kept.end is None
    for page in journal.parent.glob("report.html"):
        page.unlink()
    command = [sys.executable, "-m", "conformance.report", "build", str(journal.parent)]
    subprocess.run(command, check=True)
    assert (journal.parent / "report.html").exists()


def test_a_wheel_holds_what_the_suite_needs(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        kept = archive.read("conformance/fixtures/post_account_links.json")
    assert kept == Path(default_source()).read_bytes()
    package = ROOT / "conformance"
    needed = {
        str(path.relative_to(ROOT))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert needed <= names
    assert [each for each in needed if each.endswith((".j2", ".html"))]
    assert not [each for each in names if each.startswith(("tests/", "reports/"))]
