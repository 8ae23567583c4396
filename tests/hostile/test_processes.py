"""Signals, kills, crashes, full disks: a clear outcome each, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import environment, suite
from tests.hostile.processes import (
    Gate,
    gate,
    kill,
    lines,
    of,
    results,
    run_folder,
    start,
)

ONLY = ("--only=/account", "--only=/type", "--only=response/200")


def heard() -> None:
    """Have no signal ignored, whatever started the tests: `nohup` ignores SIGHUP."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("name", "workers"),
    [("SIGINT", ()), ("SIGTERM", ()), ("SIGHUP", ()), ("SIGINT", ("-n2",)), ("SIGTERM", ("-n2",))],
)
def test_a_signal_ends_a_run_with_a_whole_report(
    name: str, workers: tuple[str, ...], tmp_path: Path
) -> None:
    with gate(after=30) as target:
        process = start(tmp_path, f"--target-url={target.url}", *ONLY, *workers, before=heard)
        assert target.reached.wait(60)
        process.send_signal(getattr(signal, name))
        target.open.set()
        out = process.communicate(timeout=60)[0]
    assert process.returncode == 2, out
    assert "! Interrupted: " in out
    found, records = results(tmp_path), lines(tmp_path)
    assert found["outcome"]["state"] == "INTERRUPTED"
    assert [each["id"] for each in found["cases"]] == [each["id"] for each in of(records, "finish")]
    assert len(found["cases"]) >= 10
    assert (tmp_path / "reports" / "report.html").exists()


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with gate(after=30) as target:
        process = start(tmp_path, f"--target-url={target.url}", *ONLY, before=ignore)
        assert target.reached.wait(60)
        process.send_signal(signal.SIGHUP)
        target.open.set()
        out = process.communicate(timeout=60)[0]
    assert process.returncode == 0, out


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two-workers"])
def test_a_killed_run_is_reported_from_its_journal_and_goes_on(
    workers: tuple[str, ...], tmp_path: Path
) -> None:
    arguments = (*ONLY, *workers)
    with gate(after=40) as target:
        process = start(tmp_path, f"--target-url={target.url}", *arguments)
        assert target.reached.wait(60)
        kill(process)
        target.open.set()
        before = lines(tmp_path)
        build = subprocess.run(
            [sys.executable, "-m", "conformance.report", "build", str(run_folder(tmp_path))],
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert "! Interrupted: " in build.stdout
        assert results(tmp_path)["outcome"]["state"] == "INTERRUPTED"
        assert results(tmp_path)["run"]["complete"] is False

        sent = len(target.bodies)
        resumed = suite(
            tmp_path, f"--target-url={target.url}", f"--resume={run_folder(tmp_path)}", *arguments
        )
        again = target.bodies[sent:]
    assert resumed.exit == 0, resumed.out
    finished = of(before, "finish")
    assert finished
    whole = results(tmp_path)
    assert whole["run"]["complete"] is True
    assert whole["outcome"]["counts"]["not_run"] == 0
    assert len(whole["cases"]) == len({each["id"] for each in whole["cases"]})
    assert {each["id"] for each in finished} <= {each["id"] for each in whole["cases"]}
    # What was finished is not sent again, but as the control of something else.
    controls = {(each["control"] or {}).get("body") for each in of(lines(tmp_path), "finish")}
    bodies = {each.decode("utf-8", "replace") for each in again}
    repeated = {each["exchange"]["body"] for each in finished} & bodies
    assert repeated <= controls
    starts = [each["case"] for each in of(lines(tmp_path), "start")]
    assert sum(starts.count(each["id"]) for each in finished) == len(finished)


def test_a_resumed_run_says_what_a_whole_one_says(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    for folder in (whole, cut):
        folder.mkdir()
    with gate() as target:
        ended = suite(whole, f"--target-url={target.url}", *ONLY)
    with gate(after=50) as target:
        process = start(cut, f"--target-url={target.url}", *ONLY)
        assert target.reached.wait(60)
        kill(process)
        target.open.set()
        suite(cut, f"--target-url={target.url}", f"--resume={run_folder(cut)}", *ONLY)
    assert ended.exit == 0, ended.out
    verdicts = [
        {each["id"]: each["verdict"] for each in results(folder)["cases"]}
        for folder in (whole, cut)
    ]
    assert verdicts[0] == verdicts[1]
    standings = [
        {each["id"]: each["standing"] for each in results(folder)["clauses"]}
        for folder in (whole, cut)
    ]
    assert standings[0] == standings[1]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Gate]]:
    """Run to the end; give the folder and the target."""
    from conformance.contract import default_source

    folder = tmp_path_factory.mktemp("done")
    other = Path(default_source()).read_text().replace("currently_due", "currently_owed")
    (folder / "other.json").write_text(other)
    with gate() as target:
        assert suite(folder, f"--target-url={target.url}", "--only=/type").exit == 0
        yield folder, target


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--seed=7", "--seed"),
        ("--depth=standard", "--depth"),
        ("--strict", "an option"),
        ("--target-url=http://127.0.0.1:1", "--target-url"),
        ("--contract=other.json", "the contract"),
    ],
)
def test_another_run_is_not_gone_on_with(option: str, said: str, done: tuple[Path, Gate]) -> None:
    folder, target = done
    sent, name = target.seen, run_folder(folder).name
    url = f"--target-url={target.url}"
    ended = suite(folder, url, "--only=/type", f"--resume={name}", option)
    assert ended.exit == 4, ended.out
    assert f"cannot go on: {said}" in ended.out
    assert target.seen == sent


def test_a_run_that_is_done_is_reported_again(done: tuple[Path, Gate]) -> None:
    folder, target = done
    before, sent, name = results(folder), target.seen, run_folder(folder).name
    ended = suite(folder, f"--target-url={target.url}", "--only=/type", f"--resume={name}")
    assert ended.exit == 0, ended.out
    assert results(folder)["cases"] == before["cases"]
    assert target.seen == sent


def test_a_run_that_still_goes_on_is_not_gone_on_with(tmp_path: Path) -> None:
    with gate(after=30) as target:
        process = start(tmp_path, f"--target-url={target.url}", *ONLY)
        assert target.reached.wait(60)
        folder = run_folder(tmp_path)
        ended = suite(tmp_path, f"--target-url={target.url}", f"--resume={folder}", *ONLY)
        target.open.set()
        process.communicate(timeout=60)
    assert ended.exit == 4, ended.out
    assert "this run is still going on" in ended.out
    assert process.returncode == 0


def test_what_is_no_run_is_not_gone_on_with(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--resume=nowhere")
    assert ended.exit == 4, ended.out
    assert "cannot read the journal" in ended.out


CRASH = """
import os
from conformance import session
held = session.Session._held_to
def held_to(self, plan, case):
    if case.id.endswith("over-limit") and os.environ.get("PYTEST_XDIST_WORKER"):
        os._exit(9)
    return held(self, plan, case)
session.Session._held_to = held_to
"""


def test_a_worker_that_dies_is_a_fault_of_the_suite(tmp_path: Path) -> None:
    (tmp_path / "crash.py").write_text(CRASH)
    with gate() as target:
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        options = (f"--target-url={target.url}", *ONLY, "-n2", "-p", "crash")
        ended = suite(tmp_path, *options, PYTHONPATH=path)
    assert ended.exit == 3, ended.out
    assert "! The suite broke: " in ended.out
    found = {each["id"]: each for each in results(tmp_path)["cases"]}
    dead = [each for each in found.values() if each["verdict"] == "TOOL"]
    assert {each["id"].rpartition("/")[2] for each in dead} == {"over-limit"}
    assert "died" in dead[0]["because"]
    starts = {each["case"] for each in of(lines(tmp_path), "start")}
    assert starts == set(found)


def test_two_runs_at_once_have_a_folder_each(tmp_path: Path) -> None:
    with gate() as target:
        processes = [
            start(tmp_path, f"--target-url={target.url}", "--only=/type") for _ in range(3)
        ]
        outs = [each.communicate(timeout=120)[0] for each in processes]
    assert [each.returncode for each in processes] == [0, 0, 0], outs
    folders = [each for each in (tmp_path / "reports").iterdir() if each.is_dir()]
    assert len(folders) == 3
    assert all((each / "results.json").exists() for each in folders)


def _small_files(most: int) -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two-workers"])
def test_a_full_disk_is_told(workers: tuple[str, ...], tmp_path: Path) -> None:
    with gate() as target:
        process = start(
            tmp_path,
            f"--target-url={target.url}",
            *ONLY,
            *workers,
            "-pno:cacheprovider",
            before=lambda: _small_files(100_000),
        )
        out = process.communicate(timeout=120)[0]
    assert process.returncode == 4, out
    assert "cannot write" in out or "the disk is full" in out
    assert "Traceback" not in out
    assert "! Interrupted" in out


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with gate() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", "--only=/type")
    assert ended.exit == 4, ended.out
    assert "nothing can be written below" in ended.out
    assert target.seen == 0
