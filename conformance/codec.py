"""Message → request, request → readings of messages.

A message is everything that an operation takes, as one JSON value, so that sites, rules, contexts
and readings need not know where a value travels::

    {"path": {…}, "query": {…}, "header": {…}, "cookie": {…}, "body": …}

A part that the operation does not have is not there; `body` is absent where none is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from itertools import islice, product

from conformance.contract.model import Content, Json, Operation
from conformance.exchange import Request
from conformance.parameters import Fields, cookie, fields_of, header, path, query
from conformance.schema import Same
from conformance.wire import Readings, Spelling, Wire
from conformance.wire.text import MOST_READINGS

BODY = "body"
LOCATIONS = ("path", "query", "header", "cookie")
"""Where parameters stand (OpenAPI 3.0.4, section 4.8.12.1), in the order of a message's parts."""

_NOTHING: Mapping[str, Json] = {}
_LONGEST = 8_000
"""Octets of a request line that every server should take (RFC 9112, section 3)."""


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


@dataclass(frozen=True)
class Codec:
    """Writes and reads the messages of one operation, with its body in one media type.

    `content` and `wire` are None where no body is sent.
    """

    operation: Operation
    content: Content | None = None
    wire: Wire | None = None

    @cached_property
    def schema(self) -> Mapping[str, Json]:
        """The schema of a message."""
        return message_schema(self.operation, self.content)

    @cached_property
    def fields(self) -> Mapping[str, Fields]:
        """The parameters by location, where there are any."""
        found = {each: fields_of(self.operation.parameters, each) for each in LOCATIONS}
        return {location: fields for location, fields in found.items() if fields}

    # --- writing ---

    def encode(self, message: Mapping[str, Json], spelling: Spelling | None = None) -> Request:
        """Return the request that carries `message`. Raises InexpressibleError."""
        template, fields = self.operation.path, self.fields
        place = template
        if "path" in fields or "{" in template:
            values = Same(message.get("path", _NOTHING))
            place = _path(template, Same(fields.get("path", _NOTHING)), values)
        if "query" in message:
            asked = query.write(fields.get("query", _NOTHING), message["query"])
            place += f"?{asked}" if asked else ""
        headers = self._headers(message) if fields else ()
        request = Request(self.operation.method.upper(), place, headers)
        if BODY not in message or self.content is None or self.wire is None:
            return request
        data = self.wire.encode(message[BODY], self.content, spelling or Spelling())
        return self.carrying(request, data)

    def _headers(self, message: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        if "header" in message:
            found += header.write(self.fields.get("header", _NOTHING), message["header"])
        if "cookie" in message:
            text = cookie.write(self.fields.get("cookie", _NOTHING), message["cookie"])
            found += [("Cookie", text)] if text else []
        return tuple(found)

    def carrying(
        self, request: Request, data: bytes | None, media_type: str | None = None
    ) -> Request:
        """Return `request` with these bytes as its body, in the declared media type or another."""
        kind = media_type
        if kind is None:
            kind = self.wire.label(self.content) if self.wire and self.content else ""
        others = tuple([each for each in request.headers if each[0] != "Content-Type"])
        headers = ((("Content-Type", kind),) if kind else ()) + others
        return Request(request.method, request.path, headers, data, request.chunked)

    # --- reading ---

    def read(self, request: Request) -> Readings:
        """Return every message that `request` may stand for in the declared media type."""
        found = [*self._parts(request)]
        if len(found) == 1 and self.content is not None:
            return found[0]
        whole = reduce(_together, found) if found else Readings(({},))
        if len(request.path) > _LONGEST:
            return replace(whole, unreadable=True)
        return whole

    def _parts(self, request: Request) -> list[Readings]:
        place, _, asked = request.path.partition("?")
        found = []
        for location, fields in self.fields.items():
            if location == "path":
                found.append(_path_read(self.operation.path, Same(fields), place))
                continue
            if location == "query":
                values = query.read(fields, asked)
            else:
                module = header if location == "header" else cookie
                values = module.read(fields, request.headers)
            found.append(_part(location, values))
        if self.content is not None and self.wire is not None:
            found.append(self._body(request, self.content, self.wire))
        return found

    def _body(self, request: Request, content: Content, wire: Wire) -> Readings:
        """Return the readings of the body; where none need be sent, an empty one may be none."""
        if request.body is None and not self.operation.body_required:
            return Readings(({},))
        readings = _part(BODY, wire.read(request.body or b"", content))
        if request.body or self.operation.body_required:
            return readings
        return replace(readings, values=(*readings.values, {}))


@lru_cache(maxsize=1024)
def _path(template: str, fields: Same, values: Same) -> str:
    """Return the path of messages that share their parameters: written once, known by identity."""
    return path.write(template, fields.value, values.value)


@lru_cache(maxsize=1024)
def _path_read(template: str, fields: Same, place: str) -> Readings:
    return _part("path", path.read(template, fields.value, place))


def _part(name: str, found: Readings) -> Readings:
    values = tuple([{name: value} for value in found.values])
    return Readings(values, found.unreadable, found.complete)


def _together(one: Readings, other: Readings) -> Readings:
    """Return the readings of two parts as one: any of the first with any of the second."""
    if len(one.values) == 1:
        values = [{**one.values[0], **right} for right in other.values]
        unreadable = one.unreadable or other.unreadable
        return Readings(tuple(values), unreadable, one.complete and other.complete)
    pairs = product(one.values, other.values)
    values = [{**left, **right} for left, right in islice(pairs, MOST_READINGS + 1)]
    return Readings(
        tuple(values[:MOST_READINGS]),
        one.unreadable or other.unreadable,
        one.complete and other.complete and len(values) <= MOST_READINGS,
    )
