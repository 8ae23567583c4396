"""A few kills at random moments; sixty by hand, see `tests.hostile.kills`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.hostile.kills import killed


@pytest.mark.parametrize(("seed", "workers"), [(1, 1), (2, 1), (3, 2)])
def test_what_is_finished_is_in_the_journal(seed: int, workers: int, tmp_path: Path) -> None:
    assert killed(tmp_path, random.Random(seed), workers) == []  # noqa: S311  (no secret)
