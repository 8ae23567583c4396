"""Exchange → record: redacted, bounded, for people and for the journal."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache

from conformance.exchange import Exchange, Request
from conformance.headers import added, lacking
from conformance.percent import text_of
from conformance.records import ExchangeRecord
from conformance.redact import Redactor, Secret, hide

MOST_BODY = 64 * 1024
MOST_EXCERPT = 4 * 1024
MOST_READ = 4 * MOST_EXCERPT
"""So much of an answer is read for its excerpt, so that a secret at the cut is seen whole."""

_MOST_SHOWN = 600
_MOST_VALUE = 40
_LONGEST_KNOWN = 64 * 1024
_MOST_PAIRS = 24
_MOST_HEADERS = 32


def record(
    exchange: Exchange,
    base: str,
    headers: Sequence[tuple[str, str]],
    redactor: Redactor,
    secrets: Sequence[Secret] = (),
    query: Sequence[tuple[str, str]] = (),
) -> ExchangeRecord:
    """Return the record of `exchange`.

    `base` is the target's URL; `headers` are those of the user as they may be shown, with the
    names of variables instead of their values, and `query` the same. `secrets` are texts of this
    answer to hide: a single-use URL is a key, but only once, so it is not kept among those of the
    run.
    """
    request, response = exchange.request, exchange.response
    body = request.body or b""
    text, encoded = _carried(request, redactor)
    answer = response.body if response is not None else b""
    fault = exchange.fault

    more = redactor.clean(added(request.path, query, request.without))
    theirs = [
        (name, left)
        for name, value in headers
        if (left := lacking(name, value, request.without)) is not None
    ]

    def clean(text: str) -> str:
        return redactor.clean(hide(text, secrets))

    return ExchangeRecord(
        method=request.method,
        url=redactor.clean(base + request.path) + more,
        headers=(*((name, redactor.redact(value)) for name, value in request.headers), *theirs),
        shown=redactor.clean(shown(request)),
        body=text,
        body_base64=encoded,
        body_bytes=len(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
        chunked=request.chunked,
        status=response.status if response is not None else None,
        response_headers=tuple(
            (clean(name)[:100], redactor.header(name, hide(value, secrets))[:500])
            for name, value in (response.headers if response is not None else ())[:_MOST_HEADERS]
        ),
        response_body=clean(answer[:MOST_READ].decode("utf-8", "replace"))[:MOST_EXCERPT],
        response_bytes=len(answer),
        response_sha256=hashlib.sha256(answer).hexdigest(),
        fault_code=fault.code if fault else "",
        fault_phase=fault.phase if fault else "",
        fault_sentence=clean(fault.sentence) if fault else "",
        elapsed_ms=round(exchange.elapsed_ms, 2),
        attempts=exchange.attempts,
        given=len(theirs),
        given_query=more,
    )


def _carried(request: Request, redactor: Redactor) -> tuple[str | None, str | None]:
    body = request.body
    if body is None or len(body) > MOST_BODY:
        return None, None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        plain = redactor.redact(body.decode("latin-1"))  # a byte a character, there and back
        return None, base64.b64encode(plain.encode("latin-1")).decode()
    return redactor.redact(text), None


def shown(request: Request) -> str:
    """Return the query, the header and the body for people: `limit="2"; X-Kind: a; name="b"`."""
    query = request.path.partition("?")[2]
    told = [_pairs(query)] if query else []
    told += [
        f"{name}: {value if len(value) <= _MOST_VALUE else _value(value)}"
        for name, value in request.headers
        if name.lower() != "content-type"
    ]
    if request.body is not None:
        told.append(_body(request, request.body))
    chunked = "in chunks: " if request.chunked else ""
    return chunked + ("; ".join(told) or "(no body)")


def _body(request: Request, body: bytes) -> str:
    if not body:
        return "(empty body)"
    if "x-www-form-urlencoded" not in request.media_type.lower():
        text = body.decode("utf-8", "replace")
        return f"{request.media_type or 'no media type'}: {_value(text)}"
    return _pairs(body.decode("utf-8", "replace"))


def _pairs(text: str) -> str:
    pairs = text.split("&")
    more = f", … ({len(pairs)} pairs)" if len(pairs) > _MOST_PAIRS else ""
    text = ", ".join(map(_pair, pairs[:_MOST_PAIRS])) + more
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


def _pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    label = _part(name)[1:-1]
    return f"{label}={_part(value)}" if equals else label or "(empty)"


def _part(raw: str) -> str:
    """Return a name or a value of a form for people, in quotation marks."""
    if len(raw) < _MOST_VALUE:
        return _short(raw)
    return _long(raw) if len(raw) < _LONGEST_KNOWN else _read(raw)


def _read(raw: str) -> str:
    return _value(text_of(raw))


_short, _long = lru_cache(1024)(_read), lru_cache(64)(_read)
"""Ordinary values, and those at a limit, come again in body after body."""


def _value(text: str) -> str:
    if len(text) <= _MOST_VALUE:
        return f'"{text}"'
    return f'"{text[:8]}…" ({len(text)} characters)'
