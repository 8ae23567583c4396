"""Holds the embedded target to a small description without a socket; gives what is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from conformance import reference
from conformance.contract.model import Content, DocumentedResponse
from conformance.exchange import Exchange, Request, Response
from conformance.findings import Finding, find
from conformance.journal import JournalWriter
from conformance.journal_reader import read_journal
from conformance.plan import Plan
from conformance.redact import Redactor
from conformance.run import Run, Settings
from conformance.run_record import OperationRecord
from conformance.session import Session
from tests.soundness import JSON

App = Callable[[reference.Request], reference.Response]
ANSWER = Content(JSON, {"type": "object"}, "#/answer")
ANSWERS = (
    DocumentedResponse("200", "", (ANSWER,), "#/responses/200"),
    DocumentedResponse("4XX", "", (ANSWER,), "#/responses/4XX"),
)


class Direct:
    """A target that is a function: the embedded one, asked without a socket."""

    def __init__(self, app: App) -> None:
        self._app = app

    def send(self, request: Request) -> Exchange:
        """Answer as the application does."""
        parts = urlsplit(request.path)
        headers = tuple((name.lower(), value) for name, value in request.headers)
        asked = reference.Request(
            request.method, parts.path, parts.query, headers, request.body or b""
        )
        answer = self._app(asked)
        found = Response(answer.status, tuple(answer.headers), answer.body)
        return Exchange(request, found, None, 1.0, 0.0)


def held(plan: Plan, clause: str, folder: Path, app: App | None = None) -> tuple[Finding, ...]:
    """Return what is found where `app`, or else the embedded target, breaks `clause` (or none)."""
    operation = plan.operation
    broken = reference.break_clause(operation, clause) if clause else operation
    journal = folder / "journal.ndjson"
    journal.unlink(missing_ok=True)
    writer = JournalWriter(journal)
    try:
        head = Run(Settings(reports=folder), "name")._head("http://h")  # noqa: SLF001
        own = OperationRecord(operation.id, operation.method, operation.path)
        writer.write("run", replace(head, operations=(own,)))
        for each in plan.clauses:
            writer.write("clause", each)
        target = Direct(app or reference.application(broken))
        session = Session(target, writer, Redactor(), "http://h")
        for case in plan.cases:
            session.hold(plan, case)
    finally:
        writer.close()
    return find(read_journal(journal))
