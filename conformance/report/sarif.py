"""Findings → SARIF 2.1.0 (OASIS), for viewers that show results beside a file: the contract.

A result for each finding, at the line of its keyword (section 3.28). `partialFingerprints` holds
the finding's id, which stays from night to night (3.27.17). Where known deviations are on file,
`baselineState` says what is new (3.27.24), and a known one is suppressed with its reason (3.35).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from conformance.clause import Clause
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome, State
from conformance.report.curl import command
from conformance.report.text import bounded, utc, visible
from conformance.report.written import written
from conformance.verdict import Level

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_MOST = 4000


def render(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    """Return the log; ASCII, one trailing line feed."""
    return "".join(pieces(journal, findings, outcome))


def pieces(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    """Yield what `render` returns, piece by piece."""
    run = journal.run
    clauses = {clause.id: clause for clause in journal.clauses}
    rules: dict[str, Finding] = {}
    for finding in findings:
        rules.setdefault(finding.clause, finding)
    places = {name: index for index, name in enumerate(rules)}
    name, _, version = run.tool.rpartition(" ")
    begun = outcome.counts.seconds + run.started_at
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": name or "schema-conformance",
                        "version": version,
                        "rules": [_rule(each, clauses.get(each.clause)) for each in rules.values()],
                    }
                },
                "automationDetails": {"id": f"conformance/{run.run_id}"},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": outcome.state
                        not in (State.TOOL, State.INTERRUPTED, State.INCONCLUSIVE),
                        "exitCode": outcome.exit,
                        "startTimeUtc": utc(run.started_at),
                        "endTimeUtc": utc(begun),
                    }
                ],
                "results": (
                    _result(each, places[each.clause], journal, clauses.get(each.clause))
                    for each in findings
                ),
                "properties": {
                    "state": outcome.state,
                    "headline": outcome.headline,
                    "target": run.target,
                    "seed": run.seed,
                    "contractSha256": run.contract_digest,
                },
            }
        ],
    }
    yield from written(log)


def _rule(finding: Finding, clause: Clause | None) -> dict[str, Any]:
    return {
        "id": finding.clause,
        "shortDescription": {"text": visible(finding.words) or finding.clause},
        "properties": {
            "source": clause.source if clause else "",
            "keywordLocation": clause.keyword_location if clause else "",
        },
    }


def _result(finding: Finding, rule: int, journal: Journal, clause: Clause | None) -> dict[str, Any]:
    run = journal.run
    text = f"{finding.sentence} Expected: {finding.expected}. Actual: {finding.actual}."
    result: dict[str, Any] = {
        "ruleId": finding.clause,
        "ruleIndex": rule,
        "level": "error" if finding.level is Level.MUST else "warning",
        "kind": "fail",
        "message": {"text": visible(bounded(text, _MOST))},
        "locations": [_location(finding, run.contract_file, clause)],
        "partialFingerprints": {"conformanceFinding/v1": finding.id},
        "occurrenceCount": max(1, len(set(finding.cases))),
        "properties": {
            "symptom": finding.symptom,
            "clauses": list(finding.clauses),
            "cases": list(dict.fromkeys(finding.cases))[:100],
            "curl": visible(bounded(command(finding.exchange), _MOST)) if finding.exchange else "",
        },
    }
    if run.deviations:
        result["baselineState"] = "unchanged" if finding.known else "new"
    if finding.known:
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": visible(f"{each.reason} ({each.link})"),
            }
            for each in finding.deviations
        ]
    return result


def _location(finding: Finding, contract: str, clause: Clause | None) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {"fullyQualifiedName": finding.keyword_location or finding.clause, "kind": "member"}
        ]
    }
    if contract:
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri(contract)}}
        if clause is not None and clause.line:
            physical["region"] = {"startLine": clause.line}
        location["physicalLocation"] = physical
    return location


def uri(path: str) -> str:
    """Return a path as a URI reference (RFC 3986): relative as it is, absolute as `file:`."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())
