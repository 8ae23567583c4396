"""Journal → the lines that a run ends with: findings in the form of the report, then the verdict.

Pure: the caller owns the terminal and writes each line in its style. No line holds a control
character or reads as a command of a build server, whatever the target sent.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from conformance.clause import Clause
from conformance.evidence import Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome, State
from conformance.report.curl import folded, replay
from conformance.report.facts import left_out
from conformance.report.text import clipped, control, on_file, visible
from conformance.text import disarmed, some
from conformance.verdict import Expectation, Symptom

Style = Literal["green", "red", "yellow", "bold", "none"]

MOST_FINDINGS = 20
MOST_LINES = 12
MOST_CHARACTERS = 2000
_REPLAY_LINES = 5
_BY_CASE = frozenset({Symptom.ACCEPTED, Symptom.REFUSED, Symptom.SERVER_ERROR})
"""These show in a case; the others show in whatever answer, and are named after their clause."""

_KNOWN = 20
"""Known deviations, and entries that fail no longer, that are listed; the report lists them all."""

_NAMED = 5
"""Clauses named of each kind that was not proved; the report names them all."""

_STATE_STYLES: dict[State, Style] = {
    State.CONFORMANT: "green",
    State.KNOWN: "yellow",
    State.STALE: "red",
    State.NOT_CONFORMANT: "red",
    State.TOOL: "red",
    State.INCONCLUSIVE: "yellow",
    State.INTERRUPTED: "yellow",
}


class Line(Struct, frozen=True):
    """One line of the terminal, without its end."""

    text: str
    style: Style = "none"


def summary_lines(
    journal: Journal,
    findings: Sequence[Finding],
    outcome: Outcome,
    *,
    width: int = 100,
    unicode: bool = True,
    report_path: str = "",
    again: str = "",
) -> list[Line]:
    """Return what a person reads at the end of a run.

    At most 20 findings of at most 12 lines and 2,000 characters each. Without `unicode` every
    line is ASCII. `again` is the command that repeats the run (the journal's, if empty).
    """
    columns = max(width, 40)
    new = [finding for finding in findings if not finding.known]
    lines = [
        line
        for finding in new[:MOST_FINDINGS]
        for line in (*_finding(finding, columns, unicode=unicode), Line(""))
    ]
    if len(new) > MOST_FINDINGS:
        more = some(len(new) - MOST_FINDINGS, "more finding")
        lines += [Line(f"  … {more} in the report", "bold"), Line("")]
    lines += _closing(
        journal, findings, outcome, width=columns, report_path=report_path, again=again
    )
    return [Line(_safe(line.text, unicode=unicode), line.style) for line in lines]


def _safe(text: str, *, unicode: bool) -> str:
    """Make every character visible, and break what a build server takes for a command."""
    return disarmed(visible(text, unicode=unicode).rstrip())


def _without_middle(text: str, width: int) -> str:
    """Return `text` with what is over `width` taken out after its first steps."""
    if len(text) <= width:
        return text
    return f"…{text[1 - width :]}"


def _finding(finding: Finding, width: int, *, unicode: bool) -> Iterator[Line]:
    cases = list(dict.fromkeys(finding.cases))
    alike = f"   (+{len(cases) - 1:,} alike)" if len(cases) > 1 else ""
    should = "   SHOULD" if finding.level == "SHOULD" else ""
    head = cases[0] if cases and finding.symptom in _BY_CASE else finding.id
    yield Line(f"  {clipped(head, width - 24)}{alike}{should}", "yellow" if should else "red")
    sent = finding.exchange
    source = f"   ({finding.source})" if finding.source else ""
    rows = [
        ("clause", f"{finding.words}{source}"),
        ("contract", _without_middle(finding.contract, width - 14)),
        ("request", (sent.shown or "no body") if sent else "none was sent"),
        ("expected", finding.expected),
        ("actual", finding.actual),
    ]
    if finding.control:
        rows.append(("control", control(finding.control)))
    rows += [("expired", on_file(each)) for each in finding.deviations[:1]]
    room = MOST_CHARACTERS - len(head)
    for label, value in rows:
        text = _row(label, clipped(visible(value, unicode=unicode), width - 14))
        room -= len(text)
        yield Line(text)
    if sent:
        yield from _replay(replay(sent, unicode=unicode), width, room)


def _row(label: str, value: str) -> str:
    return f"    {label:<9} {value}"


def _replay(words: Sequence[str], width: int, room: int) -> Iterator[Line]:
    """Break the command between words, with a backslash, so that it can still be copied."""
    lines = folded(words, width - 14)
    if len(lines) > _REPLAY_LINES:
        lines = [" ".join(words)]
    if not lines or sum(len(line) + 16 for line in lines) > room:
        why = "in the report" if lines else "the body is too long to keep; run the case again"
        yield Line(_row("replay", why))
        return
    for number, line in enumerate(lines):
        yield Line(_row("" if number else "replay", line))


def _closing(
    journal: Journal,
    findings: Sequence[Finding],
    outcome: Outcome,
    *,
    width: int,
    report_path: str,
    again: str,
) -> Iterator[Line]:
    counts = outcome.counts
    yield Line(outcome.headline, _STATE_STYLES[outcome.state])
    for text in (outcome.sentence, outcome.remedy):
        yield from (Line(f"  {line}") for line in _wrapped(visible(text), width - 2))
    yield Line("")
    names = [f"{each.method} {each.path}" for each in journal.run.operations]
    which = names[0] if len(names) == 1 else some(len(names), "operation")
    figures = (
        which,
        some(counts.cases, "case"),
        some(counts.clauses, "clause"),
        some(counts.requests, "request"),
        f"{counts.seconds:.1f} s",
    )
    yield Line(f"  {'  '.join(figures)}", "bold")
    yield Line(_fact("target", journal.run.target))
    yield Line(_fact("proved", _proved(journal, findings, outcome)))
    for text in _unproved(journal, findings, outcome):
        for number, line in enumerate(_wrapped(text, width - 13, 3)):
            yield Line(_fact("" if number else "unproved", line), "yellow")
    known = [finding for finding in findings if finding.known]
    for finding in known[:_KNOWN]:
        shown = f"{finding.id}   {on_file(finding.deviations[0])}"
        yield Line(_fact("known", clipped(visible(shown), width - 13)), "yellow")
    if len(known) > _KNOWN:
        yield Line(_fact("", f"… {len(known) - _KNOWN:,} more in the report"), "yellow")
    for gone in outcome.stale[:_KNOWN]:
        text = f"{gone.deviation.finding}: {gone.sentence} at {gone.clause}"
        yield Line(_fact("stale", clipped(f"{text} ({gone.deviation.place})", width - 13)), "red")
    if report_path:
        yield Line(_fact("report", report_path))
    if journal.run.embedded:
        yield Line(_fact("yours", "pytest --target-url=URL holds your own target to the contract"))
    if again or journal.run.again:
        yield Line(_fact("again", again or journal.run.again))


def _fact(label: str, value: str) -> str:
    return f"  {label:<9}  {value}"


def _proved(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    evidence = tally(journal, findings).values()
    accepted, refused = (
        sum(each.passed[wanted] for each in evidence)
        for wanted in (Expectation.ACCEPT, Expectation.REFUSE)
    )
    return (
        f"{outcome.counts.proved:,} of {some(outcome.counts.clauses, 'clause')}"
        f" (accepted {accepted:,} as it must, refused {refused:,} as it must)"
    )


def _wrapped(text: str, width: int, most: int | None = None) -> list[str]:
    """Return lines of `text`; ids and options have hyphens, and stay whole to be copied."""
    return textwrap.wrap(text, width, max_lines=most, placeholder=" …", break_on_hyphens=False)


_UNSHOWN = "not shown in this run: no answer spoke of it"


def _unproved(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    evidence = tally(journal, findings)
    alone = len(journal.run.operations) == 1
    for standing, words in (
        (Standing.INCONCLUSIVE, "inconclusive"),
        (Standing.UNTRIED, "not tried"),
        (Standing.UNSHOWN, _UNSHOWN),
        (Standing.UNCOVERED, "uncovered"),
    ):
        named = [c for c in journal.clauses if evidence[c.id].standing(c) is standing]
        if named:
            more = f", … {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
            names = (visible(_short(clause, alone=alone)) for clause in named[:_NAMED])
            shown = ", ".join(clipped(name, 120) for name in names)
            yield f"{some(len(named), 'clause')} {words}: {shown}{more}"
    if outcome.counts.not_run:
        yield f"{some(outcome.counts.not_run, 'case')} not run"
    if told := left_out(journal):
        yield told


def _short(clause: Clause, *, alone: bool) -> str:
    """Return the id of `clause`, without its operation where the run has no other."""
    name = clause.id.removeprefix(clause.operation).lstrip(":/") if alone else clause.id
    return f"{name} ({clause.reason})" if clause.reason else name
