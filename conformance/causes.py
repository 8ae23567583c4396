"""One cause, one finding: groups of failures that one thing explains are made one.

In this order: a request that breaks several clauses fails for the one that fails alone; the target
looks at nothing; every request with one trait (a character beyond ASCII, a certain parameter
beside) fails; one keyword is treated alike wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.clause import Clause
from conformance.contract.model import CLOSED
from conformance.records import CaseRecord
from conformance.verdict import Expectation, Symptom, Verdict

_SEVERAL = 3
_WIRE = ":request/spelling"
_SPELT = frozenset({"raw brackets", "encoded brackets", "plus sign", "percent-20"})
"""Traits that are ways of spelling: what fails for them breaks the clause of spelling."""


@dataclass(frozen=True)
class Group:
    """Failures with one symptom that one clause, or one cause, explains."""

    clauses: tuple[str, ...]
    symptom: Symptom
    cases: tuple[CaseRecord, ...]
    cause: str = ""
    words: str = ""


def grouped(cases: Iterable[CaseRecord]) -> list[Group]:
    """Group failures by clause and symptom."""
    groups: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for case in cases:
        groups.setdefault((case.clause, case.symptom), []).append(case)
    return [Group((clause,), symptom, tuple(each)) for (clause, symptom), each in groups.items()]


def explained(groups: list[Group]) -> list[Group]:
    """Move a case to the clause whose own failures explain it.

    A request that breaks several clauses is accepted where the target ignores all of them, and
    breaks the server where one of them does.
    """
    moved: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for group in groups:
        for case in group.cases:
            home = _home(case, groups) or group.clauses[0]
            moved.setdefault((home, group.symptom), []).append(case)
    return [Group((clause,), symptom, tuple(each)) for (clause, symptom), each in moved.items()]


def _home(case: CaseRecord, groups: list[Group]) -> str:
    """Return the clause of another group that explains `case`, or the empty string."""
    if not case.breaks or case.symptom not in (Symptom.ACCEPTED, Symptom.SERVER_ERROR):
        return ""
    apart = {
        group.clauses[0]
        for group in groups
        if any(other.breaks == group.clauses for other in group.cases)
        and group.symptom is case.symptom is Symptom.ACCEPTED
    }
    if case.clause not in case.breaks and apart.issuperset(case.breaks):
        return case.breaks[0]
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


def branched(groups: list[Group], judged: Iterable[CaseRecord]) -> list[Group]:
    """Move acceptances to the one clause of an `anyOf` or `oneOf` that explains most of them.

    What no branch takes passes where the `anyOf` is ignored, and where the one keyword is that
    keeps it out of a branch. The likeliest cause leaves nothing refused that it would let pass.
    """
    cases = [each for group in groups for each in group.cases if group.symptom is Symptom.ACCEPTED]
    if not any(case.instead for case in cases):
        return groups
    refused = (case for case in judged if case.expectation is Expectation.REFUSE)
    passed = [case for case in refused if case.verdict is Verdict.PASS]
    failing = dict.fromkeys(case.clause for case in cases)

    def weight(clause: str) -> float:
        hit = sum(clause in (case.clause, *case.instead) for case in cases)
        missed = sum(clause in (case.clause, *case.instead) for case in passed)
        return hit * hit / (hit + missed)

    homes: dict[str, str] = {}
    for case in cases:
        able = [clause for clause in (case.clause, *case.instead) if clause in failing]
        homes[case.id] = max(able, key=weight) if case.instead else case.clause
    moved: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for group in groups:
        for case in group.cases:
            accepted = group.symptom is Symptom.ACCEPTED
            home = homes[case.id] if accepted else group.clauses[0]
            moved.setdefault((home, group.symptom), []).append(case)
    return [Group((clause,), symptom, tuple(each)) for (clause, symptom), each in moved.items()]


_OF_NUMBERS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
_OF_FITTING = frozenset({"minContains", "maxContains"})


def entailed(
    groups: list[Group], judged: Iterable[CaseRecord], clauses: Mapping[str, Clause]
) -> list[Group]:
    """Move what a keyword says to the one that is ignored and that gives it a meaning.

    A target that takes any text of a form for a number compares no numbers. One that looks for no
    item that fits counts none (JSON Schema Validation 2020-12, sections 6.4.4 and 6.4.5).
    """
    held = {
        case.clause
        for case in judged
        if case.expectation is Expectation.REFUSE and case.verdict is Verdict.PASS
    }
    found = [(group, clauses.get(group.clauses[0])) for group in groups]
    homes = {
        _lead(clause, clause.keyword): index
        for index, (group, clause) in enumerate(found)
        if clause and group.symptom is Symptom.ACCEPTED
    }
    taken: dict[int, tuple[CaseRecord, ...]] = {}
    gone = []
    for group, clause in found:
        if clause is None or clause.id in held or group.symptom is not Symptom.ACCEPTED:
            continue
        leader = "type" if clause.keyword in _OF_NUMBERS else "contains"
        index = homes.get(_lead(clause, leader))
        if index is not None and clause.keyword in _OF_NUMBERS | _OF_FITTING:
            taken[index] = (*taken.get(index, ()), *group.cases)
            gone.append(group)
    return [
        replace(group, cases=(*group.cases, *taken.get(index, ())))
        for index, group in enumerate(groups)
        if group not in gone
    ]


def _lead(clause: Clause, keyword: str) -> tuple[str, str, str]:
    """Return what names the clause of `keyword` beside `clause`: a type may stand elsewhere."""
    schema = clause.keyword_location.rpartition("/")[0] if keyword == "contains" else ""
    return keyword, clause.instance_location, schema


def merged(
    groups: list[Group], judged: list[CaseRecord], clauses: Mapping[str, Clause]
) -> Iterator[Group]:
    """Yield the groups with those made one that one cause explains; `judged` are all cases."""
    for symptom in dict.fromkeys(group.symptom for group in groups):
        same = [group for group in groups if group.symptom is symptom]
        whole = _everything(same, judged) or _trait(same, judged)
        if whole is not None:
            yield whole
        else:
            yield from _keywords(same, judged, clauses)


def _everything(groups: list[Group], judged: list[CaseRecord]) -> Group | None:
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


def _trait(groups: list[Group], judged: list[CaseRecord]) -> Group | None:
    """One cause: all that fails has a trait, and all that has it fails."""
    if len(groups) < 2:  # noqa: PLR2004  (one clause names itself best)
        return None
    failing = _cases(groups)
    ids = {case.id for case in failing}
    expectations = {case.expectation for case in failing}
    for trait in sorted(_common(failing), key=_likeliest):
        carriers = {
            case.id for case in judged if trait in case.traits and case.expectation in expectations
        }
        if carriers <= ids:
            groups.sort(key=lambda group: trait not in _SPELT or _WIRE not in group.clauses[0])
            return _one(
                groups,
                f"trait/{trait.replace(' ', '-')}",
                f"every request with {trait.removeprefix('with ')}",
            )
    return None


def _likeliest(trait: str) -> tuple[bool, str]:
    """Order traits: the parameters of a request say more than its characters."""
    return (not trait.startswith("with "), trait)


def _common(cases: list[CaseRecord]) -> set[str]:
    return set.intersection(*({*case.traits} for case in cases))


def _keywords(
    groups: list[Group], judged: list[CaseRecord], clauses: Mapping[str, Clause]
) -> Iterator[Group]:
    """One cause: a keyword is treated alike wherever it stands, or wherever a trait is."""
    by_keyword: dict[str, list[Group]] = {}
    for group in groups:
        clause = clauses.get(group.clauses[0])
        by_keyword.setdefault(clause.keyword if clause else group.clauses[0], []).append(group)
    if _same_manner(by_keyword, judged, clauses):
        by_keyword[_ADDITIONAL] += by_keyword.pop(CLOSED)
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


_ADDITIONAL = "additionalProperties"


def _same_manner(
    groups: Mapping[str, list[Group]], judged: list[CaseRecord], clauses: Mapping[str, Clause]
) -> bool:
    """Whether no object is closed: neither where the schema says it nor where it is advised."""
    if not groups.keys() >= {_ADDITIONAL, CLOSED}:
        return False
    failing = {case.id for case in _cases([*groups[_ADDITIONAL], *groups[CLOSED]])}
    return all(
        case.id in failing
        for case in judged
        if case.expectation is Expectation.REFUSE
        and case.clause in clauses
        and clauses[case.clause].keyword in (_ADDITIONAL, CLOSED)
    )


def _alike(groups: list[Group], peers: list[CaseRecord]) -> bool:
    """Whether every place fails in the same cases, or in all of its cases.

    Three places that fail in the same cases have one cause, even where a fourth does not.
    """
    failing = _cases(groups)
    expectations = {case.expectation for case in failing}
    ids = {case.id for case in failing}
    if all(case.id in ids for case in peers if case.expectation in expectations):
        return True
    shared = frozenset.intersection(
        *(frozenset(_label(case) for case in group.cases) for group in groups)
    )
    labels = {frozenset(_label(case) for case in group.cases) for group in groups}
    if len(labels) == 1 and len(groups) >= _SEVERAL:
        return True
    able = {case.clause for case in peers if _label(case) in shared}
    return bool(shared) and able == {group.clauses[0] for group in groups}


def _beside(groups: list[Group], peers: list[CaseRecord]) -> bool:
    """Whether every place fails only beside the same other parameters."""
    beside = {trait for trait in _common(_cases(groups)) if trait.startswith("with ")}
    return bool(beside) and all(
        any(case.clause == group.clauses[0] and not beside <= {*case.traits} for case in peers)
        for group in groups
    )


def _label(case: CaseRecord) -> str:
    return case.id.removeprefix(case.clause).strip("/").partition(":")[0]


def _cases(groups: Iterable[Group]) -> list[CaseRecord]:
    return [case for group in groups for case in group.cases]


def _one(groups: list[Group], cause: str, words: str) -> Group:
    named = tuple(dict.fromkeys(clause for group in groups for clause in group.clauses))
    return Group(named, groups[0].symptom, tuple(_cases(groups)), cause, words)
