"""What a user sees: files, the words of the terminal, exit statuses, and other people's suites."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance
from tests.cli import Ended, miniature, pytest_in, recording, suite

FIGURES = re.compile(
    r"^  POST /v1/account_links  (\d+) cases  (\d+) clauses  (\d+) requests  \d+\.\d s$",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Do the main job: no option, a folder of somebody else, the plugins of everybody."""
    return pytest_in(tmp_path_factory.mktemp("plain"), "--pyargs", "conformance")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ended, str]]:
    """Run against a target that accepts everything; give its URL as well."""
    with miniature("hopeless/all-200").serve() as url:
        folder = tmp_path_factory.mktemp("faulty")
        yield suite(folder, f"--target-url={url}", "--junitxml=junit.xml"), url


def test_the_main_job_is_green_and_says_what_was_proved(plain: Ended) -> None:
    assert plain.exit == 0, plain.out
    assert "target: embedded, not yours (--target-url=URL tests your own)" in plain.lines
    assert "clauses proved (embedded target, not yours)" in plain.out
    assert "  yours      pytest --target-url=URL holds your own target to the contract" in plain.out
    assert "  again      pytest --pyargs conformance" in plain.lines
    figures = FIGURES.search(plain.out)
    assert figures
    finished, (end,) = plain.journal("finish"), plain.journal("end")
    assert int(figures[1]) == len(finished) == plain.outcomes["passed"]
    assert int(figures[3]) == end["requests"]
    assert {line["verdict"] for line in finished} == {"PASS"}


def test_the_main_job_leaves_reports(plain: Ended) -> None:
    assert (plain.folder / "reports" / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert {path.name for path in plain.run.iterdir()} >= {
        *("journal.ndjson", "results.json", "report.html")
    }
    started = [line["case"] for line in plain.journal("start")]
    assert started == [line["id"] for line in plain.journal("finish")]
    cases = plain.results["cases"]
    assert [case["id"] for case in cases] == started
    assert plain.results["findings"] == []


def test_random_order_of_others_is_not_ours(plain: Ended) -> None:
    if "randomly" not in plain.out:
        pytest.skip("pytest-randomly is not installed")
    sides = [("response" in each or "state/" in each) for each in plain.verdicts]
    assert sides == sorted(sides)


def test_a_fault_is_shown_once_however_many_cases_fail(faulty: tuple[Ended, str]) -> None:
    ended, _ = faulty
    assert ended.exit == 1, ended.out
    assert ended.outcomes["failed"] > 100
    assert ended.out.count("    clause    ") == 1
    labels = [line[4:14].strip() for line in ended.lines if re.match(r" {4}[a-z]+ {2,}", line)]
    assert labels == [*("clause", "contract", "request", "expected", "actual", "control", "replay")]
    assert "✗ Not conformant: 1 finding" in ended.lines
    assert "Traceback" not in ended.out
    assert "FAILED" not in ended.out


def test_the_replay_shows_the_fault_again(faulty: tuple[Ended, str]) -> None:
    ended, url = faulty
    start = next(n for n, line in enumerate(ended.lines) if line.startswith("    replay"))
    stop = ended.lines.index("", start)
    command = "\n".join(ended.lines[start:stop]).replace("    replay", "", 1)
    assert url in command
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, check=True, text=True)
    assert done.stdout.startswith("HTTP/1.1 200")


def test_again_repeats_the_run(faulty: tuple[Ended, str], tmp_path: Path) -> None:
    ended, _ = faulty
    again = next(line for line in ended.lines if line.startswith("  again")).split(maxsplit=1)[1]
    words = shlex.split(again)
    assert words[0] == "pytest"
    second = pytest_in(tmp_path, *words[1:])
    assert second.exit == 1
    assert second.verdicts == ended.verdicts


def test_junit_names_clause_and_verdict(faulty: tuple[Ended, str]) -> None:
    ended, _ = faulty
    found = ET.parse(ended.folder / "junit.xml").findall(".//testcase")  # noqa: S314  (our own)
    told = [
        {each.get("name"): each.get("value") for each in case.findall("./properties/property")}
        for case in found
    ]
    judged = [each for each in told if each]
    assert len(judged) == len(ended.verdicts)
    names = ("clause", "keyword_location", "instance_location", "expectation", "verdict")
    assert {frozenset(each) for each in judged} == {frozenset(names)}
    owed = ended.outcomes["failed"] + ended.outcomes.get("advice", 0)
    assert sum(each["verdict"] == "FAIL" for each in judged) == owed
    failures = [case.find("failure") for case in found if case.find("failure") is not None]
    assert len(failures) == ended.outcomes["failed"]


def test_lf_runs_what_failed_and_x_stops_at_the_first(tmp_path: Path) -> None:
    with miniature("lengths/account-5001").serve() as url:
        first = suite(tmp_path, f"--target-url={url}", "-k", "account", "--reports=one")
        last = suite(tmp_path, f"--target-url={url}", "--lf", "--reports=two")
        stopped = suite(tmp_path, f"--target-url={url}", "-k", "account", "-x")
    assert (first.exit, last.exit, stopped.exit) == (1, 1, 1), first.out
    assert 1 < last.outcomes["failed"] == first.outcomes["failed"]
    assert "passed" not in last.outcomes
    assert stopped.outcomes["failed"] == 1
    assert "Not conformant" in stopped.out


@pytest.mark.parametrize("verbosity", ["-q", "-v"])
def test_quiet_and_verbose(tmp_path: Path, verbosity: str) -> None:
    ended = suite(tmp_path, "--only=/account/maxLength", verbosity)
    assert ended.exit == 0
    assert FIGURES.search(ended.out)
    named = "test_request[/account/maxLength/over-limit]" in ended.out
    assert named == (verbosity == "-v")


def test_two_processes_do_what_one_does(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with recording() as target:
        one = suite(tmp_path / "one", f"--target-url={target.url}")
        alone = target.sent[:]
        two = suite(tmp_path / "two", f"--target-url={target.url}", "-n2")
    assert (one.exit, two.exit) == (0, 0), two.out
    assert two.verdicts == one.verdicts
    assert target.sent == alone * 2
    assert len(two.journal("end")) == len(two.journal("run")) == 1
    assert two.outcomes == one.outcomes


def test_processes_learn_why_a_run_ends(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--target-url=http://127.0.0.1:1", "-n2")
    assert ended.exit == 7, ended.out
    assert "? Inconclusive: No case was sent: nobody listens at 127.0.0.1, port 1" in ended.out


def test_a_recommendation_turns_a_strict_run_red(tmp_path: Path) -> None:
    with miniature("state/same-url").serve() as url:
        lax = suite(tmp_path, f"--target-url={url}")
        strict = suite(tmp_path, f"--target-url={url}", "--strict", "--reports=strict")
    assert (lax.exit, strict.exit) == (0, 1)
    assert "1 recommendation not followed" in lax.out
    assert "PostAccountLinks:response/200/url/unique" in lax.out
    assert "✗ Not conformant: 1 finding" in strict.out


def test_a_fault_of_the_suite_is_not_held_against_the_target(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import conformance.session\n"
        "def judge(*_, **__):\n"
        "    secret = 'canary-4711'\n"
        "    raise ZeroDivisionError('of our own')\n"
        "conformance.session.judge = judge\n"
    )
    ended = suite(tmp_path, "--only=/account/maxLength/at-limit", "--showlocals", "-vv")
    assert ended.exit == 3, ended.out
    assert "! The suite broke: 1 case without a verdict" in ended.out
    assert "ZeroDivisionError: of our own" in ended.out
    assert "canary-4711'\n" not in ended.out.replace("    secret = 'canary-4711'\n", "")
    assert list(ended.verdicts.values()) == ["TOOL"]


def test_ascii_terminals_get_ascii(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--only=/account/maxLength", PYTHONIOENCODING="ascii")
    assert ended.exit == 0
    assert ended.out.isascii()


OTHERS = """
import sys
HEAVY = ("conformance.run", "conformance.session", "httpx", "httpcore", "hypothesis", "jsonschema")

def test_nothing_is_loaded():
    assert [name for name in HEAVY if name in sys.modules] == []

def test_not_run_is_a_word_of_theirs():
    assert "conformance.plugin" in sys.modules
"""


@pytest.mark.parametrize("more", [(), ("-p", "xdist.plugin", "-n2")])
def test_other_suites_pay_nothing(tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "test_requests.py").write_text(OTHERS)
    done = pytest_in(
        *(tmp_path, "-p", "conformance.plugin", *more),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )
    assert done.exit == 0, done.out
    assert done.outcomes == {"passed": 2}
    assert "target:" not in done.out
    assert "= conformance =" not in done.out
    assert not (tmp_path / "reports").exists()


HERE = Path(conformance.__file__).parent.parent
TAKEN = """
def pytest_addoption(parser):
    parser.addoption("--timeout", type=float, help="theirs")
    parser.getgroup("theirs").addoption("--ctrf", help="theirs")

def pytest_report_header(config):
    return [f"theirs: {config.option.timeout} {config.option.ctrf}"]
"""


@pytest.mark.parametrize("first", [True, False])
def test_an_option_that_another_plugin_has_is_left_to_it(tmp_path: Path, *, first: bool) -> None:
    (tmp_path / "taken.py").write_text(TAKEN)
    plugins = ["-p", "taken", "-p", "conformance.plugin"]
    words = [*(plugins if first else plugins[2:] + plugins[:2]), "--pyargs", "conformance"]
    words += ["--depth=quick", "--only=/account/maxLength", "--timeout=3", "--ctrf=no.json"]
    words += ["--conformance-ctrf=out.json", "--conformance-timeout=5", "--seed=3"]
    path = f"{tmp_path}{os.pathsep}{HERE}"
    ended = pytest_in(tmp_path, *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=path)
    assert ended.exit == 0, ended.out
    assert "theirs: 3.0 no.json" in ended.out
    assert (tmp_path / "out.json").exists()
    assert not (tmp_path / "no.json").exists()


WATCHING = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "setup":
        item.steps = []
    item.steps.append(report.when)
    if report.when == "teardown":
        assert item.steps == ["setup", "call", "teardown"]
    return report
"""


def test_a_plugin_that_looks_at_every_step_sees_every_step(tmp_path: Path) -> None:
    (tmp_path / "watching.py").write_text(WATCHING)
    path = f"{tmp_path}{os.pathsep}{HERE}"
    only = "--only=/account/maxLength"
    with miniature("lengths/account-5001").serve() as url:
        plain = suite(tmp_path, f"--target-url={url}", only)
        watched = suite(tmp_path, f"--target-url={url}", only, "-p", "watching", PYTHONPATH=path)
    assert plain.exit == watched.exit == 1, watched.out
    assert watched.outcomes == plain.outcomes
    assert "✗ Not conformant: 1 finding" in watched.out


LOADED = """
import sys

def pytest_unconfigure():
    print(*(name for name in sys.modules if name.startswith("conformance.")))
"""

DERIVING = {
    *("cases", "codec", "deriver", "keywords", "making", "messages", "obligation", "placing"),
    *("planning", "protocol", "respelling", "response_clauses", "sites", "wire", "explore"),
}


def test_a_run_whose_plan_is_kept_loads_nothing_that_derives(tmp_path: Path) -> None:
    (tmp_path / "loaded.py").write_text(LOADED)
    loaded = []
    for _ in range(2):
        ended = suite(tmp_path, "-p", "loaded", PYTHONPATH=f"{tmp_path}{os.pathsep}{HERE}")
        assert ended.exit == 0, ended.out
        loaded.append({name.split(".")[1] for name in ended.lines[-1].split()})
    first, second = loaded
    assert first & DERIVING == DERIVING - {"respelling", "explore"}
    assert second & DERIVING == set()


def test_failures_of_others_are_theirs(tmp_path: Path) -> None:
    (tmp_path / "test_requests.py").write_text("def test_theirs():\n    assert 1 == 2\n")
    arguments = ("--pyargs", "conformance", "--depth=quick", "--only=/account/maxLength")
    ended = pytest_in(tmp_path, "-p", "no:randomly", "test_requests.py", *arguments)
    assert ended.exit == 1, ended.out
    assert "assert 1 == 2" in ended.out
    assert "✓ Conformant" in ended.out


def test_a_report_is_built_again_from_its_journal(plain: Ended) -> None:
    page = (plain.run / "report.html").read_bytes()
    command = [sys.executable, "-m", "conformance.report", "build", str(plain.run)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (plain.run / "report.html").read_bytes() == page
