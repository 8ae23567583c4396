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

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.percent import decoded
from conformance.schema import Same, View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.brackets import top_name, trees
from conformance.wire.nodes import Pairs, beside, fields, pairs
from conformance.wire.text import MOST_READINGS, Place, Style, objects, style_of

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

    same = Same(content)
    try:
        return "&".join(
            [
                _nested(name, Same(value), same, spelling)
                if isinstance(value, dict | list)
                else _single(name, value, same, spelling)
                if isinstance(value, str)
                else _member(name, value, content, spelling)
                for name, value in body.items()
            ]
        ).encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


@lru_cache(maxsize=2048)
def _nested(name: str, value: Same, content: Same, spelling: Spelling) -> str:
    """Return the text of a member that bodies share: written once, known by its identity."""
    return _member(name, value.value, content.value, spelling)


@lru_cache(maxsize=8192)
def _single(name: str, value: str, content: Same, spelling: Spelling) -> str:
    return _member(name, value, content.value, spelling)


def _member(name: str, value: Json, content: Content, spelling: Spelling) -> str:
    def escape(text: str) -> str:
        return _escape(text, spelling)

    return "&".join(
        f"{_escape(key, spelling, brackets=True)}={text}"
        for key, text in _pairs(name, value, content, spelling, escape)
    )


def _pairs(
    name: str, value: Json, content: Content, spelling: Spelling, escape: Callable[[str], str]
) -> Pairs:
    style = array_style(content, name)
    if style == "repeat" and value and isinstance(value, dict) and _spreads(content, name):
        return beside(value, escape)
    if spelling.arrays is not None and style != "json":
        style = spelling.arrays
    return pairs(name, value, style or _usual_style(content, name), escape)


def _spreads(content: Content, name: str) -> bool:
    return _places(Same(content)).of(name).takes_object


def array_style(content: Content, name: str) -> Style | None:
    """Return how the contract says that the array `name` travels, or None where it is open."""
    encoding = content.encoding.get(name)
    return None if encoding is None else style_of(encoding)


def _usual_style(content: Content, name: str) -> Style:
    """Return `repeat` for a declared array (OpenAPI 3.0.4, section 4.8.15.1), else `index`."""
    return "repeat" if _places(Same(content)).of(name).takes_array else "index"


@lru_cache(maxsize=8192)
def _escape(text: str, spelling: Spelling, *, brackets: bool = False) -> str:
    safe = "*-._ " + ("[]" if brackets and not spelling.encoded_brackets else "")
    return quote(text, safe=safe).replace("~", "%7E").replace(" ", spelling.space)


# --- bytes → readings -----------------------------------------------------------------------------


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
    found = _by_names(data, content) or _as_a_whole(data, content)
    whole = _whole_names(data, content)
    if not whole:
        return found
    other = _as_a_whole(data, content, whole)
    half = MOST_READINGS // 2
    values = (*found.values[:half], *other.values[:half])
    complete = found.complete and other.complete
    complete &= len(values) == len(found.values) + len(other.values)
    return Readings(values, found.unreadable or other.unreadable, complete)


def _whole_names(data: bytes, content: Content) -> frozenset[str]:
    """Return the names that somebody who knows no brackets there takes as they are.

    Only style deepObject gives brackets a meaning (OpenAPI 3.0.4, section 4.8.12.3): else `a[]` is
    a name of its own, which matters where such names are allowed.
    """
    schema = content.schema
    if b"[" not in data and b"%5" not in data:
        return frozenset()
    if isinstance(schema, Mapping) and schema.get("additionalProperties") is False:
        return frozenset()
    known, found = _places(Same(content)), set[str]()
    for pair in data.split(b"&"):
        raw = pair.partition(b"=")[0]
        top = top_name(raw)
        place = known.of(top) if top is not None else None
        if top is not None and place is not None and place.declared and not place.takes_object:
            name = decoded(raw.replace(b"+", b" ")).decode("utf-8", "replace")
            if place.style not in ("index", "append") and name != top:
                found.add(name)
    return frozenset(found)


class _Fields:
    """What the texts under each name may stand for, in one content; requests share most of them."""

    def __init__(self, content: Content) -> None:
        self.places = _Places(content)
        self._known: dict[tuple[str, bytes], list[Json] | None] = {}
        self._refusable: set[tuple[str, bytes]] = set()

    def read(self, name: str, data: bytes) -> tuple[list[Json], bool] | None:
        """Return what `data`, all that was sent under `name`, stands for, and if it is refusable.

        None where it is so odd that it must be read together with all the rest.
        """
        key = (name, data)
        if key not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
                self._refusable.clear()
            self._known[key] = self._read(key)
        found = self._known[key]
        return None if found is None else (found, key in self._refusable)

    def _read(self, key: tuple[str, bytes]) -> list[Json] | None:
        name, data = key
        tree, clean, unreadable = trees(data)
        if clean is not None or unreadable or [*tree] != [name]:
            return None
        ((_, found, refusable),) = fields(tree, {name: self.places.of(name)})
        if refusable:
            self._refusable.add(key)
        return found


_MOST_KNOWN = 4096


@lru_cache(maxsize=64)
def _fields_of(content: Same) -> _Fields:
    return _Fields(content.value)


def _by_names(data: bytes, content: Content) -> Readings | None:
    """Read each name by itself, or return None where names are not apart."""
    own = _fields_of(Same(content))
    if own.places.spread or not data:
        return None
    parts: dict[str, list[bytes]] = {}
    for pair in data.split(b"&"):
        name = top_name(pair.partition(b"=")[0])
        if name is None:
            return None
        parts.setdefault(name, []).append(pair)
    choices = []
    unreadable = False
    for name, sent in parts.items():
        found = own.read(name, b"&".join(sent))
        if found is None:
            return None
        unreadable |= found[1]
        choices.append([(name, value) for value in found[0]])
    bodies = objects(choices)
    complete = len(bodies) <= MOST_READINGS
    return Readings(tuple(bodies[:MOST_READINGS]), unreadable, complete)


def _as_a_whole(data: bytes, content: Content, literal: frozenset[str] = frozenset()) -> Readings:
    tree, clean, unreadable = trees(data, literal)
    known = _places(Same(content))
    places = {name: known.of(name) for name in dict.fromkeys([*known.spread, *tree])}
    bodies: list[Json] = []
    complete = True
    for nodes in (tree,) if clean is None else (tree, clean):
        choices = []
        for name, found, refusable in fields(nodes, places):
            unreadable |= refusable
            choices.append([(name, value) for value in found])
        bodies += objects(choices)
        complete &= len(bodies) <= MOST_READINGS
    return Readings(tuple(bodies[:MOST_READINGS]), unreadable, complete)


class _Places:
    """The places at the top of one content's bodies. `spread` are objects without brackets."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._root = Place(View.of(content.schema, content.schema))
        self._known: dict[str, Place] = {}
        self.spread = tuple(n for n in content.encoding if array_style(content, n) == "repeat")

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
