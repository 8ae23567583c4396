"""Two runs side by side: their facts, their findings, and the clauses that stand otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from conformance.evidence import tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.report.text import clipped, utc, visible
from conformance.report.tiles import MARKS
from conformance.text import some

_COLUMN = 38
"""Columns of one side on a terminal."""

Side = tuple[Journal, Sequence[Finding], Outcome]


class Row(Struct, frozen=True):
    """One line: what it is about, both sides with their tones, and how they differ, if they do."""

    label: str
    words: str
    left: str
    right: str
    tones: tuple[str, str]
    differs: str


class Comparison(Struct, frozen=True):
    """Everything that is shown of two runs. `clauses` are only those that stand otherwise."""

    left: str
    right: str
    sentence: str
    facts: tuple[Row, ...]
    findings: tuple[Row, ...]
    clauses: tuple[Row, ...]


def compare(left: Side, right: Side) -> Comparison:
    """Compare two runs of one contract, or of two versions of it."""
    findings = tuple(_findings(left[1], right[1]))
    clauses = tuple(_clauses(left, right))
    counted = {
        word: sum(row.differs == word for row in findings) for word in ("new", "fixed", "both")
    }
    return Comparison(
        left=left[0].run.run_id,
        right=right[0].run.run_id,
        sentence=(
            f"{some(counted['new'], 'finding')} in the second run only, {counted['fixed']:,} in the"
            f" first only, {counted['both']:,} in both;"
            f" {some(len(clauses), 'clause')} with another standing."
        ),
        facts=tuple(_facts(left, right)),
        findings=findings,
        clauses=clauses,
    )


def _facts(left: Side, right: Side) -> Iterator[Row]:
    for label, one, two in zip(_LABELS, _of(left), _of(right), strict=True):
        yield Row(label, "", one, two, ("", ""), "" if one == two else "differs")


_LABELS = (
    *("verdict", "target", "contract", "SHA-256", "started", "seed", "depth", "suite"),
    *("cases", "passed", "clauses proved", "requests", "seconds"),
)


def _of(side: Side) -> tuple[str, ...]:
    run, counts = side[0].run, side[2].counts
    return (
        side[2].headline,
        run.target,
        run.contract_title,
        run.contract_digest[:16],
        utc(run.started_at),
        str(run.seed),
        run.depth,
        run.tool,
        f"{counts.cases:,}",
        f"{counts.passed:,}",
        f"{counts.proved:,} of {counts.clauses:,}",
        f"{counts.requests:,}",
        f"{counts.seconds:.1f}",
    )


def _findings(left: Sequence[Finding], right: Sequence[Finding]) -> Iterator[Row]:
    """Yield the findings of both, those of the second run only first, then those of the first."""
    one, two = ({each.id: each for each in side} for side in (left, right))
    only = [*(name for name in two if name not in one), *(name for name in one if name not in two)]
    for name in [*only, *(name for name in two if name in one)]:
        found = two.get(name) or one[name]
        word = "both" if name in one and name in two else "new" if name in two else "fixed"
        cells = [_shows(side.get(name)) for side in (one, two)]
        tones = ("bad" if name in one else "good", "bad" if name in two else "good")
        yield Row(name, found.words, cells[0], cells[1], tones, word)


def _shows(finding: Finding | None) -> str:
    if finding is None:
        return "✓ not found"
    return f"✗ {some(len(dict.fromkeys(finding.cases)), 'case')}, {finding.level}"


def _clauses(left: Side, right: Side) -> Iterator[Row]:
    sides = []
    for journal, findings, _ in (left, right):
        evidence = tally(journal, findings)
        sides.append({each.id: evidence[each.id].standing(each) for each in journal.clauses})
    words = {each.id: each.words for side in (left, right) for each in side[0].clauses}
    for name, about in words.items():
        one, two = (side.get(name) for side in sides)
        if one is not two:
            cells = [f"{MARKS[each][1]} {each}" if each else "not there" for each in (one, two)]
            tones = (MARKS[one][0] if one else "quiet", MARKS[two][0] if two else "quiet")
            yield Row(name, about, cells[0], cells[1], tones, "differs")


def lines(compared: Comparison, *, unicode: bool = True) -> Iterator[str]:
    """Yield the comparison for a terminal, in lines of at most a hundred columns."""

    def cell(text: str, width: int) -> str:
        shown = visible(text, unicode=unicode)
        cut = clipped(shown, width)
        return cut if unicode or cut == shown else f"{shown[: width - 3]}..."

    def line(mark: str, label: str, left: str, right: str) -> str:
        both = f"{cell(left, _COLUMN):<{_COLUMN}} {cell(right, _COLUMN)}"
        return f"{mark} {cell(label, 17):<17} {both}".rstrip()

    yield line(" ", "", compared.left, compared.right)
    for row in compared.facts:
        yield line("*" if row.differs else " ", row.label, row.left, row.right)
    for title, rows in (("findings", compared.findings), ("clauses", compared.clauses)):
        if rows:
            yield ""
            yield title
        for row in rows:
            yield f"  {cell(row.words, 96)}"
            yield f"    {cell(row.label, 94)}"
            yield line(" ", row.differs, row.left, row.right)
    yield ""
    yield compared.sentence
