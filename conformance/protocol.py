"""The clauses of the wire: methods, media types, syntax and spelling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.traits import traits
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError, Readings, Spelling, wires

_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "conformance-boundary"
_METHODS = ("PUT", "PATCH", "DELETE", "GET")


def protocol_cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the cases of every wire clause."""
    yield from _bodies(deriver)
    yield from _methods(deriver)
    yield from _media_types(deriver)
    if deriver.content.media_type == _FORM:
        yield from _syntax(deriver)
    yield from _spelling(deriver)


def _clause(deriver: Deriver, name: str, words: str, source: str, place: str = "") -> Clause:
    operation = deriver.operation
    return Clause(
        id=f"{operation.id}:request/{name}",
        operation=operation.id,
        side="protocol",
        keyword=name,
        keyword_location=place or operation.pointer,
        instance_location="",
        words=words,
        value="",
        source=source,
    )


def _case(  # noqa: PLR0913
    clause: Clause,
    label: str,
    words: str,
    expectation: Expectation,
    request: Request,
    controls: tuple[Request, ...],
    **more: object,
) -> Case:
    case = Case(
        id=f"{clause.id}/{label}",
        clause=clause,
        words=words,
        expectation=expectation,
        level=Level.MUST,
        request=request,
        controls=controls,
        traits=traits(request),
    )
    return replace(case, **more)  # type: ignore[arg-type]  # checked by the dataclass at run time


def _bodies(deriver: Deriver) -> Iterator[Case]:
    nothing = Readings(({},))
    if deriver.judge.expectation(nothing) is not Expectation.REFUSE:
        return
    clause = next(
        (
            c
            for c in deriver.clauses.values()
            if c.keyword == "required" and not c.instance_location
        ),
        None,
    )
    if clause is None:
        return
    controls = (deriver.preflight,)
    for label, words, request in (
        ("empty-body", "the body is empty", deriver.raw(b"")),
        ("absent-body", "no body is sent", deriver.raw(None, "")),
    ):
        breaks = deriver.broken(b"")
        yield _case(clause, label, words, Expectation.REFUSE, request, controls, breaks=breaks)


def _methods(deriver: Deriver) -> Iterator[Case]:
    declared = {method.upper() for method in deriver.operation.declared_methods}
    clause = _clause(
        deriver,
        "method",
        f"the path takes no other method than {', '.join(sorted(declared))}",
        "RFC 9110, section 15.5.6; OpenAPI 3.0.4, section 4.8.9",
    )
    for method in _METHODS:
        if method not in declared:
            yield _case(
                clause,
                method.lower(),
                f"{method} is not declared",
                Expectation.REFUSE,
                replace(deriver.preflight, method=method),
                (deriver.preflight,),
                off_contract=True,
                also_allowed=frozenset({501}),
            )


def _media_types(deriver: Deriver) -> Iterator[Case]:
    declared = {content.media_type for content in deriver.operation.contents}
    clause = _clause(
        deriver,
        "media-type",
        f"a body is read as {' or '.join(sorted(declared))}, or not at all",
        "RFC 9110, section 15.5.16; OpenAPI 3.0.4, section 4.8.13",
        deriver.content.pointer.rpartition("/schema")[0],
    )
    valid = deriver.bodies.smallest
    plain = deriver.preflight.body or b""
    lacking: dict[str, Json] = dict(list(deriver.bodies.optional.items())[:1])
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
        if essence in declared and label not in ("json-broken",):
            continue
        read_as_declared = deriver.wire.read(data, deriver.content)
        readings = Readings(
            (*bodies, *read_as_declared.bodies, {}),
            read_as_declared.unreadable,
            read_as_declared.complete,
        )
        expectation = deriver.judge.expectation(readings)
        if expectation is Expectation.ACCEPT:
            expectation = Expectation.EITHER
        words = f"{media_type or 'no media type'} with {_shown(data)}"
        request = deriver.raw(data, media_type)
        yield _case(clause, label, words, expectation, request, (deriver.preflight,))


def _json(body: Json) -> bytes:
    return json.dumps(body).encode()


def _multipart(body: Json) -> bytes:
    """Return a multipart/form-data body (RFC 7578) of the top-level texts."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in body.items()
    ]
    return "".join([*parts, f"--{_BOUNDARY}--\r\n"]).encode()


def _shown(data: bytes) -> str:
    text = ascii(data.decode("latin-1"))[1:-1]
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004


def _syntax(deriver: Deriver) -> Iterator[Case]:
    clause = _clause(
        deriver,
        "syntax",
        "a form that cannot be read is refused, and never breaks the server",
        "URL Standard, section 5.1; RFC 9110, section 15.5.1",
    )
    for label, data in _odd_forms(deriver):
        expectation = deriver.expectation(data)
        if expectation is Expectation.ACCEPT:
            expectation = Expectation.EITHER
        yield _case(
            clause,
            label,
            f"the form {_shown(data)}",
            expectation,
            deriver.raw(data),
            (deriver.preflight,),
            breaks=deriver.broken(data),
        )


def _odd_forms(deriver: Deriver) -> Iterator[tuple[str, bytes]]:
    valid = deriver.preflight.body or b""
    optional = list(deriver.bodies.optional)
    free = next((n for n in optional if _is_free(deriver, n)), None)
    closed = next((n for n in optional if deriver.schema_of(n).get("enum")), None)
    array = next((n for n in optional if deriver.schema_of(n).get("type") == "array"), None)
    name = (free or next(iter(deriver.bodies.smallest), "a")).encode()
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
    if closed:
        yield "repeated-outsiders", valid + b"&" + b"&".join([closed.encode() + b"=zz"] * 2)
    if array:
        yield "array-gap", valid + b"&" + array.encode() + b"[7]=x"
        yield "array-negative", valid + b"&" + array.encode() + b"[-1]=x"
        yield "array-huge-index", valid + b"&" + array.encode() + b"[99999999999]=x"


def _is_free(deriver: Deriver, name: str) -> bool:
    schema = deriver.schema_of(name)
    return schema.get("type") == "string" and not schema.keys() & {"enum", "format", "pattern"}


def _spelling(deriver: Deriver) -> Iterator[Case]:
    clause = _clause(
        deriver,
        "spelling",
        "the same body spelt otherwise gets the same answer",
        "URL Standard, section 5; RFC 9110, section 8.3.1; RFC 9112, section 7.1",
    )
    full = deriver.bodies.fullest
    try:
        usual = deriver.request(full)
    except InexpressibleError:
        return
    for label, words, request, control in _spellings(deriver, full, usual):
        if request == control:
            continue
        data = request.body or b""
        if wires()[deriver.content.media_type].read(data, deriver.content).unreadable:
            continue
        if deriver.expectation(data) is not Expectation.ACCEPT:
            continue
        allowed = frozenset({411}) if request.chunked else frozenset[int]()
        yield _case(
            clause, label, words, Expectation.ACCEPT, request, (control,), also_allowed=allowed
        )


def _spellings(
    deriver: Deriver, full: Json, usual: Request
) -> Iterator[tuple[str, str, Request, Request]]:
    media_type = deriver.content.media_type
    data = usual.body or b""
    backwards = dict(reversed(full.items())) if isinstance(full, dict) else full
    yield "backwards", "parameters in the opposite order", deriver.request(backwards), usual
    yield (
        "charset",
        "media type with a charset",
        deriver.raw(data, f"{media_type}; charset=utf-8"),
        usual,
    )
    yield (
        "media-type-case",
        "media type in other case",
        deriver.raw(data, _other_case(media_type)),
        usual,
    )
    yield "chunked", "body in chunks", replace(usual, chunked=True), usual
    if media_type != _FORM:
        return
    append = deriver.request(full, Spelling(arrays="append"))
    yield "empty-brackets", "arrays with [] instead of [0]", append, usual
    encoded = deriver.request(full, Spelling(encoded_brackets=True))
    yield "encoded-brackets", "brackets percent-encoded", encoded, usual
    yield "escaped-letter", "a letter percent-encoded in a name", deriver.raw(_escaped(data)), usual
    free = next((n for n in deriver.bodies.optional if _is_free(deriver, n)), None)
    if free:
        blank = {**full, free: "two words \u00e9"}
        plus = deriver.request(blank)
        yield "plus", "a blank written as +", plus, usual
        yield (
            "percent-20",
            "a blank written as %20",
            deriver.request(blank, Spelling(space="%20")),
            plus,
        )
        lower = deriver.raw((plus.body or b"").replace(b"%C3%A9", b"%c3%a9"))
        yield "lower-case-hex", "percent-encoding in lower case", lower, plus


def _escaped(data: bytes) -> bytes:
    return f"%{data[0]:02X}".encode() + data[1:] if data[:1].isalpha() else data


def _other_case(media_type: str) -> str:
    return "/".join(part.title() for part in media_type.split("/"))
