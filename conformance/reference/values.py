"""A tree of form text → the JSON value that a schema takes it for.

On a form all is text, so the schema says what a text is: `1` is an integer where an integer may
stand. What fits no type is left as it came, for the checks to refuse.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance.reference.form import DEPTH_LIMIT, FormError, Node
from conformance.reference.schema import Checker, item_schema, member_schemas, types_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.model import Encoding, Json

_INTEGER = re.compile(r"-?[0-9]{1,300}")
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,2})?")
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_BOOLEANS = {"true": True, "false": False}


class Reader(Struct, frozen=True):
    """Reads trees for one schema; `encoding` says which properties are arrays by repetition.

    `repeats` takes a repeated name for an array wherever the schema wants one, as query
    parameters are written (OpenAPI 3.0.4, section 4.8.12, style form, explode).
    """

    checker: Checker
    encoding: Mapping[str, Encoding]
    repeats: bool = False

    def read(self, schema: Json, members: Mapping[str, Node]) -> dict[str, Json]:
        """Return the object that `members` spell; raises FormError where they spell two things."""
        return {name: self._member(schema, name, node, name) for name, node in members.items()}

    def _member(self, schema: Json, name: str, node: Node, at: str) -> Json:
        found = [each for part in self._parts(schema, 0) for each in member_schemas(part, name)]
        wanted: Json = found[0] if found else True
        if len(found) > 1:
            wanted = {"anyOf": found}
        style = self.encoding.get(name)
        if style is not None and style.style.endswith("json") and len(node.texts) == 1:
            return _document(node.texts[0], at)
        by_name = self.repeats or (style is not None and style.style in _DELIMITERS)
        by_name |= name.endswith("[]")  # declared so: the brackets are part of the name
        if by_name and "array" in types_of(wanted) and node.texts:
            texts = node.texts
            if style is not None and not style.explode:
                parts = _DELIMITERS[style.style]
                texts = [each for text in texts for each in text.split(parts)]
            return [self._value(item_schema(wanted, 0), Node([each]), at) for each in texts]
        return self._value(wanted, node, at)

    def _value(self, schema: Json, node: Node, at: str) -> Json:
        if len(node.texts) + bool(node.members) + bool(node.items) > 1:
            message = f"Parameter {at} is given more than once."
            raise FormError(message, at)
        for each in self._branches(schema):
            value = self._one(each, node, at)
            if self.checker.valid(schema, value):
                return value
        return self._one(self._branches(schema)[-1], node, at)

    def _parts(self, schema: Json, depth: int) -> list[Json]:
        """Return every schema that may speak of the same value, `schema` first."""
        if not isinstance(schema, dict) or depth > DEPTH_LIMIT:
            return []
        inner = [self.checker.resolve(schema)] if "$ref" in schema else []
        for keyword in ("allOf", "anyOf", "oneOf"):
            inner += schema.get(keyword, ())
        inner += [schema[keyword] for keyword in ("then", "else") if keyword in schema]
        inner += schema.get("dependentSchemas", {}).values()
        return [schema, *(each for one in inner for each in self._parts(one, depth + 1))]

    def _branches(self, schema: Json) -> list[Json]:
        """Return the plain schemas that `schema` offers, itself last."""
        if not isinstance(schema, dict):
            return [schema]
        if "$ref" in schema:
            return [*self._branches(self.checker.resolve(schema)), schema]
        offered = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
        return [each for one in offered for each in self._branches(one)] + [schema]

    def _one(self, schema: Json, node: Node, at: str) -> Json:
        kinds = types_of(schema)
        if node.texts:
            return _scalar(kinds, node.texts[0])
        if node.items:
            return self._items(schema, node.items, at)
        indices = [key for key in node.members if key.isascii() and key.isdigit()]
        if len(indices) == len(node.members) and "object" not in kinds:
            return self._items(schema, [node.members[key] for key in sorted(indices, key=int)], at)
        return {
            key: self._member(schema, key, each, f"{at}[{key}]")
            for key, each in node.members.items()
        }

    def _items(self, schema: Json, nodes: list[Node], at: str) -> list[Json]:
        wanted = schema if isinstance(schema, dict) else {}
        return [
            self._value(item_schema(wanted, index), node, f"{at}[{index}]")
            for index, node in enumerate(nodes)
        ]


def _document(text: str, at: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        message = f"Parameter {at} is no JSON text."
        raise FormError(message, at) from None


def _scalar(kinds: tuple[str, ...], text: str) -> Json:
    if "boolean" in kinds and text in _BOOLEANS:
        return _BOOLEANS[text]
    if ("integer" in kinds or "number" in kinds) and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return float(text)
    if "null" in kinds and "string" not in kinds and not text:
        return None
    return text
