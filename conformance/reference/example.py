"""Answers from response schemas: the smallest instance, with what is asked for besides."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.reference.schema import Checker, Path, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json

LIFETIME_S = 300
DEPTH_LIMIT = 24

_TEXTS = {
    "uri": "https://example.test/",
    "email": "someone@example.test",
    "date": "2030-01-01",
    "date-time": "2030-01-01T00:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_TRIES = ("", "a", "A", "0", "1", "aa", "AA", "00", "a1", "abcdef", "a-b", "_")


@dataclass(frozen=True)
class Examples:
    """Makes instances of one schema; a counter makes those that must be unique differ."""

    checker: Checker
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def make(self, schema: Json, wanted: Path = (), depth: int = 0) -> Json:
        """Return an instance of `schema` in which the place `wanted` is there.

        `x-conformance-unique` gives a text that no other answer has, `x-conformance-future` a
        time LIFETIME_S seconds ahead (seconds since the epoch).
        """
        if not isinstance(schema, dict) or depth > DEPTH_LIMIT:
            return None
        if "$ref" in schema:
            return self.make(self.checker.resolve(schema), wanted, depth + 1)
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        if "allOf" in schema:
            return self.make(merged(self.checker, schema), wanted, depth + 1)
        for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            value = self.make(each, wanted, depth + 1)
            if self.checker.valid(each, value):
                return value
        return self._plain(schema, wanted, depth)

    def _plain(self, schema: Json, wanted: Path, depth: int) -> Json:
        kinds = types_of(schema)
        kind = kinds[0] if kinds else ("object" if "properties" in schema else "null")
        match kind:
            case "object":
                return self._object(schema, wanted, depth)
            case "array":
                items = schema.get("items", True)
                count = max(schema.get("minItems", 0), 1 if wanted else 0)
                return [self.make(items, wanted[1:], depth + 1) for _ in range(count)]
            case "string":
                return self._text(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return True
            case _:
                return None

    def _object(self, schema: Json, wanted: Path, depth: int) -> dict[str, Json]:
        properties = schema.get("properties", {})
        names = dict.fromkeys(schema.get("required", ()))
        if wanted:
            names[str(wanted[0])] = None
        return {
            name: self.make(
                properties.get(name, schema.get("additionalProperties", True)),
                wanted[1:] if wanted and wanted[0] == name else (),
                depth + 1,
            )
            for name in names
        }

    def _text(self, schema: Json) -> str:
        least = schema.get("minLength", 0)
        if schema.get("x-conformance-unique"):
            # The clock keeps two servers apart, the counter two answers of one.
            return f"https://connect.example.test/setup/{time.time_ns():x}-{next(self.counter)}"
        text = _TEXTS.get(schema.get("format", ""), "")
        if "pattern" in schema:
            # Many a pattern is plain text between anchors; some schemas bring an example.
            plain = schema["pattern"].strip("^$").replace("\\", "")
            given = (schema.get("example"), schema.get("default"), *schema.get("examples", ()))
            tries = (text, plain, *(each for each in given if isinstance(each, str)), *_TRIES)
            text = next((each for each in tries if self.checker.valid(schema, each)), text)
        return text.ljust(least, "a")[: schema.get("maxLength")]


def _number(schema: Json) -> int | float:
    if schema.get("x-conformance-future"):
        return int(time.time()) + LIFETIME_S
    if schema.get("format") == "unix-time":
        return int(time.time())
    lowest: int | float = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    highest: int | float = schema.get("maximum", schema.get("exclusiveMaximum", lowest + 1) - 1)
    return lowest if "minimum" in schema or lowest <= highest else highest


def merged(checker: Checker, schema: Json) -> Json:
    """Return `schema` with its `allOf` taken in: members joined, later assertions win."""
    whole: dict[str, Json] = {key: value for key, value in schema.items() if key != "allOf"}
    for each in schema["allOf"]:
        part = checker.resolve(each) if isinstance(each, dict) and "$ref" in each else each
        if not isinstance(part, dict):
            continue
        part = merged(checker, part) if "allOf" in part else part
        required = [*whole.get("required", ()), *part.get("required", ())]
        properties = {**whole.get("properties", {}), **part.get("properties", {})}
        whole |= part
        if required:
            whole["required"] = required
        if properties:
            whole["properties"] = properties
    return whole
