"""Body → bytes, bytes → readings; one file per media type, found by being there.

A module of this package serves the media type that its constant MEDIA_TYPE names, with two pure
functions: `encode(body, content, spelling)` and `read(data, content)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, NamedTuple

from msgspec import Struct

from conformance.contract.model import Content, Json


class InexpressibleError(Exception):
    """The body cannot be written in this media type; the message says why."""


class Spelling(NamedTuple):
    """How to write a body where the media type leaves a choice.

    `arrays` None means as the contract says.
    """

    arrays: Literal["index", "append", "repeat"] | None = None
    encoded_brackets: bool = False
    space: Literal["+", "%20"] = "+"


class Readings(NamedTuple):
    """Every value that a server may legitimately decode from what was sent.

    `unreadable` says that refusing to decode them is legitimate too. `complete` is False where
    there are more readings than were listed; then nothing may be concluded.
    """

    values: tuple[Json, ...]
    unreadable: bool = False
    complete: bool = True


class Wire(Struct, frozen=True):
    """A media type with its two functions; `label` is what the content-type header says."""

    media_type: str
    encode: Callable[[Json, Content, Spelling], bytes]
    read: Callable[[bytes, Content], Readings]
    label: Callable[[Content], str]


@cache
def wires() -> Mapping[str, Wire]:
    """Return every wire by media type."""
    found = {}
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        if hasattr(module, "MEDIA_TYPE"):
            label = getattr(module, "label", _plain)
            found[module.MEDIA_TYPE] = Wire(module.MEDIA_TYPE, module.encode, module.read, label)
    return found


def _plain(content: Content) -> str:
    return content.media_type


def wire_of(media_type: str) -> Wire | None:
    """Return the wire that serves `media_type`: its own, or that of its suffix `+json`.

    What is built on JSON says so by that suffix (RFC 6839, section 3.1).
    """
    known = wires().get(media_type)
    if known is None and media_type.endswith("+json"):
        return wires()["application/json"]
    return known
