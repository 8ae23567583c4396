"""The same body spelt otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.case import Case
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.message import BODY
from conformance.messages import Message
from conformance.protocol import is_free, optional, wire_case, wire_clause
from conformance.styles import FORM
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, Spelling

ACCEPT = Expectation.ACCEPT


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield other spellings of one body, which the usual one controls."""
    if deriver.content is None:
        return
    clause = wire_clause(
        deriver,
        "spelling",
        "the same body spelt otherwise gets the same answer",
        "URL Standard, section 5; RFC 9110, section 8.3.1; RFC 9112, section 7.1",
    )
    full = deriver.messages.fullest
    try:
        usual = deriver.request(full)
    except InexpressibleError:
        return
    media_type = deriver.content.media_type
    for label, words, request, control in _spellings(deriver, media_type, full, usual):
        if request == control:
            continue
        if deriver.read(request).unreadable or deriver.expectation(request) is not ACCEPT:
            continue
        allowed = frozenset({411}) if request.chunked else frozenset[int]()
        yield wire_case(clause, label, words, ACCEPT, request, (control,), also_allowed=allowed)


def _spellings(
    deriver: Deriver, media_type: str, full: Message, usual: Request
) -> Iterator[tuple[str, str, Request, Request]]:
    data = usual.body or b""
    body = full[BODY]
    backwards = dict(reversed(body.items())) if isinstance(body, dict) else body
    turned = deriver.request({**full, BODY: backwards})
    yield "backwards", "parameters in the opposite order", turned, usual
    if media_type == "multipart/form-data":
        yield "chunked", "body in chunks", replace(usual, chunked=True), usual
        return
    yield (
        "charset",
        "media type with a charset",
        deriver.raw(data, f"{media_type}; charset=utf-8", usual),
        usual,
    )
    yield (
        "media-type-case",
        "media type in other case",
        deriver.raw(data, _otherwire_case(media_type), usual),
        usual,
    )
    yield "chunked", "body in chunks", replace(usual, chunked=True), usual
    if media_type != FORM:
        return
    encoded = deriver.request(full, Spelling(encoded_brackets=True))
    yield "encoded-brackets", "brackets percent-encoded", encoded, usual
    yield (
        "escaped-letter",
        "a letter percent-encoded in a name",
        deriver.raw(_escaped(data), like=usual),
        usual,
    )
    free = next((path[1] for path, _ in optional(deriver) if is_free(deriver, path[1])), None)
    if free:
        blank = {**full, BODY: {**body, free: "two words \u00e9"}}
        plus = deriver.request(blank)
        yield "plus", "a blank written as +", plus, usual
        yield (
            "percent-20",
            "a blank written as %20",
            deriver.request(blank, Spelling(space="%20")),
            plus,
        )
        lower = deriver.raw((plus.body or b"").replace(b"%C3%A9", b"%c3%a9"), like=usual)
        yield "lower-case-hex", "percent-encoding in lower case", lower, plus


def _escaped(data: bytes) -> bytes:
    return f"%{data[0]:02X}".encode() + data[1:] if data[:1].isalpha() else data


def _otherwire_case(media_type: str) -> str:
    return "/".join(part.title() for part in media_type.split("/"))
