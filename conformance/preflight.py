"""Why the smallest valid request was not accepted, in one sentence, and what to do next."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec.structs import replace

from conformance.clause import Clause
from conformance.contract.model import Operation, SecurityScheme
from conformance.exchange import Exchange
from conformance.operation_clause import operation_clause
from conformance.records import AbortRecord, ExchangeRecord

_REMEDIES = {
    "refused": "Start the target, or check --target-url. stripe-mock listens on 12111 (http) "
    "and 12112 (https).",
    "unknown-host": "Check --target-url. Beside a service container the host is localhost, "
    "unless the job itself runs in a container.",
}
_PHASES = {
    "resolve": "Check the host name in --target-url.",
    "connect": "Check --target-url, and that the target listens there.",
    "tls": "Pass --ca-file PEM where the certificate is your own, or check the scheme of the URL.",
}


def diagnose(
    exchange: Exchange,
    kept: ExchangeRecord,
    operation: Operation,
    base: str,
) -> AbortRecord | None:
    """Return why nothing can be judged, or None where the cases may go out."""
    if exchange.fault is not None:
        remedy = _REMEDIES.get(exchange.fault.code) or _PHASES.get(exchange.fault.phase, "")
        return AbortRecord(
            f"No case was sent: {kept.fault_sentence.rstrip('.')}.",
            remedy or "The target must answer in HTTP/1.1; look at its log.",
        )
    status = exchange.response.status if exchange.response is not None else 0
    if exchange.accepted or 300 <= status < 400:  # noqa: PLR2004  (a redirect is a finding)
        return None
    line = f"{operation.method.upper()} {operation.path}"
    said = _said(kept)
    what = "body" if operation.contents else "request"
    begin = f"The target answered {status} to {line} with the smallest valid {what}{said}."
    remedy = _remedy(status, base, operation)
    if status in (401, 403) and operation.security:
        remedy = (
            f"Set a key, as the contract wants it: {credentials(operation)}"
            " (variables are read from the environment)."
        )
    return AbortRecord(f"{begin} {_MEANING.get(status, _meaning(status))}", remedy)


def credentials(operation: Operation) -> str:
    """Return how to give what the contract's security schemes want (OpenAPI 3.0.4, 4.8.27)."""
    ways = [" and ".join(map(_credential, way)) for way in operation.security if way]
    return ", or ".join(dict.fromkeys(ways)) or "no key at all"


def _credential(scheme: SecurityScheme) -> str:
    match scheme.kind, scheme.location:
        case "apiKey", "header":
            return f"--target-header='{scheme.parameter}: $API_KEY'"
        case "apiKey", "cookie":
            return f"--target-header='Cookie: {scheme.parameter}=$API_KEY'"
        case "apiKey", _:
            return f"--target-query='{scheme.parameter}=$API_KEY'"
        case "http", _ if scheme.scheme == "basic":
            return "--target-header='Authorization: Basic $CREDENTIALS' (base64 of user:password)"
        case "http", _ if scheme.scheme != "bearer":
            return f"--target-header='Authorization: {scheme.scheme.title()} $CREDENTIALS'"
        case "mutualTLS", _:
            return "a client certificate, which cannot be given yet"
        case _:
            return "--target-header='Authorization: Bearer $TOKEN'"


def is_nowhere(exchange: Exchange, operation: Operation) -> bool:
    """Whether the target says that nothing is at a path whose parameters must name what exists."""
    named = any(each.location == "path" for each in operation.parameters)
    return named and exchange.response is not None and exchange.response.status in (404, 410)


def nowhere(operation: Operation) -> Clause:
    """Return the clause that says which parameters to pin before `operation` can be judged."""
    names = [each.name for each in operation.parameters if each.location == "path"]
    pins = "; ".join(f'"path.{name}" = …' for name in names)
    return replace(
        operation_clause(operation, "resource", f"something is at {operation.path}", ""),
        state="uncovered",
        reason=f"the target knows nothing there: give it what exists, under [values.{operation.id}]"
        f" in conformance.toml: {pins}",
    )


_MEANING = {
    401: "It wants a key, so no refusal would mean anything.",
    403: "The key has no permission, so no refusal would mean anything.",
    404: "The endpoint is not there.",
    405: "The endpoint does not take this method.",
    429: "It is limiting the rate.",
}


def _meaning(status: int) -> str:
    if status >= 500:  # noqa: PLR2004
        return "It is broken or not ready, so no refusal would mean anything."
    return "It refuses what the contract allows, so no refusal would mean anything."


def _remedy(status: int, base: str, operation: Operation) -> str:
    match status:
        case 401 | 403:
            return (
                "Set a key: --target-header='Authorization: Bearer $API_KEY' "
                "(the variable is read from the environment)."
            )
        case 404 | 405:
            remedy = f"Check the path in --target-url={base}: the contract's paths come after it."
            return f"{remedy} {_below(base, operation)}".rstrip()
        case 429:
            return "Wait, or send more slowly with --rate=N, and run again."
        case _ if status >= 500:  # noqa: PLR2004
            return "Look at the target's log, and run again when it answers."
        case _:
            return (
                "See what it says: either it wants data that it knows (--explain-values asks it"
                " which), or the refusal is its fault."
            )


def _below(base: str, operation: Operation) -> str:
    """Return where the contract says that its paths begin, if not where the target's URL ends."""
    for server in operation.servers:
        try:
            path = urlsplit(server).path.rstrip("/")
        except ValueError:  # no URL after all
            continue
        if path and "{" not in path and not urlsplit(base).path.rstrip("/").endswith(path):
            return (
                f"The contract names the server {server[:200]}, so perhaps "
                f"--target-url={base.rstrip('/')}{path if path.startswith('/') else f'/{path}'}"
            )
    return ""


def wants_values(status: int) -> bool:
    """Whether a refusal that names a parameter may be about its value."""
    return 400 <= status < 500 and status not in (401, 403, 405, 429)  # noqa: PLR2004


def words_of(kept: ExchangeRecord) -> str:
    """Return the message of an error, bounded; empty where there is none."""
    match = re.search(r'"message"\s*:\s*"((?:[^"\\]|\\.){1,160})', kept.response_body)
    return match[1] if match else ""


def _said(kept: ExchangeRecord) -> str:
    words = words_of(kept)
    return f' ("{words}")' if words else ""
