"""An HTML page → the texts of the elements that its generator marks with a class."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_RAW = {
    "requestDescription": "</p>",
    "parameterDescription": "</span>",
    "statusDescription": "</span>",
}
"""Fields of raw HTML, each with the end tag of its own element.

Authors leave elements open and use `<currency>` as a word, so tags cannot be counted: such a field
ends where the page goes on, and its last end tag is the generator's.
"""
_PLAIN = frozenset(
    (
        *("title", "requestSummary", "requestLine", "httpTarget", "httpVersion"),
        *("headerLine", "headerValue", "schema", "statusLine"),
        *("parameterName", "parameterLocation", "parameterType", "parameterRequired"),
    )
)


class Field:
    """One element known by its class, written in camel case: its name, text and first line.

    The text is stripped; of a raw field it is the HTML as it stands, else without markup.
    """

    __slots__ = ("end", "line", "name", "start", "tag", "text")

    def __init__(self, name: str, tag: str, start: int, line: int) -> None:
        self.name = name
        self.tag = tag
        self.start = start
        self.end = start
        self.line = line
        self.text = ""


class _Reader(HTMLParser):
    """Collects the fields of a page; anything else is passed over."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: list[Field] = []
        self._source = source
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._open: Field | None = None
        self.feed(source)
        self.close()
        self._finish(len(source))

    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """Do nothing: a description may show <script> as a word, and hides nothing after it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = "title" if tag == "title" and not self.fields else _known_class(attrs)
        if name is None:
            return
        start = self._position()
        self._finish(start)
        after = start + len(self.get_starttag_text() or "")
        self._open = Field(name, tag, after, self.getpos()[0])

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "section" or (tag == self._open.tag and self._open.name not in _RAW):
            self._finish(self._position())

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.text += data

    def _finish(self, end: int) -> None:
        field, self._open = self._open, None
        if field is None:
            return
        closing = _RAW.get(field.name)
        if closing is not None:
            raw = self._source[field.start : end]
            field.text = raw.rpartition(closing)[0] if closing in raw else raw
        field.text = field.text.strip()
        self.fields.append(field)

    def _position(self) -> int:
        line, offset = self.getpos()
        return self._lines[line - 1] + offset


def _known_class(attrs: list[tuple[str, str | None]]) -> str | None:
    for word in (dict(attrs).get("class") or "").split():
        head, *rest = word.split("-")
        name = head + "".join(part.capitalize() for part in rest)
        if name in _PLAIN or name in _RAW:
            return name
    return None


def read_fields(text: str) -> list[Field]:
    """Return the fields of the page `text` in document order.

    Raises AssertionError where html.parser gives up on a broken `<![` section.
    """
    return _Reader(text).fields
