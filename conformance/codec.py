"""Message → request, request → readings of messages.

What a message is stands in `conformance.message`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import islice, product

from msgspec import Struct

from conformance.contract.model import Content, Json, Operation
from conformance.exchange import Request
from conformance.message import BODY, LOCATIONS, message_schema
from conformance.parameters import Fields, cookie, fields_of, header, path, query
from conformance.schema import Same
from conformance.wire import Readings, Spelling, Wire
from conformance.wire.text import MOST_READINGS

_NOTHING: Mapping[str, Json] = {}
_EMPTY = Readings(({},))
_USUAL = Spelling()
_OF_THE_LINE = frozenset(("path", "query"))

_MOST_LINES = 64
"""So many readings of a request line are kept."""

_LONGEST = 8_000
"""Octets of a request line that every server should take (RFC 9112, section 3)."""


class Codec(Struct, frozen=True, dict=True):
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
        if BODY not in message or self.content is None or self.wire is None:
            return Request(self._method, place, headers)
        data = self.wire.encode(message[BODY], self.content, spelling or _USUAL)
        return Request(self._method, place, self._label + headers, data)

    @cached_property
    def _method(self) -> str:
        return self.operation.method.upper()

    @cached_property
    def _label(self) -> tuple[tuple[str, str], ...]:
        """The header that names the media type of a body."""
        kind = self.wire.label(self.content) if self.wire and self.content else ""
        return (("Content-Type", kind),) if kind else ()

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
        label = self._label
        if media_type is not None:
            label = (("Content-Type", media_type),) if media_type else ()
        others = tuple([each for each in request.headers if each[0] != "Content-Type"])
        return Request(request.method, request.path, label + others, data, request.chunked)

    # --- reading ---

    def read(self, request: Request) -> Readings:
        """Return every message that `request` may stand for in the declared media type."""
        whole = self._line(request)
        if self.content is not None and self.wire is not None:
            whole = self._with_body(whole, request, self.content, self.wire)
        if len(request.path) > _LONGEST:
            return whole._replace(unreadable=True)
        return whole

    def _line(self, request: Request) -> Readings:
        """Return the readings of all but the body: most requests of an operation share them."""
        known = self._lines.get(request.path)
        if known is not None:
            return known
        place, _, asked = request.path.partition("?")
        whole = _EMPTY
        for location, fields in self.fields.items():
            if location == "path":
                found = path.read(self.operation.path, fields, place)
            elif location == "query":
                found = query.read(fields, asked)
            else:
                module = header if location == "header" else cookie
                found = module.read(fields, request.headers)
            whole = _together(whole, location, found)
        if self.fields.keys() <= _OF_THE_LINE:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()
            self._lines[request.path] = whole
        return whole

    @cached_property
    def _lines(self) -> dict[str, Readings]:
        return {}

    def _with_body(
        self, whole: Readings, request: Request, content: Content, wire: Wire
    ) -> Readings:
        """Return the readings with a body; where none need be sent, an empty one may be none."""
        if request.body is None and not self.operation.body_required:
            return whole
        found = _together(whole, BODY, wire.read(request.body or b"", content))
        if request.body or self.operation.body_required:
            return found
        return found._replace(values=(*found.values, *whole.values))


@lru_cache(maxsize=1024)
def _path(template: str, fields: Same, values: Same) -> str:
    """Return the path of messages that share their parameters: written once, known by identity."""
    return path.write(template, fields.value, values.value)


def _together(whole: Readings, part: str, found: Readings) -> Readings:
    """Return readings with one more part: any of the first with any of what was `found` there."""
    unreadable = whole.unreadable or found.unreadable
    complete = whole.complete and found.complete
    if len(whole.values) == 1:
        (left,) = whole.values
        values = tuple([{**left, part: right} for right in found.values])
        return Readings(values, unreadable, complete)
    pairs = islice(product(whole.values, found.values), MOST_READINGS + 1)
    values = tuple([{**left, part: right} for left, right in pairs])
    complete &= len(values) <= MOST_READINGS
    return Readings(values[:MOST_READINGS], unreadable, complete)
