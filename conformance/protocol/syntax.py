"""Forms that are hard to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from conformance.case import Case
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.message import BODY
from conformance.protocol import is_free, optional, shown, wire_case, wire_clause
from conformance.styles import FORM
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError

_MARK = re.compile(rb"[\[\]=]")
"""What ends the name of a property."""


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield forms with odd bytes; their readings decide what each is owed."""
    if deriver.content is None or deriver.content.media_type != FORM:
        return
    clause = wire_clause(
        deriver,
        "syntax",
        "a form that cannot be read is refused, and never breaks the server",
        "URL Standard, section 5.1; RFC 9110, section 15.5.1",
    )
    for label, data in _odd_forms(deriver):
        request = deriver.raw(data)
        expectation = deriver.expectation(request)
        if expectation is Expectation.ACCEPT:
            expectation = Expectation.EITHER
        yield wire_case(
            clause,
            label,
            f"the form {shown(data)}",
            expectation,
            request,
            (*_without_oddity(deriver, data), deriver.preflight),
            breaks=deriver.broken(request),
        )


def _without_oddity(deriver: Deriver, data: bytes) -> Iterator[Request]:
    """Yield what is owed acceptance with each optional property that `data` sends, alone."""
    pairs = [pair for pair in data.split(b"&") if _MARK.search(pair)]
    sent = {_MARK.split(pair)[0] for pair in pairs} | {pair.partition(b"=")[0] for pair in pairs}
    for path, value in optional(deriver):
        if path[1].encode() in sent:
            with suppress(InexpressibleError):
                request = deriver.request(deriver.messages.with_optional({path: value}))
                if deriver.expectation(request) is Expectation.ACCEPT:
                    yield request


def _odd_forms(deriver: Deriver) -> Iterator[tuple[str, bytes]]:
    valid = deriver.preflight.body or b""
    schemas = {path[1]: deriver.messages.schema_of(path) for path, _ in optional(deriver)}
    free = next((n for n in schemas if is_free(deriver, n)), None)
    closed = next((n for n in schemas if schemas[n].get("enum")), None)
    array = next((n for n in schemas if schemas[n].get("type") == "array"), None)
    name = (free or next(iter(deriver.messages.smallest[BODY]), "a")).encode()
    odd = {
        "bad-percent": b"%ZZ",
        "cut-percent": b"a%4",
        "bad-utf8": b"%FF%FE",
        "cut-utf8": b"%E2%82",
        "overlong-utf8": b"%C0%AF",
        "surrogate": b"%ED%A0%80",
        "nul": b"a%00b",
        "raw-utf8": "caf\u00e9".encode(),
        "control": b"a%01%1F%7Fb",
        "line-break": b"a%0D%0Ab",
    }
    for label, text in odd.items():
        if free:
            yield label, b"&".join(part for part in (valid, name + b"=" + text) if part)
        if closed and label in ("bad-percent", "bad-utf8", "nul"):
            yield f"{label}-in-enum", valid + b"&" + closed.encode() + b"=" + text
    yield "bad-percent-alone", b"%ZZ=%ZZ"
    yield "bad-utf8-alone", b"%FF=%FE"
    yield "nul-in-name", valid + b"&a%00b=x"
    yield "bad-utf8-in-name", valid + b"&%FF=x"
    yield "empty-pairs", valid.replace(b"&", b"&&")
    yield "outer-ampersands", b"&" + valid + b"&"
    yield "only-ampersands", b"&&&"
    yield "only-equals", b"="
    yield "only-percent", b"%"
    yield "name-alone", name
    yield "name-without-value", valid + b"&" + name
    yield "open-bracket", valid + b"&" + name + b"[=x"
    yield "close-bracket", valid + b"&" + name + b"]=x"
    yield "bracket-first", valid + b"&[a]=x"
    yield "deep", valid + b"&" + name + b"[a]" * 40 + b"=x"
    yield "semicolons", valid.replace(b"&", b";")
    yield "binary", bytes(range(256))
    if free:
        yield "repeated", valid + b"&" + name + b"=x&" + name + b"=y"
        yield "scalar-and-hash", valid + b"&" + name + b"=x&" + name + b"[a]=y"
    if closed:
        yield "repeated-outsiders", valid + b"&" + b"&".join([closed.encode() + b"=zz"] * 2)
    if array:
        both = array.encode() + b"[]=x&" + array.encode()
        yield "array-both-ways", valid + b"&" + both + b"[0]=y"
        yield "array-and-scalar", valid + b"&" + both + b"=y"
        yield "array-gap", valid + b"&" + array.encode() + b"[7]=x"
        yield "array-negative", valid + b"&" + array.encode() + b"[-1]=x"
        yield "array-huge-index", valid + b"&" + array.encode() + b"[99999999999]=x"
