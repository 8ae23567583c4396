"""Whoever says not who he is, or is not known, where the contract wants to know.

A contract that names schemes in `security`, and does not let a request do without, is kept by a
target that asks. But a mock, or a sandbox behind a gateway, often leaves the asking to others: so
this is advice, and it is sent only where the user gives the credentials that it leaves out. Which
keys are good no contract says: a mock may take any, so one that nobody has is owed neither a yes
nor a no, and must only not break the server. It is the same for everybody, and made from no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec.structs import replace

from conformance.case import Case
from conformance.contract.model import SecurityScheme
from conformance.deriver import Deriver
from conformance.exchange import NO_KEY, NO_USER, Request
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
    nobody = replace(deriver.preflight, without=tuple(dict.fromkeys(places)))
    refuse, either = Expectation.REFUSE, Expectation.EITHER
    asked = {"left-out": (nobody, "no credentials are sent", refuse)}
    for way in ways:
        if all(map(_kind, way)):
            kinds = dict.fromkeys(map(_kind, way))
            words = f"credentials that nobody has are sent ({', '.join(each.name for each in way)})"
            asked.setdefault("-".join(("wrong", *kinds)), (_wrong(nobody, way), words, either))
    for label, (request, words, owed) in asked.items():
        control = (deriver.preflight,)
        yield wire_case(clause, label, words, owed, request, control, level=Level.SHOULD)


def _kind(scheme: SecurityScheme) -> str:
    """Return what a wrong key of `scheme` looks like; nothing for a kind that is not known."""
    match scheme.kind:
        case "apiKey":
            return scheme.location
        case "oauth2" | "openIdConnect":
            return "bearer"  # RFC 6750, section 2.1
        case _:
            return scheme.scheme if scheme.scheme in ("bearer", "basic") else ""


def _wrong(request: Request, way: Iterable[SecurityScheme]) -> Request:
    """Return `request` with a key that nobody has for every scheme of `way`."""
    path, headers, cookies = request.path, [*request.headers], []
    for scheme in way:
        match _kind(scheme):
            case "bearer":
                headers.append(("Authorization", f"Bearer {NO_KEY}"))
            case "basic":
                headers.append(("Authorization", f"Basic {NO_USER}"))
            case "header":
                headers.append((scheme.parameter, NO_KEY))
            case "query":
                path += f"{'&' if '?' in path else '?'}{quote(scheme.parameter)}={NO_KEY}"
            case _:
                cookies.append(f"{scheme.parameter}={NO_KEY}")
    if cookies:
        theirs = [value for name, value in headers if name.lower() == "cookie"]
        headers = [each for each in headers if each[0].lower() != "cookie"]
        headers.append(("Cookie", "; ".join((*theirs, *cookies))))
    return replace(request, path=path, headers=tuple(headers))


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
