"""The lines of a journal: frozen values that read themselves back. `run_record` has the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct, convert

from conformance.verdict import Expectation, Level, Symptom, Verdict


class Record(Struct, frozen=True):
    """A line of a journal, without its type."""

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> Self:
        """Build from a journal line; members of newer versions are passed over.

        Raises ValueError where a member is missing, or is not what it has to be.
        """
        return convert(line, cls)


class ExchangeRecord(Record, frozen=True):
    """A request and its answer, redacted and bounded.

    `shown` is the body for people: `account="aaaa…" (5001 characters), type="account_update"`.
    `body` is the whole body sent as text, `body_base64` instead where it is not UTF-8 text; both
    None where no body was sent or it is over 64 KiB. `status` is None where `fault_sentence` is
    set. `response_body` holds at most 4 KiB, decoded as UTF-8 with replacement. The last `given` of
    `headers` are the user's as the user wrote them: `Bearer $API_KEY`; `given_query` is the end of
    `url` that is the user's, as written.
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
    given: int = 0
    given_query: str = ""


class Breach(Record, frozen=True):
    """A clause of a response that one exchange broke; `sentence` says how."""

    clause: str
    sentence: str


class CaseRecord(Record, frozen=True):
    """A finished case.

    `words` says what was varied, `because` why the verdict is what it is. `traits` are properties
    of the request that may explain a failure (`non-ascii`, `long`, `spelling`), `breaks` the ids of
    the schema's clauses that it breaks, `instead` those that would explain it as well. `wrong` and
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
    instead: tuple[str, ...] = ()
    explored: bool = False
    wrong: int = 0
    tried: int = 0
    worker: str = ""
    seconds: float = 0.0

    @property
    def size(self) -> tuple[bool, int, int, str]:
        """What orders cases for the reader: those of every run first, then the smallest request."""
        return (
            self.explored,
            self.exchange.body_bytes if self.exchange else 0,
            len(self.id),
            self.id,
        )


def broken(case: str, because: str, worker: str = "") -> CaseRecord:
    """Return the record of a case over which this suite broke: neither for nor against anybody."""
    return CaseRecord(
        id=case,
        clause=case,
        operation=case.partition("/")[0].partition(":")[0],
        words="the suite broke",
        expectation=Expectation.EITHER,
        level=Level.MUST,
        verdict=Verdict.TOOL,
        because=because,
        worker=worker,
    )


class AbortRecord(Record, frozen=True):
    """Why nothing more was sent: one sentence, and what to do next."""

    sentence: str
    remedy: str = ""


class SeenRecord(Record, frozen=True):
    """What answers showed for the first time: a status, and places of its documented body."""

    operation: str
    status: int
    places: tuple[str, ...]


class ShownRecord(Record, frozen=True):
    """The first exchange that broke a clause of a response, and how it came out on replay.

    `case` is the id of the case that sent it; `wrong` of `tried` deliveries broke the clause.
    """

    exchange: ExchangeRecord
    breach: Breach
    case: str
    wrong: int
    tried: int


class ResumeRecord(Record, frozen=True):
    """The run goes on after `idle_s` seconds in which nobody wrote; `at` is since the epoch."""

    at: float
    idle_s: float


class PlanRecord(Record, frozen=True):
    """An operation has its turn: `cases` of it are planned beside those that the head counts.

    `left_out` are those that a budget has cut.
    """

    operation: str
    cases: int
    left_out: int = 0


class SentRecord(Record, frozen=True):
    """How many requests one process sent, replays and retries included, and from when to when.

    `first_at` is when the first left, `last_at` when the last was answered, in seconds since the
    epoch; both are 0 where nothing was sent.
    """

    requests: int
    first_at: float = 0.0
    last_at: float = 0.0


class EndRecord(Record, frozen=True):
    """The last line: wall seconds of the run, requests sent (replays and retries included)."""

    seconds: float
    requests: int
    exit: int
