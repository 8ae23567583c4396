"""What a pattern matches, as the engine says that ECMA 262 was written for."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

import pytest

from conformance.errors import ContractError
from conformance.pattern_dialects import loosely, narrowly
from conformance.validation import matches
from tests.patterns import pattern, text

_ASKED = """
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const told = ([source, texts]) => texts.map((text) => new RegExp(source, 'u').test(text));
console.log(JSON.stringify(asked.map(told)));
"""
_PATTERNS, _TEXTS = 300, 50
_MOST_UNREAD = 5
"""So many patterns may be too much for the engine: one of them repeats a million times."""


@pytest.mark.parametrize("seed", range(3))
def test_a_pattern_matches_what_it_matches_in_node(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    asked = [(pattern(chance), [text(chance) for _ in range(_TEXTS)]) for _ in range(_PATTERNS)]
    node = shutil.which("node") or "node"
    said = subprocess.run(
        [node, "-e", _ASKED], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    unread, wrong, beyond = [], [], 0
    for (source, texts), told in zip(asked, json.loads(said.stdout), strict=True):
        try:
            ours = [matches(source, each) for each in texts]
        except ContractError:
            unread.append(source)
            continue
        for each, owed, own in zip(texts, told, ours, strict=True):
            # What engines do not read alike is held against nobody.
            elsewhere = {matches(spelt(source), each) for spelt in (loosely, narrowly)}
            beyond += elsewhere == {owed} == {own}
            if own is not owed and elsewhere == {own}:
                wrong.append((source, each, owed))
    assert wrong == []
    assert len(unread) <= _MOST_UNREAD, unread
    assert beyond > _PATTERNS * _TEXTS / 2
