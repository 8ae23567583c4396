"""A run in several processes (pytest-xdist): one name for all, one process for an operation.

Imported with the plugin, so nothing heavy may stand at its top.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

SPREADING = ("load", "worksteal")
"""What pytest-xdist does when left alone; another --dist is the user's own wish."""


def new_run_id(now: float | None = None) -> str:
    """Return a name for a run that sorts by time: `2026-11-22T03-17-04Z-7f3a`."""
    moment = time.gmtime(time.time() if now is None else now)
    return time.strftime("%Y-%m-%dT%H-%M-%SZ", moment) + "-" + secrets.token_hex(2)


def share(nodeid: str, modules: Collection[str], operations: Iterable[str]) -> str:
    """Return what an item must stay with: its operation, or itself where it is none of `modules`.

    Cases of one operation have controls in common, and its answers are judged together.
    """
    path, _, test = nodeid.partition("::")
    name = path.rpartition("/")[2].removesuffix(".py")
    if f"{__package__}.{name}" not in modules:
        return nodeid
    case = test.partition("[")[2]
    return max((each for each in operations if case.startswith(each)), key=len, default="")


def scheduler(
    config: pytest.Config,
    log: Any,  # noqa: ANN401  (a type of pytest-xdist)
    modules: Collection[str],
    operations: Iterable[str],
) -> object | None:
    """Return a scheduler for pytest-xdist that goes by `share`, or None to use its own."""
    if config.getoption("dist") not in SPREADING:
        return None
    # Only there with xdist, which comes without type hints.
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # noqa: PLC0415

    names = tuple(operations)

    class Together(LoadScopeScheduling):  # type: ignore[misc]  # see above
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid, modules, names)

    return Together(config, log)
