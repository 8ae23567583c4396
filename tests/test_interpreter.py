"""What a run asks of Python, and that it gives it back."""

from __future__ import annotations

import gc
import importlib.util
import sys
from types import SimpleNamespace
from typing import Any

import pytest

import conformance
from conformance import interpreter
from conformance.embedded import ServerProcess


def _asked() -> tuple[object, ...]:
    return sys.getswitchinterval(), gc.get_threshold(), [*sys.meta_path]


def test_a_run_gives_back_what_it_asked_for() -> None:
    config: Any = SimpleNamespace(stash=pytest.Stash())
    before = _asked()
    interpreter.restore(config)
    assert _asked() == before
    interpreter.tune(config)
    try:
        tuned = _asked()
        assert all(one != other for one, other in zip(before, tuned, strict=True))
        first = sys.meta_path[0]
        found = first.find_spec("conformance.plan", conformance.__path__)
        assert found is not None
        assert "rewrite" not in type(found.loader).__module__
        assert first.find_spec("json", None) is None
        assert importlib.util.find_spec("conformance.no_such_module") is None
    finally:
        interpreter.restore(config)
    assert _asked() == before


def test_an_embedded_target_that_is_not_needed_ends_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    ServerProcess().close()
    assert capfd.readouterr() == ("", "")
