"""application/x-www-form-urlencoded with brackets (URL Standard, section 5).

Everything on this wire is text, so `read` asks the schema which values a text may stand for. The
freedoms that it models, each a reading of its own:

- empty text is "", null (an attempt to unset) or absent; an undeclared name stays present;
- a scalar sent twice is the last, the first, the list of both, or refused;
- malformed percent-encoding and bad UTF-8 are read literally or with replacement, or refused;
- a pair with malformed percent-encoding may be dropped;
- a raw semicolon may part pairs (HTML 4.01, appendix B.2.2), or be refused;
- NUL and empty pairs may be refused;
- an array whose style the contract leaves open may arrive in any style;
- an empty bracket in an empty bracket opens no second array for some (qs).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.schema import View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.brackets import Node, trees

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json

MEDIA_TYPE = "application/x-www-form-urlencoded"
_MOST_READINGS = 64
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LOOSE_BOOLEANS = frozenset({"True", "TRUE", "False", "FALSE", "1", "0", "on", "off", "yes", "no"})


class _Absent:
    """The reading in which a name was not sent at all."""


_ABSENT = _Absent()


# --- body → bytes ---------------------------------------------------------------------------------


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:
    """Return `body` as a form.

    Raises InexpressibleError for a body that is no object, for an empty array or object (a form
    has no way to say it) and for text with lone surrogates.
    """
    if not isinstance(body, dict):
        raise InexpressibleError("a form is always an object")
    pairs = [
        pair for name, value in body.items() for pair in _pairs(name, value, content, spelling)
    ]
    try:
        return "&".join(
            f"{_escape(name, spelling, brackets=True)}={_escape(text, spelling)}"
            for name, text in pairs
        ).encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


def _pairs(
    name: str, value: Json, content: Content, spelling: Spelling
) -> Iterator[tuple[str, str]]:
    top = name.partition("[")[0]
    if isinstance(value, (list, dict)) and not value:
        raise InexpressibleError("a form cannot say that an array or an object is empty")
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _pairs(f"{name}[{key}]", child, content, spelling)
    elif isinstance(value, list):
        style = spelling.arrays or array_style(content, top) or _usual_style(content, name)
        for index, child in enumerate(value):
            suffix = {"index": f"[{index}]", "append": "[]", "repeat": ""}[style]
            yield from _pairs(name + suffix, child, content, spelling)
    else:
        yield name, _text(value)


def array_style(content: Content, name: str) -> str | None:
    """Return how the contract says that the array `name` travels, or None where it is open.

    Style deepObject says nothing of arrays (OpenAPI 3.0.4, section 4.8.12); those who declare it
    for one read indices and empty brackets.
    """
    encoding = content.encoding.get(name)
    if encoding is None:
        return None
    if encoding.style == "deepObject":
        return "index"
    return "repeat" if encoding.style == "form" and encoding.explode else None


def _usual_style(content: Content, name: str) -> str:
    """Return `repeat` for a declared array (OpenAPI 3.0.4, section 4.8.15.1), else `index`."""
    declared = View.of(content.schema, content.schema).member(name)
    return "repeat" if "array" in declared.types else "index"


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


@lru_cache(maxsize=1024)
def _escape(text: str, spelling: Spelling, *, brackets: bool = False) -> str:
    safe = "*-._ " + ("[]" if brackets and not spelling.encoded_brackets else "")
    return quote(text, safe=safe).replace("~", "%7E").replace(" ", spelling.space)


# --- bytes → readings -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: what the schemas say of it, and how an array travels there."""

    view: View
    declared: bool = True
    style: str | None = "index"

    def item(self) -> _Place:
        return _Place(self.view.item(), style=self.style)

    def member(self, name: str) -> _Place:
        return _Place(self.view.member(name), self.view.declares(name), self.style)

    @property
    def takes_array(self) -> bool:
        return "array" in self.view.types


def read(data: bytes, content: Content) -> Readings:
    """Return every body that `data` may stand for under `content.schema`."""
    plain = _read(data, content)
    if b";" not in data:
        return plain
    parted = _read(data.replace(b";", b"&"), content)
    bodies = (*plain.values[: _MOST_READINGS // 2], *parted.values[: _MOST_READINGS // 2])
    complete = plain.complete and parted.complete
    complete &= len(bodies) == len(plain.values) + len(parted.values)
    return Readings(bodies, unreadable=True, complete=complete)


def _read(data: bytes, content: Content) -> Readings:
    tree, clean, unreadable = trees(data)
    view = View.of(content.schema, content.schema)
    bodies: list[Json] = []
    complete = True
    for nodes in (tree,) if clean is None else (tree, clean):
        choices = []
        for name, node in nodes.items():
            place = _Place(view.member(name), view.declares(name), array_style(content, name))
            values, refusable = _values(node, place)
            unreadable |= refusable
            choices.append([(name, value) for value in values])
        bodies += (
            {name: value for name, value in members if value is not _ABSENT}
            for members in islice(product(*choices), _MOST_READINGS + 1)
        )
        complete &= len(bodies) <= _MOST_READINGS
    return Readings(tuple(bodies[:_MOST_READINGS]), unreadable, complete)


def _values(node: Node, place: _Place) -> tuple[list[Json], bool]:
    """Return what `node` may stand for, and whether refusing it outright is legitimate."""
    if node.texts and node.children:
        leaf, _ = _values(Node(texts=node.texts), place)
        branch, _ = _values(Node(children=node.children), place)
        return leaf + branch, True
    if node.children:
        found, refusable = _branch(node.children, place)
        return found, refusable or (place.takes_array and place.style != "index")
    each = [_scalars(text, place) for text in node.texts]
    items = _lists([_scalars(text, place.item()) for text in node.texts])
    if place.takes_array and place.style == "repeat":
        return items, False
    if len(each) == 1:
        return each[0] + (items if place.takes_array and place.style is None else []), False
    return [*each[-1], *each[0], *items], True


def _branch(children: dict[str, Node], place: _Place) -> tuple[list[Json], bool]:
    keys = list(children)
    if keys == [""]:
        node = children[""]
        if not node.children:
            return _lists([_scalars(text, place.item()) for text in node.texts]), False
        values, _ = _values(node, place.item())
        flat = [value for value in values if isinstance(value, list)]
        return [[value] for value in values] + flat, True
    found: list[Json] = []
    unreadable = "" in keys
    indices = all(key == "" or (key.isascii() and key.isdigit()) for key in keys)
    if indices:
        ordered = sorted(filter(None, keys), key=int)
        unreadable |= [str(index) for index in range(len(keys))] != ordered
        parts = [_values(children[key], place.item()) for key in ordered]
        unreadable |= any(refusable for _, refusable in parts)
        appended = children[""].texts if "" in keys else []
        more = [_scalars(text, place.item()) for text in appended]
        found += _lists([part for part, _ in parts] + more)
    if not indices or "object" in place.view.types:
        named = {key: _values(child, place.member(key)) for key, child in children.items()}
        unreadable |= any(refusable for _, refusable in named.values())
        choices = [[(key, value) for value in part] for key, (part, _) in named.items()]
        found += [
            {key: value for key, value in members if value is not _ABSENT}
            for members in islice(product(*choices), _MOST_READINGS + 1)
        ]
    return found, unreadable


def _lists(choices: list[list[Json]]) -> list[Json]:
    """Return the lists that may be meant; one more than the most shows that there are more."""
    return [
        [value for value in values if value is not _ABSENT]
        for values in islice(product(*choices), _MOST_READINGS + 1)
    ]


def _scalars(text: str, place: _Place) -> list[Json]:
    if text == "":
        return ["", None, _ABSENT] if place.declared else ["", None]
    types = place.view.types
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
    if "string" in types or not strict or not types:
        values.append(text)
    if loose and not strict:
        values.append(_loose_value(text, types))
    return values


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
