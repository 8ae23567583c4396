"""What the session sends, in which order and how often, and what it makes of the answers."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import respx

from conformance.address import parse_target_url
from conformance.contract import default_source, load
from conformance.exchange import Exchange, Fault, Request, Response
from conformance.journal import Journal, JournalWriter, read_journal
from conformance.plan import Plan, derive
from conformance.redact import Redactor
from conformance.run import Run, Settings
from conformance.session import Aborted, Session
from conformance.target import Target
from conformance.verdict import Expectation, Symptom, Verdict

JSON = (("content-type", "application/json"),)
REFUSED = Fault("refused", "connect", "nobody listens")


class Scripted:
    """A target of one function; keeps what it was sent. Links are numbered."""

    def __init__(self, answer: Callable[[Request, int], Response | Fault]) -> None:
        self._answer = answer
        self.sent: list[Request] = []

    def send(self, request: Request) -> Exchange:
        """Answer as the script says."""
        self.sent.append(request)
        found = self._answer(request, len(self.sent))
        if isinstance(found, Fault):
            return Exchange(request, None, found, 1.0, 0.0)
        return Exchange(request, found, None, 1.0, 0.0)


def link(number: int = 0, **changed: object) -> Response:
    body = {"object": "account_link", "created": 1, "expires_at": 2, "url": f"https://h/{number}"}
    return Response(200, JSON, json.dumps({**body, **changed}).encode())


def error(status: int = 400, **members: object) -> Response:
    body = {"error": {"type": "invalid_request_error", **members}}
    return Response(status, JSON, json.dumps(body).encode())


@pytest.fixture(scope="module")
def plan() -> Plan:
    (operation,) = load(default_source()).operations
    return derive(operation)


Open = Callable[[Callable[[Request, int], Response | Fault]], tuple[Session, Scripted]]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.ndjson"


@pytest.fixture
def opened(journal: Path, plan: Plan) -> Iterator[Open]:
    """Give a function that opens a session with a scripted target."""
    writers = []

    def begin(
        answer: Callable[[Request, int], Response | Fault],
    ) -> tuple[Session, Scripted]:
        writer = JournalWriter(journal)
        writers.append(writer)
        run = Run(Settings(reports=journal.parent), "name")
        writer.write("run", run._head("http://h"))  # noqa: SLF001  (the head of any journal)
        for clause in plan.clauses:
            writer.write("clause", clause)
        target = Scripted(answer)
        return Session(target, writer, Redactor(), "http://h"), target

    yield begin
    for writer in writers:
        writer.close()


def read(path: Path) -> Journal:
    return read_journal(path)


def faithful(plan: Plan) -> Callable[[Request, int], Response]:
    """Return a target that knows the answers."""
    owed = {case.request.digest: case.expectation for case in plan.cases}

    def answer(request: Request, number: int) -> Response:
        refuse = owed.get(request.digest) is Expectation.REFUSE
        return error() if refuse else link(number)

    return answer


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


def test_a_target_that_dies_ends_the_run(opened: Open, plan: Plan, journal: Path) -> None:
    session, target = opened(lambda _, n: link(n) if n <= 3 else REFUSED)
    with pytest.raises(Aborted, match="The target died midway: nobody listens"):
        hold_all(session, plan)
    assert len(target.sent) == 3 + 4
    with pytest.raises(Aborted):
        session.ready(plan)
    found = read(journal)
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
    found = read(journal)
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


def test_a_fault_of_this_suite_is_on_record(opened: Open, plan: Plan, journal: Path) -> None:
    session, _ = opened(faithful(plan))
    session.broke("PostAccountLinks/account/type/x", ZeroDivisionError("ours"))
    (found,) = read(journal).cases
    assert (found.verdict, found.operation) == (Verdict.TOOL, "PostAccountLinks")
    assert found.because == "ZeroDivisionError: ours"


@respx.mock(using="httpcore")
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
    accepted = next(c for c in plan.cases if c.expectation is Expectation.ACCEPT and c.controls)
    assert session.hold(plan, accepted).symptom is Symptom.REFUSED
    writer.close()
    assert route.call_count == 2 + 3 + 1
