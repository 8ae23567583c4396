"""A journal's file → a Journal: read line by line, and no more of it kept than reports show.

A run of a large contract writes a gigabyte, most of it what cases sent and got. Of those beyond the
first `MOST_WHOLE` that passed, the first of each clause is kept whole; of as many that did not, the
smallest of each kind, for that is what a finding shows. The others keep when and how they were
answered, and no bodies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, field
from msgspec.structs import replace

from conformance import own_json
from conformance.clause import Clause
from conformance.errors import UsageError
from conformance.journal import Journal
from conformance.past_records import HistoryRecord
from conformance.records import (
    AbortRecord,
    CaseRecord,
    EndRecord,
    ExchangeRecord,
    PlanRecord,
    SeenRecord,
    SentRecord,
    ShownRecord,
)
from conformance.run_record import RunRecord
from conformance.verdict import Verdict

MOST_WHOLE = 10_000
"""So many passed cases, and others, are kept with everything that they sent and got."""

_MOST_BESIDE = 64
"""A control is often the one that another case nearby had: so many are looked through."""


def read_journal(path: Path) -> Journal:
    """Read what `path` holds; a last line cut short is passed over.

    Raises UsageError where the file cannot be read, has no `run` line, or holds a record that
    lacks members.
    """
    reading = _Reading()
    for number, line in enumerate(whole_lines(path), 1):
        try:
            reading.take(_parse(line))
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise UsageError(
                f"the journal {path} is damaged: line {number}: {problem!r}"
            ) from problem
    return reading.journal(path)


def read_totals(path: Path) -> tuple[float, int]:
    """Return when the run began, in seconds since the epoch, and how many requests it sent.

    The time between being cut short and going on does not count: the beginning is moved by it.
    Reads no more than the lines that say so. Raises UsageError where the file is no journal.
    """
    started_at, sent, idle_s = None, 0, 0.0
    for line in whole_lines(path):
        if line.startswith('{"type":"run"') and started_at is None:
            started_at = float(_parse(line)["started_at"])
        elif line.startswith('{"type":"sent"'):
            sent += int(_parse(line)["requests"])
        elif line.startswith('{"type":"resume"'):
            idle_s += float(_parse(line)["idle_s"])
    if started_at is None:
        raise UsageError(f"{path} is not a conformance journal: it has no run line")
    return started_at + idle_s, sent


def whole_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a journal, without a last one that was cut short.

    Raises UsageError where the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                if line.endswith("\n"):
                    yield line
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"cannot read the journal {path}: {problem}",
            "Name the folder of a run, or its journal.ndjson.",
        ) from problem


class _Kept:
    """What is kept of clauses and cases: equal texts once, and what no report shows not at all."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}
        self._beside: dict[tuple[object, ...], ExchangeRecord] = {}
        self._smallest: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._count = {True: 0, False: 0}

    def clause(self, record: Mapping[str, Any]) -> Clause:
        """Return the clause of a line."""
        return convert({name: self._once(value) for name, value in record.items()}, Clause)

    def case(self, line: Mapping[str, Any]) -> CaseRecord:
        """Return the case of a line."""
        case = CaseRecord.read({name: self._once(value) for name, value in line.items()})
        whole = self._is_whole(case)
        sent, control = (
            each if whole or each is None else self._slim(each)
            for each in (case.exchange, case.control)
        )
        control = control and self._beside_others(control)
        return replace(case, exchange=sent, control=control, traits=self._once(case.traits))

    def _slim(self, sent: ExchangeRecord) -> ExchangeRecord:
        """Return an exchange without what was sent and got, but for lengths and digests."""
        return replace(
            sent,
            headers=self._once(sent.headers),
            shown="",
            body=None,
            body_base64=None,
            response_headers=(),
            response_body="",
        )

    def _is_whole(self, case: CaseRecord) -> bool:
        """Whether some report shows what `case` sent; what is smaller may still come."""
        passed = case.verdict is Verdict.PASS
        self._count[passed] += 1
        worth = False
        for kind in _kinds(case):
            known = self._smallest.get(kind)
            if known is None or (kind[0] and case.size < known):
                self._smallest[kind] = case.size
                worth = True
        return worth or self._count[passed] <= MOST_WHOLE

    def _once(self, value: Any) -> Any:  # noqa: ANN401  (any JSON value)
        return self._known.setdefault(value, value) if isinstance(value, str | tuple) else value

    def _beside_others(self, sent: ExchangeRecord) -> ExchangeRecord:
        key = (sent.url, sent.body_sha256, sent.response_sha256, sent.elapsed_ms, sent.body)
        known = self._beside.pop(key, sent)
        if len(self._beside) >= _MOST_BESIDE:
            del self._beside[next(iter(self._beside))]
        self._beside[key] = known
        return known


def _kinds(case: CaseRecord) -> Iterator[tuple[object, ...]]:
    """Yield what `case` may stand for in a report: of all that share it, one is shown.

    Where the first member is empty any of them will do; of the others it is the smallest. Whatever
    makes one finding of several failures looks at no more of them than this.
    """
    if case.verdict is Verdict.PASS:
        yield "", case.clause
    else:
        why = case.because if case.verdict is Verdict.INCONCLUSIVE else ""
        fault = case.exchange.fault_code if case.exchange else ""
        explained = (case.breaks, case.instead)
        yield case.verdict, case.clause, case.symptom, why, fault, explained
    for each in case.breaches:
        yield "breach", each.clause, case.clause == each.clause


class _Reading(Struct):
    run: RunRecord | None = None
    clauses: dict[str, Clause] = field(default_factory=dict)
    cases: dict[str, CaseRecord] = field(default_factory=dict)
    started: dict[str, None] = field(default_factory=dict)
    abort: AbortRecord | None = None
    end: EndRecord | None = None
    sent: int = 0
    history: HistoryRecord | None = None
    seen: list[SeenRecord] = field(default_factory=list)
    shown: list[ShownRecord] = field(default_factory=list)
    plans: dict[str, PlanRecord] = field(default_factory=dict)
    _kept: _Kept = field(default_factory=_Kept)

    def take(self, record: Mapping[str, Any]) -> None:  # noqa: C901, PLR0912  (a case a type)
        match record.get("type"):
            case "run":
                self.run = self.run or RunRecord.read(record)
            case "clause":
                self.clauses.setdefault(record["id"], self._kept.clause(record))
            case "start":
                self.started[record["case"]] = None
            case "finish":
                self.cases[record["id"]] = self._kept.case(record)
                self.started.pop(record["id"], None)
            case "abort":
                self.abort = self.abort or AbortRecord.read(record)
            case "sent":
                self.sent += SentRecord.read(record).requests
            case "plan":
                self.plans.setdefault(record["operation"], PlanRecord.read(record))
            case "seen":
                self.seen.append(SeenRecord.read(record))
            case "shown":
                self.shown.append(ShownRecord.read(record))
            case "resume":
                self.abort = self.end = self.history = None
            case "end":
                self.end = EndRecord.read(record)
            case "history":
                self.history = HistoryRecord.read(record)
            case _:
                pass

    def journal(self, path: Path) -> Journal:
        if self.run is None:
            raise UsageError(f"{path} is not a conformance journal: it has no run line")
        clauses, cases = [*self.clauses.values()], [*self.cases.values()]
        if self.run.by_operation:  # in the order of the contract, whichever process came first
            order = {each.id: place for place, each in enumerate(self.run.operations)}
            clauses.sort(key=lambda each: order.get(each.operation, len(order)))
            cases.sort(key=lambda each: order.get(each.operation, len(order)))
        return Journal(
            self.run,
            tuple(clauses),
            tuple(cases),
            tuple(self.started),
            self.abort,
            self.end,
            self.sent,
            self.history,
            tuple(self.seen),
            tuple(self.shown),
            tuple(self.plans.values()),
        )


def _parse(line: str) -> dict[str, Any]:
    try:
        value = own_json.read(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
