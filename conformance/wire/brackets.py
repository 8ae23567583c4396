"""Form text → names with what was sent under them; brackets make trees (URL Standard, section 5.1).

Nothing is typed here: texts stay texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from conformance.percent import decoded

_NAME = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_SAVED = len("%41") - len("A")
"""So much shorter does each escape become that is one."""


@dataclass
class Node:
    """What was sent under one name: texts of its own, and children in brackets.

    `raws` are the texts as they were sent, before any decoding.
    """

    texts: list[str] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)


def trees(
    data: bytes, literal: frozenset[str] = frozenset()
) -> tuple[dict[str, Node], dict[str, Node] | None, bool]:
    """Return what was sent by name, and whether refusing to read it is legitimate.

    `literal` are names whose brackets are part of them: `page[size]`, `ids[]`.
    The second tree is without the names whose brackets do not close and without malformed
    percent-encoding, which some decoders drop; None where there is neither.
    """
    sent = data.split(b"&")
    pairs = [_pair(each) for each in sent if each]
    unreadable = len(pairs) < len(sent) and bool(data)
    odd = False
    for pair in pairs:
        unclosed = pair.steps is None and pair.name not in literal
        unreadable |= pair.bad or unclosed
        odd |= pair.malformed or unclosed
    clean = [each for each in pairs if not each.malformed] if odd else []
    return _tree(pairs, literal), _tree(clean, literal, drop=True) if odd else None, unreadable


@dataclass(frozen=True, slots=True)
class _Pair:
    """One pair, decoded. `steps` are those of its name, None where the brackets do not close.

    `bad` says that a server may refuse to decode it, `malformed` that an escape is none.
    """

    name: str
    steps: tuple[str, ...] | None
    text: str
    raw: str
    bad: bool
    malformed: bool


@lru_cache(maxsize=4096)
def _pair(data: bytes) -> _Pair:
    """Read one pair; requests share most of theirs."""
    raw_name, _, raw_text = data.partition(b"=")
    name, bad_name, odd_name = _decode(raw_name)
    text, bad_text, odd_text = _decode(raw_text)
    raw = raw_text.decode("latin-1")
    return _Pair(name, _steps(name), text, raw, bad_name or bad_text, odd_name or odd_text)


def _tree(
    pairs: Iterable[_Pair], literal: frozenset[str], *, drop: bool = False
) -> dict[str, Node]:
    """Return what was sent by name; `drop` passes over names whose brackets do not close."""
    tree: dict[str, Node] = {}
    for pair in pairs:
        steps = None if pair.name in literal else pair.steps
        if steps is None and drop and pair.name not in literal:
            continue
        node = tree.setdefault(steps[0] if steps else pair.name, Node())
        for step in steps[1:] if steps else ():
            node = node.children.setdefault(step, Node())
        node.texts.append(pair.text)
        node.raws.append(pair.raw)
    return tree


@lru_cache(maxsize=8192)
def _decode(raw: bytes) -> tuple[str, bool, bool]:
    """Return the text, whether a server may refuse to decode it, and if an escape is none."""
    data = decoded(raw.replace(b"+", b" "))
    malformed = len(raw) - len(data) < _SAVED * raw.count(b"%")
    try:
        text, bad = data.decode(), malformed
    except UnicodeDecodeError:
        text, bad = data.decode("utf-8", "replace"), True
    return text, bad or "\x00" in text, malformed


@lru_cache(maxsize=4096)
def _steps(name: str) -> tuple[str, ...] | None:
    match = _NAME.fullmatch(name)
    if match is None or (not match[1] and match[2]):
        return None
    return (match[1], *_PART.findall(match[2]))


@lru_cache(maxsize=4096)
def top_name(raw: bytes) -> str | None:
    """Return the name before the brackets, None where it cannot be told for sure."""
    name, bad, _ = _decode(raw)
    steps = None if bad or not raw else _steps(name)
    return None if steps is None else steps[0]
