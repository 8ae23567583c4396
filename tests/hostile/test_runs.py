"""Behaviours through a whole run: its exit status, and what it says of whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.outcome import State
from conformance.plan import Plan
from conformance.verdict import Verdict
from tests.hostile.behaviour import Behaviour
from tests.hostile.test_transport import BEHAVIOURS
from tests.hostile.whole import hold_all, smallest
from tests.scripted import plan_of_the_suite

# A connection that fails before a request was read fails for all of them: there is no run then.
FAULTS = [
    each
    for each in BEHAVIOURS
    if each.owed.startswith("FAULT") and each.read_first and not each.tls and not each.scheme
]
QUICK = [each for each in FAULTS if not each.slow][::2]
SLOW = [each for each in FAULTS if each.slow][::9]
FAILS = [each for each in BEHAVIOURS if each.owed.startswith("FAIL")][::3]
PASSES = [each for each in BEHAVIOURS if each.owed == "PASS" and each.read_first][::2]
LOST = [each for each in BEHAVIOURS if each.owed.startswith(("ABORT", "FAULT tls"))][::3]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of_the_suite()


def named(each: Behaviour) -> str:
    return each.name


@pytest.mark.parametrize("behaviour", [*QUICK, *SLOW], ids=named)
def test_a_fault_in_every_other_answer_is_reported_as_one(
    behaviour: Behaviour, plan: Plan, tmp_path: Path
) -> None:
    done = hold_all(plan, behaviour, tmp_path, smallest(plan), each_way=1)
    bad = [each for each in done.cases if each.verdict is not Verdict.PASS]
    assert bad
    assert {each.verdict for each in bad} <= {Verdict.FAULT, Verdict.INCONCLUSIVE}
    assert (done.outcome.state, done.outcome.exit) == (State.NOT_CONFORMANT, 1)


@pytest.mark.parametrize("behaviour", FAILS, ids=named)
def test_an_answer_that_breaks_a_clause_is_a_failure_of_that_clause(
    behaviour: Behaviour, plan: Plan, tmp_path: Path
) -> None:
    done = hold_all(plan, behaviour, tmp_path)
    wrong = {each.clause for each in done.journal.cases if each.verdict is Verdict.FAIL}
    assert f"PostAccountLinks:{behaviour.owed.removeprefix('FAIL ')}" in wrong
    assert done.outcome.exit in (1, 7)
    assert done.outcome.state is not State.CONFORMANT


@pytest.mark.parametrize("behaviour", PASSES, ids=named)
def test_what_http_and_json_allow_is_no_failure(
    behaviour: Behaviour, plan: Plan, tmp_path: Path
) -> None:
    done = hold_all(plan, behaviour, tmp_path)
    assert {each.verdict for each in done.journal.cases} == {Verdict.PASS}
    assert (done.outcome.state, done.outcome.exit) == (State.CONFORMANT, 0)


@pytest.mark.parametrize("behaviour", LOST, ids=named)
def test_where_nothing_can_be_judged_the_run_says_why(
    behaviour: Behaviour, plan: Plan, tmp_path: Path
) -> None:
    done = hold_all(plan, behaviour, tmp_path)
    assert done.journal.abort is not None
    assert done.journal.abort.remedy
    assert done.cases == ()
    assert (done.outcome.state, done.outcome.exit) == (State.INCONCLUSIVE, 7)
