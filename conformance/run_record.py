"""The first line of a journal: what the run is, and which deviations were known when it began."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from conformance.records import Record
from conformance.verdict import Symptom

FORMAT = "conformance-journal"
VERSION = 1


class OperationRecord(Record, frozen=True):
    """An operation that the run holds the target to."""

    id: str
    method: str
    path: str
    summary: str = ""
    tags: tuple[str, ...] = ()


class Deviation(Record, frozen=True):
    """A known deviation: a finding on file, with the reason why it is borne for now.

    `finding` is the id of the finding, `clauses` are the ids of all clauses that it stands for.
    `date` and `expires` read `2026-11-22`; from the day after `expires` the failure is new again,
    an empty one never comes. `drawn` is not empty where only exploration shows the failure: it
    says which (`standard, seed 0`). `place` is `FILE:LINE`.
    """

    finding: str
    clauses: tuple[str, ...]
    reason: str
    link: str
    date: str
    expires: str = ""
    drawn: str = ""
    place: str = ""

    @property
    def symptom(self) -> Symptom:
        """How the failure shows."""
        return Symptom(self.finding.rpartition("/")[2])


class DeviationList(Struct, frozen=True):
    """What a file of known deviations holds, the file's name, and the SHA-256 of its bytes."""

    source: str = ""
    sha256: str = ""
    deviations: tuple[Deviation, ...] = ()


class RunRecord(Record, frozen=True):
    """The head of a journal. `started_at` is seconds since the epoch, `planned` counts cases.

    `contract_file` is the path of the document, as seen from where the run began, empty for a URL.
    `whole` says that nothing of the plan was left out by choice. `deviations` are the known ones,
    `deviations_source` is the file that they stand in and `deviations_sha256` its digest.
    """

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
    contract_file: str = ""
    whole: bool = False
    by_operation: bool = False
    deviations: tuple[Deviation, ...] = ()
    deviations_source: str = ""
    deviations_sha256: str = ""
    format: str = FORMAT
    version: int = VERSION
