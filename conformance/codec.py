"""Message → request, request → readings of messages.

A message is everything that an operation takes, as one JSON value, so that sites, rules, contexts
and readings need not know where a value travels::

    {"path": {…}, "query": {…}, "header": {…}, "cookie": {…}, "body": …}

A part that the operation does not have is not there; `body` is absent where none is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.contract.model import Content, Json, Operation
from conformance.exchange import Request
from conformance.wire import Readings, Spelling, Wire

BODY = "body"
LOCATIONS = ("path", "query", "header", "cookie")
"""Where parameters stand (OpenAPI 3.0.4, section 4.8.12.1), in the order of a message's parts."""


def message_schema(content: Content | None) -> Mapping[str, Json]:
    """Return the schema of a message with `content` for its body; definitions stand at its root."""
    parts: dict[str, Json] = {}
    definitions: dict[str, Json] = {}

    def inner(schema: Json) -> Json:
        if not isinstance(schema, Mapping) or "$defs" not in schema:
            return {} if schema is None else schema
        definitions.update(schema["$defs"])
        return {name: value for name, value in schema.items() if name != "$defs"}

    if content is not None:
        parts[BODY] = inner(content.schema)
    return {
        "type": "object",
        "properties": parts,
        "required": [*parts],
        **({"$defs": definitions} if definitions else {}),
    }


@dataclass(frozen=True)
class Codec:
    """Writes and reads the messages of one operation, with its body in one media type."""

    operation: Operation
    content: Content
    wire: Wire

    @cached_property
    def schema(self) -> Mapping[str, Json]:
        """The schema of a message."""
        return message_schema(self.content)

    def encode(self, message: Mapping[str, Json], spelling: Spelling | None = None) -> Request:
        """Return the request that carries `message`. Raises InexpressibleError."""
        data = self.wire.encode(message[BODY], self.content, spelling or Spelling())
        return self.raw(data)

    def raw(self, data: bytes | None, media_type: str | None = None) -> Request:
        """Return a request with these bytes as its body."""
        kind = self.content.media_type if media_type is None else media_type
        headers = (("Content-Type", kind),) if kind else ()
        return Request(self.operation.method.upper(), self.operation.path, headers, data)

    def read(self, request: Request) -> Readings:
        """Return every message that `request` may stand for in the declared media type."""
        found = self.wire.read(request.body or b"", self.content)
        messages = tuple({BODY: body} for body in found.values)
        return Readings(messages, found.unreadable, found.complete)
