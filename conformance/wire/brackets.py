"""Form text → names with what was sent under them; brackets make trees (URL Standard, section 5.1).

Nothing is typed here: texts stay texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from conformance.percent import decoded

_NAME = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


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
    tree: dict[str, Node] = {}
    clean: dict[str, Node] = {}
    unreadable = odd = False
    for pair in data.split(b"&"):
        if not pair:
            unreadable |= bool(data)
            continue
        raw_name, _, raw_text = pair.partition(b"=")
        name, bad_name = _decode(raw_name)
        text, bad_text = _decode(raw_text)
        unreadable |= bad_name or bad_text
        steps = [name] if name in literal else _steps(name)
        if steps is None:
            odd = unreadable = True
            _take(tree.setdefault(name, Node()), text, raw_text)
            continue
        malformed = bool(_BAD_PERCENT.search(pair))
        odd |= malformed
        for target in (tree,) if malformed else (tree, clean):
            node = target.setdefault(steps[0], Node())
            for step in steps[1:]:
                node = node.children.setdefault(step, Node())
            _take(node, text, raw_text)
    return tree, clean if odd else None, unreadable


def _take(node: Node, text: str, raw: bytes) -> None:
    node.texts.append(text)
    node.raws.append(raw.decode("latin-1"))


@lru_cache(maxsize=8192)
def _decode(raw: bytes) -> tuple[str, bool]:
    """Return the text, and whether a server may refuse to decode it."""
    data = decoded(raw.replace(b"+", b" "))
    text = data.decode("utf-8", "replace")
    bad = bool(_BAD_PERCENT.search(raw)) or "\x00" in text or _not_utf8(data)
    return text, bad


def _not_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _steps(name: str) -> list[str] | None:
    match = _NAME.fullmatch(name)
    if match is None or (not match[1] and match[2]):
        return None
    return [match[1], *_PART.findall(match[2])]


@lru_cache(maxsize=4096)
def top_name(raw: bytes) -> str | None:
    """Return the name before the brackets, None where it cannot be told for sure."""
    name, bad = _decode(raw)
    steps = None if bad or not raw else _steps(name)
    return None if steps is None else steps[0]
