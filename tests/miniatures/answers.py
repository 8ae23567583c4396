"""Targets that honour the contract in an answer of another shape: never to be reported."""

from __future__ import annotations

import json

from conformance.reference.http import Response

from .build import bad, free, good
from .freedoms import (
    busy,
    by_reason,
    fuller,
    headed,
    saying,
    typed,
)
from .model import Probe
from .server import JSON, accept, body_of

FOO = b"&foo=1"
CONFORMING = (
    free("status-422", "refuses with 422", bad(FOO), refuse=by_reason(other=422)),
    free(
        "status-402-403-409",
        "refuses with 402, 403 and 409, by reason",
        bad(FOO),
        refuse=by_reason(unknown=403, enum=402, length=409, required=422),
    ),
    free(
        "status-404-for-values",
        "refuses a bad account with 404",
        bad(body=b"type=account_update&account=" + b"a" * 5001),
        refuse=by_reason(length=404),
    ),
    free("more-fields", "answers fields that are not documented", good(), accept=fuller),
    free(
        "charset",
        "gives a charset with its media type",
        good(),
        around=typed("application/json; charset=utf-8"),
    ),
    free(
        "media-type-case",
        "writes its media type in other case",
        good(),
        around=typed("Application/JSON"),
    ),
    free("busy", "answers every 20th request with 429", Probe("busy", times=20), around=busy),
    free(
        "error-type-only",
        "says nothing but the type of an error",
        bad(FOO),
        refuse=saying(lambda error: {"type": error["type"]}),
    ),
    free(
        "error-without-param",
        "does not say which parameter is wrong",
        bad(FOO),
        refuse=saying(lambda error: {k: v for k, v in error.items() if k != "param"}),
    ),
    free(
        "error-with-more",
        "says more of an error than is documented",
        bad(FOO),
        refuse=saying(lambda error: {**error, "hint": ["see", {"page": 1}], "retry": False}),
    ),
    free(
        "error-types",
        "uses every documented type of error",
        bad(FOO),
        refuse=saying(lambda error: {**error, "type": "card_error"}),
    ),
    free(
        "headers",
        "sends more headers, some twice",
        good(),
        around=headed(
            lambda r: (
                ("X-Request-Id", "1"),
                ("Set-Cookie", "a=1"),
                ("set-cookie", "b=2"),
                *r.headers,
            )
        ),
    ),
    free(
        "header-case",
        "writes header names in other case",
        good(),
        around=headed(lambda r: tuple((name.upper(), value) for name, value in r.headers)),
    ),
    free(
        "close",
        "closes after each answer",
        good(),
        around=headed(lambda r: (*r.headers, ("connection", "close"))),
    ),
    free(
        "pretty",
        "answers indented JSON",
        good(),
        accept=lambda c: Response(200, json.dumps(body_of(c), indent=2).encode(), JSON),
    ),
    free(
        "whole-fractions",
        "answers whole numbers with a fraction of zero",
        good(),
        accept=lambda c: Response(
            200, accept(c).body.replace(b', "expires_at"', b'.0, "expires_at"'), JSON
        ),
    ),
)
