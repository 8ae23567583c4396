"""Serves a behaviour, and says what the suite made of it."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.address import TargetUrl
from conformance.answers import Answers
from conformance.case import Case
from conformance.exchange import Exchange
from conformance.exchange import Response as Answered
from conformance.judge import judge
from conformance.plan import Plan
from conformance.preflight import diagnose
from conformance.redact import Redactor
from conformance.reference.http import Request
from conformance.target import Target
from conformance.verdict import Expectation, Verdict
from tests.hostile.behaviour import Behaviour, whole
from tests.miniatures.server import State, Steps
from tests.rawserver import read_request, say, serving

CERTIFICATES = Path(__file__).parents[1] / "certificates"
_HEAD = re.compile(rb"([A-Z]+) ([^ ?]*)\??([^ ]*) HTTP/1.1\r\n(.*?)\r\n\r\n(.*)", re.DOTALL)

Spared = Callable[[Request], bool]
"""Which requests are answered faithfully."""


def nothing(_: Request) -> bool:
    """Spare no request."""
    return False


def parsed(data: bytes) -> Request:
    """Return the request that `data` holds; an empty GET where it holds none."""
    found = _HEAD.fullmatch(data)
    if found is None:
        return Request("GET", "/", "", (), b"", chunked=False)
    method, path, query, lines, body = found.groups()
    pairs = (line.partition(b":") for line in lines.split(b"\r\n"))
    headers = tuple(
        (name.decode("latin-1").lower(), value.strip().decode("latin-1"))
        for name, _, value in pairs
    )
    chunked = any(name == "transfer-encoding" for name, _ in headers)
    if chunked:
        body = b"".join(re.findall(rb"[0-9a-f]+\r\n(.+?)\r\n(?=[0-9a-f]+\r\n)", body, re.DOTALL))
    return Request(method.decode(), path.decode(), query.decode(), headers, body, chunked=chunked)


@contextlib.contextmanager
def hostile(behaviour: Behaviour, spared: Spared = nothing) -> Iterator[TargetUrl]:
    """Serve `behaviour`; requests that are `spared` are answered as a faithful target does."""
    state, steps = State(), Steps()

    def talk(connection: socket.socket) -> None:
        request = parsed(read_request(connection) if behaviour.read_first else b"")
        if not behaviour.read_first:
            request = Request("POST", "/v1/account_links", "", FORM, SMALLEST, chunked=False)
        plain = steps.answer(request, state)
        kind = say(whole(plain)) if spared(request) else behaviour.says(plain)
        kind(connection)

    def conversation(connection: socket.socket) -> None:
        if not behaviour.tls:
            talk(connection)
            return
        with secured(behaviour.tls, connection) as inner:
            talk(inner)
            if not behaviour.tls.endswith("-ragged"):
                inner.unwrap()

    with serving(conversation, read_first=False) as server:
        scheme = behaviour.scheme or ("https" if behaviour.tls else "http")
        yield TargetUrl(scheme, "127.0.0.1", server.port)


FORM = (("content-type", "application/x-www-form-urlencoded"),)
SMALLEST = b"account=acct_1&type=account_onboarding"


def secured(name: str, connection: socket.socket) -> ssl.SSLSocket:
    """Do the server's side of a handshake with the certificate `name`."""
    name = name.removesuffix("-ragged")
    file = "localhost" if name == "untrusted" else name
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{file}.pem", CERTIFICATES / "key.pem")
    return context.wrap_socket(connection, server_side=True)


def target_of(behaviour: Behaviour, url: TargetUrl) -> Target:
    """Return a target that waits no longer than `behaviour` needs, and sleeps not at all."""
    trusted = None if behaviour.tls == "untrusted" else CERTIFICATES / "ca.pem"
    return Target(
        url,
        timeout_s=behaviour.timeout_s,
        connect_timeout_s=behaviour.timeout_s,
        ca_file=trusted if url.scheme == "https" else None,
        sleep=lambda _: None,
    )


def class_of(plan: Plan, exchange: Exchange) -> str:
    """Return what transport and judge make of the answer to the smallest valid request."""
    answer = Answers(Redactor(), "http://h").take(plan, exchange)
    case = next(each for each in plan.cases if each.expectation is Expectation.REFUSE)
    control = Exchange(plan.preflight, Answered(200, (), b""), None, 1.0, 0.0)
    verdicts = {
        judge(each, exchange, control, answer.blamed, says_error=answer.says_error).verdict
        for each in (case, _accepting(plan))
    }
    if exchange.fault is not None:
        assert verdicts == {Verdict.FAULT}
        return f"FAULT {exchange.fault.phase}/{exchange.fault.code}"
    reason = diagnose(answer.exchange, answer.record, plan.operation, "http://h")
    if reason is not None:
        return f"ABORT {reason.sentence}"
    if answer.breaches:
        names = (each.clause.partition(":")[2] for each in answer.breaches)
        return f"FAIL {', '.join(names)}"
    assert Verdict.FAIL in verdicts
    return "PASS"


def fits(found: str, behaviour: Behaviour) -> bool:
    """Whether the class `found` is one that `behaviour` may have; of ABORT some words are given."""
    return any(
        each.removeprefix("ABORT ") in found if each.startswith("ABORT ") else found == each
        for each in behaviour.owed.split(" | ")
    )


def _accepting(plan: Plan) -> Case:
    return next(each for each in plan.cases if each.expectation is Expectation.ACCEPT)
