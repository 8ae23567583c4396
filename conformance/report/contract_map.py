"""The contract drawn as its own shape: a tree of sites, at each site its clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from conformance.clause import Clause
from conformance.evidence import Standing, Tally, documented_status
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.pointer import tokens
from conformance.report.room import chosen
from conformance.report.tiles import Tile, small, sums, tile, tone_of
from conformance.run_record import OperationRecord

SECTIONS = (
    ("request", "Request", "What the body may and may not be."),
    ("protocol", "Wire", "How the request travels."),
    ("response", "Responses", "What every answer owes, success and error alike."),
    ("prose", "Prose", "What the description promises in words."),
    ("state", "State", "What holds over the whole run."),
)
"""Side of a clause, heading and explanation, in the order of the page."""

EVERY = "every answer"

_DEEPEST = 6
"""Sites further down are drawn at this depth."""

_COLUMNS = 7
"""A section with more keywords than this lets its tiles flow instead of standing in columns."""


class Site(Struct, frozen=True):
    """One place of the tree with its clauses; `depth` 0 is the root, `notes` are annotations."""

    label: str
    place: str
    depth: int
    tiles: tuple[Tile, ...]
    notes: tuple[Tile, ...]


class Section(Struct, frozen=True):
    """One side of an operation; `columns` are the keywords that have one."""

    name: str
    title: str
    words: str
    columns: tuple[str, ...]
    sites: tuple[Site, ...]


class Map(Struct, frozen=True):
    """One operation. `small` are tone and path of the same map in small, `standings` its sums.

    `left_out` counts the clauses that are not drawn.
    """

    anchor: str
    id: str
    title: str
    summary: str
    tag: str
    tone: str
    sections: tuple[Section, ...]
    small: tuple[tuple[str, str], ...]
    width: int
    standings: tuple[tuple[str, str, str], ...]
    left_out: int

    def tiles(self) -> Iterator[Tile]:
        """Yield every clause, in the order of the page."""
        for section in self.sections:
            for site in section.sites:
                yield from site.tiles
                yield from site.notes


class Names(Struct, frozen=True):
    """Anchors in the page: of clauses, cases of clauses, findings, operations, by id."""

    clauses: Mapping[str, str]
    cases: Mapping[str, str]
    findings: Mapping[str, str]
    operations: Mapping[str, str]


class _Node(Struct):
    tiles: list[Tile] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)


def draw(
    journal: Journal, findings: Sequence[Finding], evidence: Mapping[str, Tally], names: Names
) -> tuple[Map, ...]:
    """Return a map per operation, in the order of the contract."""
    links = {
        clause: names.findings[finding.id]
        for finding in reversed(findings)
        for clause in finding.clauses
    }
    fresh = {name for finding in findings if not finding.known for name in finding.clauses}
    operations = {operation.id: operation for operation in journal.run.operations}
    standings = {each.id: evidence[each.id].standing(each) for each in journal.clauses}
    kept = chosen(journal.clauses, standings)
    seen: dict[str, list[tuple[Standing, str]]] = {name: [] for name in operations}
    rows: dict[str, list[tuple[Clause, Tile]]] = {name: [] for name in operations}
    for number, clause in enumerate(journal.clauses):
        known = clause.id in links and clause.id not in fresh
        standing = standings[clause.id]
        seen.setdefault(clause.operation, []).append((standing, tone_of(standing, known=known)))
        rows.setdefault(clause.operation, [])
        if clause.id in kept:
            link = links.get(clause.id) or names.cases.get(clause.id, "")
            anchor = names.clauses[clause.id]
            drawn = tile(clause, number, evidence[clause.id], anchor, link, known=known)
            rows[clause.operation].append((clause, drawn))
    return tuple(
        _map(
            operations.get(name) or OperationRecord(name, "", name),
            rows[name],
            all_of_it,
            names.operations[name],
        )
        for name, all_of_it in seen.items()
    )


def _map(
    operation: OperationRecord,
    rows: Sequence[tuple[Clause, Tile]],
    seen: Sequence[tuple[Standing, str]],
    anchor: str,
) -> Map:
    """Return the map of `operation`: `rows` are drawn, `seen` are standing and tone of all."""
    shown = [tone for standing, tone in seen if standing is not Standing.ANNOTATION]
    width, paths = small(shown)
    return Map(
        anchor=anchor,
        id=operation.id,
        title=f"{operation.method} {operation.path}".strip(),
        summary=operation.summary,
        tag=operation.tags[0] if operation.tags else "",
        tone=next((tone for tone in ("bad", "known", "doubt", "good") if tone in shown), "quiet"),
        sections=tuple(_sections(rows)),
        small=paths,
        width=width,
        standings=sums([standing for standing, _ in seen]),
        left_out=len(seen) - len(rows),
    )


def _sections(rows: Sequence[tuple[Clause, Tile]]) -> Iterator[Section]:
    known = {side: (title, words) for side, title, words in SECTIONS}
    for side in dict.fromkeys([*known, *(clause.side for clause, _ in rows)]):
        own = [(clause, each) for clause, each in rows if clause.side == side]
        columns = _columns([each for _, each in own])
        root = _Node()
        for clause, each in own:
            node = root
            for step in _path(clause):
                node = node.children.setdefault(step, _Node())
            column = columns.index(each.keyword) + 1 if each.keyword in columns else 0
            node.tiles.append(replace(each, column=column))
        sites = tuple(_sites(root, (), side))
        if sites:
            title, words = known.get(side, (side, ""))
            yield Section(side, title, words, columns, sites)


def _columns(tiles: Sequence[Tile]) -> tuple[str, ...]:
    """Return the keywords, the most frequent first; none where they are too many for columns."""
    counted = Counter(each.keyword for each in tiles if each.word is not Standing.ANNOTATION)
    return tuple(name for name, _ in counted.most_common()) if len(counted) <= _COLUMNS else ()


def _path(clause: Clause) -> tuple[str, ...]:
    """Return the steps from the root of its section; an answer's first step is its status."""
    status = documented_status(clause)
    first = () if status is None else (status or EVERY,)
    return (*first, *tokens(clause.instance_location))


def _sites(node: _Node, path: tuple[str, ...], side: str) -> Iterator[Site]:
    if node.tiles or path:
        depth = len(path) - (side in ("response", "prose"))
        notes = tuple(each for each in node.tiles if each.word is Standing.ANNOTATION)
        tiles = sorted(
            (each for each in node.tiles if each.word is not Standing.ANNOTATION),
            key=lambda each: each.column,
        )
        depth = max(0, min(depth, _DEEPEST))
        yield Site(_label(path, side), "/".join(path), depth, tuple(tiles), notes)
    for step, child in node.children.items():
        yield from _sites(child, (*path, step), side)


def _label(path: tuple[str, ...], side: str) -> str:
    if not path:
        return {"request": "body", "protocol": "request"}.get(side, "operation")
    return "each item" if path[-1] == "*" else path[-1]
