"""The night against stripe-mock: its known deviations, and nothing new."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.held import hold
from tests.real.servers import stripe_mock

KNOWN = Path(__file__).parents[2] / ".github" / "known-deviations" / "stripe-mock.toml"


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_night_with_nothing_new_passes(tmp_path: Path, depth: str) -> None:
    with stripe_mock(tmp_path) as url:
        ended = hold(url, tmp_path, f"--known-deviations={KNOWN}", depth=depth)
    assert ended.exit == 0, ended.out
    assert "⚠ Not conformant: 0 new findings, 2 known" in ended.out
