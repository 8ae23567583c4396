"""What a run asks of Python while it lasts: interpreter settings that are given back at its end."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import pytest

_PACKAGE = f"{__package__}."
_SWITCH_S = 0.0005
"""So long one thread may keep another waiting: an answer that is there is read soon."""

_ALLOCATIONS = 50_000
"""So many objects may come before the collector looks: nearly all that a run makes, it keeps."""

_Settings = tuple[float, tuple[int, int, int]]
_BEFORE: pytest.StashKey[_Settings] = pytest.StashKey()


class _Plain:
    """Finds the modules of this package, ahead of pytest, which would look for asserts in each."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the module `name` is, if it is ours."""
        return PathFinder.find_spec(name, path, target) if name.startswith(_PACKAGE) else None


def tune(config: pytest.Config) -> None:
    """Set what a run wants."""
    config.stash[_BEFORE] = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_S)
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    sys.meta_path.insert(0, _Plain)


def restore(config: pytest.Config) -> None:
    """Give back what `tune` set, if it did."""
    if _BEFORE not in config.stash:
        return
    interval, thresholds = config.stash[_BEFORE]
    del config.stash[_BEFORE]
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    sys.meta_path.remove(_Plain)
