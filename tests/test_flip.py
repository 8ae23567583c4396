"""Flips: what is on file of one fault never hides another one, and is missed when it is gone."""

from __future__ import annotations

from functools import cache, reduce
from itertools import permutations

import pytest
from msgspec.structs import replace

from conformance.contract import default_source, load
from conformance.deviation_file import unfiled
from conformance.findings import Finding, find
from conformance.outcome import Outcome, State, judge_run
from conformance.reference import application, break_clause, serve
from conformance.run_record import Deviation
from tests.matrix import Result, hold

(OPERATION,) = load(default_source()).operations
FAULTS = (
    "/account/maxLength",
    "/expand/items/maxLength",  # the same keyword at another place: one cause, two clauses
    "/account/type",  # another keyword at the same place
    "/additionalProperties",
    "response/200/url/type",
)


@cache
def held(*names: str) -> Result:
    """Hold the embedded target with the clauses `names` broken; the last may be of an answer."""
    if not names:
        return hold(None)
    *requests, last = sorted(names)
    operation = reduce(lambda each, name: break_clause(each, name).operation, requests, OPERATION)
    with serve(application(break_clause(operation, last))) as server:
        return hold(server.url)


def on_file(*names: str) -> tuple[Deviation, ...]:
    """Return the known deviations that a night with these faults puts on file."""
    first = held(*names)
    entries = unfiled(first.journal, first.findings, strict=False)
    return tuple(replace(each, reason="known", link="https://t.example") for each, _ in entries)


def judged(night: Result, known: tuple[Deviation, ...]) -> tuple[Outcome, tuple[Finding, ...]]:
    """Judge a night as if `known` had been on file, and it had been whole."""
    head = replace(night.journal.run, deviations=known, whole=True)
    journal = replace(night.journal, run=head)
    findings = find(journal)
    return judge_run(journal, findings, complete=True), findings


FLIPS = tuple(permutations(FAULTS, 2))


@pytest.mark.parametrize("name", FAULTS)
def test_on_file_it_is_calm_and_gone_it_is_red(name: str) -> None:
    known = on_file(name)
    assert known
    assert judged(held(name), known)[0].state is State.KNOWN
    gone, _ = judged(held(), known)
    assert (gone.state, gone.exit) == (State.STALE, 1)
    assert {each.deviation for each in gone.stale} == {*known}


@pytest.mark.parametrize(("old", "new"), FLIPS)
def test_a_new_fault_beside_a_known_one_is_red(old: str, new: str) -> None:
    outcome, findings = judged(held(*sorted((old, new))), on_file(old))
    broken = f"{OPERATION.id}{':' * new.startswith('response')}{new}"
    assert (outcome.state, outcome.exit) == (State.NOT_CONFORMANT, 1)
    assert outcome.stale == ()
    assert any(broken in each.clauses for each in findings if not each.known)


@pytest.mark.parametrize(("stays", "gone"), FLIPS)
def test_of_two_known_faults_the_mended_one_is_missed(stays: str, gone: str) -> None:
    known = on_file(*sorted((stays, gone)))
    outcome, findings = judged(held(stays), known)
    mended = f"{OPERATION.id}{':' * gone.startswith('response')}{gone}"
    assert all(each.known for each in findings if each.level == "MUST")
    assert outcome.state is State.STALE
    assert {each.clause for each in outcome.stale} == {mended}
