"""Text → the values that it may stand for: what forms, queries, paths, headers and cookies share.

Nothing on these wires says of which type a text is, so the schema is asked: `12` is a string where
one may stand, a number where one may stand, and where either may, both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice, product
from typing import Literal

from msgspec import Struct, field

from conformance.contract.model import Encoding, Json
from conformance.schema import View

Style = Literal["index", "append", "repeat", "comma", "space", "pipe", "json"]
"""How arrays travel under one name: `a[0]=x`, `a[]=x`, `a=x&a=y`, `a=x,y`, `a=x%20y`, `a=x|y`, or
as a document of their own. With `repeat` the members of an object stand beside each other."""

MOST_READINGS = 64
SEPARATORS = {"comma": ",", "space": " ", "pipe": "|"}

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LOOSE_BOOLEANS = frozenset({"True", "TRUE", "False", "FALSE", "1", "0", "on", "off", "yes", "no"})


class Absent:
    """The reading in which a name was not sent at all."""


ABSENT = Absent()


class Place(Struct, frozen=True, eq=False, dict=True):
    """Where a value stands: what the schemas say of it, and how an array travels there.

    `style` is None where the contract leaves it open. What lies below is looked up once: thousands
    of requests are read at the same places. `readings` are what was read here, by what was sent.
    """

    view: View
    declared: bool = True
    style: Style | None = "index"
    readings: dict[object, tuple[list[Json], bool]] = field(default_factory=dict)
    _members: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def types(self) -> frozenset[str]:
        """Every JSON type that may stand here."""
        return self.view.types

    @cached_property
    def _below(self) -> Style | None:
        """How arrays travel below; within a text that was split nothing is split again."""
        return "index" if self.style in SEPARATORS else self.style

    @cached_property
    def _item(self) -> Place:
        return Place(self.view.item(), style=self._below)

    def item(self) -> Place:
        """Return the place of an item."""
        return self._item

    def member(self, name: str) -> Place:
        """Return the place of the member `name`."""
        known = self._members.get(name)
        if known is None:
            known = Place(self.view.member(name), self.view.declares(name), self._below)
            if known.declared:  # others are without number
                self._members[name] = known
        return known

    @property
    def takes_array(self) -> bool:
        """Whether an array may stand here."""
        return "array" in self.types

    @property
    def takes_object(self) -> bool:
        """Whether an object may stand here."""
        return "object" in self.types


def style_of(encoding: Encoding) -> Style | None:
    """Return how arrays and objects travel, or None where the contract leaves it open.

    Style deepObject says nothing of arrays (OpenAPI 3.0.4, section 4.8.12); those who declare it
    for one read indices and empty brackets. Delimiters with `explode` have no meaning there.
    """
    match encoding.style, encoding.explode:
        case "deepObject", _:
            return "index"
        case "brackets", _:
            return "append"
        case "form", explode:
            return "repeat" if explode else "comma"
        case "spaceDelimited", False:
            return "space"
        case "pipeDelimited", False:
            return "pipe"
        case style, _:
            return "json" if style == "application/json" or style.endswith("+json") else None


def text_of(value: Json) -> str:
    """Return the text of a scalar; null is written as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


# --- reading --------------------------------------------------------------------------------------


def scalars(text: str, place: Place) -> list[Json]:
    """Return the scalars that `text` may stand for; empty text may be "", null or absent."""
    if text == "":
        return ["", None, ABSENT] if place.declared else ["", None]
    types = place.types
    values: list[Json] = []
    number = _NUMBER.fullmatch(text)
    if types & {"integer", "number"} and number:
        values.append(int(text) if number[2] is None and number[3] is None else float(text))
    if "boolean" in types and text in ("true", "false"):
        values.append(text == "true")
    strict = bool(values)
    loose = (types & {"integer", "number"} and _loose_number(text)) or (
        "boolean" in types and text in _LOOSE_BOOLEANS
    )
    # No standard says how numbers are spelled in text: who knows no exponent reads a text.
    spelled = number is not None and number[3] is not None
    if "string" in types or not strict or not types or spelled:
        values.append(text)
    if loose and not strict:
        values.append(_loose_value(text, types))
    return values


def lists(choices: list[list[Json]]) -> list[Json]:
    """Return the lists that may be meant; one more than the most shows that there are more."""
    return [
        [value for value in values if value is not ABSENT]
        for values in islice(product(*choices), MOST_READINGS + 1)
    ]


def objects(choices: list[list[tuple[str, Json]]]) -> list[Json]:
    """Return the objects that may be meant, from the choices for each member."""
    only: dict[str, Json] = {}
    for each in choices:
        if len(each) != 1:
            break
        ((name, value),) = each
        if value is not ABSENT:
            only[name] = value
    else:
        return [only]
    return [
        {name: value for name, value in members if value is not ABSENT}
        for members in islice(product(*choices), MOST_READINGS + 1)
    ]


def joined(
    raw: str,
    place: Place,
    separator: str,
    decode: Callable[[str], str],
    *,
    pairs: bool = False,
) -> list[Json]:
    """Return what one text may stand for in which items or members are joined by `separator`.

    A server may split before it decodes or after; a blank and `|` are always encoded, so only
    after. `pairs` says that members read `name=value`; else name and value take turns.
    """
    splits = [[decode(part) for part in raw.split(separator)], decode(raw).split(separator)]
    if splits[0] == splits[1] or separator in " |":
        del splits[0]
    found: list[Json] = []
    for parts in splits:
        if place.takes_array:
            found += lists([scalars(part, place.item()) for part in parts])
        if place.takes_object:
            found += _members(parts, place, pairs=pairs)
    if not found or place.types - {"array", "object"} or not place.types:
        found += scalars(decode(raw), place)
    if raw == "":
        found += [ABSENT]
    return found


def _members(parts: list[str], place: Place, *, pairs: bool) -> Iterator[Json]:
    if pairs and all("=" in part for part in parts):
        named = [(part.partition("=")[0], part.partition("=")[2]) for part in parts]
    elif not pairs and len(parts) % 2 == 0:
        named = [*zip(parts[::2], parts[1::2], strict=True)]
    else:
        return
    choices = [[(name, each) for each in scalars(text, place.member(name))] for name, text in named]
    yield from objects(choices)


def _loose_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return not _NUMBER.fullmatch(text)


def _loose_value(text: str, types: frozenset[str]) -> Json:
    if "boolean" in types and text in _LOOSE_BOOLEANS:
        return text.lower() in ("true", "1", "on", "yes")
    value = float(text)
    if not math.isfinite(value):
        return 0  # some number: what a server makes of it is open
    return int(value) if value.is_integer() else value
