"""The clauses of what is sent: each by its name, with its way from the root of its schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from conformance.reference.idle import is_idle
from conformance.reference.keywords import CHECKS
from conformance.reference.loosened import BY_INDEX, BY_NAME, without
from conformance.reference.schema import UNEVALUATED, Checker, Path
from conformance.reference.wider import is_wider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json

_ONE = ("items", "additionalProperties", "propertyNames", "then", "else")
_AGAIN = 2
"""How often one definition is looked into on one way: who forgets its rules forgets them all."""

_BREAKABLE = (*CHECKS, *UNEVALUATED, "format")


def demands(
    schema: Json, name: str, path: Path, checker: Checker, depth: int, *, branch: bool = False
) -> Iterator[tuple[str, Path]]:
    """Yield the clauses below `schema`: their name, and their way from the root, keyword last.

    The way through a reference has the step `$ref`. A `branch` of anyOf or oneOf has no type of its
    own to break: what no branch takes breaks the anyOf.
    """
    if not isinstance(schema, dict) or depth == 0 or schema.get("readOnly"):
        return  # what a server does with readOnly members that are sent is its own affair
    if "$ref" in schema and not _is_again(path, schema, checker):
        way = (*path, "$ref")
        yield from demands(checker.resolve(schema), name, way, checker, depth - 1, branch=branch)
    for keyword in _BREAKABLE:
        if keyword == "required":
            for each in schema.get("required", ()):
                yield f"{name}/{safe(each)}/required", (*path, "required", each)
        elif (
            keyword in schema
            and not is_idle(keyword, schema)
            and not (branch and keyword == "type")
            and not (keyword == "anyOf" and _takes_all(schema, checker))
        ):
            yield f"{name}/{keyword}", (*path, keyword)
    if schema.get("items") is False:
        yield f"{name}/items", (*path, "items")
    for each, below in schema.get("properties", {}).items():
        if below is False:
            yield f"{name}/{safe(each)}/properties", (*path, "properties", each)
    yield from _below(schema, name, path, checker, depth - 1, branch=branch)


def _is_again(path: Path, schema: Json, checker: Checker) -> bool:
    """Whether the way through the root to a reference has led into its definition often enough."""
    target, here = checker.resolve(schema), checker.root
    times = int(here is target)
    for step in path:
        here = checker.resolve(here) if step == "$ref" else here[step]
        times += step == "$ref" and here is target
    return times >= _AGAIN


def _takes_all(schema: Json, checker: Checker) -> bool:
    """Whether one branch of `anyOf` takes all that the schema takes without it."""
    rest = {keyword: each for keyword, each in schema.items() if keyword != "anyOf"}
    return any(is_wider(checker, each, rest) for each in schema["anyOf"])


def _below(
    schema: Json, name: str, path: Path, checker: Checker, depth: int, *, branch: bool
) -> Iterator[tuple[str, Path]]:
    for keyword in BY_NAME:
        for each, below in schema.get(keyword, {}).items():
            step = safe(each if keyword == "properties" else f"{keyword}.{each}")
            way = (*path, keyword, each)
            yield from demands(below, f"{name}/{step}", way, checker, depth)
    for keyword in BY_INDEX:
        for index, below in enumerate(schema.get(keyword, ())):
            inner = keyword in ("anyOf", "oneOf") or (branch and keyword == "allOf")
            way = (*path, keyword, index)
            here = f"{name}/{keyword}.{index}"
            sites = demands(below, here, way, checker, depth, branch=inner)
            others = [*schema[keyword][:index], *schema[keyword][index + 1 :]]
            for site, whole in sites:
                # What a branch takes wrongly is no fault where another one takes it by right.
                changed = keyword == "anyOf" and without(below, whole[len(way) :], checker)
                if keyword != "anyOf" or not any(is_wider(checker, o, changed) for o in others):
                    yield site, whole
    for keyword in _ONE:
        way = (*path, keyword)
        yield from demands(schema.get(keyword), f"{name}/{keyword}", way, checker, depth)


def safe(text: str) -> str:
    """Return a name as it stands in the ids of clauses: in letters that a shell passes on."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", text)
    return (
        plain if plain == text and text else f"{plain}-{crc32(text.encode('utf-8', 'replace')):08x}"
    )
