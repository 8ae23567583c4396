"""application/x-www-form-urlencoded (URL Standard, section 5), with brackets or OpenAPI's styles.

Everything on this wire is text, so `read` asks the schema which values a text may stand for. The
freedoms that it models, beside those of the names themselves (`conformance.wire.nodes`):

- malformed percent-encoding and bad UTF-8 are read literally or with replacement, or refused;
- a pair with malformed percent-encoding may be dropped;
- a raw semicolon may part pairs (HTML 4.01, appendix B.2.2), or be refused;
- NUL and empty pairs may be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.schema import View
from conformance.wire import InexpressibleError, Readings, Spelling
from conformance.wire.brackets import trees
from conformance.wire.nodes import Pairs, beside, fields, pairs
from conformance.wire.text import MOST_READINGS, Place, Same, Style, objects, style_of

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

    def escape(text: str) -> str:
        return _escape(text, spelling)

    try:
        return "&".join(
            f"{_escape(key, spelling, brackets=True)}={text}"
            for name, value in body.items()
            for key, text in _pairs(name, value, content, spelling, escape)
        ).encode()
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem


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


@lru_cache(maxsize=1024)
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
    tree, clean, unreadable = trees(data)
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
    return _Places(same.content)
