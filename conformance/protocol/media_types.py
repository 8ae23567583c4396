"""Bodies in media types that the contract does not declare."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.case import Case
from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.message import BODY
from conformance.protocol import optional, shown, wire_case, wire_clause
from conformance.verdict import Expectation

_BOUNDARY = "conformance-boundary"


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield bodies under other media types; what can be read from them decides."""
    if deriver.content is None:
        return
    declared = {content.media_type for content in deriver.operation.contents}
    clause = wire_clause(
        deriver,
        "media-type",
        f"a body is read as {' or '.join(sorted(declared))}, or not at all",
        "RFC 9110, section 15.5.16; OpenAPI 3.0.4, section 4.8.13",
        deriver.content.pointer.rpartition("/schema")[0],
    )
    least = deriver.messages.smallest
    valid = least[BODY]
    plain = deriver.preflight.body or b""
    lacking: dict[str, Json] = {path[1]: value for path, value in [*optional(deriver)][:1]}
    for label, media_type, data, bodies in (
        ("json", "application/json", _json(valid), [valid]),
        ("json-lacking", "application/json", _json(lacking), [lacking]),
        ("json-text", "application/json", b'"word"', []),
        ("json-broken", "application/json", b'{"', []),
        ("multipart", f"multipart/form-data; boundary={_BOUNDARY}", _multipart(valid), [valid]),
        (
            "multipart-lacking",
            f"multipart/form-data; boundary={_BOUNDARY}",
            _multipart(lacking or {"unlisted": "x"}),
            [lacking],
        ),
        ("multipart-broken", f"multipart/form-data; boundary={_BOUNDARY}", b"--nothing", []),
        ("multipart-no-boundary", "multipart/form-data", b"nothing", []),
        ("text", "text/plain", plain, []),
        ("text-garbage", "text/plain", b"nothing to read here", []),
        ("xml", "application/xml", b"<a>1</a>", []),
        ("octets", "application/octet-stream", bytes(range(128, 160)), []),
        ("unknown", "no/such-type", b"nothing to read here", []),
        ("malformed", "form", b"nothing to read here", []),
        ("absent", "", plain, []),
        ("absent-garbage", "", b"nothing to read here", []),
    ):
        essence = media_type.partition(";")[0]
        if not declared.isdisjoint((essence, f"{essence.partition('/')[0]}/*", "*/*")):
            continue
        request = deriver.raw(data, media_type)
        read_as_declared = deriver.read(request)
        readings = read_as_declared._replace(
            values=(
                *({**least, BODY: body} for body in bodies),
                *read_as_declared.values,
                {**least, BODY: {}},
            ),
        )
        expectation = deriver.judge.expectation(readings)
        if expectation is Expectation.ACCEPT:
            expectation = Expectation.EITHER
        words = f"{media_type or 'no media type'} with {shown(data)}"
        yield wire_case(clause, label, words, expectation, request, (deriver.preflight,))


def _json(body: Json) -> bytes:
    return json.dumps(body).encode()


def _multipart(body: Json) -> bytes:
    """Return a multipart/form-data body (RFC 7578) of the top-level texts."""
    members = body if isinstance(body, dict) else {}
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in members.items()
    ]
    return "".join([*parts, f"--{_BOUNDARY}--\r\n"]).encode()
