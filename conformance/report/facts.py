"""The figures of a run, for the head of the page and for its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.report.text import utc
from conformance.text import some
from conformance.verdict import Expectation, Level, Symptom

_ALIKE = 0.8
"""The share of REFUSE cases that must fail alike before the page says why."""


def facts(journal: Journal, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return label and figure for the head of the page."""
    counts = outcome.counts
    shown = [("cases", f"{counts.cases:,}"), ("passed", f"{counts.passed:,}")]
    for label, number in (
        ("failed", counts.failed),
        ("known findings", counts.known),
        ("flaky", counts.flaky),
        ("faults", counts.faults),
        ("inconclusive", counts.inconclusive),
        ("broke the suite", counts.tool),
        ("not run", counts.not_run),
        ("explored", counts.explored),
        ("left out", journal.left_out),
    ):
        if number or label == "failed":
            shown.append((label, f"{number:,}"))
    return (
        *shown,
        ("requests", f"{counts.requests:,}"),
        ("duration", f"{counts.seconds:.1f} s"),
        ("seed", str(journal.run.seed)),
        ("contract", journal.run.contract_digest[:12]),
    )


def left_out(journal: Journal) -> str:
    """Return how many cases were not sent, why, and how to send them; nothing where all were."""
    if not journal.left_out:
        return ""
    budget = journal.run.options.get("max-cases-per-operation")
    why = f"by --max-cases-per-operation {budget}" if budget else _LARGE
    return f"{some(journal.left_out, 'case')} left out {why}"


_LARGE = (
    "of large operations: further values and surroundings of clauses that have their cases; "
    "--all-cases sends them"
)


def found(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each level."""
    must = sum(finding.level is Level.MUST for finding in findings)
    parts = [f"{must:,} MUST"] * bool(must) + [f"{len(findings) - must:,} SHOULD"]
    return ", ".join(parts[: 2 if must < len(findings) else 1])


def hint(journal: Journal) -> str:
    """Return the one cause behind most failures, where there is one."""
    refuse = [case for case in journal.cases if case.expectation is Expectation.REFUSE]
    accepted = sum(case.symptom is Symptom.ACCEPTED for case in refuse)
    if not refuse or accepted < _ALIKE * len(refuse):
        return ""
    return (
        f"{accepted:,} of {some(len(refuse), 'request')} that the contract forbids were accepted:"
        " the target may not validate at all."
    )


def run_facts(journal: Journal, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Return everything that the run was, label and value."""
    run = journal.run
    return (
        ("target", f"{run.target} (embedded, not yours)" if run.embedded else run.target),
        ("contract", f"{run.contract_title} ({run.contract})"),
        ("contract SHA-256", run.contract_digest),
        ("run", run.run_id),
        ("started", utc(run.started_at)),
        ("ended", "to its end" if journal.end else "cut short"),
        ("seed", str(run.seed)),
        ("depth", run.depth),
        ("cases planned", f"{journal.planned:,}"),
        ("requests", f"{outcome.counts.requests:,} (replays and retries included)"),
        ("rate", f"{_rate(outcome):,.0f} requests a second over {outcome.counts.seconds:.1f} s"),
        ("exit status", f"{outcome.exit} ({outcome.state})"),
        ("tool", run.tool),
        *((f"option {name}", value) for name, value in sorted(run.options.items())),
        *sorted(run.environment.items()),
    )


def faults(journal: Journal) -> tuple[tuple[str, str], ...]:
    """Return how often the target broke HTTP: code, phase and number."""
    counted = Counter(
        (case.exchange.fault_code, case.exchange.fault_phase)
        for case in journal.cases
        if case.exchange is not None and case.exchange.fault_code
    )
    return tuple((f"{code} ({phase})", f"{n:,}") for (code, phase), n in counted.most_common())


def _rate(outcome: Outcome) -> float:
    return outcome.counts.requests / max(outcome.counts.seconds, 0.001)
