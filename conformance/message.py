"""A message: everything that an operation takes, as one JSON value.

So sites, rules, contexts and readings need not know where a value travels::

    {"path": {…}, "query": {…}, "header": {…}, "cookie": {…}, "body": …}

A part that the operation does not have is not there; `body` is absent where none is sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Content, Json, Operation

BODY = "body"
LOCATIONS = ("path", "query", "header", "cookie")
"""Where parameters stand (OpenAPI 3.0.4, section 4.8.12.1), in the order of a message's parts."""

ITEM = "*"
"""Stands in an instance location for any item of an array."""


def message_schema(operation: Operation, content: Content | None) -> Mapping[str, Json]:
    """Return the schema of a message with `content` for its body; definitions stand at its root."""
    parts: dict[str, Json] = {}
    definitions: dict[str, Json] = {}

    def inner(schema: Json) -> Json:
        if not isinstance(schema, Mapping) or "$defs" not in schema:
            return {} if schema is None else schema
        definitions.update(schema["$defs"])
        return {name: value for name, value in schema.items() if name != "$defs"}

    for location in LOCATIONS:
        declared = [each for each in operation.parameters if each.location == location]
        if declared:
            parts[location] = {
                "type": "object",
                "properties": {each.name: inner(each.schema) for each in declared},
                "required": [each.name for each in declared if each.required],
            }
    required = [*parts]
    if content is not None:
        parts[BODY] = inner(content.schema)
        required += [BODY] if operation.body_required else []
    return {
        "type": "object",
        "properties": parts,
        "required": required,
        **({"$defs": definitions} if definitions else {}),
    }
