"""`pytest tests` says what it leaves out, and knows the options wherever they are given."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli import pytest_in
from tests.conftest import MORE

CONFTEST = Path(__file__).parent / "conftest.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a plain test, and one in each folder that needs more."""
    (tmp_path / "tests").mkdir()
    shutil.copy(CONFTEST, tmp_path / "tests")
    (tmp_path / "pytest.ini").touch()
    for name in (".", *MORE):
        folder = tmp_path / "tests" / name
        folder.mkdir(exist_ok=True)
        stem = "plain" if name == "." else name
        (folder / f"test_{stem}.py").write_text(f"def test_{stem}(): pass\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "ran", "left"),
    [
        (("tests",), {"plain"}, {*MORE}),
        (("tests", "--real"), {"plain", "real"}, {"browser"}),
        (("tests", "--real", "--browser"), {"plain", *MORE}, set()),
        (("tests/real", "--real"), {"real"}, set()),
        (("tests/test_plain.py",), {"plain"}, set()),
    ],
)
def test_a_folder_runs_when_it_is_asked_for(
    project: Path, arguments: tuple[str, ...], ran: set[str], left: set[str]
) -> None:
    ended = pytest_in(project, "-v", "-p", "no:randomly", *arguments)
    assert ended.exit == 0, ended.out
    assert {name for name in ("plain", *MORE) if f"::test_{name} PASSED" in ended.out} == ran
    said = [line for line in ended.lines if line.startswith("left out: ")]
    assert len(said) == bool(left)
    assert {name for name in MORE if f"--{name}" in "".join(said)} == left
