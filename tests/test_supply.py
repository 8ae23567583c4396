"""What is installed and what CI runs: exact, with hashes, without what unpacks answers."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.deviation_file import read_deviations
from conformance.exchange import NO_KEY
from tests.cli import PYTEST, environment, recording, suite

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / ".ci" / "requirements.txt").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
UNPACKING = {"brotli", "brotlicffi", "brotlipy", "zstandard", "backports-zstd", "pyzstd", "h2"}


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", LOCK, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {
        re.split(r"[^A-Za-z0-9._-]", each)[0].lower().replace("_", "-") for each in requirements
    }


def test_the_lock_holds_what_the_project_asks_for_with_hashes() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = names([*PROJECT["dependencies"], *extras["test"], *extras["ci"]])
    assert wanted <= locked().keys()
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked())
    assert all("--hash=sha256:" in each for each in entries)


def test_nothing_that_unpacks_answers_is_installed() -> None:
    assert not UNPACKING & locked().keys()
    direct = [each for each in requires("schema-conformance") or [] if "extra ==" not in each]
    assert {"httpx", "h11"} <= names(direct)
    assert not [each for each in direct if "[" in each.partition(";")[0]]
    assert not UNPACKING & names(direct)


def test_every_request_asks_for_an_answer_as_it_is(tmp_path: Path) -> None:
    with recording() as target:
        ended = suite(tmp_path, f"--target-url={target.url}", "--only=/account")
    assert ended.exit == 0, ended.out
    asked = [
        [value for name, value in each.headers if name.lower() == "accept-encoding"]
        for each in target.requests
    ]
    assert asked
    assert all(each == ["identity"] for each in asked)


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_exact_actions_with_the_least_rights(path: Path) -> None:
    text = path.read_text()
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    assert "concurrency" in document
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    for job in jobs(path).values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "an expression in a script is an injection"
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_the_night_fails_by_its_findings_and_keeps_what_it_saw() -> None:
    for name, job in jobs(ROOT / ".github" / "workflows" / "nightly.yml").items():
        steps = job["steps"]
        assert not any(step.get("continue-on-error") for step in steps)
        (run,) = [step["run"] for step in steps if "pytest" in step.get("run", "")]
        (listed,) = re.findall(r"--known-deviations=(\S+)", run)
        assert read_deviations(ROOT / listed, listed).source == listed
        late = [step for step in steps if str(step.get("if", "")).startswith("always()")]
        assert {step["uses"].partition("@")[0] for step in late} == {
            "actions/cache/save",
            "actions/upload-artifact",
        }, name


# --- the README's snippets ------------------------------------------------------------------------


def snippet(start: str) -> str:
    """Return the indented block of the README's page on CI that follows `start`, without indent."""
    text = (ROOT / "README.md").read_text()
    page = text[text.index("## In your CI") : text.index("## How it thinks")]
    block = page[page.index(start) :].split("\n\n")[1]
    return "\n".join(line.removeprefix("    ") for line in block.split("\n"))


def bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `script` with a `pytest` that is this one, and a `pip` that has nothing to do."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    tools = {
        "pytest": f'exec {" ".join(PYTEST)} -p no:randomly --depth=quick "$@"',
        "pip": "exit 0",
    }
    for name, line in tools.items():
        (bin_folder / name).write_text(f"#!/bin/bash\n{line}\n")
        (bin_folder / name).chmod(0o755)
    path = f"{bin_folder}:{environment()['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-e", "-c", script],
        cwd=folder,
        env=environment(**variables, PATH=path, HOME=str(folder.parent)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(name="nightly")
def _nightly(tmp_path: Path) -> Path:
    folder = tmp_path / "nightly"
    folder.mkdir()
    (folder / "known.toml").write_text("")
    contract = (ROOT / "fixtures" / "post_account_links.json").read_text()
    (folder / "openapi.yaml").write_text(contract)
    return folder


def test_the_step_for_github_runs(nightly: Path) -> None:
    (_, step) = yaml.safe_load(snippet("**GitHub Actions.**"))
    with recording() as target:
        script = step["run"].replace("http://127.0.0.1:12111", target.url)
        done = bash(script, nightly, API_KEY="sk_test_4711")
    assert done.returncode == 0, done.stdout + done.stderr
    pairs = [pair for each in target.requests for pair in each.headers]
    assert {value for name, value in pairs if name.lower() == "authorization"} == {
        "Bearer sk_test_4711",
        f"Bearer {NO_KEY}",
    }
    assert "4711" not in done.stdout
    assert (nightly / "reports" / "junit.xml").exists()


def test_the_job_for_gitlab_runs(nightly: Path) -> None:
    job = yaml.safe_load(snippet("**GitLab CI.**"))["conformance"]
    with recording() as target:
        done = bash("\n".join(job["script"]), nightly, TARGET_URL=target.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (nightly / job["artifacts"]["reports"]["junit"]).exists()
    assert (nightly / "reports" / "report.html").exists()


def test_cron_hears_of_a_bad_night_only(nightly: Path) -> None:
    line = snippet("**cron.**")
    with recording() as target:
        calm = bash(line, nightly, TARGET_URL=target.url)
    assert (calm.returncode, calm.stdout, calm.stderr) == (0, "", "")
    (nightly / "bin").rename(nightly / "old")
    bad = bash(line, nightly, TARGET_URL="http://127.0.0.1:1")
    assert "? Inconclusive: No case was sent" in bad.stdout
