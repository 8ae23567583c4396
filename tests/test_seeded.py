"""What is drawn depends on the seed, not on what else is loaded."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from conformance.seeded import from_the_seed_alone


def drawn() -> list[str]:
    texts: list[str] = []

    @seed(0)
    @settings(max_examples=300, database=None)
    @given(st.text())
    def draw(text: str) -> None:
        texts.append(text)

    draw()
    return texts


def load_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load a local module of this name that is full of constants."""
    path = folder / "words.py"
    path.write_text("".join(f"A{number} = 'word {number}'\n" for number in range(200)))
    spec = spec_from_file_location("words", path)
    assert spec is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "words", module)


def test_other_modules_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with from_the_seed_alone():
        before = drawn()
        load_words(tmp_path, monkeypatch)
        assert drawn() == before
    assert not any(text.startswith("word ") for text in before)


def test_hypothesis_is_as_it_was_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_words(tmp_path, monkeypatch)
    with from_the_seed_alone():
        drawn()
    assert any(text.startswith("word ") for text in drawn())
