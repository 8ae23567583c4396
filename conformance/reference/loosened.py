"""A schema without one of its keywords: what is enforced where that clause is broken.

Where `type` stands beside `enum`, dropping the type alone would show nothing, so the enum then
holds for values of that type only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.keywords import kind_of

if TYPE_CHECKING:
    from conformance.contract.model import Json
    from conformance.reference.schema import Checker, Path

BY_NAME = ("properties", "patternProperties", "dependentSchemas")
BY_INDEX = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords that hold schemas, by name and by index."""


def without(root: Json, way: Path, checker: Checker) -> Json:
    """Return a copy of `root` that lacks the keyword at `way`; definitions are copied into it.

    `checker` knows the document that references of `root` lead into.
    """

    def changed(schema: Json, way: Path) -> Json:
        step, rest = way[0], way[1:]
        if step == "$ref":
            beside = {name: each for name, each in schema.items() if name != "$ref"}
            target = changed(checker.resolve(schema), rest)
            return {**beside, "allOf": [*beside.get("allOf", ()), target]} if beside else target
        if not rest or step == "required" or (step == "properties" and len(rest) == 1):
            return _drop(schema, str(step), *map(str, rest))
        if step in BY_NAME or step in BY_INDEX:
            inner = schema[step].copy()
            inner[rest[0]] = changed(inner[rest[0]], rest[1:])
            return {**schema, step: inner}
        return {**schema, step: changed(schema[step], rest)}

    return changed(root, way)


def _drop(schema: Json, keyword: str, gone: str = "") -> Json:
    left = {key: value for key, value in schema.items() if key != keyword}
    if keyword == "required":
        left["required"] = [each for each in schema["required"] if each != gone]
    if keyword == "properties":
        left["properties"] = {**schema["properties"], gone: {}}
    if keyword == "enum" and "type" not in schema:  # any value of these kinds, not any at all
        left["type"] = sorted({kind_of(each) for each in schema["enum"]})
    for other in ("enum", "const", "anyOf", "oneOf", "not") if keyword == "type" else ():
        if other in left:
            held = {"anyOf": [{other: left.pop(other)}, {"not": {"type": schema["type"]}}]}
            left["allOf"] = [*left.get("allOf", ()), held]
    return left
