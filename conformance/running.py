"""The run of a pytest process; shared by the plugin's parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageError
from conformance.options import settings
from conformance.spread import new_run_id

if TYPE_CHECKING:
    from conformance.run import Run

MODULES = ("conformance.test_requests", "conformance.test_random", "conformance.test_responses")
"""Our test modules, in the order of running."""

MESSAGE = pytest.StashKey[str]()
EXIT = pytest.StashKey[int]()
"""The exit status of what is no run."""
_THE_RUN: pytest.StashKey[Run] = pytest.StashKey()
_THE_NAME = pytest.StashKey[str]()


def name_of(config: pytest.Config) -> str:
    """Return the name of the run, the same in all its processes."""
    worker: dict[str, str] = getattr(config, "workerinput", {})
    resumed = Path(settings(config).resume or "").name
    name = worker.get("conformance_run") or resumed or new_run_id()
    return config.stash.setdefault(_THE_NAME, name)


def run_of(config: pytest.Config) -> Run:
    """Return the run of this process, making it when it is first asked for."""
    if _THE_RUN not in config.stash:
        asked, server = settings(config), None
        if asked.target is None and sends(config):
            from conformance.embedded import ServerProcess  # noqa: PLC0415  (only where used)

            server = ServerProcess()  # it starts while we do
        from conformance.run import Run  # noqa: PLC0415  (heavy)

        worker: dict[str, str] = getattr(config, "workerinput", {})
        run = Run(asked, name_of(config), worker.get("workerid", ""), server=server)
        try:
            run.check()
        except UsageError:
            if server is not None:
                server.close()
            raise
        config.stash[_THE_RUN] = run
    return config.stash[_THE_RUN]


def sends(config: pytest.Config) -> bool:
    """Whether this process will send requests, and does not leave it to others."""
    spread = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    return not (spread or config.option.collectonly or settings(config).dry_run)


def begun(config: pytest.Config) -> Run | None:
    """Return the run if there was one, in this process or in those that it started."""
    if _THE_RUN in config.stash:
        return config.stash[_THE_RUN]
    if _THE_NAME not in config.stash:
        return None
    folder = settings(config).reports / config.stash[_THE_NAME]
    return run_of(config) if folder.exists() else None


def near(path: str) -> str:
    """Return `path` as seen from here, where it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
