"""Journal → what the page shows, in its order: frozen values, ready for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.evidence import Standing
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import EMBEDDED, Outcome, State
from conformance.records import CaseRecord
from conformance.report.cards import Card, card
from conformance.report.contract_map import MARKS, Map, Row, draw
from conformance.report.names import anchors
from conformance.report.text import bounded, milliseconds, utc
from conformance.text import some
from conformance.verdict import Expectation, Level, Symptom, Verdict

_ALIKE = 0.8
"""The share of REFUSE cases that must fail alike before the page says why."""

TONES = {
    State.CONFORMANT: "good",
    State.KNOWN: "doubt",
    State.STALE: "bad",
    State.NOT_CONFORMANT: "bad",
    State.TOOL: "bad",
    State.INCONCLUSIVE: "doubt",
    State.INTERRUPTED: "doubt",
}

CASE_MARKS = {
    Verdict.PASS: ("good", "✓"),
    Verdict.FAIL: ("bad", "✗"),
    Verdict.FAULT: ("bad", "✗"),
    Verdict.TOOL: ("bad", "!"),
    Verdict.FLAKY: ("doubt", "~"),
    Verdict.INCONCLUSIVE: ("doubt", "?"),
    Verdict.NOT_RUN: ("quiet", "·"),
}


@dataclass(frozen=True)
class CaseRow:
    """A case as one row of a table."""

    name: str
    words: str
    because: str
    expectation: str
    tone: str
    mark: str
    verdict: str
    status: str
    elapsed: str


@dataclass(frozen=True)
class CaseGroup:
    """The cases of one clause. `bad` says whether any of them did not pass."""

    anchor: str
    name: str
    words: str
    summary: str
    bad: bool
    rows: tuple[CaseRow, ...]


@dataclass(frozen=True)
class Page:
    """Everything on the page, top to bottom."""

    title: str
    tone: str
    mark: str
    headline: str
    aside: str
    sentence: str
    remedy: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str, str], ...]
    hint: str
    cards: tuple[Card, ...]
    found: str
    maps: tuple[Map, ...]
    unproved: tuple[tuple[str, str, str, tuple[Row, ...]], ...]
    groups: tuple[CaseGroup, ...]
    cases: str
    again: str
    run: tuple[tuple[str, str], ...]


def page(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Page:
    """Return the page of a run."""
    cards = anchors("f", (finding.id for finding in findings))
    clauses = anchors("c", (clause.id for clause in journal.clauses))
    maps = draw(journal, findings, clauses, cards)
    rows = [row for each in maps for row in each.rows()]
    mark, _, headline = outcome.headline.removesuffix(EMBEDDED).partition(" ")
    operations = journal.run.operations
    subject = f"{operations[0].method} {operations[0].path}" if len(operations) == 1 else ""
    return Page(
        title=outcome.headline,
        tone=TONES[outcome.state],
        mark=mark,
        headline=headline,
        aside=EMBEDDED.strip() if outcome.headline.endswith(EMBEDDED) else "",
        sentence=outcome.sentence,
        remedy=outcome.remedy,
        subject=subject or some(len(operations), "operation"),
        facts=_facts(journal, outcome),
        legend=_legend(rows),
        hint=_hint(journal),
        cards=tuple(card(each, cards, clauses) for each in findings),
        found=_found(findings),
        maps=maps,
        unproved=_unproved(rows),
        groups=_groups(journal),
        cases=some(len(journal.cases), "case"),
        again=journal.run.again,
        run=_run(journal, outcome),
    )


def _facts(journal: Journal, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    counts = outcome.counts
    shown = [("cases", f"{counts.cases:,}"), ("passed", f"{counts.passed:,}")]
    for label, number in (
        ("failed", counts.failed),
        ("flaky", counts.flaky),
        ("faults", counts.faults),
        ("inconclusive", counts.inconclusive),
        ("broke the suite", counts.tool),
        ("not run", counts.not_run),
        ("explored", counts.explored),
    ):
        if number or label == "failed":
            shown.append((label, f"{number:,}"))
    return (
        *shown,
        ("requests", f"{counts.requests:,}"),
        ("duration", f"{counts.seconds:.1f} s"),
        ("started", utc(journal.run.started_at, "%Y-%m-%d %H:%M UTC")),
        ("seed", str(journal.run.seed)),
        ("contract", journal.run.contract_digest[:12]),
    )


def _legend(rows: Sequence[Row]) -> tuple[tuple[str, str, str], ...]:
    """Return tone, mark and words for each standing that occurs."""
    words = [row.word for row in rows]
    return tuple(
        (tone, mark, _standing(words.count(standing), standing))
        for standing, (tone, mark) in MARKS.items()
        if standing in words
    )


def _standing(number: int, standing: Standing) -> str:
    noun = standing is Standing.ANNOTATION
    return some(number, standing) if noun else f"{number:,} {standing}"


def _found(findings: Sequence[Finding]) -> str:
    must = sum(finding.level is Level.MUST for finding in findings)
    parts = [f"{must:,} MUST"] * bool(must) + [f"{len(findings) - must:,} SHOULD"]
    return ", ".join(parts[: 2 if must < len(findings) else 1])


def _hint(journal: Journal) -> str:
    """Return the one cause behind most failures, where there is one."""
    refuse = [case for case in journal.cases if case.expectation is Expectation.REFUSE]
    accepted = sum(case.symptom is Symptom.ACCEPTED for case in refuse)
    if not refuse or accepted < _ALIKE * len(refuse):
        return ""
    return (
        f"{accepted:,} of {some(len(refuse), 'request')} that the contract forbids were accepted:"
        " the target may not validate at all."
    )


def _unproved(rows: Sequence[Row]) -> tuple[tuple[str, str, str, tuple[Row, ...]], ...]:
    """Return tone, heading, explanation and rows for each way in which a clause is not proved."""
    kinds = (
        (Standing.INCONCLUSIVE, "Tried, nothing proved", "Every answer was open to doubt."),
        (Standing.UNTRIED, "Not tried", "No case of these clauses came to a verdict."),
        (Standing.UNCOVERED, "Not testable", "No request can test these, or no rule exists yet."),
        (
            Standing.ANNOTATION,
            "Annotations",
            "These oblige nobody; they are listed to be complete.",
        ),
    )
    return tuple(
        (MARKS[standing][0], heading, why, found)
        for standing, heading, why in kinds
        if (found := tuple(row for row in rows if row.word == standing))
    )


def _groups(journal: Journal) -> tuple[CaseGroup, ...]:
    words = {clause.id: clause.words for clause in journal.clauses}
    own: dict[str, list[CaseRecord]] = {clause: [] for clause in words}
    for case in journal.cases:
        own.setdefault(case.clause, []).append(case)
    names = anchors("k", own)
    return tuple(
        _group(clause, cases, names[clause], words.get(clause, ""))
        for clause, cases in own.items()
        if cases
    )


def _group(clause: str, cases: Sequence[CaseRecord], anchor: str, words: str) -> CaseGroup:
    passed = sum(case.verdict is Verdict.PASS for case in cases)
    return CaseGroup(
        anchor=anchor,
        name=clause,
        words=words,
        summary=f"{passed:,} of {some(len(cases), 'case')} passed",
        bad=passed < len(cases),
        rows=tuple(_case(case, clause) for case in cases),
    )


def _case(case: CaseRecord, clause: str) -> CaseRow:
    tone, mark = CASE_MARKS[case.verdict]
    sent = case.exchange
    status = "" if sent is None else str(sent.status or sent.fault_code or "no answer")
    return CaseRow(
        name=case.id.removeprefix(f"{clause}/"),
        words=bounded(case.words, 200),
        because="" if case.verdict is Verdict.PASS else bounded(case.because, 300),
        expectation=case.expectation,
        tone=tone,
        mark=mark,
        verdict=case.verdict,
        status=status,
        elapsed=milliseconds(sent.elapsed_ms) if sent else "",
    )


def _run(journal: Journal, outcome: Outcome) -> tuple[tuple[str, str], ...]:
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
        ("cases planned", f"{run.planned:,}"),
        ("requests", f"{outcome.counts.requests:,} (replays and retries included)"),
        ("exit status", f"{outcome.exit} ({outcome.state})"),
        ("tool", run.tool),
        *((f"option {name}", value) for name, value in sorted(run.options.items())),
        *sorted(run.environment.items()),
    )
