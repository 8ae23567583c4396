"""The contract drawn as its own shape: a tree of places, at each place its clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.clause import Clause
from conformance.evidence import Standing, Tally, documented_status, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.pointer import tokens
from conformance.verdict import Expectation

MARKS: Mapping[Standing, tuple[str, str]] = {
    Standing.PROVED: ("good", "✓"),
    Standing.BROKEN: ("bad", "✗"),
    Standing.INCONCLUSIVE: ("doubt", "?"),
    Standing.UNTRIED: ("doubt", "–"),  # noqa: RUF001  (a dash for nothing there)
    Standing.UNCOVERED: ("quiet", "○"),
    Standing.ANNOTATION: ("quiet", "·"),
}
"""Tone and sign of each standing."""

SECTIONS = (
    ("request", "Request", "What the body may and may not be."),
    ("protocol", "Wire", "How the request travels."),
    ("response", "Responses", "What every answer owes, success and error alike."),
    ("prose", "Prose", "What the description promises in words."),
    ("state", "State", "What holds over the whole run."),
)
"""Side of a clause, heading and explanation, in the order of the page."""

_DEEPEST = 6
"""Places further down are drawn at this depth."""

EVERY = "every answer"


@dataclass(frozen=True)
class Row:
    """One clause. `accept`, `refuse` and `answers` read `12/12`, or nothing."""

    anchor: str
    id: str
    keyword: str
    words: str
    value: str
    source: str
    level: str
    accept: str
    refuse: str
    answers: str
    tone: str
    mark: str
    word: Standing
    link: str
    reason: str


@dataclass(frozen=True)
class Place:
    """One place of the tree with its clauses; `depth` 0 is the root, `notes` are annotations."""

    label: str
    depth: int
    rows: tuple[Row, ...]
    notes: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """One side of an operation."""

    name: str
    title: str
    words: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Map:
    """One operation."""

    title: str
    summary: str
    sections: tuple[Section, ...]

    def rows(self) -> Iterator[Row]:
        """Yield every row, in the order of the page."""
        for section in self.sections:
            for place in section.places:
                yield from place.rows
                yield from place.notes


@dataclass
class _Node:
    rows: list[Row] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)


def draw(
    journal: Journal,
    findings: Sequence[Finding],
    anchors: Mapping[str, str],
    cards: Mapping[str, str],
) -> tuple[Map, ...]:
    """Return a map per operation. `anchors` by clause id, `cards` by finding id."""
    evidence = tally(journal, findings)
    links = {
        clause: cards[finding.id] for finding in reversed(findings) for clause in finding.clauses
    }
    known = {operation.id: operation for operation in journal.run.operations}
    names = dict.fromkeys([*known, *(clause.operation for clause in journal.clauses)])
    maps = []
    for name in names:
        own = [clause for clause in journal.clauses if clause.operation == name]
        rows = [
            (
                clause,
                _row(clause, evidence[clause.id], anchors[clause.id], links.get(clause.id, "")),
            )
            for clause in own
        ]
        operation = known.get(name)
        title = f"{operation.method} {operation.path}" if operation else name
        maps.append(Map(title, operation.summary if operation else "", tuple(_sections(rows))))
    return tuple(maps)


def _row(clause: Clause, evidence: Tally, anchor: str, link: str) -> Row:
    standing = evidence.standing(clause)
    tone, mark = MARKS[standing]
    held = max(0, evidence.answers - evidence.breaches)
    judged = evidence.answers if standing in (Standing.PROVED, Standing.BROKEN) else 0
    return Row(
        anchor=anchor,
        id=clause.id,
        keyword=clause.keyword,
        words=clause.words,
        value=clause.value,
        source=clause.source,
        level=clause.level,
        accept=_of(evidence, Expectation.ACCEPT),
        refuse=_of(evidence, Expectation.REFUSE),
        answers=f"{held:,}/{evidence.answers:,}" if judged else "",
        tone=tone,
        mark=mark,
        word=standing,
        link=link,
        reason=clause.reason,
    )


def _of(evidence: Tally, expectation: Expectation) -> str:
    tried = evidence.tried[expectation]
    return f"{evidence.passed[expectation]:,}/{tried:,}" if tried else ""


def _sections(rows: Sequence[tuple[Clause, Row]]) -> Iterator[Section]:
    known = {side: (title, words) for side, title, words in SECTIONS}
    for side in dict.fromkeys([*known, *(clause.side for clause, _ in rows)]):
        root = _Node()
        for clause, row in rows:
            if clause.side == side:
                node = root
                for step in _path(clause):
                    node = node.children.setdefault(step, _Node())
                node.rows.append(row)
        places = tuple(_places(root, (), side))
        if places:
            title, words = known.get(side, (side, ""))
            yield Section(side, title, words, places)


def _path(clause: Clause) -> tuple[str, ...]:
    """Return the steps from the root of its section; an answer's first step is its status."""
    status = documented_status(clause)
    first = () if status is None else (status or EVERY,)
    return (*first, *tokens(clause.instance_location))


def _places(node: _Node, path: tuple[str, ...], side: str) -> Iterator[Place]:
    if node.rows or path:
        depth = len(path) - (side in ("response", "prose"))
        rows = [row for row in node.rows if row.word is not Standing.ANNOTATION]
        notes = [row for row in node.rows if row.word is Standing.ANNOTATION]
        depth = max(0, min(depth, _DEEPEST))
        yield Place(_label(path, side), depth, tuple(rows), tuple(notes))
    for step, child in node.children.items():
        yield from _places(child, (*path, step), side)


def _label(path: tuple[str, ...], side: str) -> str:
    if not path:
        return {"request": "body", "protocol": "request"}.get(side, "operation")
    return "each item" if path[-1] == "*" else path[-1]
