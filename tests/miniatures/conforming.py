"""Targets that honour the contract, each with a freedom that it leaves: never to be reported."""

from __future__ import annotations

from . import answers
from .build import BASE, either, free, good, refuse_when
from .decoder import Decoder
from .freedoms import (
    by_reason,
    drops_malformed,
    empty_is_unset,
    headed,
    media_400,
    open_type,
    parts_at_semicolons,
    reads_json,
    refuses_controls,
    refuses_empty_anywhere,
    route_404,
    route_501,
    unset,
)
from .model import Probe
from .names import allowing
from .server import FORM

LONG_URL = b"&return_url=" + b"a" * 110_000
CONFORMING = (
    free("plain", "is the faithful server", good()),
    free(
        "empty-refused",
        "refuses empty text",
        either(BASE + b"&return_url="),
        more=refuses_empty_anywhere,
    ),
    free(
        "empty-unsets",
        "takes empty text for absence",
        either(b"account=&type=account_update"),
        decode=unset,
    ),
    free(
        "empty-enum",
        "takes an empty collect for absence",
        either(BASE + b"&collect="),
        enums=empty_is_unset,
    ),
    free(
        "duplicates-last",
        "takes the last of a repeated name",
        either(BASE + b"&account=b"),
        decode=Decoder(duplicates="last"),
    ),
    free(
        "duplicates-first",
        "takes the first of a repeated name",
        either(BASE + b"&account=b"),
        decode=Decoder(duplicates="first"),
    ),
    free(
        "duplicates-refused",
        "refuses a repeated name with 409",
        either(BASE + b"&account=b"),
        refuse=by_reason(duplicate=409),
    ),
    free(
        "brackets-flat",
        "reads an empty bracket in an empty bracket as one",
        either(BASE + b"&expand[][]=a"),
        decode=Decoder(nested_empty="flat"),
    ),
    free(
        "type-open",
        "accepts types that are not listed",
        either(b"account=a&type=other"),
        enums=open_type,
    ),
    free(
        "type-closed",
        "refuses types that are not listed with 422",
        either(b"account=a&type=other"),
        refuse=by_reason(enum=422),
    ),
    free(
        "method-404", "answers 404 for a wrong method", either(BASE, method="PUT"), route=route_404
    ),
    free(
        "method-405",
        "answers 405 with Allow for a wrong method",
        either(BASE, method="PUT"),
        around=headed(lambda r: (*r.headers, ("allow", "POST")) if r.status == 405 else r.headers),
    ),
    free(
        "method-501",
        "answers 501 for a method it does not know",
        Probe("unimplemented", BASE, method="BREW"),
        route=route_501,
    ),
    free(
        "nul-refused",
        "refuses NUL with 422",
        either(BASE + b"&return_url=%00"),
        refuse=by_reason(nul=422),
    ),
    free(
        "nul-accepted",
        "accepts NUL",
        either(BASE + b"&return_url=%00"),
        decode=Decoder(nul="accept"),
    ),
    free(
        "percent-refused",
        "refuses a bad percent escape with 422",
        either(BASE + b"&return_url=%zz"),
        refuse=by_reason(syntax=422),
    ),
    free(
        "percent-literal",
        "reads a bad percent escape literally",
        either(BASE + b"&return_url=%zz"),
        decode=Decoder(bad_percent="literal"),
    ),
    free(
        "utf-8-refused",
        "refuses bytes that are not UTF-8 with 422",
        either(BASE + b"&return_url=%ff"),
        refuse=by_reason(utf_8=422),
    ),
    free(
        "utf-8-replaced",
        "replaces bytes that are not UTF-8",
        either(BASE + b"&return_url=%ff"),
        decode=Decoder(bad_utf8="replace"),
    ),
    free(
        "percent-dropped",
        "drops a pair with a bad percent escape",
        either(BASE + b"&return_url=%zz"),
        decode=drops_malformed,
    ),
    free(
        "semicolons",
        "takes a semicolon for an ampersand",
        either(BASE.replace(b"&", b";")),
        decode=parts_at_semicolons,
    ),
    free(
        "control-refused",
        "refuses control characters with 422",
        either(BASE + b"&return_url=a%09"),
        more=refuses_controls,
    ),
    free(
        "json",
        "accepts JSON bodies too",
        either(b'{"account": "a", "type": "account_update"}', media_type="application/json"),
        around=reads_json,
    ),
    free(
        "media-415",
        "answers 415 with Accept-Post for other media types",
        either(b"x", media_type="text/plain"),
        around=headed(
            lambda r: (*r.headers, ("accept-post", FORM)) if r.status == 415 else r.headers
        ),
    ),
    free(
        "media-400",
        "answers 400 for other media types",
        either(b"x", media_type="text/plain"),
        media=media_400,
    ),
    free(
        "chunked-411",
        "wants a length",
        either(BASE, chunked=True),
        around=refuse_when(lambda context: context.request.chunked, 411),
    ),
    free(
        "collection-options",
        "knows collection_options",
        either(BASE + b"&collection_options[fields]=x"),
        unknown=allowing(lambda name, _v, _p: name == "collection_options"),
    ),
    free(
        "body-limit",
        "takes no more than 100 kB",
        either(BASE + LONG_URL),
        around=refuse_when(lambda context: len(context.request.body) > 100_000, 413),
    ),
    *answers.CONFORMING,
)
