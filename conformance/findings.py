"""Verdicts → findings: each fault named once (computed from the journal alone, pure)."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.journal import ExchangeRecord
from conformance.verdict import Level, Symptom, Verdict


@dataclass(frozen=True)
class Finding:
    """One deduplicated failure: clause, symptom, smallest exchange.

    `id` is `CLAUSE/SYMPTOM`, stable from night to night. `clauses` are the ids of all the clauses
    that this one cause breaks (the first is the one it is named after). `cases` are the ids of the
    cases that show it, smallest request first. `contract` is the excerpt `LOCATION = VALUE`.
    """

    id: str
    operation: str
    clauses: tuple[str, ...]
    clause: str
    keyword_location: str
    instance_location: str
    contract: str
    source: str
    level: Level
    verdict: Verdict
    symptom: Symptom
    sentence: str
    expected: str
    actual: str
    exchange: ExchangeRecord | None
    control: ExchangeRecord | None
    cases: tuple[str, ...]
