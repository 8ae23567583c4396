"""The append-only record of a run, and the source of every report.

One JSON object a line, each with a `type`: `run` (first), `clause` (one per clause of the
contract), `start` and `finish` (one each per case), `seen` and `shown` (what answers showed for
the first time), `abort` (why nothing more was sent), `sent` (how many requests a process sent),
`resume` (the run goes on: what was cut short or aborted is no more), `end` (without it the run was
cut short), `history` (last: what earlier runs say). Each write(2) appends whole lines, on a
descriptor opened with O_APPEND, so several processes may share one journal. Everything is redacted
before it gets here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from conformance.clause import Clause
from conformance.errors import UsageError
from conformance.own_json import ascii_line
from conformance.past_records import HistoryRecord
from conformance.records import (
    AbortRecord,
    CaseRecord,
    EndRecord,
    ExchangeRecord,
    PlanRecord,
    Record,
    ResumeRecord,
    SeenRecord,
    ShownRecord,
)
from conformance.run_record import RunRecord

_MOST_CONTROLS = 64
"""So many controls are kept as they are written."""

JOURNAL = "journal.ndjson"
"""The name of the file in the folder of a run."""


class Journal(Struct, frozen=True):
    """A whole journal, as far as it was written. `unfinished` holds ids started, not finished."""

    run: RunRecord
    clauses: tuple[Clause, ...]
    cases: tuple[CaseRecord, ...]
    unfinished: tuple[str, ...]
    abort: AbortRecord | None
    end: EndRecord | None
    sent: int = 0
    history: HistoryRecord | None = None
    seen: tuple[SeenRecord, ...] = ()
    shown: tuple[ShownRecord, ...] = ()
    plans: tuple[PlanRecord, ...] = ()

    @property
    def planned(self) -> int:
        """How many cases were to be run, as far as that is known."""
        return self.run.planned + sum(each.cases for each in self.plans)

    @property
    def left_out(self) -> int:
        """How many cases a budget has cut."""
        return sum(each.left_out for each in self.plans)

    @property
    def without_turn(self) -> tuple[str, ...]:
        """The operations of a run that goes by operation that never had their turn."""
        if not self.run.by_operation:
            return ()
        had = {each.operation for each in self.plans} | {c.operation for c in self.clauses}
        return tuple(each.id for each in self.run.operations if each.id not in had)


class JournalWriter:
    """Appends records to a journal file, whole lines with each write(2).

    Raises UsageError where the file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as problem:
            raise _unwritable(path, problem) from problem
        self._controls: dict[int, tuple[ExchangeRecord | None, bytes]] = {}
        _lock(self._descriptor, alone=False)

    def resume(self, now: float) -> None:
        """Begin to write again where somebody was cut short: maybe in the middle of a line.

        Raises UsageError where another process still writes.
        """
        if not _lock(self._descriptor, alone=True):
            raise UsageError(f"this run is still going on: {self.path}", "Wait until it has ended.")
        last = self.path.stat().st_mtime
        self._append(b"")
        self.write("resume", ResumeRecord(now, round(max(now - last, 0.0), 3)))

    def write(self, kind: str, record: Record | Clause) -> None:
        """Append `record` as a line of type `kind`."""
        self._append(_line(kind, record))

    def write_all(self, kind: str, records: Iterable[Record | Clause]) -> None:
        """Append each of `records`, all with one write(2)."""
        if lines := [_line(kind, record) for record in records]:
            self._append(b"\n".join(lines))

    def start(self, case: str) -> None:
        """Append the line that says that `case` is being sent."""
        self._append(ascii_line({"type": "start", "case": case}))

    def finish(self, record: CaseRecord, *, started: bool = True) -> None:
        """Append what became of a case; where it was not `started`, that it was, with it."""
        members = {"type": "finish", **asdict(record)}
        control = members.pop("control")
        # The same one stands beside many cases.
        line = b'%b,"control":%b}' % (ascii_line(members)[:-1], self._beside(control))
        if not started:
            line = ascii_line({"type": "start", "case": record.id}) + b"\n" + line
        self._append(line)

    def _beside(self, control: ExchangeRecord | None) -> bytes:
        known, text = self._controls.get(id(control), (None, b""))
        if known is not control or not text:
            text = ascii_line(control)
            if len(self._controls) >= _MOST_CONTROLS:
                del self._controls[next(iter(self._controls))]
            self._controls[id(control)] = (control, text)
        return text

    def _append(self, line: bytes) -> None:
        data = line + b"\n"
        try:
            written = os.write(self._descriptor, data)
        except OSError as problem:
            raise _unwritable(self.path, problem) from problem
        if written != len(data):
            raise UsageError(f"the disk is full: {self.path}", "Free some space and run again.")

    def close(self) -> None:
        """Close the file; writing afterwards is an error."""
        os.close(self._descriptor)


def _line(kind: str, record: Record | Clause) -> bytes:
    return ascii_line({"type": kind, **asdict(record)})


def _lock(descriptor: int, *, alone: bool) -> bool:
    """Lock a journal, alone or together with others; False where others keep one from it."""
    try:
        import fcntl  # noqa: PLC0415  (not there on Windows, where this is no lock)
    except ImportError:  # pragma: no cover
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _unwritable(path: Path, problem: OSError) -> UsageError:
    return UsageError(
        f"cannot write {path}: {problem.strerror}",
        "Choose a folder that can be written with --reports DIR.",
    )
