"""What a case shows of a value: bounded, as JSON says it, and nothing left behind."""

from __future__ import annotations

import gc
import json

import pytest

from conformance.case import excerpt
from conformance.contract.model import Json

VALUES: tuple[Json, ...] = (
    {},
    [],
    "é",
    1.5,
    None,
    {"a": [1, 1.5, None, {}], "ü": {"b": True, "c": []}},
    [[], ["x"], {"": {}}],
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_excerpt_is_json(value: Json) -> None:
    assert excerpt(value) == json.dumps(value, ensure_ascii=False)


def test_an_excerpt_is_bounded() -> None:
    for value in ("a" * 1000, ["a"] * 1000, {f"{each}": {} for each in range(1000)}):
        assert len(excerpt(value)) == 200
        assert excerpt(value) == json.dumps(value)[:199] + "…"


def test_an_excerpt_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        excerpt(["a"] * 1000)
        assert gc.collect() == 0
    finally:
        gc.enable()
