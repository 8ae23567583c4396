"""What `pytest tests` leaves out for want of more than Python, and the options that ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
MORE = {
    "real": "real servers (Node, Go, PyPI)",
    "browser": "the report in a browser (Chromium)",
}
"""Folder below this one, which is also the option that asks for it → what it needs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare an option for each folder that needs more than Python."""
    group = parser.getgroup("what the tests may use")
    for name, words in MORE.items():
        group.addoption(f"--{name}", action="store_true", help=f"also run tests/{name}: {words}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave a folder out that nobody asked for; to name it as an argument is to ask."""
    name = collection_path.name
    ours = collection_path.parent == HERE and name in MORE
    return True if ours and not config.getoption(name) else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line what was left out."""
    wanted = [Path(each.partition("::")[0]).resolve() for each in config.args]
    left = [
        f"{words}: --{name}"
        for name, words in MORE.items()
        if (HERE / name).is_dir()
        and not config.getoption(name)
        and any(each in (HERE, *HERE.parents) for each in wanted)
    ]
    if left:
        terminalreporter.write_line(f"left out: {'; '.join(left)}")
