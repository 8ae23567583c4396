"""A clause and what the run says of it: one tile of the map, and a cell of the map in small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from conformance.clause import Clause
from conformance.evidence import Standing, Tally
from conformance.report.text import bounded
from conformance.verdict import Expectation

MARKS: Mapping[Standing, tuple[str, str]] = {
    Standing.PROVED: ("good", "✓"),
    Standing.BROKEN: ("bad", "✗"),
    Standing.INCONCLUSIVE: ("doubt", "?"),
    Standing.UNTRIED: ("doubt", "–"),  # noqa: RUF001  (a dash for nothing there)
    Standing.UNSHOWN: ("doubt", "–"),  # noqa: RUF001  (the same)
    Standing.UNCOVERED: ("quiet", "○"),
    Standing.ANNOTATION: ("quiet", "·"),
}
"""Tone and sign of each standing."""

_WORST = ("bad", "known", "doubt", "quiet", "good")
_TALL = {"bad": 14, "known": 14, "good": 10, "doubt": 6, "quiet": 3}
"""Height of a cell of the small map: what is wrong stands out without its colour."""

_MOST_CELLS = 120


class Tile(Struct, frozen=True):
    """One clause. `figures` are label, held and tried (`accept`, 12, 12), `number` is its index.

    `link` leads to its finding, or to its cases; `column` is its keyword's, 0 where tiles flow.
    """

    anchor: str
    number: int
    id: str
    keyword: str
    words: str
    value: str
    source: str
    level: str
    figures: tuple[tuple[str, int, int], ...]
    tone: str
    mark: str
    word: Standing
    link: str
    reason: str
    column: int = 0


def tile(
    clause: Clause, number: int, evidence: Tally, anchor: str, link: str, *, known: bool
) -> Tile:
    """Return the tile of `clause`, the `number`th of the journal.

    `known` says that all findings that name it are on file.
    """
    standing = evidence.standing(clause)
    figures = [
        (label, evidence.passed[wanted], evidence.tried[wanted])
        for label, wanted in (("accept", Expectation.ACCEPT), ("refuse", Expectation.REFUSE))
        if evidence.tried[wanted]
    ]
    if evidence.answers and standing in (Standing.PROVED, Standing.BROKEN):
        held = max(0, evidence.answers - evidence.breaches)
        figures.append(("answers", held, evidence.answers))
    return Tile(
        anchor=anchor,
        number=number,
        id=clause.id,
        keyword=clause.keyword,
        words=clause.words,
        value="" if clause.keyword == "required" else bounded(clause.value, 80),
        source=clause.source,
        level=clause.level,
        figures=tuple(figures),
        tone=tone_of(standing, known=known),
        mark=MARKS[standing][1],
        word=standing,
        link=link,
        reason=clause.reason,
    )


def tone_of(standing: Standing, *, known: bool) -> str:
    """Return the tone of a clause; `known` says that all findings that name it are on file."""
    return "known" if known and standing is Standing.BROKEN else MARKS[standing][0]


def sums(words: Sequence[Standing]) -> tuple[tuple[str, str, str], ...]:
    """Return tone, mark and words (`12 proved`) for each standing that occurs."""
    counted = Counter(words)
    return tuple(
        (tone, mark, f"{counted[standing]:,} {_noun(standing, counted[standing])}")
        for standing, (tone, mark) in MARKS.items()
        if counted[standing]
    )


def _noun(standing: Standing, number: int) -> str:
    return f"{standing}s" if standing is Standing.ANNOTATION and number > 1 else standing


def small(tones: Sequence[str]) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return the width of the small map, and an SVG path for each tone.

    A cell is a clause; of more than `_MOST_CELLS` each cell is the worst of several beside it.
    """
    share = -(-len(tones) // _MOST_CELLS) or 1
    cells = [min(tones[at : at + share], key=_WORST.index) for at in range(0, len(tones), share)]
    paths: dict[str, str] = {}
    for at, tone in enumerate(cells):
        height = _TALL[tone]
        paths[tone] = paths.get(tone, "") + f"M{at * 5} {14 - height}h4v{height}h-4z"
    return len(cells) * 5, tuple(paths.items())
