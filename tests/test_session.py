"""What the session sends, in which order and how often, and when it stops."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx

from conformance.address import parse_target_url
from conformance.exchange import Fault, Request, Response
from conformance.journal import JournalWriter
from conformance.journal_reader import read_journal
from conformance.plan import Plan
from conformance.redact import Redactor
from conformance.sending import Aborted
from conformance.session import Session
from conformance.target import Target
from conformance.verdict import Expectation, Symptom, Verdict
from tests.routed import TransportMocker
from tests.scripted import CLOSED, REFUSED, Open, error, faithful, link, opening, plan_of_the_suite


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the contract that comes with the suite."""
    return plan_of_the_suite()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return where the journal of a session is written."""
    return tmp_path / "journal.ndjson"


@pytest.fixture
def opened(journal: Path, plan: Plan) -> Iterator[Open]:
    """Give a function that opens a session with a scripted target."""
    with opening(journal, plan) as begin:
        yield begin


def hold_all(session: Session, plan: Plan) -> None:
    """Hold every case, as far as it goes."""
    for case in plan.cases:
        session.hold(plan, case)


def test_a_control_is_sent_before_its_case_and_only_once(opened: Open, plan: Plan) -> None:
    session, target = opened(faithful(plan))
    cases = [case for case in plan.cases if case.expectation is Expectation.REFUSE][:20]
    for case in cases:
        assert session.hold(plan, case).verdict is Verdict.PASS
    order = [request.digest for request in target.sent]
    assert order[0] == plan.preflight.digest
    assert len(order) == len(set(order))
    for case in cases:
        assert all(order.index(c.digest) < order.index(case.request.digest) for c in case.controls)


def test_a_failure_is_sent_again_before_it_is_believed(opened: Open, plan: Plan) -> None:
    session, target = opened(lambda _, number: link(number))
    clause = "PostAccountLinks/account/maxLength"
    refused = [c for c in plan.cases if c.expectation is Expectation.REFUSE]
    one, other = [case for case in refused if case.clause.id == clause][:2]
    first = session.hold(plan, one)
    assert (first.verdict, first.symptom) == (Verdict.FAIL, Symptom.ACCEPTED)
    assert (first.wrong, first.tried) == (3, 3)
    assert target.sent.count(one.request) == 3
    second = session.hold(plan, other)
    assert (second.verdict, second.tried) == (Verdict.FAIL, 1)
    assert target.sent.count(other.request) == 1


def test_a_failure_that_goes_away_is_flaky(opened: Open, plan: Plan) -> None:
    case = next(c for c in plan.cases if c.expectation is Expectation.ACCEPT and c.controls)
    state = {"count": 0}

    def answer(request: Request, number: int) -> Response:
        if request.digest != case.request.digest:
            return link(number)
        state["count"] += 1
        return error() if state["count"] == 1 else link(number)

    session, _ = opened(answer)
    found = session.hold(plan, case)
    assert (found.verdict, found.wrong, found.tried) == (Verdict.FLAKY, 1, 3)
    assert found.because.endswith("but only 1 times of 3")


def test_a_control_that_is_accepted_at_the_second_time_is_reported(
    opened: Open, plan: Plan
) -> None:
    session, target = opened(lambda _, n: error() if n == 1 else faithful(plan)(_, n))
    session.ready(plan)
    assert target.sent == [plan.preflight] * 2
    for clause in plan.answers:
        if clause.id == plan.steady.id:
            found = session.response(plan, clause)
    assert found is not None
    assert found.verdict is Verdict.FLAKY
    assert found.because == "the same request was answered 400, then 200"


def test_a_target_that_closes_connections_while_it_dies_has_one_fault(
    opened: Open, plan: Plan
) -> None:
    case = next(each for each in plan.cases if each.controls)
    seen: list[Request] = []

    def answer(request: Request, number: int) -> Response | Fault:
        seen.append(request)
        closed = seen.count(case.request)
        if not closed:
            return link(number)
        return CLOSED if closed <= 3 and request == case.request else REFUSED

    session, _ = opened(answer)
    found = session.hold(plan, case)
    assert (found.verdict, found.symptom) == (Verdict.FAULT, Symptom.FAULT)
    assert session.abort is not None
    assert session.abort.sentence.startswith("The target died: nobody has answered since")


def test_one_bad_answer_after_a_fault_is_no_death(opened: Open, plan: Plan) -> None:
    case = next(each for each in plan.cases if each.controls)
    sent: list[Request] = []

    def answer(request: Request, number: int) -> Response | Fault:
        sent.append(request)
        poisoned = sent[-2:-1] == [case.request]
        return CLOSED if request == case.request or poisoned else link(number)

    session, _ = opened(answer)
    assert session.hold(plan, case).symptom is Symptom.FAULT
    assert session.abort is None


def test_a_request_that_never_came_to_the_target_is_held_against_nobody(
    opened: Open, plan: Plan
) -> None:
    case = next(each for each in plan.cases if each.controls)

    def answer(request: Request, number: int) -> Response | Fault:
        return REFUSED if request == case.request else link(number)

    session, _ = opened(answer)
    found = session.hold(plan, case)
    assert (found.verdict, found.wrong) == (Verdict.INCONCLUSIVE, 0)
    assert found.because == "it never came to the target: nobody listens"


@pytest.mark.parametrize("more", [0, 1])
def test_what_was_refused_at_the_end_is_doubted(opened: Open, plan: Plan, more: int) -> None:
    refused = [each for each in plan.cases if each.expectation is Expectation.REFUSE][:5]
    last = 0

    def answer(request: Request, number: int) -> Response:
        good = request.digest not in {each.request.digest for each in refused}
        return link(number) if good and not last < number <= last + more else error()

    session, target = opened(answer)
    for case in refused:
        assert session.hold(plan, case).verdict is Verdict.PASS
    session._held.update(each.id for each in plan.cases)  # noqa: SLF001  (as if all had been)
    last = len(target.sent)
    found = session.response(plan, plan.steady)
    assert target.sent[-1] == plan.preflight
    assert len(target.sent) == last + 1 + more
    assert (found is not None and found.verdict is Verdict.FLAKY) == bool(more)
    assert session.abort is None


def test_a_target_that_refuses_everything_by_the_end_is_not_green(
    opened: Open, plan: Plan, journal: Path
) -> None:
    case = next(each for each in plan.cases if each.expectation is Expectation.REFUSE)
    late: list[bool] = []

    def answer(request: Request, number: int) -> Response:
        return error() if late or request == case.request else link(number)

    session, _ = opened(answer)
    session.hold(plan, case)
    session._held.update(each.id for each in plan.cases)  # noqa: SLF001  (as if all had been)
    late.append(True)
    found = session.response(plan, plan.steady)
    assert found is not None
    assert (found.verdict, found.symptom) == (Verdict.FLAKY, Symptom.FLAKY)
    assert session.abort is not None
    assert "no longer accepts the smallest valid request" in session.abort.sentence
    assert read_journal(journal).abort == session.abort


def test_a_target_that_dies_ends_the_run(opened: Open, plan: Plan, journal: Path) -> None:
    session, target = opened(lambda _, n: link(n) if n <= 3 else REFUSED)
    with pytest.raises(Aborted, match="The target died midway: nobody listens"):
        hold_all(session, plan)
    assert len(target.sent) == 3 + 4
    with pytest.raises(Aborted):
        session.ready(plan)
    found = read_journal(journal)
    assert found.abort is not None
    assert found.abort.remedy.startswith("Start it again, and look at its log")
    assert len(found.unfinished) == 1
    assert {case.verdict for case in found.cases} == {Verdict.PASS}


def test_a_target_that_changes_its_mind_ends_the_run(
    opened: Open, plan: Plan, journal: Path
) -> None:
    known = faithful(plan)
    session, _ = opened(lambda r, n: known(r, n) if n < 18 else error())
    with pytest.raises(Aborted, match="no longer accepts the smallest valid request"):
        hold_all(session, plan)
    found = read_journal(journal)
    assert found.abort is not None
    assert found.abort.sentence.startswith("The target changed during the run: ")
    assert [case.verdict for case in found.cases].count(Verdict.FLAKY) == 1
    assert Verdict.FAIL not in {case.verdict for case in found.cases}


def test_a_target_that_begins_to_accept_everything_ends_the_run(opened: Open, plan: Plan) -> None:
    known = faithful(plan)
    session, _ = opened(lambda r, n: known(r, n) if n < 40 else link(n))
    with pytest.raises(Aborted, match="the target now accepts what it refused before"):
        hold_all(session, plan)


def test_nothing_is_judged_where_the_preflight_is_refused(opened: Open, plan: Plan) -> None:
    session, target = opened(lambda *_: error(401, message='no "key"'))
    with pytest.raises(Aborted, match="It wants a key") as stop:
        session.hold(plan, plan.cases[0])
    assert '("no \\"key\\"")' in stop.value.reason.sentence
    assert target.sent == [plan.preflight] * 2


def test_a_fault_of_this_suite_is_on_record(opened: Open, plan: Plan, journal: Path) -> None:
    session, _ = opened(faithful(plan))
    session.broke("PostAccountLinks/account/type/x", ZeroDivisionError("ours"))
    (found,) = read_journal(journal).cases
    assert (found.verdict, found.operation) == (Verdict.TOOL, "PostAccountLinks")
    assert found.because == "ZeroDivisionError: ours"


@respx.mock(using=TransportMocker.name)
def test_a_session_over_a_real_target(
    respx_mock: respx.MockRouter, monkeypatch: pytest.MonkeyPatch, journal: Path, plan: Plan
) -> None:
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
    numbers = iter(range(1000))

    def side_effect(request: httpx.Request) -> httpx.Response:
        plain = Request("POST", "/", (), request.content)
        good = plain.body == plan.preflight.body
        found = link(next(numbers)) if good else error(402, message="no such account")
        return httpx.Response(found.status, headers=dict(found.headers), content=found.body)

    route = respx_mock.post("http://target.example/m/v1/account_links").mock(
        side_effect=side_effect
    )
    writer = JournalWriter(journal)
    url = "http://target.example/m"
    session = Session(Target(parse_target_url(url)), writer, Redactor(), url)
    refused = [case for case in plan.cases if case.expectation is Expectation.REFUSE]
    case = next(each for each in refused if each.controls == (plan.preflight,))
    assert session.hold(plan, case).verdict is Verdict.PASS
    alone = (case for case in plan.cases if case.controls == (plan.preflight,))
    owed = (case for case in alone if case.expectation is Expectation.ACCEPT)
    accepted = next(case for case in owed if "with expand" not in case.traits)
    assert session.hold(plan, accepted).symptom is Symptom.REFUSED
    writer.close()
    assert route.call_count == 2 + 3 + 1
