"""What several schemas say together: each keyword taken into one `Flat`.

A flat schema is for building values, never for judging them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import lcm
from typing import Any

from msgspec import Struct, field

from conformance.contract.model import Json
from conformance.formats import encoding_of
from conformance.schema import type_of

Part = Mapping[str, Json]

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


class Flat(Struct):
    """What several schemas say together.

    `types` are those allowed; `enum` None where any value may be; `low` and `high` come with
    whether the limit itself is excluded; `steps` are what a number must be a multiple of.
    """

    types: frozenset[str] = frozenset(TYPES)
    enum: list[Json] | None = None
    low: tuple[Decimal, bool] | None = None
    high: tuple[Decimal, bool] | None = None
    steps: list[Decimal] = field(default_factory=list)
    min_length: int = 0
    max_length: int | None = None
    patterns: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    min_items: int = 0
    max_items: int | None = None
    unique: bool = False
    min_properties: int = 0
    max_properties: int | None = None
    required: dict[str, None] = field(default_factory=dict)
    names: list[Json] = field(default_factory=list)
    contains: list[Part] = field(default_factory=list)
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dependent: dict[str, list[Json]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    shown: list[Json] = field(default_factory=list)

    @property
    def step(self) -> Decimal | None:
        """The one step that all steps divide; None where there is none."""
        if not self.steps:
            return None
        scale = max(-min(int(each.normalize().as_tuple().exponent), 0) for each in self.steps)
        whole = [int(each.scaleb(scale)) for each in self.steps]
        return Decimal(lcm(*whole)).scaleb(-scale)

    def declared(self) -> dict[str, None]:
        """Return the names that `properties` declare, in order."""
        return {name: None for part in self.parts for name in part.get("properties", ())}

    def member(self, name: str) -> list[Json]:
        """Return the schemas of the member `name`, declared or not."""
        return [schema for part in self.parts for schema in members_of(part, name)]

    def item(self, index: int) -> list[Json]:
        """Return the schemas of the item at `index`."""
        return [schema for part in self.parts for schema in items_of(part, index)]


def members_of(part: Part, name: str) -> list[Json]:
    """Return what `part` says of its member `name` (JSON Schema Core 2020-12, section 10.3.2)."""
    found = []
    if name in part.get("properties", ()):
        found.append(part["properties"][name])
    if part.get("patternProperties"):
        from conformance.validation import matches  # noqa: PLC0415  (rarely needed)

        found += [
            each for pattern, each in part["patternProperties"].items() if matches(pattern, name)
        ]
    if not found and "additionalProperties" in part:
        found.append(part["additionalProperties"])
    if not found and isinstance(part.get("unevaluatedProperties"), Mapping):
        found.append(part["unevaluatedProperties"])
    return found


def items_of(part: Part, index: int) -> list[Json]:
    """Return what `part` says of its item at `index` (JSON Schema Core 2020-12, 10.3.1)."""
    prefix = part.get("prefixItems", ())
    if index < len(prefix):
        return [prefix[index]]
    rest = part.get("items", part.get("unevaluatedItems"))
    return [] if rest is None else [rest]


def together(parts: list[Part]) -> Flat | None:
    """Return what `parts` say together, None where nothing can fit all of them."""
    flat = Flat(parts=parts)
    for part in parts:
        if not _take(flat, part):
            return None
    if flat.enum is not None:
        flat.enum = [each for each in flat.enum if _is_of(each, flat.types)]
    return None if not flat.types or flat.enum == [] else flat


def _take(flat: Flat, part: Part) -> bool:
    for keyword, value in part.items():
        taker = _TAKERS.get(keyword)
        if taker is not None:
            taker(flat, value)
    return True


def _is_of(value: Json, types: frozenset[str]) -> bool:
    kind = type_of(value)
    return kind in types or (kind == "integer" and "number" in types)


def _types(flat: Flat, value: Json) -> None:
    named = {value} if isinstance(value, str) else set(value)
    named |= {"integer"} if "number" in named else set()
    flat.types &= named


def _members(flat: Flat, value: list[Json]) -> None:
    if flat.enum is None:
        flat.enum = [*value]
    else:
        flat.enum = [each for each in flat.enum if any(same(each, other) for other in value)]


def same(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON: true is not 1 (JSON Schema Core 2020-12, 4.2.2)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def decimal(value: Json) -> Decimal:
    """Return a JSON number as it is written."""
    return Decimal(str(value))


def _low(flat: Flat, value: Json, *, excluded: bool = False) -> None:
    new = (decimal(value), excluded)
    flat.low = new if flat.low is None else max(flat.low, new)


def _high(flat: Flat, value: Json, *, excluded: bool = False) -> None:
    new = (decimal(value), not excluded)
    old = None if flat.high is None else (flat.high[0], not flat.high[1])
    low = new if old is None else min(old, new)
    flat.high = (low[0], not low[1])


def _most(name: str) -> Any:  # noqa: ANN401  (a function)
    def take(flat: Flat, value: Json) -> None:
        old = getattr(flat, name)
        setattr(flat, name, value if old is None else min(old, value))

    return take


def _least(name: str) -> Any:  # noqa: ANN401  (a function)
    def take(flat: Flat, value: Json) -> None:
        setattr(flat, name, max(getattr(flat, name), value))

    return take


def _added(name: str) -> Any:  # noqa: ANN401  (a function)
    def take(flat: Flat, value: Json) -> None:
        getattr(flat, name).append(value)

    return take


def _depend(flat: Flat, value: Mapping[str, Json]) -> None:
    for name, names in value.items():
        flat.together[name] = (*flat.together.get(name, ()), *names)


def _depend_schemas(flat: Flat, value: Mapping[str, Json]) -> None:
    for name, schema in value.items():
        flat.dependent.setdefault(name, []).append(schema)


def _encode(flat: Flat, schema: Part) -> None:
    flat.formats += filter(None, [encoding_of(schema)])


_TAKERS: Mapping[str, Any] = {
    "type": _types,
    "enum": _members,
    "const": lambda flat, value: _members(flat, [value]),
    "minimum": _low,
    "maximum": _high,
    "exclusiveMinimum": lambda flat, value: _low(flat, value, excluded=True),
    "exclusiveMaximum": lambda flat, value: _high(flat, value, excluded=True),
    "multipleOf": lambda flat, value: flat.steps.append(decimal(value)),
    "minLength": _least("min_length"),
    "maxLength": _most("max_length"),
    "pattern": _added("patterns"),
    "format": _added("formats"),
    "contentEncoding": lambda flat, value: _encode(flat, {"contentEncoding": value}),
    "contentMediaType": lambda flat, value: _encode(flat, {"contentMediaType": value}),
    "minItems": _least("min_items"),
    "maxItems": _most("max_items"),
    "uniqueItems": lambda flat, value: setattr(flat, "unique", flat.unique or value is True),
    "minProperties": _least("min_properties"),
    "maxProperties": _most("max_properties"),
    "required": lambda flat, value: flat.required.update(dict.fromkeys(value)),
    "propertyNames": _added("names"),
    "dependentRequired": _depend,
    "dependentSchemas": _depend_schemas,
    "example": _added("shown"),
    "default": _added("shown"),
}
