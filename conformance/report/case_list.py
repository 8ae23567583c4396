"""Every case as one line of a table, and the exchange behind it as compact data.

The lines are plain markup without a script; the script lifts them into a table that it can search
and sort. What was sent and answered is kept beside, every distinct text once.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from conformance.clause import Clause
from conformance.records import CaseRecord, ExchangeRecord
from conformance.report.room import share
from conformance.report.text import bounded, visible
from conformance.text import some
from conformance.verdict import Verdict

CASE_MARKS = {
    Verdict.PASS: ("good", "✓"),
    Verdict.FAIL: ("bad", "✗"),
    Verdict.FAULT: ("bad", "✗"),
    Verdict.TOOL: ("bad", "!"),
    Verdict.FLAKY: ("doubt", "~"),
    Verdict.INCONCLUSIVE: ("doubt", "?"),
    Verdict.NOT_RUN: ("quiet", "·"),
}

MOST_CASES = 10_000
"""More are not listed one by one: those that passed are left out first."""

_BUDGET = 300_000
"""Characters of bodies that the page holds, shared by all cases alike."""

_T = TypeVar("_T")

_PART = re.compile(r"[^&,\n]*[&,\n]|[^&,\n]+")
"""What bodies have in common: pairs, members, lines."""


class CaseRow(Struct, frozen=True):
    """A case as one line; empty text where there is nothing to say."""

    name: str
    words: str
    because: str
    expectation: str
    tone: str
    mark: str
    verdict: str
    status: str
    elapsed: str


class CaseGroup(Struct, frozen=True):
    """The listed cases of one clause; `number` is the clause's index, -1 where it has none."""

    anchor: str
    number: int
    operation: str
    name: str
    words: str
    place: str
    keyword: str
    summary: str
    rows: tuple[CaseRow, ...]


class CaseList(Struct, frozen=True):
    """All cases in the order of the contract. `left_out` counts those that passed, not listed."""

    groups: tuple[CaseGroup, ...]
    data: Mapping[str, Any]
    left_out: int


def list_cases(
    cases: Sequence[CaseRecord],
    clauses: Sequence[Clause],
    anchors: Mapping[str, str],
    drawn: Collection[str],
) -> CaseList:
    """Return the cases by clause; `anchors` are the names of the groups by clause.

    Cases that passed are listed for clauses that are `drawn`, and for what is none of the contract.
    """
    own: dict[str, list[CaseRecord]] = {clause.id: [] for clause in clauses}
    for case in cases:
        own.setdefault(case.clause, []).append(case)
    known = {clause.id: (number, clause) for number, clause in enumerate(clauses)}
    most = _share([group for name, group in own.items() if name in drawn or name not in known])
    listed_at_most = max(1, min(len(cases), MOST_CASES))
    exchanges = _Exchanges(max(60, min(1000, _BUDGET // 2 // listed_at_most)))
    groups, pairs = [], []
    for clause, every in own.items():
        if every:
            far = clause in known and clause not in drawn
            listed = [*_listed(every, 0 if far else most)]
            if not listed:
                continue
            number, about = known.get(clause, (-1, None))
            groups.append(_group(number, about, every, listed, anchors[clause]))
            pairs += [
                [exchanges.add(case.exchange), exchanges.add(case.control)] for case in listed
            ]
    return CaseList(tuple(groups), exchanges.data(pairs), len(cases) - len(pairs))


def _share(groups: Sequence[Sequence[CaseRecord]]) -> int:
    """Return how many passed cases each clause may list, so that all fit."""
    passed = [sum(each.verdict is Verdict.PASS for each in group) for group in groups]
    return share(passed, MOST_CASES - sum(map(len, groups)) + sum(passed), least=1)


def _listed(cases: Sequence[CaseRecord], most: int) -> Iterator[CaseRecord]:
    passed = 0
    for case in cases:
        passed += case.verdict is Verdict.PASS
        if case.verdict is not Verdict.PASS or passed <= most:
            yield case


def _group(
    number: int,
    about: Clause | None,
    every: Sequence[CaseRecord],
    listed: Sequence[CaseRecord],
    anchor: str,
) -> CaseGroup:
    clause = every[0].clause
    passed = sum(case.verdict is Verdict.PASS for case in every)
    more = f", {len(every) - len(listed):,} not listed" if len(listed) < len(every) else ""
    return CaseGroup(
        anchor=anchor,
        number=number,
        operation=every[0].operation,
        name=clause,
        words=about.words if about else "",
        place=about.instance_location or "/" if about else "",
        keyword=about.keyword if about else "",
        summary=f"{passed:,} of {some(len(every), 'case')} passed{more}",
        rows=tuple(_row(case, clause) for case in listed),
    )


def _row(case: CaseRecord, clause: str) -> CaseRow:
    tone, mark = CASE_MARKS[case.verdict]
    sent = case.exchange
    status = "" if sent is None else str(sent.status or sent.fault_code or "no answer")
    return CaseRow(
        name=case.id.removeprefix(clause).lstrip("/") or "all answers",
        words=bounded(case.words, 160),
        because="" if case.verdict is Verdict.PASS else bounded(case.because, 300),
        expectation=case.expectation,
        tone=tone,
        mark=mark,
        verdict=case.verdict,
        status=status,
        elapsed=f"{sent.elapsed_ms:.1f}" if sent else "",
    )


class _Exchanges:
    """Exchanges as rows of numbers that point to texts: `[head, body, status, head, body, ms]`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._parts: dict[str, int] = {}
        self._texts: dict[tuple[int, ...], int] = {}
        self._known: dict[object, int] = {}
        self._rows: dict[tuple[object, ...], int] = {}

    def add(self, sent: ExchangeRecord | None) -> int:
        """Return the number of `sent`, -1 where there was none."""
        if sent is None:
            return -1
        row = (
            self._once((sent.method, sent.url, sent.headers, sent.chunked), _head, sent),
            self._text(self._request(sent)),
            self._text(sent.fault_sentence or "no answer") * -1 - 1
            if sent.status is None
            else sent.status,
            self._once(sent.response_headers, _lines, sent.response_headers[:32]),
            self._text(self._answer(sent)),
            sent.elapsed_ms,
        )
        return self._rows.setdefault(row, len(self._rows))

    def data(self, pairs: Sequence[Sequence[int]]) -> Mapping[str, Any]:
        """Return everything as JSON values; `pairs` are exchange and control of each case."""
        return {
            "parts": list(self._parts),
            "texts": list(self._texts),
            "exchanges": list(self._rows),
            "cases": pairs,
        }

    def _text(self, text: str) -> int:
        """Return the number of `text`, which is kept as the numbers of its parts."""
        found = self._known.get(text)
        if found is None:
            own = self._parts
            parts = tuple([own.setdefault(part, len(own)) for part in _PART.findall(text)])
            found = self._known[text] = self._texts.setdefault(parts, len(self._texts))
        return found

    def _once(self, key: object, make: Callable[[_T], str], source: _T) -> int:
        """Return the number of the text that `make` gives, which `key` stands for."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._text(make(source))
        return found

    def _request(self, sent: ExchangeRecord) -> str:
        if sent.body is not None:
            return self._bounded(sent.body, sent.body_bytes, sent.body_sha256)
        if sent.body_base64 is not None:
            text = base64.b64decode(sent.body_base64).decode("ascii", "backslashreplace")
            return self._bounded(text, sent.body_bytes, sent.body_sha256)
        return f"({sent.body_bytes:,} bytes, SHA-256 {sent.body_sha256})" * (sent.body_bytes > 0)

    def _answer(self, sent: ExchangeRecord) -> str:
        size, digest = sent.response_bytes, sent.response_sha256
        if size and not sent.response_body:  # not kept: there are too many that passed
            return f"({size:,} bytes, SHA-256 {digest})"
        return self._bounded(sent.response_body, size, digest)

    def _bounded(self, text: str, size: int, digest: str) -> str:
        if len(text) <= self.limit:
            return visible(text, keep="\n\t")
        start = visible(text[: self.limit], keep="\n\t")
        return f"{start}… ({size:,} bytes, SHA-256 {digest[:16]}…)"


def _head(sent: ExchangeRecord) -> str:
    chunked = "\nTransfer-Encoding: chunked" if sent.chunked else ""
    return f"{visible(sent.method)} {visible(sent.url)}\n{_lines(sent.headers)}{chunked}"


def _lines(headers: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{visible(name)}: {visible(value)}" for name, value in headers)
