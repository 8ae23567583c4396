"""Verdicts → findings: each fault named once, with the smallest request that shows it.

Pure, and computed from the journal alone, so that a report can be made again at any time. Failures
are grouped by clause and symptom first. Groups that one cause explains are then made one: the
target looks at nothing; one keyword is ignored wherever it stands; every request with one trait
(a character beyond ASCII, a certain parameter beside) fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from conformance.causes import merged
from conformance.clause import Clause
from conformance.deviations import expired, on_file
from conformance.homes import Group, branched, entailed, explained, grouped
from conformance.journal import Journal
from conformance.records import CaseRecord, ExchangeRecord
from conformance.run_record import Deviation, RunRecord
from conformance.verdict import Expectation, Level, Symptom, Verdict

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL})


class Finding(Struct, frozen=True):
    """One deduplicated failure: clause, symptom, smallest exchange.

    `id` is `CLAUSE/SYMPTOM`, stable from night to night. `clauses` are the ids of all the clauses
    that this one cause breaks; `clause` is the one it is named after, `words` say what it owes.
    `cases` are the ids of the cases that show it, smallest request first. `contract` is the
    excerpt `LOCATION = VALUE`. `deviations` are the known ones that it falls under; it is `known`
    while none of them has expired.
    """

    id: str
    operation: str
    clauses: tuple[str, ...]
    clause: str
    words: str
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
    deviations: tuple[Deviation, ...] = ()
    known: bool = False


def find(journal: Journal) -> tuple[Finding, ...]:
    """Return the findings of a run, MUST before SHOULD, in the order of the contract."""
    clauses = {clause.id: clause for clause in journal.clauses}
    order = {identifier: index for index, identifier in enumerate(clauses)}
    cases: dict[str, list[CaseRecord]] = {}
    for case in journal.cases:
        cases.setdefault(case.operation, []).append(case)
    groups = [
        group
        for operation in journal.run.operations
        for group in _of_operation(operation.id, cases.get(operation.id, []), clauses)
    ]
    found = [_on_file(_finding(group, clauses), group, journal.run) for group in groups]
    found.sort(key=lambda each: (each.level != Level.MUST, order.get(each.clauses[0], 0), each.id))
    return tuple(found)


def _of_operation(
    operation: str, cases: list[CaseRecord], clauses: Mapping[str, Clause]
) -> Iterator[Group]:
    own = [case for case in cases if not _is_answer(clauses.get(case.clause))]
    failed = grouped(case for case in own if case.verdict is Verdict.FAIL)
    failed = entailed(explained(branched(failed, own)), own, clauses)
    yield from merged(failed, [case for case in own if case.verdict in _JUDGED], clauses)
    reasons: dict[str, list[CaseRecord]] = {}
    for case in own:
        if case.symptom is Symptom.OTHER_REASON and case.verdict is Verdict.INCONCLUSIVE:
            reasons.setdefault(case.because, []).append(case)
    for same in reasons.values():
        clauses_named = tuple(dict.fromkeys(case.clause for case in same))
        yield Group(clauses_named, Symptom.OTHER_REASON, tuple(same))
    flaky = [case for case in cases if case.verdict is Verdict.FLAKY]
    if flaky:
        steady = f"{operation}:state/steady"
        home = steady if steady in clauses else flaky[0].clause
        yield Group((home,), Symptom.FLAKY, tuple(flaky))
    faults = [case for case in own if case.verdict is Verdict.FAULT]
    codes = dict.fromkeys(case.exchange.fault_code for case in faults if case.exchange)
    for code in codes:
        same = [c for c in faults if c.exchange is not None and c.exchange.fault_code == code]
        named = tuple(dict.fromkeys(case.clause for case in same))
        yield Group(named, Symptom.FAULT, tuple(same), cause=f"http/{code}")
    yield from _breaches(cases, clauses)


def _on_file(finding: Finding, group: Group, run: RunRecord) -> Finding:
    deviations = on_file(run.deviations, group.clauses, group.symptom, group.cases)
    if not deviations:
        return finding
    day = datetime.fromtimestamp(run.started_at, UTC).date().isoformat()
    lapsed = any(expired(each, day) for each in deviations)
    return replace(finding, deviations=deviations, known=not lapsed)


def _is_answer(clause: Clause | None) -> bool:
    return clause is not None and clause.side in ("response", "prose", "state")


def _breaches(cases: list[CaseRecord], clauses: Mapping[str, Clause]) -> Iterator[Group]:
    shown: dict[str, list[CaseRecord]] = {}
    for case in cases:
        for breach in case.breaches:
            shown.setdefault(breach.clause, []).append(case)
    for clause, every in shown.items():
        own = [case for case in every if case.clause == clause]
        if any(case.verdict is Verdict.FLAKY for case in own):
            continue
        side = clauses[clause].side if clause in clauses else "response"
        symptom = Symptom.PROSE if side == "prose" else Symptom.BROKEN_RESPONSE
        sentence = next(b.sentence for b in every[0].breaches if b.clause == clause)
        rest = [case for case in every if case.clause != clause] or own
        yield Group((clause,), symptom, tuple(rest), words=sentence)


# --- the finding ----------------------------------------------------------------------------------


def _finding(group: Group, clauses: Mapping[str, Clause]) -> Finding:
    cases = sorted(group.cases, key=attrgetter("size"))
    case = cases[0]
    clause = clauses.get(group.clauses[0])
    wanted = _expected(group, case)
    operation = case.operation
    identity = f"{operation}:{group.cause}" if group.cause else group.clauses[0]
    words = clause.words if clause else group.clauses[0]
    if group.cause and group.words:
        words = f"{words}; the same for {group.words}"
    flaky = group.symptom is Symptom.FLAKY
    return Finding(
        id=f"{identity}/{group.symptom}",
        operation=operation,
        clauses=group.clauses,
        clause=group.clauses[0],
        words=words,
        keyword_location=clause.keyword_location if clause else "",
        instance_location=clause.instance_location if clause else "",
        contract=_place(clause) if clause else "",
        source=clause.source if clause else "",
        level=_level(cases, clauses, group),
        verdict=Verdict.FLAKY
        if flaky
        else Verdict.FAIL
        if case.verdict is not Verdict.FAULT
        else case.verdict,
        symptom=group.symptom,
        sentence=_sentence(group, cases, words),
        expected=wanted,
        actual=_actual(case, group),
        exchange=case.exchange,
        control=case.control,
        cases=tuple(each.id for each in cases),
    )


def _place(clause: Clause) -> str:
    return (
        f"{clause.keyword_location} = {clause.value}" if clause.value else clause.keyword_location
    )


def _level(cases: list[CaseRecord], clauses: Mapping[str, Clause], group: Group) -> Level:
    if group.symptom in (Symptom.OTHER_REASON, Symptom.PROSE):
        return Level.SHOULD
    stated = {clauses[each].level for each in group.clauses if each in clauses}
    # Whatever a clause advises, no request may break the server.
    if stated == {Level.SHOULD} and group.symptom is not Symptom.SERVER_ERROR:
        return Level.SHOULD
    answers = group.symptom in (Symptom.BROKEN_RESPONSE, Symptom.SERVER_ERROR, Symptom.FLAKY)
    must = answers or any(case.level is Level.MUST for case in cases)
    return Level.MUST if must else Level.SHOULD


def _expected(group: Group, case: CaseRecord) -> str:
    match group.symptom:
        case Symptom.BROKEN_RESPONSE | Symptom.PROSE:
            return "an answer as documented"
        case Symptom.FLAKY:
            return "the same answer each time"
        case Symptom.FAULT:
            return "a complete HTTP answer"
        case Symptom.OTHER_REASON:
            return "a refusal that names what is wrong"
        case _:
            return _OWED[case.expectation]


_OWED = {
    Expectation.ACCEPT: "accepted (2xx)",
    Expectation.REFUSE: "refused (4xx)",
    Expectation.EITHER: "accepted or refused, not a server error",
}


def _actual(case: CaseRecord, group: Group) -> str:
    exchange = case.exchange
    if exchange is None:
        return case.because
    if exchange.status is None:
        return exchange.fault_sentence
    said = f"{exchange.status} in {exchange.elapsed_ms:.0f} ms"
    if group.symptom in (Symptom.BROKEN_RESPONSE, Symptom.PROSE):
        return f"{said}: {group.words}"
    if group.symptom in (Symptom.FLAKY, Symptom.OTHER_REASON):
        return f"{said}: {case.because}"
    return said


def _sentence(group: Group, cases: list[CaseRecord], words: str) -> str:
    count = f"{len(cases)} case{'s' if len(cases) > 1 else ''}"
    match group.symptom:
        case Symptom.ACCEPTED:
            return f"The target accepts what it must refuse: {words}. {count} show it."
        case Symptom.REFUSED:
            return f"The target refuses what it must accept: {words}. {count} show it."
        case Symptom.SERVER_ERROR:
            return f"The target breaks with a server error: {words}. {count} show it."
        case Symptom.BROKEN_RESPONSE:
            return f"The answer is not as documented: {group.words}. {count} show it."
        case Symptom.PROSE:
            return f"The answer is not what the contract's prose says: {group.words}."
        case Symptom.FLAKY:
            wrong, tried = (
                sum(getattr(case, name) for case in cases) for name in ("wrong", "tried")
            )
            rate = f"{wrong} of {tried} went wrong in {count}"
            return f"The same request is answered differently: {rate}."
        case Symptom.FAULT:
            return f"The target breaks HTTP: {cases[0].because}. {count} show it."
        case _:
            return f"The refusal gives another reason: {cases[0].because}. {count} show it."
