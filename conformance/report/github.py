"""Findings → what GitHub Actions shows beside a job: annotations, and the job's summary.

An annotation is a workflow command, `::error file=…,line=…,title=…::message`. In the message `%`,
CR and LF are escaped, in properties `:` and `,` as well, as the runner undoes it (actions/runner,
`ActionCommand.cs`); so nothing that a target says can end a command or begin one. GitHub shows ten
annotations of a kind a step, and drops a summary of over 1 MiB whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.report import markdown
from conformance.report.text import bounded, visible
from conformance.text import disarmed, some
from conformance.verdict import Level

SUMMARY_BYTES = 64 * 1024
MOST = 10
_MESSAGE = 600


def summary(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    """Return the job's summary: Markdown of at most 64 KiB."""
    return markdown.render(journal, findings, outcome, SUMMARY_BYTES)


def commands(journal: Journal, findings: Sequence[Finding], *, strict: bool) -> tuple[str, ...]:
    """Return a command a line for new findings that are red, ten at most."""
    red = [each for each in findings if not each.known and (strict or each.level is Level.MUST)]
    lines = {clause.id: clause.line for clause in journal.clauses}
    shown = red if len(red) <= MOST else red[: MOST - 1]
    file = journal.run.contract_file
    told = [_error(each, file, lines.get(each.clause, 0)) for each in shown]
    if len(shown) < len(red):
        more = some(len(red) - len(shown), "more new finding")
        told.append(f"::error title=conformance::{more}, see the summary of this job")
    return tuple(told)


def _error(finding: Finding, contract: str, line: int) -> str:
    properties = {"file": contract, "line": str(line) if contract and line else ""}
    properties["title"] = visible(bounded(finding.id, 200))
    told = ",".join(f"{name}={escaped(value)}" for name, value in properties.items() if value)
    text = f"{finding.words}. Expected: {finding.expected}. Actual: {finding.actual}."
    return f"::error {told}::{data(visible(bounded(text, _MESSAGE)))}"


def data(text: str) -> str:
    """Escape the message of a command; `##[`, an older form of command, is parted as well."""
    return disarmed(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def escaped(text: str) -> str:
    """Escape a property of a command."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
