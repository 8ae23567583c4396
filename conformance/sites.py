"""Contract → sites: every schema object of a body with the instance location that it governs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance import pointer
from conformance.contract.model import Content, Json
from conformance.example import NoExampleError, smallest
from conformance.obligation import ITEM, Site
from conformance.schema import dereference

_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A keyword in the contract that no request tests, and why."""

    keyword: str
    path: tuple[str, ...]
    pointer: str
    value: Json
    reason: str


def walk(content: Content, known_names: tuple[str, ...] = ()) -> Iterator[Site | Uncovered]:
    """Yield every site of `content.schema` in the contract's order, and what lies beyond reach."""
    if isinstance(content.schema, Mapping):
        yield from _walk(content.schema, content.schema, (), content.pointer, known_names, ())


def name_of(path: tuple[str, ...]) -> str:
    """Return words for an instance location: `account`, `each item of expand`, `the body`."""
    if not path:
        return "the body"
    if path[-1] == ITEM:
        return f"each item of {name_of(path[:-1])}"
    inner = [step for step in path if step != ITEM]
    return ".".join(inner) if ITEM not in path else f"{path[-1]} of {name_of(path[:-1])}"


def _walk(
    schema: Json,
    root: Json,
    path: tuple[str, ...],
    place: str,
    known_names: tuple[str, ...],
    neighbours: tuple[str, ...],
) -> Iterator[Site | Uncovered]:
    if isinstance(schema, Mapping) and "$ref" in schema and len(path) >= _DEPTH:
        yield Uncovered("$ref", path, place, schema["$ref"], "the schema contains itself")
        return
    schema = dereference(schema, root)
    if not isinstance(schema, Mapping):
        return
    try:
        sample = smallest(schema, root)
    except NoExampleError as problem:
        for name, value in schema.items():
            yield Uncovered(name, path, pointer.join(place, name), value, str(problem))
        return
    yield Site(schema, path, place, name_of(path), sample, neighbours, known_names)
    yield from _below(schema, root, path, place)


def _below(
    schema: Mapping[str, Json], root: Json, path: tuple[str, ...], place: str
) -> Iterator[Site | Uncovered]:
    properties = schema.get("properties", {})
    members = {
        name: next(
            (m for m in dereference(child, root).get("enum", ()) if isinstance(m, str) and m), None
        )
        for name, child in properties.items()
        if isinstance(child, Mapping)
    }
    for name, child in properties.items():
        others = tuple(text for other, text in members.items() if text and other != name)
        below = pointer.join(place, "properties", name)
        yield from _walk(child, root, (*path, name), below, (), others)
    if isinstance(schema.get("items"), Mapping):
        yield from _walk(schema["items"], root, (*path, ITEM), f"{place}/items", (), ())
