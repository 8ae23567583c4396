"""What is new since the last run, what is known, what was fixed: findings in groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from conformance.deviations import Stale
from conformance.findings import Finding
from conformance.past_records import HistoryRecord
from conformance.report.past import flaky
from conformance.verdict import Level

_NAMED = 5
"""Findings of one group that the head of the page names; the cards follow below."""


class Status(Struct, frozen=True):
    """What is to be said of a finding beside its level: `new`, `known`, `still there`."""

    word: str
    tone: str


class Change(Struct, frozen=True):
    """Findings of one status, of each the anchor of its card, its operation and its words."""

    tone: str
    mark: str
    title: str
    number: int
    items: tuple[tuple[str, str, str], ...]
    more: int


NEW = Status("new", "bad")
FIRST = Status("finding", "bad")
STILL = Status("still there", "bad")
KNOWN = Status("known", "known")
ADVICE = Status("recommendation", "doubt")
FLAKY = Status("flaky", "doubt")

_TITLES = (
    (NEW, "✗", "New since last run"),
    (FIRST, "✗", "Findings"),
    (STILL, "✗", "Still there"),
    (FLAKY, "~", "Comes and goes"),
    (KNOWN, "⚠", "Known"),
    (ADVICE, "⚠", "Recommendations"),
)


def statuses(
    findings: Sequence[Finding], history: HistoryRecord | None, *, strict: bool
) -> Mapping[str, Status]:
    """Return the status of each finding by its id."""
    return {each.id: _status(each, history, strict=strict) for each in findings}


def _status(finding: Finding, history: HistoryRecord | None, *, strict: bool) -> Status:
    if finding.known:
        return KNOWN
    if finding.level is Level.SHOULD and not strict:
        return ADVICE
    if history is None or not history.previous:
        return FIRST
    if flaky(finding.id, history):
        return FLAKY
    return NEW if finding.id in history.new else STILL


def changes(
    findings: Sequence[Finding],
    history: HistoryRecord | None,
    found: Mapping[str, Status],
    labels: Mapping[str, tuple[str, str]],
    gone: Sequence[Stale],
) -> Iterator[Change]:
    """Yield the groups that have members; with an earlier run to compare with, always what is new.

    `labels` are the anchor of each finding's card and, among many, the title of its operation.
    """
    compared = history is not None and bool(history.previous)
    for status, mark, title in _TITLES:
        own = [each for each in findings if found[each.id] is status]
        if own or (status is NEW and compared):
            items = tuple((*labels[each.id], each.words) for each in own[:_NAMED])
            tone = status.tone if own else "quiet"
            yield Change(tone, mark, title, len(own), items, max(0, len(own) - _NAMED))
    if gone:
        words = tuple(("", "", f"{each.deviation.finding}: {each.sentence}") for each in gone)
        more = max(0, len(gone) - _NAMED)
        yield Change("bad", "✗", "On file, and gone", len(gone), words[:_NAMED], more)
    if history is not None and compared:
        titles = {each.id: each.words for each in history.findings}
        items = tuple(("", "", titles.get(each, each)) for each in history.fixed[:_NAMED])
        tone, number = "good" if items else "quiet", len(history.fixed)
        yield Change(tone, "✓", "Fixed", number, items, max(0, number - _NAMED))
