"""Which cases are listed and run: ids, -k, --only, --collect-only, --depth, --seed."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Never

import pytest

from conformance.contract import default_source, load
from conformance.plan import Plan
from conformance.planning import derive
from conformance.reference.http import Request, Response
from tests.cli import Ended, recording, suite
from tests.miniatures.server import State, Steps

pytest_plugins = ["pytester"]

SUITE = ("-p", "no:randomly", "--pyargs", "conformance")
LISTED = re.compile(r"^test_(?:requests|random|responses)\.py::test_\w+\[(.*)\]$", re.MULTILINE)


def listed(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    """Return the ids that `--collect-only -q` prints."""
    result = pytester.runpytest_inprocess(*SUITE, "--collect-only", "-q", *arguments)
    return LISTED.findall("\n".join(result.outlines))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the contract that comes with the suite."""
    (operation,) = load(default_source()).operations
    return derive(operation)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break every way onto the network."""

    def never(*_: object, **__: object) -> Never:
        raise AssertionError("a socket was used")

    for name in ("connect", "connect_ex", "bind", "listen", "send", "sendall", "sendto"):
        monkeypatch.setattr(socket.socket, name, never)
    monkeypatch.setattr(socket, "getaddrinfo", never)


@pytest.mark.usefixtures("no_network")
def test_listing_sends_nothing_and_leaves_nothing(pytester: pytest.Pytester, plan: Plan) -> None:
    found = listed(pytester, "--target-url=http://127.0.0.1:9")
    assert len(found) == len(set(found)) > len(plan.cases)
    cases = plan.identified(frozenset()).cases
    names = [case.id.removeprefix("PostAccountLinks").removeprefix(":") for case in cases]
    assert found[: len(names)] == names
    assert all(re.fullmatch(r"[A-Za-z0-9_./:-]{1,120}", each) for each in found)
    assert not Path(pytester.path, "reports").exists()


@pytest.mark.usefixtures("no_network")
def test_what_may_destroy_is_listed_for_another_machine_only_on_request(
    pytester: pytest.Pytester,
) -> None:
    methods = {"request/method/put", "request/method/patch", "request/method/delete"}
    far = "--target-url=https://target.example"
    assert not methods & set(listed(pytester, far))
    assert methods <= set(listed(pytester, far, "--allow-destructive"))


def test_k_selects_by_clause_and_by_place(pytester: pytest.Pytester, plan: Plan) -> None:
    clause = listed(pytester, "-k", "/account/maxLength", "--depth=quick")
    wanted = {c.id for c in plan.cases if c.clause.id == "PostAccountLinks/account/maxLength"}
    assert {f"PostAccountLinks{each}" for each in clause} == wanted
    place = listed(pytester, "-k", "/account/", "--depth=quick")
    assert len(place) > len(clause)
    assert {each.split("/")[1] for each in place} == {"account"}
    word = listed(pytester, "-k", "account", "--depth=quick")
    assert all("account" in each for each in word)
    assert set(place) <= set(word)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--only=/account/maxLength",), r"/account/maxLength/.*"),
        (("--only=/account/",), r"/account/.*"),
        (("--only=response/200",), r"response/200/.*"),
        (("--only=response/200/url/type",), r"response/200/url/type"),
        (("--only=/account", "--only=/type/required"), r"/(account|type/required)/.*"),
        (("--only=/type", "-k", "explored"), r"/type/.*explored.*"),
    ],
)
def test_only_selects_by_pointer(
    pytester: pytest.Pytester, arguments: tuple[str, ...], part: str
) -> None:
    everything = listed(pytester)
    wanted = [each for each in everything if re.fullmatch(part, each)]
    assert listed(pytester, *arguments) == wanted != []


def test_only_without_a_match_names_the_nearest(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess(*SUITE, "--only=/acount/maxLenght")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(
        ["No case matches --only /acount/maxLenght. Close: /account/maxLength*"]
    )
    assert not Path(pytester.path, "reports").exists()


def test_quick_explores_nothing(pytester: pytest.Pytester) -> None:
    assert not [each for each in listed(pytester, "--depth=quick") if "explored" in each]
    assert [each for each in listed(pytester, "--depth=standard") if "explored" in each]


def test_markers_select_by_expectation(pytester: pytest.Pytester, plan: Plan) -> None:
    for word in ("accept", "refuse", "either"):
        found = listed(pytester, "-m", word)
        cases = plan.identified(frozenset()).cases
        assert len(found) == sum(case.expectation.lower() == word for case in cases)


def test_the_same_seed_sends_the_same_bytes_and_nothing_twice(tmp_path: Path) -> None:
    runs = []
    for seed in ("7", "7", "8"):
        with recording() as target:
            arguments = ("-k", "maxLength/explored", f"--seed={seed}", f"--target-url={target.url}")
            ended = suite(tmp_path, *arguments, depth="standard")
        assert ended.exit == 0, ended.out
        assert f"depth standard, seed {seed}" in ended.out
        runs.append(target.sent)
    first, again, other = runs
    assert first == again
    assert first != other
    assert len(set(first)) == len(first) > 20


def test_a_prefix_of_the_url_is_kept_and_only_the_smallest_request_is_sent_twice(
    tmp_path: Path,
) -> None:
    state, steps = State(), Steps()

    def below(request: Request) -> Response:
        assert request.path.startswith("/m/7/")
        plain = Request(
            request.method, request.path[4:], "", request.headers, request.body, request.chunked
        )
        return steps.answer(plain, state)

    with recording(below) as target:
        ended: Ended = suite(tmp_path, f"--target-url={target.url}/m/7/")
    assert ended.exit == 0, ended.out
    assert {request.path for request in target.requests} == {"/m/7/v1/account_links"}
    assert target.sent[-1] == target.sent[0]
    assert len(set(target.sent)) == len(target.sent) - 1
    assert ended.journal("end")[0]["requests"] == len(target.sent)
