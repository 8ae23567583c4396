"""Query parameters (OpenAPI 3.0.4, section 4.8.12; RFC 3986, section 3.4).

A name that the contract does not declare is no violation, for OpenAPI does not close the query;
so whatever may be taken for such a name may be passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Json
from conformance.parameters import Fields, assembled
from conformance.percent import quoted
from conformance.wire import InexpressibleError, Readings
from conformance.wire.brackets import Node, trees
from conformance.wire.nodes import beside, fields, pairs
from conformance.wire.text import ABSENT, Place


def write(declared: Fields, values: Mapping[str, Json]) -> str:
    """Return the query that says `values`, without its question mark. Raises InexpressibleError."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        place = declared[name].place if name in declared else None
        style = (place.style if place is not None else None) or "repeat"
        spread = style == "repeat" and place is not None and place.takes_object
        if spread and isinstance(value, dict) and value:
            if value.keys() & declared.keys():
                raise InexpressibleError("a member has the name of another parameter")
            found += beside(value, _escape)
        else:
            found += pairs(name, value, style, _escape)
    return "&".join(f"{_escape(name)}={text}" for name, text in found)


def read(declared: Fields, query: str) -> Readings:
    """Return what `query` may stand for."""
    tree, _, unreadable = trees(query.encode("latin-1"), frozenset(declared))
    places = {name: each.place for name, each in declared.items()}
    found = [
        (
            name,
            [*values, ABSENT] if _is_stranger(tree.get(name), places[name]) else values,
            refusable,
        )
        for name, values, refusable in fields(tree, places)
    ]
    return assembled(found, unreadable=unreadable)


def _is_stranger(node: Node | None, place: Place) -> bool:
    """Whether what was sent may be no spelling of the parameter, and so an unknown name.

    Brackets have a meaning in style deepObject alone, and none below its first level
    (OpenAPI 3.0.4, section 4.8.12.3); there a name without brackets has none.
    """
    if node is None:
        return False
    own, children = node.parted()
    if place.style != "index":
        return bool(children)
    deep = any(child.parted()[1] for child in children.values())
    return deep or (bool(own) and place.types <= {"array", "object"})


def _escape(text: str) -> str:
    try:
        return quoted(text)
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem
