"""Bodies that are no JSON, or JSON that two readers do not read alike."""

# ruff: noqa: E501  (a row is a line)

from __future__ import annotations

import json
from collections.abc import Callable

from msgspec.structs import replace

from conformance.reference.http import Response
from tests.hostile.behaviour import Behaviour, Says, bodied, head, wrapped
from tests.rawserver import Conversation, say

_BODY = "FAIL response/200/body"
_KIND = "FAIL response/200/media-type"


def _fixed(data: bytes) -> Says:
    return bodied(lambda _: data)


def _member(text: bytes) -> Says:
    """Put one more member into the object."""
    return bodied(lambda body: body.rstrip()[:-1] + b"," + text + b"}")


def _typed(media_type: bytes | None, body: Callable[[bytes], bytes] = bytes) -> Says:
    """Answer under another media type, or none."""

    def says(plain: Response) -> Conversation:
        changed = replace(plain, body=body(plain.body))
        line = b"Content-Type: application/json\r\n"
        other = b"" if media_type is None else b"Content-Type: %s\r\n" % media_type
        return say(head(changed).replace(line, other) + changed.body)

    return says


def _recoded(encoding: str) -> Says:
    return bodied(lambda body: body.decode().encode(encoding))


def _nested(depth: int) -> bytes:
    return b'"deep":' + b"[" * depth + b"]" * depth


ROWS = (
    # --- no JSON text
    Behaviour("empty-body", _BODY, _fixed(b"")),
    Behaviour("blank-body", _BODY, _fixed(b" \r\n\t")),
    Behaviour("body-cut", _BODY, bodied(lambda body: body[:-1])),
    Behaviour("trailing-data", _BODY, bodied(lambda body: body + b"x")),
    Behaviour("two-texts", _BODY, bodied(lambda body: body + body)),
    Behaviour("trailing-nul", _BODY, bodied(lambda body: body + b"\x00")),
    Behaviour("trailing-comma", _BODY, bodied(lambda body: body.rstrip()[:-1] + b",}")),
    Behaviour("comment", _BODY, bodied(lambda body: b"/* c */" + body)),
    Behaviour("single-quotes", _BODY, bodied(lambda body: body.replace(b'"', b"'"))),
    Behaviour("python-literal", _BODY, _fixed(b"{'object': None}")),
    Behaviour("jsonp", _BODY, bodied(lambda body: b"callback(" + body + b")")),
    Behaviour("xssi-prefix", _BODY, bodied(lambda body: b")]}',\n" + body)),
    Behaviour("html-as-json", _BODY, _fixed(b"<html><script>alert(1)</script></html>")),
    Behaviour("xml-as-json", _BODY, _fixed(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')),
    Behaviour("raw-line-feed-in-text", _BODY, _member(b'"a":"b\nc"')),
    Behaviour("raw-nul-in-text", _BODY, _member(b'"a":"b\x00c"')),
    Behaviour("bad-escape", _BODY, _member(b'"a":"\\x41"')),
    Behaviour("quotes-without-end", _BODY, _fixed(b'{"a":"' + b'\\"' * 1_500_000)),
    Behaviour("escapes-without-end", _BODY, _fixed(b'"' + b"\\" * 3_000_001)),
    Behaviour("escape-without-end", _BODY, _fixed(b'"\\')),
    Behaviour("text-without-end", _BODY, _fixed(b'{"a":"')),
    Behaviour("vertical-tab-as-blank", _BODY, bodied(lambda body: b"\x0b" + body)),
    Behaviour("no-break-space-as-blank", _BODY, bodied(lambda body: "\u00a0".encode() + body)),
    Behaviour("null", "FAIL response/200/type", _fixed(b"null")),
    Behaviour("array", "FAIL response/200/type", _fixed(b"[]")),
    Behaviour("text", "FAIL response/200/type", _fixed(b'"ok"')),
    Behaviour("number", "FAIL response/200/type", _fixed(b"200")),
    Behaviour("true", "FAIL response/200/type", _fixed(b"true")),
    # --- encodings
    Behaviour("byte-order-mark", _BODY, bodied(lambda body: b"\xef\xbb\xbf" + body)),
    Behaviour("utf-16", _BODY, _recoded("utf-16")),
    Behaviour("utf-16-be", _BODY, _recoded("utf-16-be")),
    Behaviour("utf-16-le", _BODY, _recoded("utf-16-le")),
    Behaviour("utf-32", _BODY, _recoded("utf-32")),
    Behaviour("utf-32-be", _BODY, _recoded("utf-32-be")),
    Behaviour("latin-1", _BODY, _member(b'"a":"\xe9"')),
    Behaviour("overlong-utf-8", _BODY, _member(b'"a":"\xc0\xaf"')),
    Behaviour("surrogate-in-utf-8", _BODY, _member(b'"a":"\xed\xa0\x80"')),
    Behaviour("beyond-unicode", _BODY, _member(b'"a":"\xf5\x80\x80\x80"')),
    Behaviour("cut-utf-8", _BODY, _member(b'"a":"\xf0\x9f"')),
    Behaviour("lone-surrogate", _BODY, _member(b'"a":"\\ud800"')),
    Behaviour("lone-surrogate-in-name", _BODY, _member(b'"\\udfff":1')),
    Behaviour("reversed-surrogates", _BODY, _member(b'"a":"\\udc00\\ud800"')),
    Behaviour("surrogate-pair", "PASS", _member(b'"a":"\\ud83d\\ude00"')),
    Behaviour("escaped-nul", "PASS", _member(b'"a":"\\u0000"')),
    Behaviour("noncharacter", "PASS", _member('"a":"\uffff\ufdd0"'.encode())),
    Behaviour("bidi-and-escapes", "PASS", _member('"a":"\u202e\u2066\u200b\u2028 ##[error]x \\u001b[2J"'.encode())),
    Behaviour("workflow-command", "PASS", _member(b'"a":"\\n::error::x\\n##[group]"')),
    # --- numbers
    Behaviour("nan", _BODY, _member(b'"a":NaN')),
    Behaviour("infinity", _BODY, _member(b'"a":Infinity')),
    Behaviour("minus-infinity", _BODY, _member(b'"a":-Infinity')),
    Behaviour("number-1e400", _BODY, _member(b'"a":1e400')),
    Behaviour("number-minus-1e400", _BODY, _member(b'"a":-1e400')),
    Behaviour("number-of-5000-digits", _BODY, _member(b'"a":' + b"1" * 5000)),
    Behaviour("number-of-a-million-digits", _BODY, _member(b'"a":' + b"1" * 1_000_000)),
    Behaviour("fraction-of-5000-digits", _BODY, _member(b'"a":0.' + b"1" * 5000)),
    Behaviour("exponent-of-5000-digits", _BODY, _member(b'"a":1e' + b"1" * 5000)),
    Behaviour("exponent-of-5000-zeros", _BODY, _member(b'"a":1e' + b"0" * 5000)),
    Behaviour("number-of-300-digits", "PASS", _member(b'"a":' + b"9" * 300)),
    Behaviour("number-1e308", "PASS", _member(b'"a":1e308')),
    Behaviour("number-1e-400", "PASS", _member(b'"a":1e-400')),
    Behaviour("minus-zero", "PASS", _member(b'"a":-0')),
    Behaviour("leading-zero", _BODY, _member(b'"a":01')),
    Behaviour("leading-plus", _BODY, _member(b'"a":+1')),
    Behaviour("hexadecimal", _BODY, _member(b'"a":0x1')),
    Behaviour("bare-point", _BODY, _member(b'"a":1.')),
    Behaviour("arabic-digits", _BODY, _member('"a":٣'.encode())),
    Behaviour("huge-created", "FAIL response/200/expires_at/after", bodied(lambda body: json.dumps({**json.loads(body), "created": 10**300}).encode())),
    # --- structure
    Behaviour("depth-64", "PASS", _member(_nested(63))),
    Behaviour("depth-65", _BODY, _member(_nested(64))),
    Behaviour("depth-100000", _BODY, _member(_nested(100_000))),
    Behaviour("depth-100000-open", _BODY, _fixed(b"[" * 100_000)),
    Behaviour("depth-100000-objects", _BODY, _fixed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    Behaviour("brackets-in-text", "PASS", _member(b'"a":"' + b"[{" * 5000 + b'\\"[[["')),
    Behaviour("name-twice", _BODY, _member(b'"object":"other"')),
    Behaviour("name-twice-escaped", _BODY, _member(b'"\\u006fbject":"account_link"')),
    Behaviour("name-twice-deep", _BODY, _member(b'"a":[{"b":1,"b":1}]')),
    Behaviour("proto", "PASS", _member(b'"__proto__":{"a":1},"constructor":{"prototype":{}}')),
    Behaviour("a-million-items", _BODY, _member(b'"a":[' + b"1," * 999_999 + b"1]")),
    Behaviour("a-million-objects", _BODY, _member(b'"a":[' + b"{}," * 999_999 + b"{}]")),
    Behaviour("100000-names", "PASS | " + _BODY, _member(b",".join(b'"n%d":0' % number for number in range(100_000)))),
    Behaviour("49000-names-and-texts", "PASS", _member(b",".join(b'"name-of-%08d":"text-of-%08d"' % (number, number) for number in range(49_000)))),
    Behaviour("text-of-3-mb", "PASS", _member(b'"a":"' + b"x" * 3_000_000 + b'"')),
    Behaviour("quotes-3-mb", "PASS", _member(b'"a":"' + b'\\"' * 1_500_000 + b'"')),
    Behaviour("astral-3-mb", "PASS", _member(b'"a":"' + "😀".encode() * 750_000 + b'"')),
    Behaviour("blanks-3-mb", "PASS", bodied(lambda body: b" " * 3_000_000 + body)),
    # --- media types
    Behaviour("text-html", _KIND, _typed(b"text/html")),
    Behaviour("text-plain", _KIND, _typed(b"text/plain")),
    Behaviour("text-json", _KIND, _typed(b"text/json")),
    Behaviour("no-media-type", _KIND, _typed(None)),
    Behaviour("empty-media-type", _KIND, _typed(b"")),
    Behaviour("broken-media-type", _KIND, _typed(b"json")),
    Behaviour("media-type-in-capitals", "PASS", _typed(b"APPLICATION/JSON")),
    Behaviour("media-type-twice", _KIND, wrapped(extra=b"Content-Type: text/html\r\n")),
    Behaviour("same-media-type-twice", "PASS", wrapped(extra=b"Content-Type: application/json\r\n")),
    Behaviour("media-type-in-a-list", _KIND, _typed(b"application/json, text/html")),
    Behaviour("charset-utf-8", "PASS", _typed(b"application/json; charset=utf-8")),
    Behaviour("charset-bogus", "PASS", _typed(b"application/json; charset=bogus")),
    Behaviour("charset-hex", "PASS", _typed(b"application/json; charset=hex")),
    Behaviour("charset-zlib", "PASS", _typed(b"application/json; charset=zlib")),
    Behaviour("charset-idna", "PASS", _typed(b"application/json; charset=idna")),
    Behaviour("charset-undefined", "PASS", _typed(b"application/json; charset=undefined")),
    Behaviour("charset-utf-7", "PASS", _typed(b"application/json; charset=utf-7")),
    Behaviour("charset-utf-16", _BODY, _typed(b"application/json; charset=utf-16", lambda body: body.decode().encode("utf-16"))),
    Behaviour("charset-latin-1", _BODY, _typed(b"application/json; charset=latin-1", lambda body: body[:-1] + b',"a":"\xe9"}')),
    Behaviour("charset-of-nul", "PASS", _typed(b'application/json; charset="\\u0000"')),
)  # fmt: skip
