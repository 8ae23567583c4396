"""Known deviations: which failures are on file, and which entries of the file fail no longer. Pure.

An entry is never coarser than a finding: it names clauses and a symptom, and where one trait of
the request is the cause, only requests with that trait. So the next fault of the same operation,
of the same clause with another symptom, or of one more clause with the same cause is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from conformance.journal import Journal
from conformance.records import CaseRecord
from conformance.run_record import Deviation, RunRecord
from conformance.verdict import Expectation, Symptom, Verdict

_CAUSE = re.compile(r":(trait|http)/(.+)/[^/]+\Z")
_OWED = {
    Symptom.ACCEPTED: Expectation.REFUSE,
    Symptom.REFUSED: Expectation.ACCEPT,
    Symptom.OTHER_REASON: Expectation.REFUSE,
}
_ANSWERS = frozenset({Symptom.BROKEN_RESPONSE, Symptom.PROSE})
_CONCLUSIVE = frozenset({Verdict.PASS, Verdict.FAIL})


class Stale(Struct, frozen=True):
    """An entry whose failure is gone at `clause`; `sentence` says so."""

    deviation: Deviation
    clause: str
    sentence: str


def expired(deviation: Deviation, day: str) -> bool:
    """Whether the time of `deviation` was over on `day` (`2026-11-22`)."""
    return bool(deviation.expires) and day > deviation.expires


def covering(deviations: Iterable[Deviation], case: CaseRecord) -> Deviation | None:
    """Return the entry that one failed case falls under by itself, or None.

    A case that breaks several clauses falls under an entry where every one of them has one; for a
    server error one is enough.
    """
    if not case.symptom:
        return None
    fitting = [each for each in deviations if _fits(each, case.symptom, (case,))]
    steady = f"{case.operation}:state/steady"
    own = {case.clause, steady} if case.symptom is Symptom.FLAKY else {case.clause}
    direct = next((each for each in fitting if own & {*each.clauses}), None)
    if direct or not case.breaks or case.symptom not in (Symptom.ACCEPTED, Symptom.SERVER_ERROR):
        return direct
    found = [next((e for e in fitting if clause in e.clauses), None) for clause in case.breaks]
    enough = any(found) if case.symptom is Symptom.SERVER_ERROR else all(found)
    return next(filter(None, found)) if enough else None


def on_file(
    deviations: Sequence[Deviation],
    clauses: Iterable[str],
    symptom: Symptom,
    cases: Sequence[CaseRecord],
) -> tuple[Deviation, ...]:
    """Return the entries that together cover every clause of a finding, or nothing."""
    found: dict[Deviation, None] = {}
    for clause in clauses:
        own = [case for case in cases if case.clause == clause] or cases
        fitting = (each for each in deviations if clause in each.clauses)
        entry = next((each for each in fitting if _fits(each, symptom, own)), None)
        if entry is None:
            return ()
        found[entry] = None
    return tuple(found)


def stale(journal: Journal) -> tuple[Stale, ...]:
    """Return what no longer fails although its clause was conclusively tested.

    Only a whole run that came to its end can say so; what only exploration shows must have been
    explored in the same way; and a quiet night says nothing of what is flaky.
    """
    run = journal.run
    if not run.deviations or not run.whole or journal.abort is not None:
        return ()
    clauses = {clause.id for clause in journal.clauses}
    return tuple(
        Stale(entry, clause, sentence)
        for entry in run.deviations
        for clause in entry.clauses
        if (sentence := _gone(entry, clause, journal, clauses))
    )


def drawn(run: RunRecord) -> str:
    """Return how a run explores: `standard, seed 0`."""
    return f"{run.depth}, seed {run.seed}"


def _gone(entry: Deviation, clause: str, journal: Journal, clauses: set[str]) -> str:
    run = journal.run
    if entry.symptom is Symptom.FLAKY or entry.drawn not in ("", drawn(run)):
        return ""
    if clause not in clauses:
        ours = any(
            clause.startswith((f"{each.id}/", f"{each.id}:"))
            for each in run.operations
            if f"{each.id}:untested" not in clauses
        )
        return "the contract has no such clause" if ours else ""
    if any(_shows(entry, clause, case) for case in journal.cases):
        return ""
    relevant = [case for case in journal.cases if _speaks(entry, clause, case)]
    verdicts = {case.verdict for case in relevant}
    conclusive = Verdict.PASS in verdicts and verdicts <= _CONCLUSIVE
    return "it fails no longer" if conclusive else ""


def _shows(entry: Deviation, clause: str, case: CaseRecord) -> bool:
    if entry.symptom in _ANSWERS and any(each.clause == clause for each in case.breaches):
        return True
    named = clause == case.clause or clause in case.breaks
    return named and _fits(entry, case.symptom, (case,))


def _speaks(entry: Deviation, clause: str, case: CaseRecord) -> bool:
    """Whether the verdict on `case` would tell that the deviation is still there."""
    if case.clause != clause:
        return False
    if entry.symptom in _ANSWERS:
        return case.id == clause
    cause = _CAUSE.search(entry.finding)
    return case.expectation is _OWED.get(entry.symptom, case.expectation) and (
        cause is None or cause[1] != "trait" or _has(cause[2], case)
    )


def _fits(entry: Deviation, symptom: Symptom, cases: Sequence[CaseRecord]) -> bool:
    if entry.symptom is not symptom:
        return False
    cause = _CAUSE.search(entry.finding)
    if cause is None:
        return True
    if cause[1] == "trait":
        return all(_has(cause[2], case) for case in cases)
    return all(case.exchange and case.exchange.fault_code == cause[2] for case in cases)


def _has(trait: str, case: CaseRecord) -> bool:
    return any(each.replace(" ", "-") == trait for each in case.traits)
