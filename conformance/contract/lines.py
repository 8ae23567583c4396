"""JSON Pointer → the line of a document that it points at, for whoever reads reports beside it.

JSON is walked down to the places asked for; what lies beside them is skipped by the decoder's C
code. YAML is read event by event. Nothing here judges the document: it was read before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from conformance.pointer import tokens

_BLANK = re.compile(r"[ \t\n\r]*")
_SKIP = json.JSONDecoder().raw_decode

Tree = dict[str, "Tree"]


def lines(text: str, pointers: Iterable[str]) -> Mapping[str, int]:
    """Return the line, from 1, where the member or item of each pointer begins in `text`.

    A pointer that leads nowhere is left out: a document completed by another one has such.
    """
    tree: Tree = {}
    wanted = dict.fromkeys(pointers)
    for each in wanted:
        node = tree
        for step in tokens(each):
            node = node.setdefault(step, {})
    found: dict[tuple[str, ...], int] = {}
    if text.lstrip()[:1] in ("{", "["):
        found[()] = _end(text, 0)
        _Json(text, found).value(found[()], tree, ())
        found = _counted(text, found)
    else:
        _yaml(text, tree, found)
    return {each: found[path] for each in wanted if (path := tokens(each)) in found}


def _counted(text: str, found: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Turn indices into lines, counting each part of the text once."""
    line, last, counted = 1, 0, {}
    for path, index in sorted(found.items(), key=lambda each: each[1]):
        line += text.count("\n", last, index)
        last = index
        counted[path] = line
    return counted


def _end(text: str, index: int) -> int:
    blank = _BLANK.match(text, index)
    return blank.end() if blank else index


class _Json(Struct):
    text: str
    found: dict[tuple[str, ...], int]

    def value(self, index: int, tree: Tree, path: tuple[str, ...]) -> int:
        """Walk the value that begins at `index`; return where it ends."""
        opening = self.text[index]
        if not tree or opening not in "{[":
            return int(_SKIP(self.text, index)[1])
        number = 0
        index = _end(self.text, index + 1)
        while self.text[index] not in "}]":
            begin, name = index, str(number)
            if opening == "{":
                name, index = _SKIP(self.text, index)
                index = _end(self.text, _end(self.text, index) + 1)
            below = tree.get(name)
            if below is not None:
                self.found[*path, name] = begin
            index = _end(self.text, self.value(index, below or {}, (*path, name)))
            if self.text[index] == ",":
                index = _end(self.text, index + 1)
            number += 1
        return index + 1


class _Open(Struct):
    """A collection still being read; `tree` is None where nothing below it is wanted."""

    tree: Tree | None
    path: tuple[str, ...]
    keyed: bool
    key: str | None = None
    number: int = 0


def _yaml(text: str, tree: Tree, found: dict[tuple[str, ...], int]) -> None:
    import yaml  # noqa: PLC0415  (only for a document in YAML)

    found[()] = 1
    stack: list[_Open] = []
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        if not isinstance(event, yaml.NodeEvent) or event.start_mark is None:
            continue
        line = event.start_mark.line + 1
        top = stack[-1] if stack else None
        if top is not None and top.keyed and top.key is None:
            top.key = str(getattr(event, "value", ""))
            if top.tree is not None and top.key in top.tree:
                found[*top.path, top.key] = line
            continue
        path, below = _enter(top, tree)
        if top is not None and not top.keyed and below is not None:
            found[path] = line
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open(below, path, isinstance(event, yaml.MappingStartEvent)))


def _enter(top: _Open | None, tree: Tree) -> tuple[tuple[str, ...], Tree | None]:
    """Return the path of the value that begins now, and what is wanted below it."""
    if top is None:
        return (), tree
    name = str(top.key) if top.keyed else str(top.number)
    top.key, top.number = None, top.number + 1
    return (*top.path, name), top.tree.get(name) if top.tree is not None else None
