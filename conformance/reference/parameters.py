"""Parameters outside the body → JSON values, by their style (OpenAPI 3.0.4, section 4.8.12).

A text that may be read in several ways is read in the first one that its schema takes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from conformance.reference.form import Node, pairs, raw_pairs, tree
from conformance.reference.schema import Checker, types_of
from conformance.reference.values import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.contract.model import Json, Parameter
    from conformance.reference.http import Request

_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


class Missing:
    """What is read of a parameter that was not sent."""


class Sent(Struct, frozen=True):
    """A request, as far as its parameters are concerned. `path` has the raw text of each name."""

    request: Request
    path: Mapping[str, str]

    def value(self, parameter: Parameter) -> Json:
        """Return the value of `parameter`, or an instance of Missing.

        Raises FormError for a query that cannot be read.
        """
        checker = Checker(parameter.schema)
        found: Json = Missing()
        for value in self._candidates(parameter, checker):
            if isinstance(found, Missing):
                found = value
            if checker.valid(parameter.schema, value):
                return value
        return found

    def _candidates(self, parameter: Parameter, checker: Checker) -> Iterator[Json]:
        kinds = kinds_of(checker, parameter.schema)
        if "json" in parameter.style:
            yield from map(_document, self._texts(parameter, unquote))
            return
        for node in self._nodes(parameter, kinds):
            wrapped = {"properties": {parameter.name: parameter.schema}}
            yield Reader(checker, {}).read(wrapped, {parameter.name: node})[parameter.name]

    def _nodes(self, parameter: Parameter, kinds: frozenset[str]) -> Iterator[Node]:
        if parameter.location == "query":
            yield from self._in_query(parameter, kinds)
            return
        for raw in self._texts(parameter, str):
            if parameter.location == "path":
                yield from _in_path(parameter, raw, kinds)
            else:
                yield from split(raw, ",", kinds, str, pairs=parameter.explode)

    def _texts(self, parameter: Parameter, decode: Callable[[str], str]) -> list[str]:
        """Return what was sent under the name, in order."""
        name, request = parameter.name, self.request
        match parameter.location:
            case "path":
                return [decode(self.path[name])] if name in self.path else []
            case "query":
                data = request.query.encode("latin-1")
                return [decode(raw) for key, raw in raw_pairs(data) if key == name]
            case "header":
                text = request.header(name.lower())
                return [] if text is None else [text]
            case _:
                line = request.header("cookie") or ""
                cookies = (each.strip().partition("=") for each in line.split(";"))
                return [value for key, _, value in cookies if key == name]

    def _in_query(self, parameter: Parameter, kinds: frozenset[str]) -> Iterator[Node]:
        data = self.request.query.encode("latin-1")
        raws = self._texts(parameter, str)
        delimiter = _DELIMITERS.get(parameter.style, ",")
        if parameter.style == "deepObject":
            node = tree(pairs(data)).get(parameter.name)
            yield from () if node is None else (node,)
        elif not parameter.explode and len(raws) == 1:
            yield from split(raws[0], delimiter, kinds, _plus)
        else:
            if "object" in kinds:
                names = properties_of(Checker(parameter.schema), parameter.schema)
                own = {key: Node([_plus(raw)]) for key, raw in raw_pairs(data) if key in names}
                yield from (Node(members=own),) if own else ()
            if raws and "array" in kinds:
                yield Node(items=[Node([_plus(raw)]) for raw in raws])
            if raws:
                yield Node([_plus(raw) for raw in raws])


def _in_path(parameter: Parameter, raw: str, kinds: frozenset[str]) -> Iterator[Node]:
    explode = parameter.explode
    match parameter.style:
        case "label":
            yield from split(raw[1:], "." if explode else ",", kinds, unquote, pairs=explode)
        case "matrix":
            texts = [text.partition("=")[::2] for text in raw.split(";")[1:]]
            if explode and "object" in kinds:
                yield Node(members={key: Node([unquote(text)]) for key, text in texts})
            joined = ",".join(text for _, text in texts)
            left = kinds - {"object"} if explode else kinds
            yield from split(joined, ",", left, unquote)
        case _:
            yield from split(raw, ",", kinds, unquote, pairs=explode)


def split(
    raw: str,
    delimiter: str,
    kinds: frozenset[str],
    decode: Callable[[str], str],
    *,
    pairs: bool = False,
) -> Iterator[Node]:
    """Yield what a text is as an array, as an object and as it stands, where that may be.

    A delimiter that is encoded belongs to an item, but for those that are always encoded.
    """
    texts = (decode(raw) if delimiter in " |" else raw).split(delimiter)
    if delimiter not in " |":
        texts = [decode(text) for text in texts]
    if "array" in kinds:
        yield Node(items=[Node([text]) for text in texts])
    if "object" in kinds and (pairs or len(texts) % 2 == 0):
        found = [text.partition("=")[::2] for text in texts]
        if not pairs:
            found = [*zip(texts[::2], texts[1::2], strict=True)]
        yield Node(members={key: Node([text]) for key, text in found})
    yield Node([decode(raw)])


def kinds_of(checker: Checker, schema: Json, depth: int = 0) -> frozenset[str]:
    """Return every type that `schema` or a part of it names."""
    found = {*types_of(schema)}
    if isinstance(schema, dict) and depth < 8:  # noqa: PLR2004  (no real schema goes deeper)
        inner = [checker.resolve(schema)] if "$ref" in schema else []
        for keyword in ("anyOf", "oneOf", "allOf"):
            inner += schema.get(keyword, ())
        for each in inner:
            found |= kinds_of(checker, each, depth + 1)
    return frozenset(found)


def properties_of(checker: Checker, schema: Json, depth: int = 0) -> set[str]:
    """Return the names that `schema` declares, there or in what it combines."""
    found: set[str] = set()
    if isinstance(schema, dict) and depth < 8:  # noqa: PLR2004  (see above)
        found |= {*schema.get("properties", ())}
        inner = [checker.resolve(schema)] if "$ref" in schema else []
        for keyword in ("anyOf", "oneOf", "allOf"):
            inner += schema.get(keyword, ())
        for each in inner:
            found |= properties_of(checker, each, depth + 1)
    return found


def _plus(raw: str) -> str:
    return unquote(raw.replace("+", " "))


def _document(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text
