"""Contract → sites: every schema object of a message with the instance location it governs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance import pointer
from conformance.codec import BODY, Codec
from conformance.contract.model import Json
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


def walk(
    codec: Codec, known_names: tuple[str, ...] = (), schema: Mapping[str, Json] | None = None
) -> Iterator[Site | Uncovered]:
    """Yield every site of a message in the contract's order, and what lies beyond reach.

    `known_names` are names that the body does not know and that a server may. `schema` is a
    version of the schema of messages; the contract's own where there is none.
    """
    if isinstance(codec.content.schema, Mapping):
        root, place = schema or codec.schema, codec.content.pointer
        yield from _walk(root["properties"][BODY], root, (BODY,), place, known_names, ())


def words_of(path: tuple[str, ...]) -> str:
    """Return words for a place in a message."""
    return name_of(path[1:])


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
    if isinstance(schema, Mapping) and "$ref" in schema and len(path) > _DEPTH:
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
    yield Site(schema, path, place, words_of(path), sample, neighbours, known_names)
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
