"""Text for people: what anybody sent, made visible and harmless.

Whatever comes from the target or from the contract is data. In a page or on a terminal it could
move the cursor, turn the direction of writing, hide characters or pile marks up; here each such
character becomes a visible stand-in, and nothing else changes.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from http import HTTPStatus

from conformance.records import ExchangeRecord
from conformance.run_record import Deviation

_PICTURES = 0x2400
"""Where Unicode draws the control characters (Unicode 16, Control Pictures)."""

_MARKS = 3
"""Combining marks that may stand on one character."""

_PLAIN = str.maketrans(
    {"✓": "+", "✗": "x", "…": "...", "·": "-", "○": "o", "→": "->", "–": "-", "×": "x", "─": "-"}  # noqa: RUF001  (these very signs)
)


def visible(text: str, *, keep: str = "", unicode: bool = True) -> str:
    r"""Return `text` with every character that does not show replaced by one that does.

    C0 controls become control pictures; C1, format (bidi, zero-width), lone surrogates, unusual
    blanks and marks beyond three on one character become `\u202e`. `keep` are let through.
    Without `unicode` the result is ASCII.
    """
    if text.isascii() and text.isprintable():
        return text
    shown, marks = [], 0
    for char in text if unicode else text.translate(_PLAIN):
        marks = marks + 1 if unicodedata.combining(char) else 0
        plain = char.isprintable() and marks <= _MARKS and (unicode or char.isascii())
        shown.append(char if plain or char in keep else _stand_in(ord(char), unicode=unicode))
    return "".join(shown)


def _stand_in(code: int, *, unicode: bool) -> str:
    if code < 0x20 and unicode:  # noqa: PLR2004  (C0)
        return chr(_PICTURES + code)
    if code == 0x7F and unicode:  # noqa: PLR2004  (DELETE)
        return "\u2421"
    if code <= 0xFF:  # noqa: PLR2004
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def bounded(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and how many there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def clipped(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, the last one an ellipsis where it was longer."""
    return text if len(text) <= width else text[: width - 1] + "…"


def utc(seconds: float, pattern: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """Return seconds since the epoch as UTC: `2026-11-22T03:17:04Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime(pattern)


def milliseconds(elapsed_ms: float) -> str:
    """Return `1.4 ms`, `12 ms`, `3.2 s`."""
    if elapsed_ms >= 1000:  # noqa: PLR2004
        return f"{elapsed_ms / 1000:.1f} s"
    return f"{elapsed_ms:.0f} ms" if elapsed_ms >= 10 else f"{elapsed_ms:.1f} ms"  # noqa: PLR2004


def status_line(status: int) -> str:
    """Return `200 OK`; the number alone where no standard gives it a name."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def answer(exchange: ExchangeRecord) -> str:
    """Return what came back: `200 OK in 12 ms`, or the sentence of the fault."""
    if exchange.status is None:
        return exchange.fault_sentence or "no answer"
    return f"{status_line(exchange.status)} in {milliseconds(exchange.elapsed_ms)}"


def control(exchange: ExchangeRecord) -> str:
    """Return the control and what it got: `type="account_onboarding": 200 OK in 3.1 ms`."""
    return f"{exchange.shown or 'no body'}: {answer(exchange)}"


def on_file(deviation: Deviation) -> str:
    """Return what is on file: `since 2026-11-22: reason (link), until 2027-01-31`."""
    until = f", until {deviation.expires}" if deviation.expires else ""
    return f"since {deviation.date}: {deviation.reason} ({deviation.link}){until}"


class Block(str):
    """Text of several lines: its line feeds and tabs are layout, not data to make visible."""

    __slots__ = ()
