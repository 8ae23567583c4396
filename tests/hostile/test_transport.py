"""Every behaviour through the real transport and the judge: its class, and nothing escapes."""

from __future__ import annotations

import pytest

from conformance.plan import Plan
from tests.hostile import answers, connecting, framing, payload
from tests.hostile.behaviour import Behaviour
from tests.hostile.serving import class_of, fits, hostile, target_of
from tests.scripted import plan_of_the_suite

BEHAVIOURS = (*connecting.ROWS, *framing.ROWS, *payload.ROWS, *answers.ROWS)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of_the_suite()


def test_there_are_many_and_each_has_its_name() -> None:
    names = [each.name for each in BEHAVIOURS]
    assert len(names) == len({*names}) >= 130


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_a_behaviour_has_its_class(behaviour: Behaviour, plan: Plan) -> None:
    with hostile(behaviour) as url, target_of(behaviour, url) as target:
        exchange = target.send(plan.preflight)
    assert fits(class_of(plan, exchange), behaviour)
