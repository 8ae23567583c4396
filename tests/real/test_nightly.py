"""The night against stripe-mock, by the very command of the workflow: nothing new."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli import Ended, suite
from tests.real.servers import KEY, stripe_mock

ROOT = Path(__file__).parents[2]


def night(folder: Path, url: str, depth: str) -> Ended:
    """Run the command of the workflow in `folder`, with `url` for the service container's."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "nightly.yml").read_text())
    steps = workflow["jobs"]["mock"]["steps"]
    (command,) = [step["run"] for step in steps if "pytest" in step.get("run", "")]
    _, *options = shlex.split(command.replace("http://127.0.0.1:12111", url))
    (folder / ".github").symlink_to(ROOT / ".github")
    summary = str(folder / "summary.md")
    here = {"KEY": KEY, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary}
    return suite(folder, *options, depth=depth, **here)


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_night_with_nothing_new_passes(tmp_path: Path, depth: str) -> None:
    with stripe_mock(tmp_path) as url:
        ended = night(tmp_path, url, depth)
    assert ended.exit == 0, ended.out
    assert "⚠ Not conformant: 0 new findings, 2 known" in ended.out
    assert "::error" not in ended.out
    summary = (tmp_path / "summary.md").read_text()
    assert "### Known deviations" in summary
    assert "stripe-mock reads maxLength and checks it nowhere" in summary
    assert (tmp_path / "reports" / "history.sqlite").exists()
    assert (tmp_path / "reports" / "junit.xml").exists()
