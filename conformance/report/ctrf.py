"""Journal → CTRF JSON (Common Test Report Format, specification 0.0): a test for each case.

Status says what a reader of dashboards must know: `failed` is what makes a run red. A known
deviation, advice, and what proved nothing are `other`, with our own word as `rawStatus`. Ids are
UUIDs made of the case's id (RFC 9562, section 5.5), so they stay from night to night.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.clause import Clause
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome, State
from conformance.records import CaseRecord
from conformance.report.text import utc, visible
from conformance.report.written import written
from conformance.verdict import Level, Verdict

_NAMES = uuid.UUID("5d4e0b0e-6f0c-5a5b-9a37-3c2d8d0f6a11")
_STATUS = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.FAULT: "failed",
    Verdict.FLAKY: "failed",
    Verdict.NOT_RUN: "skipped",
    Verdict.INCONCLUSIVE: "other",
    Verdict.TOOL: "other",
}
_UNHEALTHY = frozenset({State.INCONCLUSIVE, State.INTERRUPTED, State.TOOL})


def render(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    """Return the report; ASCII, one trailing line feed."""
    return "".join(pieces(journal, findings, outcome))


def pieces(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    """Yield what `render` returns, a test a piece."""
    run = journal.run
    clauses = {clause.id: clause for clause in journal.clauses}
    known = {
        case: each.deviations[0].reason for each in findings if each.known for case in each.cases
    }
    strict = run.options.get("strict") == "true"
    statuses = Counter(_status(case, known.get(case.id), strict=strict) for case in journal.cases)
    name, _, version = run.tool.rpartition(" ")
    start, length = round(run.started_at * 1000), round(outcome.counts.seconds * 1000)
    report = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "reportId": str(uuid.uuid5(_NAMES, visible(run.run_id))),
        "timestamp": utc(run.started_at),
        "generatedBy": run.tool,
        "results": {
            "tool": {"name": name or "schema-conformance", "version": version},
            "summary": {
                "tests": len(journal.cases),
                **{
                    each: statuses[each]
                    for each in ("passed", "failed", "skipped", "pending", "other")
                },
                "flaky": sum(case.verdict is Verdict.FLAKY for case in journal.cases),
                "start": start,
                "stop": start + length,
                "duration": length,
            },
            "tests": (
                _test(
                    case,
                    clauses.get(case.clause),
                    run.contract_file,
                    known.get(case.id),
                    _status(case, known.get(case.id), strict=strict),
                )
                for case in journal.cases
            ),
            "environment": {
                "appName": run.contract_title or "target",
                "testEnvironment": run.target,
                "healthy": outcome.state not in _UNHEALTHY,
            },
            "extra": {
                "state": outcome.state,
                "exit": outcome.exit,
                "headline": outcome.headline,
                "seed": run.seed,
                "depth": run.depth,
                "contract": run.contract_digest,
                "findings": (
                    {"id": each.id, "known": each.known, "cases": len(each.cases)}
                    for each in findings
                ),
            },
        },
    }
    yield from written(report)


def _status(case: CaseRecord, known: str | None, *, strict: bool) -> str:
    """Return what a dashboard counts; a `known` deviation and advice fail no build."""
    status = _STATUS[case.verdict]
    advice = case.level is Level.SHOULD and not strict and case.verdict is Verdict.FAIL
    return "other" if status == "failed" and (known is not None or advice) else status


def _test(
    case: CaseRecord, clause: Clause | None, contract: str, known: str | None, status: str
) -> dict[str, Any]:
    test: dict[str, Any] = {
        "id": str(uuid.uuid5(_NAMES, visible(case.id))),
        "name": visible(case.id),
        "status": status,
        "rawStatus": case.verdict,
        "duration": round(case.seconds * 1000),
        "suite": [case.operation, visible(clause.instance_location if clause else "") or "/"],
        "type": "contract",
        "retries": max(0, case.tried - 1),
        "flaky": case.verdict is Verdict.FLAKY,
        "extra": {
            "clause": case.clause,
            "keywordLocation": clause.keyword_location if clause else "",
            "expectation": case.expectation,
            "level": case.level,
            "symptom": case.symptom,
        },
    }
    if status != "passed":
        test["message"] = visible(case.because)
    if contract:
        test["filePath"] = contract
    if clause is not None and clause.line:
        test["line"] = clause.line
    if case.worker:
        test["threadId"] = case.worker
    if known is not None:
        test["extra"]["knownDeviation"] = known
    return test
