"""A finding → the card that shows it, in the form of a failure on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.findings import Finding
from conformance.records import ExchangeRecord
from conformance.report.curl import folded, replay
from conformance.report.text import Block, answer, bounded, control, on_file
from conformance.text import some

_EXCERPT = 2048
"""Characters of an answer that a card shows; the journal has up to 4 KiB."""

_NAMED_CASES = 100
_COLUMNS = 96
"""Columns of a command in a card."""


@dataclass(frozen=True)
class Card:
    """A finding as the page shows it. `rows` are label, value, tone, in the form of a failure."""

    anchor: str
    tone: str
    level: str
    symptom: str
    title: str
    case: str
    clause: str
    clause_anchor: str
    source: str
    rows: tuple[tuple[str, str, str], ...]
    replay: Block
    no_replay: str
    request_headers: tuple[tuple[str, str], ...]
    answer: str
    response_headers: tuple[tuple[str, str], ...]
    response_body: Block
    others: tuple[tuple[str, str], ...]
    cases: tuple[str, ...]
    more_cases: int


def card(finding: Finding, cards: Mapping[str, str], clauses: Mapping[str, str]) -> Card:
    """Return the card of `finding`; `cards` and `clauses` are anchors by id."""
    cases = tuple(dict.fromkeys(finding.cases))
    sent = finding.exchange
    tone = "bad" if finding.level == "MUST" and not finding.known else "doubt"
    clause = finding.words
    rows = [
        ("contract", finding.contract, "code"),
        (
            "request",
            bounded(sent.shown or "no body", _EXCERPT) if sent else "none was sent",
            "code",
        ),
        ("expected", finding.expected, "good"),
        ("actual", bounded(finding.actual, _EXCERPT), tone),
    ]
    if finding.sentence != clause:
        rows.insert(0, ("found", finding.sentence, ""))
    if finding.control:
        rows.append(("control", bounded(control(finding.control), _EXCERPT), "code"))
    word = "known" if finding.known else "expired"
    rows += [(word, on_file(each), "doubt") for each in finding.deviations]
    lines = replay(sent) if sent else ()
    return Card(
        anchor=cards[finding.id],
        tone=tone,
        level=finding.level,
        symptom=finding.symptom,
        title=clause,
        case=cases[0] if cases else finding.id,
        clause=finding.clause,
        clause_anchor=clauses.get(finding.clause, ""),
        source=finding.source,
        rows=tuple(rows),
        replay=Block("\n  ".join(folded(lines, _COLUMNS))),
        no_replay="" if lines or not sent else _no_replay(sent),
        request_headers=sent.headers if sent else (),
        answer=answer(sent) if sent else "",
        response_headers=sent.response_headers[:32] if sent else (),
        response_body=Block(bounded(sent.response_body, _EXCERPT) if sent else ""),
        others=tuple((clauses.get(each, ""), each) for each in finding.clauses[1:]),
        cases=cases[:_NAMED_CASES],
        more_cases=max(0, len(cases) - _NAMED_CASES),
    )


def _no_replay(sent: ExchangeRecord) -> str:
    size = some(sent.body_bytes, "byte")
    return (
        f"The body of {size} is too long to keep (SHA-256 {sent.body_sha256}); run the case again."
    )
