"""The line of a journal that says what earlier runs showed."""

from __future__ import annotations

from conformance.records import Record


class PastRun(Record, frozen=True):
    """An earlier run of the same target and contract, or this one; `findings` counts them."""

    run_id: str
    started_at: float
    state: str
    findings: int
    cases: int
    contract_digest: str
    seed: int
    tool: str


class PastFinding(Record, frozen=True):
    """A finding over the runs of a history record.

    `marks` has a mark a run: `x` failed, `.` held, `-` not tried. `first_seen` and
    `last_seen` are when runs that show it began, in seconds since the epoch.
    """

    id: str
    words: str
    clause: str
    first_run: str
    first_seen: float
    last_seen: float
    marks: str


class HistoryRecord(Record, frozen=True):
    """What earlier runs say, written when a run ends, so that its reports need nothing else.

    `runs` are the last thirty, the oldest first, this one last. `findings` are those of this run
    and those `fixed` since the previous; `new` were not in it. `changed` are sentences on what else
    is not as it was. `previous` is empty for the first run, `note` says what became of the file.
    """

    runs: tuple[PastRun, ...] = ()
    findings: tuple[PastFinding, ...] = ()
    new: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    previous: str = ""
    note: str = ""
