"""Faults of spelling: one body, written otherwise, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .build import BASE, bad, crash_when, either, fault, good, holds, refuse_when
from .decoder import DUPLICATE, Decoder, Params, UnreadableError, Value
from .server import FORM, Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Miniature, Probe


def _spelling(
    name: str,
    sentence: str,
    test: Callable[[Context], bool],
    probe: Probe,
    status: int = 400,
    clauses: str = "",
) -> Miniature:
    return fault(
        "spelling",
        name,
        sentence,
        f"request/spelling {clauses}",
        probe,
        around=refuse_when(test, status),
    )


def _content_type(context: Context) -> str:
    return context.request.header("content-type") or ""


def _type_before_account(context: Context) -> bool:
    body = b"&" + context.request.body
    return -1 < body.find(b"&type=") < body.find(b"&account=")


def _optional_first(context: Context) -> bool:
    return context.request.body.startswith(
        (b"collect=", b"expand", b"refresh_url=", b"return_url=")
    )


def _repeated(body: bytes) -> Params:
    """Decode `body` as one who knows no brackets, and an array by its name alone."""
    params: Params = {}
    expand: list[Value] = []
    for piece in filter(None, body.split(b"&")):
        name, text = (Decoder().text(raw) for raw in piece.partition(b"=")[::2])
        if name == "expand":
            expand.append(text)
            params[name] = expand
        elif name in params:
            raise UnreadableError(DUPLICATE, name)
        else:
            params[name] = text
    return params


def _no_empty_brackets(body: bytes) -> Params:
    """Decode `body` as if nothing had been sent as `expand[]`."""
    decoder = Decoder()
    pairs = (pair for pair in body.split(b"&") if b"%" in pair or not pair.startswith(b"expand[]"))
    return decoder(b"&".join(pairs))


ARRAYS = "request/spelling request/array-spelling /expand/properties"
FAULTS = (
    _spelling(
        "order",
        "refuses type before account",
        _type_before_account,
        good(body=b"type=account_update&account=a"),
    ),
    _spelling(
        "optional-first",
        "refuses a body that begins with an optional name",
        _optional_first,
        good(body=b"collect=currently_due&" + BASE),
    ),
    _spelling(
        "empty-brackets",
        "refuses expand[]=",
        holds(b"[]", b"%5B%5D", b"%5b%5d"),
        good(b"&expand[]=x"),
        clauses=ARRAYS,
    ),
    _spelling(
        "indices",
        "refuses expand[0]=",
        holds(b"[0]", b"%5B0%5D", b"%5b0%5d"),
        good(b"&expand[0]=x"),
        clauses=ARRAYS,
    ),
    fault(
        "spelling",
        "repeated-names",
        "reads arrays as repeated names only",
        "request/array-spelling",
        good(b"&expand[0]=x"),
        decode=_repeated,
    ),
    fault(
        "spelling",
        "brackets-ignored",
        "takes expand[] for a name of its own, and ignores it",
        "request/array-spelling",
        bad(b"&expand[]=" + b"a" * 5001),
        decode=_no_empty_brackets,
    ),
    _spelling(
        "encoded-brackets",
        "refuses brackets that are percent-encoded",
        holds(b"%5B", b"%5b"),
        good(b"&expand%5B0%5D=x"),
        clauses=ARRAYS,
    ),
    _spelling(
        "raw-brackets",
        "refuses brackets that are not percent-encoded",
        holds(b"[0]", b"[]"),
        good(b"&expand[0]=x"),
        clauses=ARRAYS,
    ),
    _spelling("plus", "refuses a blank written as +", holds(b"+"), good(b"&return_url=a+b")),
    _spelling(
        "percent-20", "refuses a blank written as %20", holds(b"%20"), good(b"&return_url=a%20b")
    ),
    _spelling(
        "charset",
        "refuses a charset parameter in the media type",
        lambda context: "charset" in _content_type(context).lower(),
        good(media_type=f"{FORM}; charset=utf-8"),
        415,
        "request/media-type",
    ),
    _spelling(
        "media-type-case",
        "refuses the media type in other case",
        lambda context: (found := _content_type(context).partition(";")[0]) != found.lower(),
        good(media_type="Application/X-WWW-Form-Urlencoded"),
        415,
        "request/media-type",
    ),
    _spelling(
        "chunked",
        "refuses a chunked body",
        lambda context: context.request.chunked,
        good(chunked=True),
        clauses="request/spelling",
    ),
    fault(
        "spelling",
        "chunked-crash",
        "crashes on a chunked body",
        "request/spelling",
        either(BASE, chunked=True),
        around=crash_when(lambda context: context.request.chunked),
    ),
)
