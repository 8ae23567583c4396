"""One cause, one finding: groups of failures that one thing explains are made one.

In this order: the target looks at nothing; every request with one trait (a character beyond ASCII,
a certain parameter beside) fails; one keyword is treated alike wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from conformance.clause import Clause
from conformance.contract.model import CLOSED
from conformance.homes import Group
from conformance.records import CaseRecord
from conformance.verdict import Expectation

_SEVERAL = 3
_WIRE = ":request/spelling"
_SPELT = frozenset({"raw brackets", "encoded brackets", "plus sign", "percent-20"})
"""Traits that are ways of spelling: what fails for them breaks the clause of spelling."""


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
