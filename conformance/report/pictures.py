"""The pace of a run as pictures: how long answers took, and when."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from conformance.records import CaseRecord
from conformance.report.case_list import CASE_MARKS
from conformance.report.text import milliseconds

WIDTH = 600
HEIGHT = 72
_COLUMNS = 100
_EDGES = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Upper edges of the bars, in milliseconds."""

_WORST = ("bad", "doubt", "quiet", "good")


class Bar(Struct, frozen=True):
    """One bar of the histogram: `under` its edge, how many answers, its height of `HEIGHT`."""

    under: str
    number: int
    x: int
    height: int


class Pace(Struct, frozen=True):
    """Both pictures. `timeline` are tone and SVG path; `words` say the same as text."""

    bars: tuple[Bar, ...]
    bar_width: int
    timeline: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]


def pace(cases: Sequence[CaseRecord]) -> Pace | None:
    """Return the pictures of a run; None where no request was timed."""
    timed = [(case.exchange.elapsed_ms, case) for case in cases if case.exchange is not None]
    if not timed:
        return None
    times = sorted(each for each, _ in timed)
    slowest, case = max(timed, key=lambda each: each[0])
    bars = _bars(times)
    return Pace(
        bars=bars,
        bar_width=WIDTH // len(bars),
        timeline=_timeline(timed),
        words=(
            ("median", milliseconds(_share(times, 0.5))),
            ("95 % within", milliseconds(_share(times, 0.95))),
            ("slowest", f"{milliseconds(slowest)} ({case.id})"),
        ),
    )


def _share(times: Sequence[float], share: float) -> float:
    """Return the time within which `share` of the answers came."""
    return times[max(0, math.ceil(share * len(times)) - 1)]


def _bars(times: Sequence[float]) -> tuple[Bar, ...]:
    numbers = [0] * (len(_EDGES) + 1)
    for each in times:
        numbers[bisect_left(_EDGES, each)] += 1
    used = [at for at, number in enumerate(numbers) if number]
    first, last = used[0], used[-1]
    most, width = max(numbers), WIDTH // (last - first + 1)
    return tuple(
        Bar(
            under=milliseconds(_EDGES[at]) if at < len(_EDGES) else "longer",
            number=numbers[at],
            x=(at - first) * width,
            height=max(1, round(HEIGHT * numbers[at] / most)) if numbers[at] else 0,
        )
        for at in range(first, last + 1)
    )


def _timeline(timed: Sequence[tuple[float, CaseRecord]]) -> tuple[tuple[str, str], ...]:
    """Return columns in the order of the cases, as high as their slowest answer (logarithmic)."""
    share = -(-len(timed) // _COLUMNS)
    columns = [timed[at : at + share] for at in range(0, len(timed), share)]
    top = max(math.log1p(each) for each, _ in timed) or 1.0
    width = WIDTH / len(columns)
    paths: dict[str, str] = {}
    for at, column in enumerate(columns):
        tone = min((CASE_MARKS[case.verdict][0] for _, case in column), key=_WORST.index)
        height = max(2, round(HEIGHT * max(math.log1p(each) for each, _ in column) / top))
        left, right = round(at * width), max(round((at + 1) * width) - 1, round(at * width) + 1)
        piece = f"M{left} {HEIGHT - height}h{right - left}v{height}h{left - right}z"
        paths[tone] = paths.get(tone, "") + piece
    return tuple(paths.items())
