"""Verdicts → findings: each fault named once, with the smallest request that shows it.

Pure, and computed from the journal alone, so that a report can be made again at any time. Failures
are grouped by clause and symptom first. Groups that one cause explains are then made one: the
target looks at nothing; one keyword is ignored wherever it stands; every request with one trait
(a character beyond ASCII, a certain parameter beside) fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.journal import CaseRecord, ClauseRecord, ExchangeRecord, Journal
from conformance.verdict import Expectation, Level, Symptom, Verdict

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL})


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


@dataclass(frozen=True)
class _Group:
    """Failures with one symptom that one clause, or one cause, explains."""

    clauses: tuple[str, ...]
    symptom: Symptom
    cases: tuple[CaseRecord, ...]
    cause: str = ""
    words: str = ""


def find(journal: Journal) -> tuple[Finding, ...]:
    """Return the findings of a run, MUST before SHOULD, in the order of the contract."""
    clauses = {clause.id: clause for clause in journal.clauses}
    order = {identifier: index for index, identifier in enumerate(clauses)}
    groups = [
        group
        for operation in journal.run.operations
        for group in _of_operation(journal, operation.id, clauses)
    ]
    found = [_finding(group, clauses) for group in groups]
    found.sort(key=lambda each: (each.level != Level.MUST, order.get(each.clauses[0], 0), each.id))
    return tuple(found)


def _of_operation(
    journal: Journal, operation: str, clauses: Mapping[str, ClauseRecord]
) -> Iterator[_Group]:
    cases = [case for case in journal.cases if case.operation == operation]
    own = [case for case in cases if not _is_answer(clauses.get(case.clause))]
    failed = _explained(_grouped(case for case in own if case.verdict is Verdict.FAIL))
    yield from _merged(failed, [case for case in own if case.verdict in _JUDGED], clauses)
    reasons: dict[str, list[CaseRecord]] = {}
    for case in own:
        if case.symptom is Symptom.OTHER_REASON and case.verdict is Verdict.INCONCLUSIVE:
            reasons.setdefault(case.because, []).append(case)
    for same in reasons.values():
        named = tuple(dict.fromkeys(case.clause for case in same))
        yield _Group(named, Symptom.OTHER_REASON, tuple(same))
    flaky = [case for case in cases if case.verdict is Verdict.FLAKY]
    if flaky:
        steady = f"{operation}:state/steady"
        named = steady if steady in clauses else flaky[0].clause
        yield _Group((named,), Symptom.FLAKY, tuple(flaky))
    faults = [case for case in own if case.verdict is Verdict.FAULT]
    codes = dict.fromkeys(case.exchange.fault_code for case in faults if case.exchange)
    for code in codes:
        same = [c for c in faults if c.exchange is not None and c.exchange.fault_code == code]
        named = tuple(dict.fromkeys(case.clause for case in same))
        yield _Group(named, Symptom.FAULT, tuple(same), cause=f"http/{code}")
    yield from _breaches(cases, clauses, operation)


def _is_answer(clause: ClauseRecord | None) -> bool:
    return clause is not None and clause.side in ("response", "prose", "state")


def _grouped(cases: Iterable[CaseRecord]) -> list[_Group]:
    groups: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for case in cases:
        groups.setdefault((case.clause, case.symptom), []).append(case)
    return [_Group((clause,), symptom, tuple(each)) for (clause, symptom), each in groups.items()]


def _breaches(
    cases: list[CaseRecord], clauses: Mapping[str, ClauseRecord], operation: str
) -> Iterator[_Group]:
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
        yield _Group((clause,), symptom, tuple(rest), words=sentence)


def _explained(groups: list[_Group]) -> list[_Group]:
    """Move a case to the clause whose own failures explain it.

    A request that breaks several clauses is accepted where the target ignores all of them, and
    breaks the server where one of them does.
    """
    moved: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for group in groups:
        for case in group.cases:
            home = _home(case, groups) or group.clauses[0]
            moved.setdefault((home, group.symptom), []).append(case)
    return [_Group((clause,), symptom, tuple(each)) for (clause, symptom), each in moved.items()]


def _home(case: CaseRecord, groups: list[_Group]) -> str:
    """Return the clause of another group that explains `case`, or the empty string."""
    if not case.breaks or case.symptom not in (Symptom.ACCEPTED, Symptom.SERVER_ERROR):
        return ""
    ignored: set[str] = set()
    for group in groups:
        clause = group.clauses[0]
        if group.symptom is not case.symptom or clause == case.clause:
            continue
        own = [set(other.breaks) for other in group.cases if _stands_for(clause, other)]
        if any(breaks <= set(case.breaks) for breaks in own):
            if case.symptom is Symptom.SERVER_ERROR or set(case.breaks) in own:
                return clause if _stands_for(clause, case) or case.clause not in case.breaks else ""
            ignored |= set.union(*(breaks for breaks in own if breaks <= set(case.breaks)))
    wholly = set(case.breaks) <= ignored and case.clause not in case.breaks
    return case.breaks[0] if wholly else ""


def _stands_for(clause: str, case: CaseRecord) -> bool:
    """Whether `clause` is one that the schema states and `case` breaks."""
    return clause in case.breaks or bool(case.breaks and clause.endswith("/required"))


# --- one cause, one finding -----------------------------------------------------------------------


def _merged(
    groups: list[_Group], judged: list[CaseRecord], clauses: Mapping[str, ClauseRecord]
) -> Iterator[_Group]:
    for symptom in dict.fromkeys(group.symptom for group in groups):
        same = [group for group in groups if group.symptom is symptom]
        whole = _everything(same, judged) or _trait(same, judged)
        if whole is not None:
            yield whole
        else:
            yield from _keywords(same, judged, clauses)


def _everything(groups: list[_Group], judged: list[CaseRecord]) -> _Group | None:
    """One cause: every request of one expectation fails in the same way."""
    if len(groups) < 3:  # noqa: PLR2004  (two clauses are not everything)
        return None
    failing = _cases(groups)
    for expectation, words in (
        (Expectation.REFUSE, "every request that the contract forbids"),
        (Expectation.ACCEPT, "every request that the contract allows"),
    ):
        owed = {case.id for case in judged if case.expectation is expectation}
        if {case.id for case in failing} == owed:
            return _one(groups, f"every/{expectation.lower()}", words)
    return None


def _trait(groups: list[_Group], judged: list[CaseRecord]) -> _Group | None:
    """One cause: all that fails has a trait, and all that has it fails."""
    if len(groups) < 2:  # noqa: PLR2004  (one clause names itself best)
        return None
    failing = _cases(groups)
    ids = {case.id for case in failing}
    expectations = {case.expectation for case in failing}
    for trait in sorted(_common(failing)):
        carriers = {
            case.id for case in judged if trait in case.traits and case.expectation in expectations
        }
        if carriers <= ids:
            return _one(groups, f"trait/{trait.replace(' ', '-')}", f"every request with {trait}")
    return None


def _common(cases: list[CaseRecord]) -> set[str]:
    return set.intersection(*({*case.traits} for case in cases))


def _keywords(
    groups: list[_Group], judged: list[CaseRecord], clauses: Mapping[str, ClauseRecord]
) -> Iterator[_Group]:
    """One cause: a keyword is treated alike wherever it stands, or wherever a trait is."""
    by_keyword: dict[str, list[_Group]] = {}
    for group in groups:
        clause = clauses.get(group.clauses[0])
        by_keyword.setdefault(clause.keyword if clause else group.clauses[0], []).append(group)
    for keyword, same in by_keyword.items():
        peers = [
            case
            for case in judged
            if case.clause in clauses and clauses[case.clause].keyword == keyword
        ]
        if len(same) > 1 and (_alike(same, peers) or _beside(same, peers)):
            yield _one(same, f"every/{keyword}", f"every place with {keyword}")
        else:
            yield from same


def _alike(groups: list[_Group], peers: list[CaseRecord]) -> bool:
    """Whether every place fails in the same cases, or in all of its cases."""
    failing = _cases(groups)
    expectations = {case.expectation for case in failing}
    ids = {case.id for case in failing}
    if all(case.id in ids for case in peers if case.expectation in expectations):
        return True
    shared = frozenset.intersection(
        *(frozenset(_label(case) for case in group.cases) for group in groups)
    )
    able = {case.clause for case in peers if _label(case) in shared}
    return bool(shared) and able == {group.clauses[0] for group in groups}


def _beside(groups: list[_Group], peers: list[CaseRecord]) -> bool:
    """Whether every place fails only beside the same other parameters."""
    beside = {trait for trait in _common(_cases(groups)) if trait.startswith("with ")}
    return bool(beside) and all(
        any(case.clause == group.clauses[0] and not beside <= {*case.traits} for case in peers)
        for group in groups
    )


def _label(case: CaseRecord) -> str:
    return case.id.removeprefix(case.clause).strip("/").partition(":")[0]


def _cases(groups: Iterable[_Group]) -> list[CaseRecord]:
    return [case for group in groups for case in group.cases]


def _one(groups: list[_Group], cause: str, words: str) -> _Group:
    named = tuple(dict.fromkeys(clause for group in groups for clause in group.clauses))
    return _Group(named, groups[0].symptom, tuple(_cases(groups)), cause, words)


# --- the finding ----------------------------------------------------------------------------------


def _finding(group: _Group, clauses: Mapping[str, ClauseRecord]) -> Finding:
    cases = sorted(group.cases, key=_size)
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
        clause=words,
        keyword_location=clause.keyword_location if clause else "",
        instance_location=clause.instance_location if clause else "",
        contract=f"{clause.keyword_location} = {clause.value}" if clause else "",
        source=clause.source if clause else "",
        level=_level(cases, clause, group),
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


def _level(cases: list[CaseRecord], clause: ClauseRecord | None, group: _Group) -> Level:
    if group.symptom in (Symptom.OTHER_REASON, Symptom.PROSE):
        return Level.SHOULD
    if clause is not None and clause.level is Level.SHOULD:
        return Level.SHOULD
    answers = group.symptom in (Symptom.BROKEN_RESPONSE, Symptom.SERVER_ERROR, Symptom.FLAKY)
    must = answers or any(case.level is Level.MUST for case in cases)
    return Level.MUST if must else Level.SHOULD


def _size(case: CaseRecord) -> tuple[int, int, str]:
    exchange = case.exchange
    return (exchange.body_bytes if exchange else 0, len(case.id), case.id)


def _expected(group: _Group, case: CaseRecord) -> str:
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


def _actual(case: CaseRecord, group: _Group) -> str:
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


def _sentence(group: _Group, cases: list[CaseRecord], words: str) -> str:
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
            return f"The same request is answered differently: {wrong} of {tried} went wrong in {count}."
        case Symptom.FAULT:
            return f"The target breaks HTTP: {cases[0].because}. {count} show it."
        case _:
            return f"The refusal gives another reason: {cases[0].because}. {count} show it."
