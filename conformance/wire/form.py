"""application/x-www-form-urlencoded (URL Standard, section 5), with brackets or OpenAPI's styles.

Everything on this wire is text, so `read` asks the schema which values a text may stand for. The
freedoms that it models, beside those of the names themselves (`conformance.wire.nodes`):

- malformed percent-encoding and bad UTF-8 are read literally or with replacement, or refused;
- a pair with malformed percent-encoding may be dropped;
- brackets that the contract gives no meaning may be part of a name;
- a raw semicolon may part pairs (HTML 4.01, appendix B.2.2), or be refused;
- NUL and empty pairs may be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.percent import decoded
from conformance.schema import Same, View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.brackets import Node, top_name, trees
from conformance.wire.nodes import Pairs, beside, fields, inside, pairs, values
from conformance.wire.text import MOST_READINGS, Place, Style, objects, style_of, text_of

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json

MEDIA_TYPE = "application/x-www-form-urlencoded"


# --- body → bytes ---------------------------------------------------------------------------------


def encode(body: Json, content: Content, spelling: Spelling) -> bytes:
    """Return `body` as a form.

    Raises InexpressibleError for a body that is no object, for an empty array or object (a form
    has no way to say it) and for text with lone surrogates.
    """
    if not isinstance(body, dict):
        raise InexpressibleError("a form is always an object")

    writer = _writer(Same(content), spelling)
    try:
        return "&".join([writer.member(name, value) for name, value in body.items()]).encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


@lru_cache(maxsize=8)
def _writer(content: Same, spelling: Spelling) -> _Writer:
    return _Writer(content.value, spelling)


class _Writer:
    """Writes the members of one content's bodies; what bodies share is written once."""

    def __init__(self, content: Content, spelling: Spelling) -> None:
        self._content = content
        self._spelling = spelling
        self._text = _escape("", spelling.space)
        self._name = _escape("" if spelling.encoded_brackets else "[]", spelling.space)
        self._known: dict[tuple[object, ...], tuple[Json, str]] = {}

    def member(self, name: str, value: Json) -> str:
        """Return the pairs of a member. A text is known by itself, what holds others by identity.

        Raises InexpressibleError and UnicodeEncodeError.
        """
        if isinstance(value, _SCALARS):
            return self._written(name, value)
        key = (name, value if isinstance(value, str) else id(value))
        known = self._known.get(key)
        return self._kept(key, value, self._written(name, value)) if known is None else known[1]

    def _written(self, name: str, value: Json) -> str:
        content, arrays = self._content, self._spelling.arrays
        style = array_style(content, name)
        if style == "repeat" and value and isinstance(value, dict) and _spreads(content, name):
            return self._joined(beside(value, self._text))
        if arrays is not None and style != "json":
            style = arrays
        style = style or _usual_style(content, name)
        if style in _IN_BRACKETS:
            return self._in_brackets(name, value, style)
        return self._joined(pairs(name, value, style, self._text))

    def _joined(self, found: Pairs) -> str:
        return "&".join([f"{self._name(name)}={text}" for name, text in found])

    def _in_brackets(self, name: str, value: Json, style: Style) -> str:
        """Return the pairs of what stands in brackets, however deep; what is shared is known."""
        if not isinstance(value, _CONTAINERS):
            return f"{self._name(name)}={self._text(text_of(value))}"
        key = (name, style, id(value))
        known = self._known.get(key)
        if known is not None:
            return known[1]
        found = [self._in_brackets(*each, style) for each in inside(name, value, style)]
        return self._kept(key, value, "&".join(found))

    def _kept(self, key: tuple[object, ...], value: Json, text: str) -> str:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = (value, text)
        return text


_SCALARS = (bool, int, float, type(None))
_CONTAINERS = (dict, list)
_IN_BRACKETS = frozenset({"index", "append", "repeat"})

_MOST_KNOWN = 4096
"""So many members of one content's bodies are kept as they are written."""


def _spreads(content: Content, name: str) -> bool:
    return _places(Same(content)).of(name).takes_object


def array_style(content: Content, name: str) -> Style | None:
    """Return how the contract says that the array `name` travels, or None where it is open."""
    encoding = content.encoding.get(name)
    return None if encoding is None else style_of(encoding)


def _usual_style(content: Content, name: str) -> Style:
    """Return `repeat` for a declared array (OpenAPI 3.0.4, section 4.8.15.1), else `index`."""
    return "repeat" if _places(Same(content)).of(name).takes_array else "index"


@lru_cache(maxsize=8)
def _escape(reserved: str, space: str) -> Callable[[str], str]:
    """Return what escapes texts but for some `reserved` characters; they come again and again."""

    @lru_cache(maxsize=8192)
    def escaped(text: str) -> str:
        return quote(text, safe=f"*-._ {reserved}").replace("~", "%7E").replace(" ", space)

    return escaped


# --- bytes → readings -----------------------------------------------------------------------------

_NONE = frozenset[str]()


def read(data: bytes, content: Content) -> Readings:
    """Return every body that `data` may stand for under `content.schema`."""
    plain = _read(data, content)
    if b";" not in data:
        return plain
    parted = _read(data.replace(b";", b"&"), content)
    bodies = (*plain.values[: MOST_READINGS // 2], *parted.values[: MOST_READINGS // 2])
    complete = plain.complete and parted.complete
    complete &= len(bodies) == len(plain.values) + len(parted.values)
    return Readings(bodies, unreadable=True, complete=complete)


def _read(data: bytes, content: Content) -> Readings:
    known = _places(Same(content))
    found = _with(data, known, known.bracketed)
    whole = _whole_names(data, known) - known.bracketed
    if not whole:
        return found
    other = _with(data, known, known.bracketed | whole)
    half = MOST_READINGS // 2
    bodies = (*found.values[:half], *other.values[:half])
    complete = found.complete and other.complete
    complete &= len(bodies) == len(found.values) + len(other.values)
    return Readings(bodies, found.unreadable or other.unreadable, complete)


def _whole_names(data: bytes, known: _Places) -> frozenset[str]:
    """Return the names that somebody who knows no brackets there takes as they are.

    Only style deepObject gives brackets a meaning (OpenAPI 3.0.4, section 4.8.12.3): else `a[]` is
    a name of its own, which matters where such names are allowed.
    """
    if known.closed or (b"[" not in data and b"%5" not in data):
        return _NONE
    found = set[str]()
    for pair in data.split(b"&"):
        raw = pair.partition(b"=")[0]
        top = top_name(raw)
        place = known.of(top) if top is not None else None
        if top is not None and place is not None and place.declared and not place.takes_object:
            name = decoded(raw.replace(b"+", b" ")).decode("utf-8", "replace")
            if place.style not in ("index", "append") and name != top:
                found.add(name)
    return frozenset(found)


def _with(data: bytes, known: _Places, literal: frozenset[str] = _NONE) -> Readings:
    """Read `data` with these names whose brackets are part of them."""
    tree, clean, unreadable = trees(data, literal)
    bodies: list[Json] = []
    complete = True
    for nodes in (tree,) if clean is None else (tree, clean):
        choices = []
        for name, found, refusable in known.fields(nodes):
            unreadable |= refusable
            choices.append([(name, value) for value in found])
        bodies += objects(choices)
        complete &= len(bodies) <= MOST_READINGS
    return Readings(tuple(bodies[:MOST_READINGS]), unreadable, complete)


class _Places:
    """The places at the top of one content's bodies. `closed` ones take no undeclared names.

    `bracketed` are names that the contract declares with their brackets: `ids[]`, `page[size]`.
    """

    def __init__(self, content: Content) -> None:
        schema = content.schema
        self.closed = isinstance(schema, Mapping) and schema.get("additionalProperties") is False
        self._content = content
        self._root = Place(View.of(content.schema, content.schema))
        self._known: dict[str, Place] = {}
        self.bracketed = frozenset(name for name in self._root.view.declared() if "[" in name)
        # Objects whose members stand beside each other, without brackets.
        self._spread = tuple(n for n in content.encoding if array_style(content, n) == "repeat")

    def fields(self, tree: Mapping[str, Node]) -> Iterable[tuple[str, list[Json], bool]]:
        """Return each member that was sent, what it may stand for, and whether to refuse it."""
        if self._spread:
            return fields(
                tree, {name: self.of(name) for name in dict.fromkeys([*self._spread, *tree])}
            )
        return [(name, *values(node, self.of(name))) for name, node in tree.items()]

    def of(self, name: str) -> Place:
        """Return the place of the member `name`."""
        known = self._known.get(name)
        if known is None:
            found = self._root.member(name)
            known = Place(found.view, found.declared, array_style(self._content, name))
            if known.declared:
                self._known[name] = known
        return known


@lru_cache(maxsize=8)
def _places(same: Same) -> _Places:
    return _Places(same.value)
