"""Faults of protocol: methods, media types, and bodies that are hard to read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from .build import BASE, Around, accept_when, bad, crash_when, either, fault, holds
from .model import Miniature, Probe
from .server import FORM, KNOWN, Context, media_type

if TYPE_CHECKING:
    from collections.abc import Callable

MULTIPART = "multipart/form-data; boundary=b"


def _protocol(name: str, sentence: str, clauses: str, probe: Probe, around: Around) -> Miniature:
    return fault("protocol", name, sentence, clauses, probe, around=around)


def _method(name: str, method: str) -> Miniature:
    return _protocol(
        f"{name}-{method.lower()}",
        f"{name} a {method}",
        "request/method",
        Probe("refused" if name == "accepts" else "either", method=method),
        (accept_when if name == "accepts" else crash_when)(
            lambda context: context.request.method == method
        ),
    )


def _reads(context: Context, media: str) -> bool:
    return context.request.method == "POST" and media_type(context.request) == media


def _poor_json(context: Context) -> bool:
    return _reads(context, "application/json") and b'"account"' not in context.request.body


def _garbage(media: str) -> Callable[[Context], bool]:
    """Return the test whether `media` comes with a body that has no account in it."""
    return lambda context: (
        _reads(context, media)
        and context.request.body != b""
        and b"account" not in context.request.body
    )


def _unreadable(context: Context) -> bool:
    body = context.request.body
    return _reads(context, FORM) and b"%zz" in body.lower() and b"account=" not in body


def _accepted(
    name: str, sentence: str, clauses: str, probe: Probe, test: Callable[[Context], bool]
) -> Miniature:
    return _protocol(f"accepts-{name}", f"accepts {sentence}", clauses, probe, accept_when(test))


def _crash(
    name: str, what: str, clauses: str, probe: Probe, test: Callable[[Context], bool]
) -> Miniature:
    return _protocol(f"crash-{name}", f"crashes on {what}", clauses, probe, crash_when(test))


def _bad_percent(context: Context) -> bool:
    pieces = context.request.body.split(b"%")[1:]
    return any(len(piece) < 2 or not set(piece[:2]) <= HEX for piece in pieces)


def _bad_utf8(context: Context) -> bool:
    try:
        unquote_to_bytes(context.request.body).decode()
    except UnicodeDecodeError:
        return True
    return False


def _unbalanced(context: Context) -> bool:
    names = [piece.partition(b"=")[0] for piece in context.request.body.split(b"&")]
    plain = [name.replace(b"%5B", b"[").replace(b"%5D", b"]") for name in names]
    return any(name.count(b"[") != name.count(b"]") for name in plain)


HEX = frozenset(b"0123456789abcdefABCDEF")
MEDIA, SYNTAX = "request/media-type", "request/syntax"
REQUIRED = "/account/required /type/required"
EMPTY = f"{SYNTAX} {REQUIRED} /required {MEDIA}"
FAULTS = (
    *(_method("accepts", method) for method in ("PUT", "PATCH", "GET", "DELETE")),
    *(_method("crashes-on", method) for method in ("PUT", "GET", "DELETE")),
    _accepted(
        "poor-json",
        "JSON without the required names",
        MEDIA,
        bad(body=b"{}", media_type="application/json"),
        _poor_json,
    ),
    _accepted(
        "text-garbage",
        "text that says nothing",
        MEDIA,
        bad(body=b"garbage", media_type="text/plain"),
        _garbage("text/plain"),
    ),
    _accepted(
        "multipart-garbage",
        "a multipart body that says nothing",
        MEDIA,
        bad(body=b"garbage", media_type=MULTIPART),
        _garbage("multipart/form-data"),
    ),
    _accepted(
        "untyped-garbage",
        "bytes without a media type",
        MEDIA,
        bad(body=b"garbage", media_type=None),
        _garbage(""),
    ),
    _accepted(
        "unreadable",
        "an unreadable body that holds nothing valid",
        SYNTAX,
        bad(body=b"%zz=%zz"),
        _unreadable,
    ),
    _crash(
        "json",
        "JSON",
        MEDIA,
        either(b"{}", media_type="application/json"),
        lambda context: _reads(context, "application/json"),
    ),
    _crash(
        "multipart",
        "a multipart body",
        MEDIA,
        either(b"garbage", media_type=MULTIPART),
        lambda context: _reads(context, "multipart/form-data"),
    ),
    _crash(
        "text",
        "text",
        MEDIA,
        either(b"garbage", media_type="text/plain"),
        lambda context: _reads(context, "text/plain"),
    ),
    _crash(
        "untyped",
        "a body without a media type",
        MEDIA,
        either(b"garbage", media_type=None),
        lambda context: _reads(context, "") and context.request.body != b"",
    ),
    _crash("percent", "a bad percent escape", SYNTAX, either(b"account=%zz"), _bad_percent),
    _crash("utf-8", "bytes that are not UTF-8", SYNTAX, either(b"account=%ff"), _bad_utf8),
    _crash(
        "nul",
        "a NUL",
        f"{SYNTAX} /account/type /return_url/type",
        either(b"account=a%00b&type=account_update"),
        lambda context: b"%00" in context.request.body or b"\0" in context.request.body,
    ),
    _crash(
        "ampersands",
        "two ampersands",
        SYNTAX,
        either(b"account=a&&type=account_update"),
        holds(b"&&"),
    ),
    _crash(
        "empty-name",
        "an empty name",
        f"{SYNTAX} /additionalProperties",
        either(BASE + b"&=x"),
        lambda context: context.request.body.startswith(b"=") or b"&=" in context.request.body,
    ),
    _crash(
        "brackets", "brackets that do not pair", SYNTAX, either(BASE + b"&expand[=x"), _unbalanced
    ),
    _crash(
        "mixed-brackets",
        "an array spelt in two ways",
        SYNTAX,
        either(BASE + b"&expand[]=x&expand[0]=y"),
        lambda context: all(each in context.request.body for each in (b"expand[]=", b"expand[0]=")),
    ),
    _crash(
        "empty-body",
        "an empty form",
        EMPTY,
        either(b""),
        lambda context: _reads(context, FORM) and context.request.body == b"",
    ),
    _crash(
        "absent-body",
        "a request without media type and body",
        EMPTY,
        either(b"", media_type=None),
        lambda context: _reads(context, "") and context.request.body == b"",
    ),
    _crash(
        "duplicates",
        "a name that comes twice",
        f"{SYNTAX} request/spelling",
        either(BASE + b"&account=b"),
        lambda context: any(
            (b"&" + context.request.body).count(b"&" + name.encode() + b"=") > 1 for name in KNOWN
        ),
    ),
)
