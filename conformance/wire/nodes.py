"""Named texts of forms and queries ↔ values, in every style that OpenAPI knows for them.

Styles: OpenAPI 3.0.4, section 4.8.12.3. What they leave open are readings of their own:

- empty text is "", null (an attempt to unset) or absent; an undeclared name stays present;
- a scalar sent twice is the last, the first, the list of both, or refused;
- an array whose style the contract leaves open may arrive in any style;
- an empty bracket in an empty bracket opens no second array for some (qs).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote_plus

from conformance.contract.model import Json
from conformance.wire import InexpressibleError
from conformance.wire.brackets import Node
from conformance.wire.text import (
    ABSENT,
    SEPARATORS,
    Place,
    Style,
    joined,
    lists,
    objects,
    scalars,
    text_of,
)

Pairs = Iterator[tuple[str, str]]

_EMPTY = "text cannot say that an array or an object is empty"

_MOST_KNOWN = 1024
"""So many readings of one place are kept."""

# --- values → texts -------------------------------------------------------------------------------


def pairs(name: str, value: Json, style: Style, escape: Callable[[str], str]) -> Pairs:
    """Yield the name and the escaped text of each pair that says `value` under `name`.

    Raises InexpressibleError for an empty array or object, which no style can say, and for what
    lies deeper than the style reaches.
    """
    if style == "json":
        yield name, escape(document(value))
    elif isinstance(value, (list, dict)) and not value:
        raise InexpressibleError(_EMPTY)
    elif style in SEPARATORS and isinstance(value, (list, dict)):
        # A blank is no delimiter unless it is encoded (OpenAPI 3.0.4, appendix E).
        separator = "," if style == "comma" else escape(SEPARATORS[style])
        parts = value if isinstance(value, list) else [x for pair in value.items() for x in pair]
        yield name, separator.join(escape(plain(part)) for part in parts)
    elif isinstance(value, (list, dict)):
        for inner, child in inside(name, value, style):
            yield from pairs(inner, child, style, escape)
    else:
        yield name, escape(text_of(value))


def inside(name: str, value: dict[str, Json] | list[Json], style: Style) -> list[tuple[str, Json]]:
    """Return the members or items of `value` under their names in brackets.

    Raises InexpressibleError for an empty array or object, which brackets cannot say.
    """
    if not value:
        raise InexpressibleError(_EMPTY)
    if isinstance(value, dict):
        return [(f"{name}[{key}]", child) for key, child in value.items()]
    if style == "index":
        return [(f"{name}[{index}]", child) for index, child in enumerate(value)]
    whole = f"{name}[]" if style == "append" else name
    return [(whole, child) for child in value]


def beside(value: Mapping[str, Json], escape: Callable[[str], str]) -> Pairs:
    """Yield the members of an object as pairs of their own (style form with explode)."""
    yield from ((name, escape(plain(child))) for name, child in value.items())


def plain(value: Json) -> str:
    """Return the text of a scalar. Raises InexpressibleError for anything deeper."""
    if isinstance(value, (list, dict)):
        raise InexpressibleError("this style has no way to say what lies deeper")
    return text_of(value)


def parts(value: Json, *, pairs: bool) -> list[tuple[str, ...]]:
    """Return the texts of which a value is made: items, or members as `(name, text)`.

    Without `pairs` the names and texts of members take turns. Raises InexpressibleError for an
    empty array or object, and for what lies deeper.
    """
    if isinstance(value, (list, dict)) and not value:
        raise InexpressibleError(_EMPTY)
    if isinstance(value, list):
        return [(plain(item),) for item in value]
    if isinstance(value, dict):
        found: list[tuple[str, ...]] = [(name, plain(item)) for name, item in value.items()]
        return found if pairs else [(text,) for pair in found for text in pair]
    return [(text_of(value),)]


def document(value: Json) -> str:
    """Return `value` as JSON text. Raises InexpressibleError."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as problem:
        raise InexpressibleError(f"JSON cannot express it: {problem}") from problem


# --- texts → values -------------------------------------------------------------------------------


def values(node: Node, place: Place) -> tuple[list[Json], bool]:
    """Return what `node` may stand for, and whether refusing it outright is legitimate.

    Requests differ in one place, so what was sent elsewhere has been read before.
    """
    known = place.readings.get(node.pairs)
    if known is None:
        known = _read(node, place)
        if len(place.readings) >= _MOST_KNOWN:
            place.readings.clear()
        place.readings[node.pairs] = known
    return known


def _read(node: Node, place: Place) -> tuple[list[Json], bool]:
    """Read names in brackets that lead to one text step by step, and the rest as it branches."""
    way: list[tuple[str, Place]] = []
    if len(node.pairs) == 1:
        for key in node.pairs[0].steps[node.depth :] if node.pairs[0].steps else ():
            if key == "" or key.isdigit():
                break
            way.append((key, place))
            place = place.member(key)
    found, refusable = _read_all(Node(node.pairs, node.depth + len(way)) if way else node, place)
    for key, outer in reversed(way):
        found = [{} if value is ABSENT else {key: value} for value in found]
        refusable |= outer.takes_array and outer.style != "index"
    return found, refusable


def _read_all(node: Node, place: Place) -> tuple[list[Json], bool]:
    own, children = node.parted()
    if own and children:
        leaf, _ = values(Node(tuple(own), node.depth), place)
        branch, _ = _branch(children, place)
        return leaf + branch, True
    if children:
        found, refusable = _branch(children, place)
        settled = place.style == "index" or (place.style == "append" and [*children] == [""])
        return found, refusable or (place.takes_array and not settled)
    if len(own) == 1 and not place.takes_array:
        found = _texts(own[0].text, own[0].raw, place)
        return found, not found
    each = [_texts(pair.text, pair.raw, place) for pair in own]
    items = lists([scalars(pair.text, place.item()) for pair in own])
    if place.takes_array and place.style == "repeat":
        return items, False
    if len(each) == 1:
        return each[0] + (items if place.style is None else []), not each[0]
    return [*each[-1], *each[0], *items], True


def parsed(text: str) -> list[Json]:
    """Return the value that `text` is as JSON, or nothing where it is none."""
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return []


def _texts(text: str, raw: str, place: Place) -> list[Json]:
    if place.style == "json":
        return parsed(text)
    if place.style in SEPARATORS and (place.takes_array or place.takes_object):
        return joined(raw, place, SEPARATORS[place.style], unquote_plus)
    return scalars(text, place)


def _branch(children: dict[str, Node], place: Place) -> tuple[list[Json], bool]:
    keys = list(children)
    if keys == [""]:
        node = children[""]
        own, deeper = node.parted()
        if not deeper:
            return lists([scalars(pair.text, place.item()) for pair in own]), False
        inner, _ = values(node, place.item())
        flat = [value for value in inner if isinstance(value, list)]
        return [[value] for value in inner] + flat, True
    found: list[Json] = []
    unreadable = "" in keys
    indices = all(key == "" or (key.isascii() and key.isdigit()) for key in keys)
    if indices:
        ordered = sorted(filter(None, keys), key=int)
        unreadable |= [str(index) for index in range(len(keys))] != ordered
        parts = [values(children[key], place.item()) for key in ordered]
        unreadable |= any(refusable for _, refusable in parts)
        appended = children[""].parted()[0] if "" in keys else []
        more = [scalars(pair.text, place.item()) for pair in appended]
        found += lists([part for part, _ in parts] + more)
    if not indices or place.takes_object:
        choices = []
        for key, child in children.items():
            part, refusable = values(child, place.member(key))
            unreadable |= refusable
            choices.append([(key, value) for value in part])
        found += objects(choices)
    return found, unreadable


def fields(
    tree: Mapping[str, Node], places: Mapping[str, Place]
) -> Iterator[tuple[str, list[Json], bool]]:
    """Yield each name of `places` that was sent, what it may stand for, and whether to refuse it.

    What stands beside each other (style form, explode) is gathered into the object it belongs to.
    """
    gathered: set[str] = set()
    for name, place in places.items():
        if place.style == "repeat" and place.takes_object:
            own = _beside(tree, place, places)
            gathered |= own.keys()
            choices = [[(key, value) for value in found] for key, found in own.items()]
            found = objects(choices) if choices else []
            if name in tree:
                gathered.add(name)
                found += values(tree[name], place)[0]
            if found:
                yield name, found, False
    for name, node in tree.items():
        if name not in gathered and name in places:
            yield name, *values(node, places[name])


def _beside(
    tree: Mapping[str, Node], place: Place, taken: Mapping[str, Place]
) -> dict[str, list[Json]]:
    others = any(isinstance(s.get("additionalProperties"), Mapping) for s in place.view.schemas)
    return {
        name: values(node, place.member(name))[0]
        for name, node in tree.items()
        if place.view.declares(name) or (others and name not in taken)
    }
