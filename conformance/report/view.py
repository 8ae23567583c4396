"""Journal → what the page shows, in its order: frozen values, ready for the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from conformance.evidence import Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import EMBEDDED, Outcome, State
from conformance.report.cards import Card, Places, card
from conformance.report.case_list import CaseList, list_cases
from conformance.report.changes import Change, changes, statuses
from conformance.report.contract_map import Map, Names, draw
from conformance.report.facts import facts, faults, found, hint, left_out, run_facts
from conformance.report.names import anchors
from conformance.report.past import Strip, strip_of_runs
from conformance.report.pictures import Pace, pace
from conformance.report.snippet import by_schema
from conformance.report.text import utc
from conformance.report.tiles import MARKS, Tile, sums
from conformance.text import some

TONES = {
    State.CONFORMANT: "good",
    State.KNOWN: "doubt",
    State.STALE: "bad",
    State.NOT_CONFORMANT: "bad",
    State.TOOL: "bad",
    State.INCONCLUSIVE: "doubt",
    State.INTERRUPTED: "doubt",
}


class Gap(Struct, frozen=True):
    """Clauses that are not proved, for one reason: what would prove them stands in `remedy`.

    `number` counts all of them, `tiles` are those that are drawn.
    """

    tone: str
    mark: str
    title: str
    words: str
    remedy: str
    number: int
    tiles: tuple[Tile, ...]


class Tag(Struct, frozen=True):
    """The operations of one tag."""

    name: str
    maps: tuple[Map, ...]


class Page(Struct, frozen=True):
    """Everything on the page, top to bottom. `many` says whether it has an index of operations."""

    title: str
    tone: str
    mark: str
    headline: str
    aside: str
    sentence: str
    remedy: str
    subject: str
    target: str
    started: str
    facts: tuple[tuple[str, str], ...]
    compared: str
    changed: tuple[str, ...]
    changes: tuple[Change, ...]
    strip: Strip | None
    legend: tuple[tuple[str, str, str], ...]
    hint: str
    cards: tuple[Card, ...]
    found: str
    tags: tuple[Tag, ...]
    many: bool
    gaps: tuple[Gap, ...]
    left_out: str
    cases: str
    case_list: CaseList
    again: str
    pace: Pace | None
    faults: tuple[tuple[str, str], ...]
    run: tuple[tuple[str, str], ...]


def page(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Page:
    """Return the page of a run."""
    names = _names(journal, findings)
    history = journal.history
    evidence = tally(journal, findings)
    maps = draw(journal, findings, evidence, names)
    tiles = [tile for each in maps for tile in each.tiles()]
    standings = [(evidence[each.id].standing(each), each.reason) for each in journal.clauses]
    status = statuses(findings, history, strict=journal.run.options.get("strict") == "true")
    places = Places(
        {clause.id: (number, clause) for number, clause in enumerate(journal.clauses)},
        by_schema(journal.clauses),
        names.findings,
        names.clauses,
    )
    titles = {each.id: each.title if len(maps) > 1 else "" for each in maps}
    labels = {
        each.id: (names.findings[each.id], titles.get(each.operation, "")) for each in findings
    }
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
        target=journal.run.target,
        started=utc(journal.run.started_at, "%Y-%m-%d %H:%M UTC"),
        facts=facts(journal, outcome),
        compared=_compared(journal),
        changed=tuple(history.changed) if history else (),
        changes=tuple(changes(findings, history, status, labels, outcome.stale)),
        strip=strip_of_runs(history.runs) if history else None,
        legend=sums([standing for standing, _ in standings]),
        hint=hint(journal),
        cards=tuple(
            card(each, places, history, status[each.id], titles.get(each.operation, ""))
            for each in findings
        ),
        found=found(findings),
        tags=tuple(_tags(maps)),
        many=len(maps) > 1,
        gaps=_gaps(tiles, standings),
        left_out=left_out(journal),
        cases=some(len(journal.cases), "case"),
        case_list=list_cases(
            journal.cases, journal.clauses, names.cases, {tile.id for tile in tiles}
        ),
        again=journal.run.again,
        pace=pace(journal.cases),
        faults=faults(journal),
        run=run_facts(journal, outcome),
    )


def _names(journal: Journal, findings: Sequence[Finding]) -> Names:
    clauses = dict.fromkeys(clause.id for clause in journal.clauses)
    tried = dict.fromkeys(case.clause for case in journal.cases)
    operations = [each.id for each in journal.run.operations]
    return Names(
        clauses=anchors("c", clauses),
        cases={name: f"k{at}" for at, name in enumerate({**clauses, **tried}) if name in tried},
        findings=anchors("f", (finding.id for finding in findings)),
        operations=anchors("o", [*operations, *(each.operation for each in journal.clauses)]),
    )


def _compared(journal: Journal) -> str:
    """Say which earlier run this one is compared with."""
    history = journal.history
    if history is None:
        return "No history was kept for this run."
    note = f" {history.note}" if history.note else ""
    previous = next((run for run in history.runs if run.run_id == history.previous), None)
    if previous is None:
        return f"No earlier run to compare with.{note}"
    return f"Since {utc(previous.started_at, '%Y-%m-%d %H:%M UTC')}.{note}"


def _tags(maps: Sequence[Map]) -> Iterator[Tag]:
    """Yield the operations by tag, those without one last."""
    names = dict.fromkeys(each.tag for each in maps if each.tag)
    for name in [*names, ""]:
        own = tuple(each for each in maps if each.tag == name)
        if own:
            yield Tag(name or ("no tag" if names else ""), own)


def _gaps(tiles: Sequence[Tile], every: Sequence[tuple[Standing, str]]) -> tuple[Gap, ...]:
    """Return what is not proved, why, and what would prove it.

    `every` has the standing of each clause, drawn or not, and the reason for it.
    """
    counted = Counter(standing for standing, reason in every if _is_gap(standing, reason))
    kinds = (
        (
            Standing.INCONCLUSIVE,
            "Tried, nothing proved",
            "Every answer was open to doubt.",
            "Look at the cases: each says why. Mostly its control was not accepted.",
        ),
        (
            Standing.UNTRIED,
            "Not tried",
            "No case of these clauses came to a verdict.",
            "They were not selected, or the run was cut short.",
        ),
        (
            Standing.UNSHOWN,
            "Not shown in this run",
            "No answer had what these speak of, or it refused texts of a format of its own.",
            "Each is tried as soon as an answer has it; known-good values may bring one.",
        ),
        (
            Standing.PROVED,
            "Proved one way",
            "What these allow was accepted. A target may take all that breaks them as well.",
            "",
        ),
        (
            Standing.UNCOVERED,
            "Not testable",
            "No request can test these, or no rule exists yet.",
            "Each says what stands in the way.",
        ),
        (
            Standing.ANNOTATION,
            "Annotations",
            "These oblige nobody; they are listed to be complete.",
            "",
        ),
    )
    return tuple(
        Gap(
            *MARKS[standing],
            title,
            words,
            remedy,
            counted[standing],
            tuple(t for t in tiles if t.word is standing and _is_gap(standing, t.reason)),
        )
        for standing, title, words, remedy in kinds
        if counted[standing]
    )


def _is_gap(standing: Standing, reason: str) -> bool:
    """Whether something is left to prove: of what is proved, where it says that half is."""
    return standing is not Standing.PROVED or bool(reason)
