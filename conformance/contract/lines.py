"""JSON Pointer → the line of a document that it points at, for whoever reads reports beside it.

JSON is walked down to the places asked for; what lies beside them is skipped by the decoder's C
code. YAML is read event by event. Nothing here judges the document: it was read before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from conformance.contract.model import Json
from conformance.contract.read import read_value
from conformance.pointer import tokens

_BLANK = re.compile(r"[ \t\n\r]*")
_SKIP = json.JSONDecoder().raw_decode

Tree = dict[str, "Tree"]
Path = tuple[str, ...]

_HOPS = 32
"""So many references are followed from one place."""


def lines(text: str, pointers: Iterable[str]) -> Mapping[str, int]:
    """Return the line, from 1, where the member or item of each pointer begins in `text`.

    A pointer may lead through references, to what they stand for. One that leads nowhere is left
    out: a document completed by another one has such.
    """
    wanted = dict.fromkeys(pointers)
    own = {each: tokens(each) for each in wanted}
    if "$ref" in text:
        document = read_value(text, "")
        own = {each: _behind(document, path) for each, path in own.items()}
    found = _found(text, own.values())
    return {each: found[path] for each, path in own.items() if path in found}


def _behind(document: Json, path: Path) -> Path:
    """Return where the place that `path` leads to stands, references followed on the way."""
    at: Path = ()
    node = document
    for step in path:
        for _ in range(_HOPS):
            if not isinstance(node, dict) or step in node or not _is_local(node.get("$ref")):
                break
            at = tokens(unquote(node["$ref"][1:]))
            node = _at(document, at)
        at, node = (*at, step), _child(node, step)
    return at


def _is_local(reference: Json) -> bool:
    return isinstance(reference, str) and reference.startswith("#/")


def _at(document: Json, path: Path) -> Json:
    for step in path:
        document = _child(document, step)
    return document


def _child(node: Json, step: str) -> Json:
    if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
        return node[int(step)]
    return node.get(step) if isinstance(node, dict) else None


def _found(text: str, wanted: Iterable[Path]) -> Mapping[Path, int]:
    """Return the lines of those of the places `wanted` that are there."""
    tree: Tree = {}
    for path in wanted:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
    found: dict[tuple[str, ...], int] = {}
    if text.lstrip()[:1] in ("{", "["):
        found[()] = _end(text, 0)
        _Json(text, found).value(found[()], tree, ())
        found = _counted(text, found)
    else:
        _yaml(text, tree, found)
    return found


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
