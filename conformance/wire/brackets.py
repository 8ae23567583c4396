"""Form text → names with what was sent under them; brackets make trees (URL Standard, section 5.1).

Nothing is typed here: texts stay texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from conformance.percent import decoded

_NAME = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_SAVED = len("%41") - len("A")
"""So much shorter does each escape become that is one."""


_IS_PLAIN = attrgetter("plain")


class Pair(Struct, frozen=True, eq=False):
    """One pair, decoded. `steps` are those of its name, None where the brackets do not close.

    `raw` is the text as it was sent. `bad` says that a server may refuse to decode it, `malformed`
    that an escape is none, `plain` that nothing is odd about it. The same octets are the same
    object, as long as they are remembered.
    """

    name: str
    steps: tuple[str, ...] | None
    text: str
    raw: str
    bad: bool
    malformed: bool
    plain: bool

    @property
    def unbracketed(self) -> Pair:
        """The pair whose brackets, if any, are part of its name."""
        return self if self.steps == (self.name,) else replace(self, steps=(self.name,))


class Node:
    """What was sent under one name: texts of its own, and children in brackets.

    `pairs` are all of it, in the order of sending; their first `depth` steps led here.
    """

    __slots__ = ("depth", "pairs")

    def __init__(self, pairs: tuple[Pair, ...], depth: int = 1) -> None:
        self.pairs = pairs
        self.depth = depth

    def parted(self) -> tuple[list[Pair], dict[str, Node]]:
        """Return the pairs that are texts of its own, and what was sent under each name inside."""
        if len(self.pairs) == 1:
            (pair,) = self.pairs
            steps = pair.steps or ()
            if len(steps) <= self.depth:
                return [pair], {}
            return [], {steps[self.depth]: Node(self.pairs, self.depth + 1)}
        own, deeper = list[Pair](), list[Pair]()
        for pair in self.pairs:
            (own if len(pair.steps or ()) <= self.depth else deeper).append(pair)
        return own, _by_step(deeper, self.depth)


def _by_step(pairs: Iterable[Pair], depth: int) -> dict[str, Node]:
    """Return the nodes of `pairs`, all of which have a step at `depth`."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault((pair.steps or ())[depth], []).append(pair)
    return {step: Node(tuple(each), depth + 1) for step, each in found.items()}


def trees(
    data: bytes, literal: frozenset[str] = frozenset()
) -> tuple[dict[str, Node], dict[str, Node] | None, bool]:
    """Return what was sent by name, and whether refusing to read it is legitimate.

    `literal` are names whose brackets are part of them: `page[size]`, `ids[]`.
    The second tree is without the names whose brackets do not close and without malformed
    percent-encoding, which some decoders drop; None where there is neither.
    """
    sent = data.split(b"&")
    found = [pair_of(each) for each in sent if each]
    unreadable = len(found) < len(sent) and bool(data)
    bracketed = [each.name for each in found if each.steps != (each.name,)] if literal else ()
    if literal.isdisjoint(bracketed) and all(map(_IS_PLAIN, found)):
        return _by_step(found, 0), None, unreadable
    pairs, clean = list[Pair](), list[Pair]()
    for each in found:
        known = each.name in literal
        unclosed = each.steps is None and not known
        unreadable |= each.bad or unclosed
        pair = each.unbracketed if unclosed or known else each
        pairs.append(pair)
        if not (each.malformed or unclosed):
            clean.append(pair)
    odd = len(clean) < len(pairs)
    return _by_step(pairs, 0), _by_step(clean, 0) if odd else None, unreadable


@lru_cache(maxsize=4096)
def pair_of(data: bytes) -> Pair:
    """Read one pair; requests share most of theirs."""
    raw_name, _, raw_text = data.partition(b"=")
    name, bad_name, odd_name = _decode(raw_name)
    text, bad_text, odd_text = _decode(raw_text)
    raw = raw_text.decode("latin-1")
    steps = _steps(name)
    bad, malformed = bad_name or bad_text, odd_name or odd_text
    return Pair(name, steps, text, raw, bad, malformed, plain=steps is not None and not bad)


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
