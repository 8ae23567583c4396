"""multipart/form-data (RFC 7578; OpenAPI 3.0.4, section 4.8.15).

A text travels as text/plain, an object as application/json, a binary string as a file, and each
item of an array in a part of its own, unless the contract gives the property another media type.

Headers that the contract requires of a part go along with a valid value. Nothing is owed to a part
that lacks them: none but those of type and disposition mean anything there (RFC 7578, section 4.8).

A style is of forms alone in OpenAPI 3.0, and of parts as well from 3.1 on: where a contract states
one for an array or an object, either is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from conformance.errors import NoExampleError
from conformance.schema import Same, View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.nodes import document, parsed, parts, plain
from conformance.wire.text import ABSENT, MOST_READINGS, Place, lists, scalars

if TYPE_CHECKING:
    from conformance.contract.model import Content, Header, Json

MEDIA_TYPE = "multipart/form-data"
BOUNDARY = "conformance-boundary"

_FILE = "application/octet-stream"
_PART = re.compile(rb'.*?;\s*name="([^"]*)"(?:;\s*filename="[^"]*")?\s*$', re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_NAME = re.compile(r"[^\"\r\n%\\]+")


def label(content: Content) -> str:
    """Return the value of the content-type header."""
    return f"{content.media_type}; boundary={BOUNDARY}"


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:  # noqa: ARG001  (one choice)
    """Return `body` as parts.

    Raises InexpressibleError for a body that is no object, for an empty array, for names that a
    header cannot quote and for a text that holds the boundary.
    """
    if not isinstance(body, dict):
        raise InexpressibleError("a form is always an object")
    try:
        parts = [part for name, value in body.items() for part in _parts(name, value, content)]
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem
    if any(BOUNDARY.encode() in part for part in parts):
        raise InexpressibleError("the text holds the boundary of the parts")
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _parts(name: str, value: Json, content: Content) -> Iterator[bytes]:
    if not _NAME.fullmatch(name):
        raise InexpressibleError("a header cannot quote this name")
    if value == []:
        raise InexpressibleError("a form cannot say that an array is empty")
    place = Place(View.of(content.schema, content.schema)).member(name)
    stated = content.content_types.get(name, "").partition(",")[0].strip()
    given = required_headers(content, name)
    items = value if isinstance(value, list) and "json" not in stated else [value]
    for item in items:
        here = place.item() if isinstance(value, list) else place
        kind = stated or ("application/json" if isinstance(item, (dict, list)) else "")
        text = document(item) if "json" in kind else plain(item)
        lines = f'Content-Disposition: form-data; name="{name}"'
        if _is_binary(here):
            lines += f'; filename="{name}"'
            kind = kind or _FILE
        if kind:
            lines += f"\r\nContent-Type: {kind}"
        lines += "".join(f"\r\n{each}: {said}" for each, said in given.items() if said)
        yield f"{lines}\r\n\r\n{text}".encode()


def required_headers(content: Content, name: str) -> Mapping[str, str]:
    """Return the headers that the part `name` must have; an empty text where none can be said."""
    headers = content.part_headers.get(name, ())
    return {
        each.name: _said(Same(each))
        for each in headers
        if each.required and each.name.lower() != "content-disposition"
    }


@lru_cache(maxsize=256)
def _said(held: Same) -> str:
    """Return a valid value of a header: one that the contract shows, or else the smallest."""
    from conformance.example import smallest  # noqa: PLC0415  (rarely needed)
    from conformance.validation import Validator  # noqa: PLC0415  (rarely needed)

    header: Header = held.value
    if not _TOKEN.fullmatch(header.name) or header.name.lower() == "content-transfer-encoding":
        return ""
    validator = Validator(header.schema, place=header.pointer)
    fitting = (each for each in header.examples if validator.fits(each))
    try:
        value = next(fitting, None)
        value = smallest(header.schema, header.schema) if value is None else value
        if header.media_type:
            text = document(value)
        else:
            text = ",".join("=".join(each) for each in parts(value, pairs=header.explode))
    except (NoExampleError, InexpressibleError):
        return ""
    return text if _VALUE.fullmatch(text) else ""


def _is_binary(place: Place) -> bool:
    return any(
        each.get("format") == "binary" or "contentMediaType" in each for each in place.view.schemas
    )


def read(data: bytes, content: Content) -> Readings:
    """Return every body that the parts may stand for."""
    sent: dict[str, list[tuple[str, bool]]] = {}
    mark = f"--{BOUNDARY}".encode()
    pieces = data.split(mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004  (an opening, a close)
        return Readings((), unreadable=True)
    for piece in pieces[1:-1]:
        head, _, text = piece.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        fields = dict(line.lower().partition(b":")[::2] for line in head.split(b"\r\n"))
        found = next(filter(None, map(_PART.fullmatch, head.split(b"\r\n"))), None)
        if found is None:
            return Readings((), unreadable=True)
        is_json = b"json" in fields.get(b"content-type", b"")
        sent.setdefault(found[1].decode("utf-8", "replace"), []).append(
            (text.decode("utf-8", "replace"), is_json)
        )
    root = Place(View.of(content.schema, content.schema))
    unreadable, choices = not sent, []
    for name, texts in sent.items():
        stated = "json" in content.content_types.get(name, "")
        values, refusable = _values(texts, root.member(name), stated=stated)
        if name in content.encoding and any(isinstance(each, list | dict) for each in values):
            refusable = True
        unreadable |= refusable or not all(required_headers(content, name).values())
        choices.append([(name, value) for value in values])
    bodies = [
        {name: value for name, value in members if value is not ABSENT}
        for members in islice(product(*choices), MOST_READINGS + 1)
    ]
    complete = len(bodies) <= MOST_READINGS
    return Readings(tuple(bodies[:MOST_READINGS]), unreadable, complete)


def _one(text: str, place: Place, *, is_json: bool, stated: bool) -> list[Json]:
    """Return what one part stands for.

    Where text may stand, and the contract does not state that it is JSON, many servers take a part
    as its text, or as the bytes of a file, whatever type of its own it says.
    """
    if not is_json:
        return scalars(text, place)
    free = "string" in place.types and not stated
    return [*parsed(text), *(scalars(text, place) if free else ())]


def _values(
    texts: list[tuple[str, bool]], place: Place, *, stated: bool
) -> tuple[list[Json], bool]:
    whole = [_one(text, place, is_json=is_json, stated=stated) for text, is_json in texts]
    if not place.takes_array:
        several = len(texts) > 1
        items = lists(whole) if several else []
        return [*whole[-1], *(whole[0] if several else ()), *items], several or not whole[0]
    items = lists(
        [_one(text, place.item(), is_json=is_json, stated=stated) for text, is_json in texts]
    )
    lone = whole[0] if len(texts) == 1 and texts[0][1] else []
    return [*items, *lone], False
