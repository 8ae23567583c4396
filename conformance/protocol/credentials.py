"""Whoever says not who he is, where the contract wants to know.

A contract that names schemes in `security`, and does not let a request do without, is kept by a
target that asks. But a mock, or a sandbox behind a gateway, often leaves the asking to others: so
this is advice, and it is sent only where the user gives the credentials that it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.case import Case
from conformance.contract.model import SecurityScheme
from conformance.deriver import Deriver
from conformance.protocol import wire_case, wire_clause
from conformance.verdict import Expectation, Level

NAME = "credentials"


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the smallest valid request without what the user gives of the contract's schemes."""
    ways = deriver.operation.security
    schemes = [scheme for way in ways for scheme in way]
    places = [_place(scheme) for scheme in schemes]
    if not all(ways) or not all(places) or not schemes:
        return
    names = ", ".join(dict.fromkeys(scheme.name for scheme in schemes))
    clause = replace(
        wire_clause(
            deriver,
            NAME,
            f"a request without credentials ({names}) is refused",
            "OpenAPI 3.0.4, section 4.8.30; RFC 9110, section 11.6.1",
        ),
        level=Level.SHOULD,
    )
    without = tuple(dict.fromkeys(places))
    yield wire_case(
        clause,
        "left-out",
        "no credentials are sent",
        Expectation.REFUSE,
        replace(deriver.preflight, without=without),
        (deriver.preflight,),
        level=Level.SHOULD,
    )


def _place(scheme: SecurityScheme) -> str:
    """Return where the credentials of `scheme` stand in a request, or nothing where outside it."""
    match scheme.kind:
        case "apiKey":
            name = scheme.parameter
            return f"{scheme.location}:{name.lower() if scheme.location == 'header' else name}"
        case "http" | "oauth2" | "openIdConnect":
            return "header:authorization"
        case _:
            return ""
