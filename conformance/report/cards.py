"""A finding → the card that shows it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from msgspec import Struct

from conformance.clause import Clause
from conformance.findings import Finding
from conformance.past_records import HistoryRecord
from conformance.records import ExchangeRecord
from conformance.report.changes import Status
from conformance.report.curl import folded, replay
from conformance.report.difference import Line, plain, sides
from conformance.report.past import Strip, since, strip_of
from conformance.report.snippet import Snippet, snippet
from conformance.report.text import Block, answer, bounded, on_file
from conformance.text import some

_EXCERPT = 2048
"""Characters of a body that a card shows; the journal has more."""

_NAMED_CASES = 100
_COLUMNS = 88
"""Columns of a command in a card."""


class Message(Struct, frozen=True):
    """A request with its answer, as a card shows it. `title` says which of the two it is."""

    title: str
    lines: tuple[Line, ...]
    size: str
    answer: str
    tone: str


class Card(Struct, frozen=True):
    """A finding as the page shows it; `clauses` are the numbers of those that it names."""

    anchor: str
    tone: str
    level: str
    symptom: str
    status: str
    operation: str
    title: str
    case: str
    clause: str
    clause_anchor: str
    clauses: tuple[int, ...]
    source: str
    sentence: str
    location: str
    snippet: Snippet | None
    expected: str
    actual: str
    messages: tuple[Message, ...]
    replay: Block
    no_replay: str
    request_headers: tuple[tuple[str, str], ...]
    request_bytes: Block
    response_headers: tuple[tuple[str, str], ...]
    response_body: Block
    response_size: str
    filed: tuple[tuple[str, str], ...]
    since: str
    strip: Strip | None
    others: tuple[tuple[str, str], ...]
    cases: tuple[str, ...]
    shown_by: int
    more_cases: int


class Places(Struct, frozen=True):
    """Where things stand: clauses by id with their numbers, schemas by place, anchors by id."""

    clauses: Mapping[str, tuple[int, Clause]]
    schemas: Mapping[str, tuple[Clause, ...]]
    cards: Mapping[str, str]
    anchors: Mapping[str, str]


def card(
    finding: Finding, places: Places, history: HistoryRecord | None, status: Status, operation: str
) -> Card:
    """Return the card of `finding`; `operation` is named where the run has several."""
    tone = status.tone
    cases = tuple(dict.fromkeys(finding.cases))
    sent = finding.exchange
    clause = places.clauses.get(finding.clause)
    lines = replay(sent) if sent else ()
    return Card(
        anchor=places.cards[finding.id],
        tone=tone,
        level=finding.level,
        symptom=finding.symptom or "failed",
        status=status.word,
        operation=operation,
        title=finding.words,
        case=cases[0] if cases else finding.id,
        clause=finding.clause,
        clause_anchor=places.anchors.get(finding.clause, ""),
        clauses=tuple(
            places.clauses[each][0] for each in finding.clauses if each in places.clauses
        ),
        source=finding.source,
        sentence=finding.sentence if finding.sentence != finding.words else "",
        location=finding.contract,
        snippet=snippet(clause[1], places.schemas) if clause else None,
        expected=finding.expected,
        actual=bounded(finding.actual, _EXCERPT),
        messages=_messages(finding, tone),
        replay=Block("\n  ".join(folded(lines, _COLUMNS))),
        no_replay="" if lines or not sent else _no_replay(sent),
        request_headers=sent.headers if sent else (),
        request_bytes=_bytes(sent),
        response_headers=sent.response_headers[:32] if sent else (),
        response_body=Block(bounded(sent.response_body, _EXCERPT) if sent else ""),
        response_size=_size(sent.response_bytes, sent.response_sha256) if sent else "",
        filed=tuple(
            ("known" if finding.known else "expired", on_file(each)) for each in finding.deviations
        ),
        since=since(finding.id, history),
        strip=strip_of(finding.id, history),
        others=tuple((places.anchors.get(each, ""), each) for each in finding.clauses[1:]),
        cases=cases[:_NAMED_CASES],
        shown_by=len(cases),
        more_cases=max(0, len(cases) - _NAMED_CASES),
    )


def _messages(finding: Finding, tone: str) -> tuple[Message, ...]:
    sent, control = finding.exchange, finding.control
    if sent is None:
        return ()
    if control is None:
        return (_message("Sent", plain(sent), sent, tone),)
    before, after = sides(control, sent)
    return (
        _message("Control", before, control, "good"),
        _message("Sent", after, sent, tone),
    )


def _message(title: str, lines: Sequence[Line], sent: ExchangeRecord, tone: str) -> Message:
    size = _size(sent.body_bytes, "") if sent.body_bytes else "no body"
    return Message(title, tuple(lines), size, bounded(answer(sent), 300), tone)


def _bytes(sent: ExchangeRecord | None) -> Block:
    r"""Return the body as it went over the wire: what is not printable ASCII as `\xNN`."""
    if sent is None or not sent.body_bytes:
        return Block("")
    if sent.body_base64 is not None:
        data = base64.b64decode(sent.body_base64)
    elif sent.body is not None:
        data = sent.body.encode("utf-8", "surrogatepass")
    else:
        return Block(_size(sent.body_bytes, sent.body_sha256))
    text = "".join(
        chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"  # noqa: PLR2004  (printable ASCII)
        for byte in data[:_EXCERPT]
    )
    more = "…" if len(data) > _EXCERPT else ""
    return Block(f"{text}{more}\n({_size(sent.body_bytes, sent.body_sha256)})")


def _size(number: int, digest: str) -> str:
    return some(number, "byte") + (f", SHA-256 {digest}" if digest and number else "")


def _no_replay(sent: ExchangeRecord) -> str:
    size = some(sent.body_bytes, "byte")
    return (
        f"The body of {size} is too long to keep (SHA-256 {sent.body_sha256}); run the case again."
    )
