"""Instance locations with the schemas that hold at them, and how people call them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from conformance import pointer
from conformance.contract.model import Json
from conformance.flat import members_of
from conformance.message import BODY, ITEM
from conformance.obligation import Change, Index, Put, With


class Uncovered(Struct, frozen=True):
    """A keyword in the contract that no request tests, and why.

    `spoken` says that another clause speaks for it, so that nothing is left open.
    """

    keyword: str
    path: tuple[str, ...]
    pointer: str
    value: Json
    reason: str
    trail: tuple[str, ...] = ()
    spoken: bool = False


class Part(Struct, frozen=True):
    """A schema that holds at a location: `fresh` ones get sites, the others are known by then."""

    schema: Mapping[str, Json]
    trail: tuple[str, ...]
    place: str
    fresh: bool = True
    spoken: Mapping[str, str] = field(default_factory=dict)
    lens: Any = None


class Spot(Struct, frozen=True):
    """An instance location with all that holds there, and how to get there in any body."""

    path: tuple[str, ...]
    parts: tuple[Part, ...]
    settings: tuple[tuple[tuple[str, ...], Json], ...] = ()
    samples: Mapping[tuple[str, ...], Json] = field(default_factory=dict)
    above: tuple[int, ...] = ()
    neighbours: tuple[str, ...] = ()
    whole: tuple[Json, ...] = ()


def words_of(path: tuple[str, ...]) -> str:
    """Return words for a place in a message: `account`, `limit in the query`, `the body`."""
    if path[0] == BODY:
        return name_of(path[1:])
    return f"{name_of(path[1:])} in the {path[0]}" if path[1:] else f"the {path[0]}"


def name_of(path: tuple[str, ...]) -> str:
    """Return words for an instance location: `account`, `each item of expand`, `the body`."""
    if not path:
        return "the body"
    if path[-1] == ITEM:
        return f"each item of {name_of(path[:-1])}"
    if isinstance(path[-1], Index):
        return f"item {path[-1]} of {name_of(path[:-1])}"
    inner = [step for step in path if step != ITEM]
    plain = ITEM not in path and not any(isinstance(step, Index) for step in path)
    return ".".join(inner) if plain else f"{path[-1]} of {name_of(path[:-1])}"


def ways(schema: Mapping[str, Json], name: str) -> Iterator[tuple[str, str, Json]]:
    """Yield the steps of id and pointer by which `schema` may govern the member `name`."""
    if name in schema.get("properties", ()):
        yield name, pointer.join("properties", name), schema["properties"][name]
    for pattern, each in schema.get("patternProperties", {}).items():
        yield f"patternProperties.{pattern}", pointer.join("patternProperties", pattern), each
    if "additionalProperties" in schema:
        yield "additionalProperties", "additionalProperties", schema["additionalProperties"]


def is_extra(name: str, schema: Mapping[str, Json]) -> bool:
    """Whether nothing but `additionalProperties` governs the member `name`."""
    return [*map(id, members_of(schema, name))] == [id(schema["additionalProperties"])]


def spoken(
    schema: Json, spot: Spot, trail: tuple[str, ...], place: str, reason: str, depth: int = 0
) -> Iterator[Uncovered]:
    """Yield every keyword inside a schema that speaks through the one that holds it."""
    if not isinstance(schema, Mapping) or depth > 4:  # noqa: PLR2004  (deeper ones are the same)
        return
    for name, value in schema.items():
        at = pointer.join(place, name)
        yield Uncovered(name, spot.path, at, value, reason, trail, spoken=True)
        inner = value.items() if name in ("properties", "patternProperties") else ()
        for key, each in inner:
            steps = (*trail, key if name == "properties" else f"{name}.{key}")
            yield from spoken(each, spot, steps, pointer.join(at, key), reason, depth + 1)
        for index, each in enumerate(value if isinstance(value, list) else ()):
            steps = (*trail, f"{name}.{index}")
            yield from spoken(each, spot, steps, f"{at}/{index}", reason, depth + 1)
        if isinstance(value, Mapping) and name not in ("properties", "patternProperties"):
            step = ITEM if name == "items" else name
            yield from spoken(value, spot, (*trail, step), at, reason, depth + 1)


class Renamed(Struct, frozen=True):
    """A change of a name: the object gets a member that is named like that."""

    fill: Json
    change: Change

    def __call__(self, value: Json) -> Json:
        """Return the object with one more member."""
        name = self.change.new if isinstance(self.change, Put) else self.change("name")
        if not isinstance(name, str):
            return value
        return With({name: self.fill})(value)
