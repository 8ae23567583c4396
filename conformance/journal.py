"""The append-only record of a run, and the source of every report.

One JSON object a line, each with a `type`: `run` (first), `clause` (one per clause of the
contract), `start` and `finish` (one each per case), `abort` (why nothing more was sent), `end`
(last; without it the run was cut short). A line is written with one write(2) on a descriptor
opened with O_APPEND, so several processes may share one journal. Everything is redacted before
it gets here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from conformance.errors import UsageError
from conformance.verdict import Expectation, Level, Symptom, Verdict

FORMAT = "conformance-journal"
VERSION = 1


@dataclass(frozen=True)
class _Record:
    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line; members of newer versions are passed over."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in line.items() if name in known})


@dataclass(frozen=True)
class OperationRecord(_Record):
    """An operation that the run holds the target to."""

    id: str
    method: str
    path: str
    summary: str = ""


@dataclass(frozen=True)
class RunRecord(_Record):
    """The head of a journal. `started_at` is seconds since the epoch, `planned` counts cases."""

    run_id: str
    tool: str
    target: str
    embedded: bool
    contract: str
    contract_title: str
    contract_digest: str
    seed: int
    depth: str
    started_at: float
    planned: int
    operations: tuple[OperationRecord, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    again: str = ""
    format: str = FORMAT
    version: int = VERSION

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line."""
        operations = tuple(OperationRecord.read(each) for each in line["operations"])
        return super().read({**line, "operations": operations})


@dataclass(frozen=True)
class ClauseRecord(_Record):
    """A keyword at a site, or a clause of the wire or of a response.

    `id` reads `OPERATION/account/maxLength`, `OPERATION:response/200/url/type`,
    `OPERATION:request/media-type`. `side` is request, response or protocol. `state` is covered,
    annotation or uncovered, the latter two with a `reason`. `value` is the keyword's value as
    bounded JSON text.
    """

    id: str
    operation: str
    side: str
    keyword: str
    keyword_location: str
    instance_location: str
    words: str
    value: str
    source: str
    level: Level
    state: str = "covered"
    reason: str = ""

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line."""
        return super().read({**line, "level": Level(line["level"])})


@dataclass(frozen=True)
class ExchangeRecord(_Record):
    """A request and its answer, redacted and bounded.

    `shown` is the body for people: `account="aaaa…" (5001 characters), type="account_update"`.
    `body` is the whole body sent as text, `body_base64` instead where it is not UTF-8 text; both
    None where no body was sent or it is over 64 KiB. `status` is None where `fault_sentence` is
    set. `response_body` holds at most 4 KiB, decoded as UTF-8 with replacement.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    shown: str
    body: str | None
    body_base64: str | None
    body_bytes: int
    body_sha256: str
    chunked: bool
    status: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    response_bytes: int
    response_sha256: str
    fault_code: str
    fault_phase: str
    fault_sentence: str
    elapsed_ms: float
    attempts: int

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line."""
        pairs = {
            name: tuple((key, value) for key, value in line[name])
            for name in ("headers", "response_headers")
        }
        return super().read({**line, **pairs})


@dataclass(frozen=True)
class Breach(_Record):
    """A clause of a response that one exchange broke; `sentence` says how."""

    clause: str
    sentence: str


@dataclass(frozen=True)
class CaseRecord(_Record):
    """A finished case.

    `words` says what was varied, `because` why the verdict is what it is. `traits` are properties
    of the request that may explain a failure (`non-ascii`, `long`, `spelling`), `breaks` the ids of
    the schema's clauses that it breaks. `wrong` and
    `tried` count deliveries of the same request: how many failed, of how many.
    """

    id: str
    clause: str
    operation: str
    words: str
    expectation: Expectation
    level: Level
    verdict: Verdict
    symptom: Symptom = Symptom.NONE
    because: str = ""
    context: str = ""
    exchange: ExchangeRecord | None = None
    control: ExchangeRecord | None = None
    breaches: tuple[Breach, ...] = ()
    traits: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    explored: bool = False
    wrong: int = 0
    tried: int = 0
    worker: str = ""
    seconds: float = 0.0

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line."""
        exchange, control = (
            ExchangeRecord.read(line[name]) if line.get(name) else None
            for name in ("exchange", "control")
        )
        return super().read(
            {
                **line,
                "exchange": exchange,
                "control": control,
                "expectation": Expectation(line["expectation"]),
                "level": Level(line["level"]),
                "verdict": Verdict(line["verdict"]),
                "symptom": Symptom(line["symptom"]),
                "breaches": tuple(Breach.read(each) for each in line["breaches"]),
                "traits": tuple(line["traits"]),
                "breaks": tuple(line.get("breaks", ())),
            }
        )


@dataclass(frozen=True)
class AbortRecord(_Record):
    """Why nothing more was sent: one sentence, and what to do next."""

    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class SentRecord(_Record):
    """How many requests one process sent, replays and retries included."""

    requests: int


@dataclass(frozen=True)
class EndRecord(_Record):
    """The last line: wall seconds of the run, requests sent (replays and retries included)."""

    seconds: float
    requests: int
    exit: int


@dataclass(frozen=True)
class Journal:
    """A whole journal, as far as it was written. `unfinished` holds ids started, not finished."""

    run: RunRecord
    clauses: tuple[ClauseRecord, ...]
    cases: tuple[CaseRecord, ...]
    unfinished: tuple[str, ...]
    abort: AbortRecord | None
    end: EndRecord | None
    sent: int = 0


class JournalWriter:
    """Appends records to a journal file, one write(2) a line.

    Raises UsageError where the file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as problem:
            raise _unwritable(path, problem) from problem

    def write(self, kind: str, record: _Record) -> None:
        """Append `record` as a line of type `kind`."""
        line = json.dumps(
            {"type": kind, **vars(record)}, default=vars, ensure_ascii=True, separators=(",", ":")
        )
        self._append(line)

    def start(self, case: str) -> None:
        """Append the line that says that `case` is being sent."""
        self._append(json.dumps({"type": "start", "case": case}))

    def _append(self, line: str) -> None:
        data = line.encode() + b"\n"
        try:
            written = os.write(self._descriptor, data)
        except OSError as problem:
            raise _unwritable(self.path, problem) from problem
        if written != len(data):
            raise UsageError(f"the disk is full: {self.path}", "Free some space and run again.")

    def close(self) -> None:
        """Close the file; writing afterwards is an error."""
        os.close(self._descriptor)


def _unwritable(path: Path, problem: OSError) -> UsageError:
    return UsageError(
        f"cannot write {path}: {problem.strerror}",
        "Choose a folder that can be written with --reports DIR.",
    )


def read_journal(path: Path) -> Journal:
    """Read what `path` holds; a last line cut short is passed over.

    Raises UsageError where the file cannot be read, has no `run` line, or holds a record that
    lacks members.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"cannot read the journal {path}: {problem}") from problem
    reading = _Reading()
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            reading.take(_parse(line))
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise UsageError(
                f"the journal {path} is damaged: line {number}: {problem!r}"
            ) from problem
    return reading.journal(path)


@dataclass
class _Reading:
    run: RunRecord | None = None
    clauses: dict[str, ClauseRecord] = field(default_factory=dict)
    cases: list[CaseRecord] = field(default_factory=list)
    started: dict[str, None] = field(default_factory=dict)
    abort: AbortRecord | None = None
    end: EndRecord | None = None
    sent: int = 0

    def take(self, record: Mapping[str, Any]) -> None:
        match record.get("type"):
            case "run":
                self.run = self.run or RunRecord.read(record)
            case "clause":
                self.clauses.setdefault(record["id"], ClauseRecord.read(record))
            case "start":
                self.started[record["case"]] = None
            case "finish":
                self.cases.append(CaseRecord.read(record))
                self.started.pop(record["id"], None)
            case "abort":
                self.abort = self.abort or AbortRecord.read(record)
            case "sent":
                self.sent += SentRecord.read(record).requests
            case "end":
                self.end = EndRecord.read(record)
            case _:
                pass

    def journal(self, path: Path) -> Journal:
        if self.run is None:
            raise UsageError(f"{path} is not a conformance journal: it has no run line")
        return Journal(
            self.run,
            tuple(self.clauses.values()),
            tuple(self.cases),
            tuple(self.started),
            self.abort,
            self.end,
            self.sent,
        )


def _parse(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
