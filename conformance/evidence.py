"""What a run says for and against each clause: counted from the journal, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from conformance.clause import Clause
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.records import CaseRecord
from conformance.verdict import Expectation, Verdict

BROKEN = frozenset({Verdict.FAIL, Verdict.FLAKY, Verdict.FAULT})
"""The verdicts that speak against a clause."""


_OF_ANSWERS = frozenset({"response", "prose", "state"})
"""The sides of clauses that no request is sent for: they are judged over all answers."""


_EITHER = Expectation.EITHER
"""What is owed neither says nothing of a schema, whatever the target answers."""


class Standing(StrEnum):
    """What the run says about one clause; a clause that no answer of the run showed is unshown."""

    PROVED = "proved"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"
    UNTRIED = "not tried"
    UNSHOWN = "not shown"
    ANNOTATION = "annotation"
    UNCOVERED = "uncovered"


class Tally(Struct, frozen=True):
    """The evidence for one clause.

    `passed` and `tried` count its own cases by expectation, `broken` those that went wrong.
    `answers` counts the responses that are held to it (clauses of a response), `breaches` those
    that broke it. `named` says whether a finding names it.
    """

    passed: Mapping[Expectation, int]
    tried: Mapping[Expectation, int]
    broken: int = 0
    answers: int = 0
    breaches: int = 0
    named: bool = False

    def standing(self, clause: Clause) -> Standing:
        """Return the word for `clause`: proved takes a case for it and none against.

        What was tried must have passed at least once each way: a clause whose REFUSE cases were
        all inconclusive is not proved by what it accepts.
        """
        if clause.state == "annotation":
            return Standing.ANNOTATION
        if self.broken or self.breaches or self.named:
            return Standing.BROKEN
        if clause.state != "covered":
            return Standing.UNCOVERED
        if not sum(self.tried.values()):
            return Standing.UNSHOWN if clause.side in _OF_ANSWERS else Standing.UNTRIED
        if clause.side == "request" and self.tried[_EITHER] == sum(self.tried.values()):
            return Standing.UNSHOWN
        both = (Expectation.ACCEPT, Expectation.REFUSE)
        doubtful = any(self.tried[each] and not self.passed[each] for each in both)
        proved = sum(self.passed.values()) > 0 and not doubtful
        return Standing.PROVED if proved else Standing.INCONCLUSIVE


def tally(journal: Journal, findings: Sequence[Finding]) -> Mapping[str, Tally]:
    """Return the evidence by clause id, for every clause of the journal.

    An answer is held to a clause of a response where the clause speaks of its status: the id of
    the clause names a documented one (`OPERATION:response/200/url/type`), or none for all.
    """
    own: dict[str, list[CaseRecord]] = {}
    breaches: dict[str, int] = {}
    answers: dict[str, dict[int, int]] = {}
    for case in journal.cases:
        own.setdefault(case.clause, []).append(case)
        if case.id == case.clause:  # the verdict over all answers: shows an exchange once more
            continue
        for clause in {breach.clause for breach in case.breaches}:
            breaches[clause] = breaches.get(clause, 0) + 1
        if case.exchange and case.exchange.status is not None:
            counted = answers.setdefault(case.operation, {})
            counted[case.exchange.status] = counted.get(case.exchange.status, 0) + 1
    named = {clause for finding in findings for clause in finding.clauses}
    documented = {(each.operation, documented_status(each)) for each in journal.clauses}
    return {
        clause.id: Tally(
            *_by_expectation(own.get(clause.id, ())),
            sum(case.verdict in BROKEN for case in own.get(clause.id, ())),
            # A clause of an optional place is judged only where some answer has the place.
            _answers(clause, answers, documented) if clause.id in own else 0,
            breaches.get(clause.id, 0),
            clause.id in named,
        )
        for clause in journal.clauses
    }


_NONE: Mapping[Expectation, int] = dict.fromkeys(Expectation, 0)


def _by_expectation(
    cases: Sequence[CaseRecord],
) -> tuple[Mapping[Expectation, int], Mapping[Expectation, int]]:
    """Return how many of `cases` passed, and how many were tried."""
    if not cases:  # most clauses of a large contract: its answers have few of their members
        return _NONE, _NONE
    passed, tried = dict(_NONE), dict(_NONE)
    for case in cases:
        passed[case.expectation] += case.verdict is Verdict.PASS
        tried[case.expectation] += case.verdict is not Verdict.NOT_RUN
    return passed, tried


def documented_status(clause: Clause) -> str | None:
    """Return `200`, `4XX` or `default`, nothing for a clause of every answer, else None."""
    prefix = f"{clause.operation}:response/"
    if not clause.id.startswith(prefix):
        return None
    step = clause.id.removeprefix(prefix).split("/")[0]
    return step if step == "default" or step[:1].isdigit() else ""


def _answers(
    clause: Clause,
    answers: Mapping[str, Mapping[int, int]],
    documented: set[tuple[str, str | None]],
) -> int:
    """Count the answers that `clause` speaks of: exact before range before default."""
    wanted = documented_status(clause)
    total = 0
    for status, number in answers.get(clause.operation, {}).items():
        order = (str(status), f"{status // 100}XX", "default")
        found = next((each for each in order if (clause.operation, each) in documented), None)
        if wanted is not None and wanted in ("", found):
            total += number
    return total
