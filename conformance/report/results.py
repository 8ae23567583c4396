"""Journal → results.json: the run for programs (scripts, badges, the next night).

Shape (`conformance.report.schema.SCHEMA` says it in full; a new version number for a change that
breaks readers, who pass over members that they do not know)::

    {"format": "conformance-results", "version": 1,
     "run": {"id", "tool", "started_at", "seconds", "seed", "depth", "command", "target",
             "embedded", "complete", "options", "environment"},
     "contract": {"source", "title", "sha256", "operations": [{"id", "method", "path", "summary"}]},
     "known_deviations": {"source", "sha256", "entries"},
     "outcome": {"state", "exit", "headline", "sentence", "remedy", "counts", "stale"},
     "findings": [{"id", "operation", "clause", "clauses", "keyword_location",
                   "instance_location", "contract", "source", "level", "symptom", "verdict",
                   "sentence", "expected", "actual", "curl", "control", "request", "response",
                   "cases", "known", "deviations"}],
     "clauses": [{"id", …, "state", "reason", "standing"}],
     "cases": [{"id", "clause", "verdict", "expectation", "level", "symptom", "because", "status",
                "elapsed_ms"}]}

`started_at` is UTC, `seconds` and `elapsed_ms` are wall time. A body over 1 KiB is null beside its
length and SHA-256; `curl` still makes it. `status` is null where no answer came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import asdict

from conformance.deviations import Stale
from conformance.evidence import tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.records import CaseRecord, ExchangeRecord
from conformance.report.curl import command
from conformance.report.text import control, utc
from conformance.report.written import written

_INLINE = 1024
"""The longest body, in characters, that is repeated here."""


def render(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    """Return results.json; ASCII, one trailing line feed."""
    return "".join(pieces(journal, findings, outcome))


def pieces(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    """Yield what `render` returns, piece by piece: of a large run it is 200 MB."""
    run = journal.run
    evidence = tally(journal, findings)
    results = {
        "format": "conformance-results",
        "version": 1,
        "run": {
            "id": run.run_id,
            "tool": run.tool,
            "started_at": utc(run.started_at),
            "seconds": outcome.counts.seconds,
            "seed": run.seed,
            "depth": run.depth,
            "command": run.again,
            "target": run.target,
            "embedded": run.embedded,
            "complete": journal.end is not None,
            "options": dict(run.options),
            "environment": dict(run.environment),
        },
        "contract": {
            "source": run.contract,
            "title": run.contract_title,
            "sha256": run.contract_digest,
            "operations": [asdict(operation) for operation in run.operations],
        },
        "known_deviations": {
            "source": run.deviations_source,
            "sha256": run.deviations_sha256,
            "entries": [asdict(each) for each in run.deviations],
        },
        "outcome": {
            **asdict(outcome),
            "counts": asdict(outcome.counts),
            "stale": [_stale(each) for each in outcome.stale],
        },
        "findings": map(_finding, findings),
        "clauses": (
            {**asdict(clause), "standing": evidence[clause.id].standing(clause)}
            for clause in journal.clauses
        ),
        "cases": map(_case, journal.cases),
    }
    yield from written(results)


def _finding(finding: Finding) -> dict[str, Any]:
    sent = finding.exchange
    return {
        "id": finding.id,
        "operation": finding.operation,
        "clause": finding.clause,
        "words": finding.words,
        "clauses": finding.clauses,
        "keyword_location": finding.keyword_location,
        "instance_location": finding.instance_location,
        "contract": finding.contract,
        "source": finding.source,
        "level": finding.level,
        "symptom": finding.symptom,
        "verdict": finding.verdict,
        "sentence": finding.sentence,
        "expected": finding.expected,
        "actual": finding.actual,
        "curl": command(sent) if sent else "",
        "control": control(finding.control) if finding.control else "",
        "request": _request(sent) if sent else None,
        "response": _response(sent) if sent and sent.status is not None else None,
        "cases": list(dict.fromkeys(finding.cases)),
        "known": finding.known,
        "deviations": [asdict(each) for each in finding.deviations],
    }


def _stale(gone: Stale) -> dict[str, Any]:
    return {"finding": gone.deviation.finding, "clause": gone.clause, "sentence": gone.sentence}


def _request(sent: ExchangeRecord) -> dict[str, Any]:
    return {
        "method": sent.method,
        "url": sent.url,
        "headers": sent.headers,
        "shown": sent.shown,
        "body": sent.body if sent.body is not None and len(sent.body) <= _INLINE else None,
        "body_bytes": sent.body_bytes,
        "body_sha256": sent.body_sha256,
        "chunked": sent.chunked,
    }


def _response(sent: ExchangeRecord) -> dict[str, Any]:
    return {
        "status": sent.status,
        "headers": sent.response_headers,
        "body": sent.response_body,
        "body_bytes": sent.response_bytes,
        "body_sha256": sent.response_sha256,
        "elapsed_ms": sent.elapsed_ms,
    }


def _case(case: CaseRecord) -> dict[str, Any]:
    sent = case.exchange
    return {
        "id": case.id,
        "clause": case.clause,
        "verdict": case.verdict,
        "expectation": case.expectation,
        "level": case.level,
        "symptom": case.symptom,
        "because": case.because,
        "status": sent.status if sent else None,
        "elapsed_ms": sent.elapsed_ms if sent else None,
    }
