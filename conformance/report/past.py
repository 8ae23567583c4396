"""What earlier runs say: since when, how often, and the last thirty as a small picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from conformance.past_records import HistoryRecord, PastFinding, PastRun
from conformance.report.text import utc

_SIGNS = {"x": "bad", ".": "good", "-": "quiet"}
_STATES = {"CONFORMANT": "good", "NOT_CONFORMANT": "bad", "STALE": "bad", "TOOL": "bad"}
_TALL = {"bad": 16, "doubt": 12, "good": 8, "quiet": 3}
_RECENT = 10
"""So many runs back a change of mind counts as flaky."""


class Strip(Struct, frozen=True):
    """A row of cells, the oldest first: tone and SVG path, width, and the same in words."""

    width: int
    paths: tuple[tuple[str, str], ...]
    words: str


def strip_of(finding: str, history: HistoryRecord | None) -> Strip | None:
    """Return the picture of one finding over the last runs; None for the first run."""
    past = _find(finding, history)
    if past is None or len(past.marks) < 2:  # noqa: PLR2004  (one run is no picture)
        return None
    failed, tried = past.marks.count("x"), len(past.marks) - past.marks.count("-")
    turned = turns(past.marks)
    often = f", turned {turned} times" if turned > 1 else ""
    words = f"failed in {failed} of {tried} runs that tried it{often}"
    return _strip([_SIGNS[each] for each in past.marks], words)


def strip_of_runs(runs: Sequence[PastRun]) -> Strip | None:
    """Return the picture of the last runs; None for the first."""
    if len(runs) < 2:  # noqa: PLR2004
        return None
    tones = [_STATES.get(run.state, "doubt") for run in runs]
    bad = tones.count("bad")
    return _strip(tones, f"the last {len(runs)} runs: {bad} not conformant")


def _strip(tones: Sequence[str], words: str) -> Strip:
    paths: dict[str, str] = {}
    for at, tone in enumerate(tones):
        height = _TALL[tone]
        paths[tone] = paths.get(tone, "") + f"M{at * 7} {16 - height}h5v{height}h-5z"
    return Strip(len(tones) * 7, tuple(paths.items()), words)


def since(finding: str, history: HistoryRecord | None) -> str:
    """Return since when a finding is known to stand: `since 2026-11-20 03:17 UTC, 4 runs`."""
    past = _find(finding, history)
    if past is None or history is None:
        return ""
    first = utc(past.first_seen, "%Y-%m-%d %H:%M UTC")
    if past.first_run == history.runs[-1].run_id:
        return "first seen in this run"
    return f"first seen {first}"


def flaky(finding: str, history: HistoryRecord | None) -> bool:
    """Whether a finding came and went at least twice in the last ten runs."""
    past = _find(finding, history)
    return past is not None and turns(past.marks[-_RECENT:]) > 1


def turns(marks: str) -> int:
    """Count how often a clause turned from held to broken or back; untried runs say nothing."""
    known = marks.replace("-", "")
    return sum(one != two for one, two in pairwise(known))


def _find(finding: str, history: HistoryRecord | None) -> PastFinding | None:
    found = history.findings if history else ()
    return next((each for each in found if each.id == finding), None)
