"""Two bodies side by side: one line a field, the one difference marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import unquote_plus

from msgspec import Struct

from conformance.records import ExchangeRecord
from conformance.report.text import bounded

_VALUE = 160
"""Characters of one value; the command and the bytes beside hold the whole."""

_LINES = 60
_FORM = "x-www-form-urlencoded"
_IS = " = "


class Line(Struct, frozen=True):
    """One line: `before`, then what is `marked`, then `after`. `absent` says it is not there."""

    before: str
    marked: str = ""
    after: str = ""
    absent: bool = False


def sides(control: ExchangeRecord, sent: ExchangeRecord) -> tuple[tuple[Line, ...], ...]:
    """Return the lines of `control` and of `sent`; what stands in one only is marked."""
    left, right = fields(control), fields(sent)
    first = _shared(left, right)
    last = _shared(left[first:][::-1], right[first:][::-1])
    middles = [each[first : len(each) - last] for each in (left, right)]
    found = []
    for own, other, whole in zip(middles, middles[::-1], (left, right), strict=True):
        lines = [Line(bounded(text, _VALUE)) for text in whole[:first]]
        lines += [_marked(text, other[at : at + 1]) for at, text in enumerate(own)]
        if not own and other:
            lines.append(Line("", f"({_name(other[0])} is not there)", absent=True))
        lines += [Line(bounded(text, _VALUE)) for text in whole[len(whole) - last :]]
        found.append(_few(lines))
    return tuple(found)


def plain(sent: ExchangeRecord) -> tuple[Line, ...]:
    """Return the lines of a body that has no control."""
    return _few([Line(bounded(text, _VALUE)) for text in fields(sent)])


def fields(sent: ExchangeRecord) -> list[str]:
    """Return what the request carries, one line a field.

    The first line is there where method, address or headers matter: they are part of what differs.
    """
    media = next((v for k, v in sent.headers if k.lower() == "content-type"), "")
    head = [f"{sent.method} {sent.url}", f"Content-Type: {media or 'none'}"]
    if sent.chunked:
        head.append("Transfer-Encoding: chunked")
    if sent.body is None:
        return [*head, sent.shown or "no body"]
    if _FORM in media.lower():
        return [*head, *(_pair(each) for each in sent.body.split("&"))]
    try:
        return [*head, *json.dumps(json.loads(sent.body), indent=1, ensure_ascii=False).split("\n")]
    except (ValueError, RecursionError):
        return [*head, *sent.body.split("\n")]


def _pair(text: str) -> str:
    name, equals, value = text.partition("=")
    read = f"{unquote_plus(name)}{_IS if equals else ''}{unquote_plus(value)}"
    spelt = f"   (sent as {text})" if unquote_plus(text) != text and len(text) < _VALUE else ""
    return f"{read or '(empty)'}{spelt}"


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    """Count how many items are the same from the start."""
    pairs = zip(left, right, strict=False)
    return next(
        (at for at, (one, two) in enumerate(pairs) if one != two), min(len(left), len(right))
    )


def _marked(text: str, others: Sequence[str]) -> Line:
    """Mark in `text` what the line beside it has not: its length, or the part that is its own."""
    other = others[0] if others else ""
    if _name(text) != _name(other):
        return Line("", bounded(text, _VALUE))
    if max(len(text), len(other)) > _VALUE and len(text) != len(other):
        size = len(text) - len(_name(text)) - len(_IS)
        return Line(bounded(text, 40).partition("…")[0] + "… ", f"({size:,} characters)")
    first = _shared(text, other)
    last = _shared(text[first:][::-1], other[first:][::-1])
    end = len(text) - last
    return Line(_start(text[:first]), bounded(text[first:end], _VALUE), bounded(text[end:], 40))


def _name(text: str) -> str:
    return text.partition(_IS if _IS in text else ":")[0]


def _start(text: str) -> str:
    """Return `text` in at most a line's room: its start and its end."""
    if len(text) <= _VALUE:
        return text
    return f"{text[:60]}… ({len(text) - 90:,} characters) …{text[-30:]}"


def _few(lines: Sequence[Line]) -> tuple[Line, ...]:
    if len(lines) <= _LINES:
        return tuple(lines)
    return (*lines[:_LINES], Line(f"… {len(lines) - _LINES:,} more lines"))
