"""What the answers of a run say, taken together: documented responses, prose, steadiness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.exchange import Request, Response
from conformance.plan import Plan
from conformance.verdict import Expectation, Symptom, Verdict
from tests.scripted import JSON, Open, faithful, link, opening, plan_of_the_suite


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the contract that comes with the suite."""
    return plan_of_the_suite()


@pytest.fixture
def opened(tmp_path: Path, plan: Plan) -> Iterator[Open]:
    """Give a function that opens a session with a scripted target."""
    with opening(tmp_path / "journal.ndjson", plan) as begin:
        yield begin


def test_a_redirect_is_a_finding_not_an_end(opened: Open, plan: Plan) -> None:
    session, _ = opened(lambda *_: Response(307, (("location", "/"),), b""))
    session.ready(plan)
    clause = next(each for each in plan.answers if each.id.endswith("response/status"))
    session.hold(plan, plan.cases[0])
    found = session.response(plan, clause)
    assert found is not None
    assert (found.verdict, found.symptom) == (Verdict.FAIL, Symptom.BROKEN_RESPONSE)


def test_a_clause_that_no_answer_speaks_of_is_open(opened: Open, plan: Plan) -> None:
    session, _ = opened(faithful(plan))
    verdicts = {clause.local: session.response(plan, clause) for clause in plan.answers}
    assert verdicts["response/default/error/decline_code/type"] is None
    passed = verdicts["response/200/url/type"]
    assert passed is not None
    assert (passed.verdict, passed.because) == (Verdict.PASS, "no answer broke it")


@pytest.mark.parametrize(
    ("local", "answers", "because"),
    [
        ("response/200/url/unique", [{"url": "https://h/x"}], "url is the same as in an earlier"),
        ("response/200/expires_at/future", [{"expires_at": -400}], "which lies in the past"),
        (
            "response/200/expires_at/after",
            [{"created": 9, "expires_at": 9}],
            "is not after created",
        ),
        ("response/200/expires_at/after", [{"created": True}], ""),
        ("response/200/expires_at/future", [{"expires_at": True}], ""),
    ],
)
def test_what_the_prose_owes(
    opened: Open, plan: Plan, local: str, answers: list[dict[str, object]], because: str
) -> None:
    session, _ = opened(lambda _, n: link(n, **answers[0]))
    for case in plan.cases[:4]:
        session.hold(plan, replace(case, expectation=Expectation.EITHER))
    clause = next(each for each in plan.answers if each.local == local)
    found = session.answers.verdict(plan, clause, shown_only=True)
    if not because:
        assert found is None
        return
    assert found is not None
    assert (found.verdict, found.symptom) == (Verdict.FAIL, Symptom.PROSE)
    assert because in found.because


def test_answers_that_are_no_objects_say_nothing_of_prose(opened: Open, plan: Plan) -> None:
    session, _ = opened(lambda *_: Response(200, JSON, b"[]"))
    session.hold(plan, plan.cases[0])
    assert session.answers.verdict(plan, plan.steady, shown_only=False) is not None


def test_a_broken_answer_that_is_right_the_next_time_is_flaky(opened: Open, plan: Plan) -> None:
    def answer(request: Request, number: int) -> Response:
        return link(number, url=7) if number == 2 else faithful(plan)(request, number)

    session, _ = opened(answer)
    session.hold(plan, plan.cases[0])
    clause = next(each for each in plan.answers if each.local == "response/200/url/type")
    found = session.answers.verdict(plan, clause, shown_only=False)
    assert found is not None
    assert (found.verdict, found.wrong, found.tried) == (Verdict.FLAKY, 1, 2)
