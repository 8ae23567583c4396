"""(case, exchange, control) → verdict, as one table."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.case import Case
from conformance.exchange import Exchange, Fault, Request, Response
from conformance.judge import blamed_name, judge
from conformance.planning import derive
from conformance.verdict import Expectation, Symptom, Verdict
from tests.soundness import default_operation

CASE = next(
    each for each in derive(default_operation()).cases if each.expectation is Expectation.REFUSE
)
POST = Request("POST", "/v1/account_links")
ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
CUT = "cut"
LATER = "503 later"

Answer = int | str | None
"""A status, CUT for a fault, LATER for a 503 that says when; None for no exchange."""


def exchange(answer: Answer) -> Exchange | None:
    if answer is None:
        return None
    if answer == CUT:
        return Exchange(POST, None, Fault("cut", "receive", "the answer was cut"), 1.0, 0.0)
    headers = (("Retry-After", "1"),) if answer == LATER else ()
    status = answer if isinstance(answer, int) else 503
    return Exchange(POST, Response(status, headers, b"{}"), None, 1.0, 0.0)


def case(expectation: Expectation, *culprits: str) -> Case:
    return replace(
        CASE, expectation=expectation, culprits=frozenset(culprits), also_allowed=frozenset()
    )


@pytest.mark.parametrize(
    ("expectation", "answer", "control", "verdict", "symptom"),
    [
        (ACCEPT, 200, 200, PASS, ""),
        (ACCEPT, 201, None, PASS, ""),
        (ACCEPT, 200, 400, PASS, ""),
        (ACCEPT, 400, 200, FAIL, "refused"),
        (ACCEPT, 400, None, FAIL, "refused"),
        (ACCEPT, 400, 400, OPEN, ""),
        (ACCEPT, 400, CUT, OPEN, ""),
        (ACCEPT, 302, 200, OPEN, ""),
        (ACCEPT, 302, 400, OPEN, ""),
        (REFUSE, 400, 200, PASS, ""),
        (REFUSE, 422, 201, PASS, ""),
        (REFUSE, 499, 200, PASS, ""),
        (REFUSE, 400, 400, OPEN, ""),
        (REFUSE, 400, 401, OPEN, ""),
        (REFUSE, 400, CUT, OPEN, ""),
        (REFUSE, 400, None, OPEN, ""),
        (REFUSE, 200, 200, FAIL, "accepted"),
        (REFUSE, 200, 400, FAIL, "accepted"),
        (REFUSE, 200, None, FAIL, "accepted"),
        (REFUSE, 302, 200, OPEN, ""),
        (EITHER, 200, None, PASS, ""),
        (EITHER, 400, 200, PASS, ""),
        (EITHER, 302, 400, PASS, ""),
        *((each, 500, 200, FAIL, "server-error") for each in Expectation),
        *((each, 503, None, FAIL, "server-error") for each in Expectation),
        *((each, 599, 400, FAIL, "server-error") for each in Expectation),
        *((each, 500, 500, OPEN, "") for each in Expectation),
        *((each, 500, CUT, FAIL, "server-error") for each in Expectation),
        *((each, 429, 200, OPEN, "") for each in Expectation),
        *((each, LATER, 200, OPEN, "") for each in Expectation),
        *((each, CUT, 200, Verdict.FAULT, "fault") for each in Expectation),
        *((each, CUT, CUT, Verdict.FAULT, "fault") for each in Expectation),
    ],
)
def test_verdicts(
    expectation: Expectation, answer: Answer, control: Answer, verdict: Verdict, symptom: str
) -> None:
    given = exchange(answer)
    assert given is not None
    found = judge(case(expectation), given, exchange(control))
    assert (found.verdict, found.symptom) == (verdict, symptom)
    assert found.because


@pytest.mark.parametrize(
    ("culprits", "blamed", "verdict", "symptom"),
    [
        (("account",), "account", PASS, Symptom.NONE),
        (("account",), "", PASS, Symptom.NONE),
        (("account",), "type", OPEN, Symptom.OTHER_REASON),
        (("account", "type"), "type", PASS, Symptom.NONE),
        ((), "type", PASS, Symptom.NONE),
    ],
)
def test_a_refusal_for_another_reason_is_no_pass(
    culprits: tuple[str, ...], blamed: str, verdict: Verdict, symptom: Symptom
) -> None:
    found = judge(case(REFUSE, *culprits), _sent(400), _sent(200), blamed)
    assert (found.verdict, found.symptom) == (verdict, symptom)
    assert ("blames" in found.because) is (symptom is Symptom.OTHER_REASON)


def test_another_reason_says_nothing_where_the_control_was_refused() -> None:
    found = judge(case(REFUSE, "account"), _sent(400), _sent(400), "type")
    assert (found.verdict, found.symptom) == (OPEN, Symptom.NONE)


@pytest.mark.parametrize("status", [411, 501])
def test_a_case_may_allow_more(status: int) -> None:
    allowed = replace(case(ACCEPT), also_allowed=frozenset({411, 501}))
    found = judge(allowed, _sent(status), _sent(200))
    assert found.verdict is PASS
    assert str(status) in found.because
    assert judge(case(ACCEPT), _sent(status), _sent(200)).verdict is FAIL


@pytest.mark.parametrize(
    ("expectation", "verdict"), [(REFUSE, OPEN), (ACCEPT, PASS), (EITHER, PASS)]
)
def test_an_error_under_a_success_is_a_fault_of_the_answer(
    expectation: Expectation, verdict: Verdict
) -> None:
    found = judge(case(expectation), _sent(200), _sent(200), says_error=True)
    assert found.verdict is verdict
    assert "200" in found.because


def test_every_reason_says_what_was_seen() -> None:
    assert "400" in judge(case(REFUSE), _sent(400), _sent(200)).because
    assert "401" in judge(case(REFUSE), _sent(400), _sent(401)).because
    assert "no answer" in judge(case(REFUSE), _sent(400), exchange(CUT)).because
    assert "no control" in judge(case(REFUSE), _sent(400), None).because
    cut = exchange(CUT)
    assert cut is not None
    assert judge(case(REFUSE), cut, None).because == "the answer was cut"


@pytest.mark.parametrize(
    ("status", "verdict"), [(400, PASS), (499, PASS), (500, FAIL), (502, FAIL), (504, FAIL)]
)
def test_only_a_503_that_says_when_is_a_plea_to_come_back(status: int, verdict: Verdict) -> None:
    answer = Response(status, (("Retry-After", "1"),), b"{}")
    given = Exchange(POST, answer, None, 1.0, 0.0)
    assert judge(case(REFUSE), given, _sent(200)).verdict is verdict


@pytest.mark.parametrize("status", [500, 502, 599])
def test_a_control_that_broke_the_server_leaves_nothing_to_conclude(status: int) -> None:
    found = judge(case(REFUSE), _sent(500), _sent(status))
    assert found.verdict is OPEN
    assert str(status) in found.because


def test_a_refusal_with_an_error_for_a_body_is_a_refusal_whomever_it_blames_or_not() -> None:
    found = judge(case(REFUSE, "account"), _sent(400), _sent(200), says_error=True)
    assert (found.verdict, found.symptom) == (PASS, Symptom.NONE)


def _sent(status: int) -> Exchange:
    found = exchange(status)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["account"], "account"),
        (["expand[0]"], "expand"),
        (["account.id"], "account"),
        (["foo"], ""),
        (["foo", "expand"], "expand"),
        ([], ""),
    ],
)
def test_whom_a_refusal_blames(texts: list[str], name: str) -> None:
    assert blamed_name(texts, frozenset({"account", "expand"})) == name


def test_a_documented_redirect_accepts_and_yet_shows_no_invalid_request_accepted() -> None:
    redirect = replace(_sent(302), redirects=True)
    assert judge(case(Expectation.ACCEPT), redirect, None).verdict is Verdict.PASS
    owed = case(Expectation.REFUSE)
    assert judge(owed, redirect, redirect).verdict is Verdict.INCONCLUSIVE
    assert judge(owed, _sent(400), redirect).verdict is Verdict.PASS
    assert judge(case(Expectation.ACCEPT), _sent(302), None).verdict is Verdict.INCONCLUSIVE
