"""A session with a target that is one function, and what such functions are made of."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.contract import default_source, load
from conformance.exchange import Exchange, Fault, Request, Response
from conformance.journal import JournalWriter
from conformance.plan import Plan
from conformance.planning import derive
from conformance.redact import Redactor
from conformance.run import Run, Settings
from conformance.session import Session
from conformance.verdict import Expectation

JSON = (("content-type", "application/json"),)
REFUSED = Fault("refused", "connect", "nobody listens")
CLOSED = Fault("closed", "receive", "the target closed the connection without an answer")


Answer = Callable[[Request, int], Response | Fault]
"""What to answer to a request, and the how-many-eth it is."""


class Scripted:
    """A target of one function; keeps what it was sent. Links are numbered."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.sent: list[Request] = []

    def send(self, request: Request) -> Exchange:
        """Answer as the script says."""
        self.sent.append(request)
        found = self._answer(request, len(self.sent))
        if isinstance(found, Fault):
            return Exchange(request, None, found, 1.0, 0.0)
        return Exchange(request, found, None, 1.0, 0.0)


def link(number: int = 0, **changed: object) -> Response:
    body = {"object": "account_link", "created": 1, "expires_at": 2, "url": f"https://h/{number}"}
    return Response(200, JSON, json.dumps({**body, **changed}).encode())


def error(status: int = 400, **members: object) -> Response:
    body = {"error": {"type": "invalid_request_error", **members}}
    return Response(status, JSON, json.dumps(body).encode())


Open = Callable[[Answer], tuple[Session, Scripted]]


def plan_of_the_suite() -> Plan:
    """Return the plan of the contract that comes with the suite."""
    (operation,) = load(default_source()).operations
    return derive(operation)


@contextlib.contextmanager
def opening(journal: Path, plan: Plan) -> Iterator[Open]:
    """Give a function that opens a session with a scripted target."""
    writers = []

    def begin(answer: Answer) -> tuple[Session, Scripted]:
        writer = JournalWriter(journal)
        writers.append(writer)
        run = Run(Settings(reports=journal.parent), "name")
        writer.write("run", run._head("http://h"))  # noqa: SLF001  (the head of any journal)
        for clause in plan.clauses:
            writer.write("clause", clause)
        target = Scripted(answer)
        return Session(target, writer, Redactor(), "http://h"), target

    yield begin
    for writer in writers:
        writer.close()


def faithful(plan: Plan) -> Callable[[Request, int], Response]:
    """Return a target that knows the answers."""
    owed = {case.request.digest: case.expectation for case in plan.cases}

    def answer(request: Request, number: int) -> Response:
        refuse = owed.get(request.digest) is Expectation.REFUSE
        return error() if refuse else link(number)

    return answer
