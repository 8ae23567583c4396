"""A failure is moved to the clause that explains it, before anything is named.

In this order: what no branch takes fails for the one clause that lets most of it pass; a request
that breaks several clauses fails for the one that fails alone; what a keyword says fails for the
one that gives it a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from conformance.clause import Clause
from conformance.records import CaseRecord
from conformance.verdict import Expectation, Symptom, Verdict


class Group(Struct, frozen=True):
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
    known = {symptom: _Broken(groups, symptom) for symptom in _EXPLAINED}
    moved: dict[tuple[str, Symptom], list[CaseRecord]] = {}
    for group in groups:
        for case in group.cases:
            home = known[case.symptom].home(case) if case.symptom in known else ""
            moved.setdefault((home or group.clauses[0], group.symptom), []).append(case)
    return [Group((clause,), symptom, tuple(each)) for (clause, symptom), each in moved.items()]


_EXPLAINED = (Symptom.ACCEPTED, Symptom.SERVER_ERROR)


class _Broken:
    """What the failing requests of one symptom break, by clause: asked for each of them."""

    def __init__(self, groups: Iterable[Group], symptom: Symptom) -> None:
        self._symptom = symptom
        same = [group for group in groups if group.symptom is symptom]
        accepted = same if symptom is Symptom.ACCEPTED else []
        self._apart = {
            group.clauses[0]
            for group in accepted
            if any(case.breaks == group.clauses for case in group.cases)
        }
        # Each set stands under one of its members: what lies in another set is found by those.
        self._sets: dict[str, list[tuple[int, str, frozenset[str]]]] = {}
        for order, group in enumerate(same):
            clause = group.clauses[0]
            own = {frozenset(case.breaks) for case in group.cases if _stands_for(clause, case)}
            for each in own:
                self._sets.setdefault(min(each), []).append((order, clause, each))

    def home(self, case: CaseRecord) -> str:
        """Return the clause of another group that explains `case`, or the empty string."""
        if not case.breaks:
            return ""
        own = case.clause in case.breaks
        if not own and self._apart.issuperset(case.breaks):
            return case.breaks[0]
        whole = frozenset(case.breaks)
        inside: dict[int, list[tuple[str, frozenset[str]]]] = {}
        for member in whole:
            for order, clause, each in self._sets.get(member, ()):
                if clause != case.clause and each <= whole:
                    inside.setdefault(order, []).append((clause, each))
        ignored: set[str] = set()
        for _, found in sorted(inside.items()):
            clause = found[0][0]
            if self._symptom is Symptom.SERVER_ERROR or any(each == whole for _, each in found):
                return clause if _stands_for(clause, case) or not own else ""
            ignored.update(*(each for _, each in found))
        return case.breaks[0] if whole <= ignored and not own else ""


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

    @cache
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
_OF_LENGTH = frozenset({"minLength", "maxLength"})
_FOREIGN = "non-ascii"


def entailed(
    groups: list[Group], judged: Iterable[CaseRecord], clauses: Mapping[str, Clause]
) -> list[Group]:
    """Move what a keyword says to the one at the same place that explains it.

    A target that takes any text of a form for a number compares no numbers. One that looks for no
    item that fits counts none (JSON Schema Validation 2020-12, sections 6.4.4 and 6.4.5). One whose
    pattern takes no character beyond ASCII takes none of any length.
    """
    passed = [case for case in judged if case.verdict is Verdict.PASS]
    refusing = {case.clause for case in passed if case.expectation is Expectation.REFUSE}
    accepting = {
        case.clause
        for case in passed
        if case.expectation is Expectation.ACCEPT and _FOREIGN in case.traits
    }
    held = {Symptom.ACCEPTED: refusing, Symptom.REFUSED: accepting}
    found = [(group, clauses.get(group.clauses[0])) for group in groups]
    homes = {
        (group.symptom, *_place(clause, clause.keyword)): index
        for index, (group, clause) in enumerate(found)
        if clause
    }
    taken: dict[int, tuple[CaseRecord, ...]] = {}
    gone = []
    for group, clause in found:
        leader = _leader(group, clause) if clause else ""
        if clause is None or not leader or clause.id in held[group.symptom]:
            continue
        index = homes.get((group.symptom, *_place(clause, leader)))
        if index is not None and (leader != "pattern" or _foreign(groups[index], any)):
            taken[index] = (*taken.get(index, ()), *group.cases)
            gone.append(group)
    return [
        replace(group, cases=(*group.cases, *taken.get(index, ())))
        for index, group in enumerate(groups)
        if group not in gone
    ]


def _leader(group: Group, clause: Clause) -> str:
    """Return the keyword that may explain a failure of `clause`, or the empty string."""
    if group.symptom is Symptom.ACCEPTED:
        follower = clause.keyword
        return "type" if follower in _OF_NUMBERS else "contains" if follower in _OF_FITTING else ""
    refused = group.symptom is Symptom.REFUSED and clause.keyword in _OF_LENGTH
    return "pattern" if refused and _foreign(group, all) else ""


def _foreign(group: Group, how: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether `how` many requests of the group have characters beyond ASCII."""
    return how(_FOREIGN in case.traits for case in group.cases)


def _place(clause: Clause, keyword: str) -> tuple[str, str, str]:
    """Return what names the clause of `keyword` beside `clause`: a type may stand elsewhere."""
    schema = "" if keyword == "type" else clause.keyword_location.rpartition("/")[0]
    return keyword, clause.instance_location, schema
