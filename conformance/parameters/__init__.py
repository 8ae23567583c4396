"""Parameters outside the body ↔ the request line and its headers, one file per location.

A location module has `write(parameters, values, …)` and `read(parameters, …)`. Everything here is
text, so what a text may stand for is asked of the schema (`conformance.wire.text`). What a location
cannot say raises InexpressibleError; what a server may legitimately not take is `unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from conformance.contract.model import Encoding, Json, Parameter
from conformance.schema import View
from conformance.wire import Readings
from conformance.wire.nodes import document, parsed, parts
from conformance.wire.text import MOST_READINGS, Place, joined, objects, style_of

__all__ = ["Field", "Fields", "assembled", "document", "fields_of", "parts", "text_values"]


class Field(Struct, frozen=True, eq=False, dict=True):
    """A parameter, and the place where its value stands."""

    parameter: Parameter

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.parameter.name

    @cached_property
    def place(self) -> Place:
        """What its schema says, and how arrays travel in it."""
        schema, declared = self.parameter.schema, self.parameter
        style = style_of(Encoding(declared.style, declared.explode))
        return Place(View.of(schema, schema), style=style)


Fields = Mapping[str, Field]


def fields_of(parameters: Iterable[Parameter], location: str) -> Fields:
    """Return the parameters of one location by name."""
    return {each.name: Field(each) for each in parameters if each.location == location}


def assembled(
    found: Iterable[tuple[str, list[Json], bool]], *, unreadable: bool = False
) -> Readings:
    """Return the readings of a location from what each name may stand for."""
    choices = []
    for name, values, refusable in found:
        unreadable |= refusable
        choices.append([(name, value) for value in values])
    values = objects(choices)
    complete = len(values) <= MOST_READINGS
    return Readings(tuple(values[:MOST_READINGS]), unreadable, complete)


def text_values(
    field: Field, raw: str, separator: str = ",", decode: Callable[[str], str] = str
) -> tuple[list[Json], bool]:
    """Return what one text may stand for, and whether refusing to read it is legitimate."""
    if field.place.style == "json":
        found = parsed(decode(raw))
        return found, not found
    return joined(raw, field.place, separator, decode, pairs=field.parameter.explode), False
