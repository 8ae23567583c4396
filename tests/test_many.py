"""Runs of many operations: one item each, derived when its turn comes; shards, budgets, merging."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.contract import load
from conformance.contract.model import Json
from conformance.planning import derive
from conformance.plans import MANY, limited, sharded
from conformance.reference.http import Request, Response
from conformance.report.__main__ import main
from tests.cli import Ended, recording, suite

NUMBER = MANY + 3


def library(folder: Path, number: int = NUMBER) -> str:
    """Write a contract of so many small operations; return its path."""
    paths: Json = {}
    for index in range(number):
        schema = {
            "type": "object",
            "required": ["isbn"],
            "properties": {
                "isbn": {"type": "string", "maxLength": 3},
                "days": {"type": "integer", "maximum": index + 1},
            },
        }
        ok = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
        paths[f"/loans/{index}"] = {
            "post": {
                "operationId": f"lend{index}",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema}},
                },
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": ok}}},
                    "400": {"description": ""},
                },
            }
        }
    document = {"openapi": "3.0.3", "info": {"title": "Library"}, "paths": paths}
    path = folder / "library.json"
    path.write_text(json.dumps(document))
    return str(path)


def verdicts(ended: Ended) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in ended.journal("finish")}


def summary(results: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what must be the same however a run is divided."""
    outcome = results["outcome"]
    counts = {name: value for name, value in outcome["counts"].items() if name != "seconds"}
    return (
        outcome["state"],
        outcome["exit"],
        counts,
        [(case["id"], case["verdict"]) for case in results["cases"]],
        [finding["id"] for finding in results["findings"]],
        [(clause["id"], clause["standing"]) for clause in results["clauses"]],
    )


def test_an_item_an_operation_and_nothing_derived_to_list_them(tmp_path: Path) -> None:
    contract = library(tmp_path)
    ended = suite(tmp_path, f"--contract={contract}", "--collect-only", "-q", depth="standard")
    listed = re.findall(r"^test_requests\.py::test_request\[(\w+)\]$", ended.out, re.MULTILINE)
    assert listed == [f"lend{index}" for index in range(NUMBER)]
    kept = tmp_path / ".pytest_cache" / "d" / "conformance"
    assert not [path for path in kept.rglob("*") if path.is_file()]


def test_the_same_in_one_process_and_in_two(tmp_path: Path) -> None:
    contract = library(tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    results = []
    for folder, processes in ((one, "-n0"), (two, "-n2")):
        folder.mkdir()
        ended = suite(folder, f"--contract={contract}", processes)
        assert (ended.exit, ended.outcomes) == (0, {"passed": NUMBER}), ended.out
        results.append(summary(ended.results))
        plans = Counter(line["operation"] for line in ended.journal("plan"))
        assert plans == dict.fromkeys((f"lend{index}" for index in range(NUMBER)), 1)
        workers = {(line["operation"], line["worker"]) for line in ended.journal("finish")}
        assert len(workers) == NUMBER  # one process held all of an operation
    assert results[0] == results[1]


def test_one_fault_in_one_of_many_is_one_finding(tmp_path: Path) -> None:
    contract = library(tmp_path)

    def answer(request: Request) -> Response:
        """Honour the contract, but for the limit of one operation."""
        headers = (("content-type", "application/json"),)
        if request.method != "POST" or not request.path.startswith("/loans/"):
            return Response(405, b"{}", (*headers, ("allow", "POST")))
        index = int(request.path.rpartition("/")[2])
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        valid = (
            (request.header("content-type") or "").partition(";")[0].strip().lower()
            == "application/json"
            and isinstance(body, dict)
            and isinstance(body.get("isbn"), str)
            and (len(body["isbn"]) <= 3 or index == 5)
            and ("days" not in body or _is_day(body["days"], index + 1))
        )
        return Response(200 if valid else 400, b'{"id": "a"}', headers)

    with recording(answer) as target:
        ended = suite(tmp_path, f"--contract={contract}", f"--target-url={target.url}")
    assert ended.exit == 1, ended.out
    assert [each["clause"] for each in ended.results["findings"]] == ["lend5/isbn/maxLength"]
    assert ended.outcomes == {"failed": 1, "passed": NUMBER - 1}


def _is_day(value: object, most: int) -> bool:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
    return whole and value <= most  # type: ignore[operator]


def test_only_holds_just_what_it_speaks_of(tmp_path: Path) -> None:
    ended = suite(tmp_path, f"--contract={library(tmp_path)}", "--only=/isbn/maxLength")
    assert ended.exit == 0, ended.out
    assert {each["clause"].partition("/")[2] for each in ended.journal("finish")} == {
        "isbn/maxLength"
    }


def test_an_operation_that_cannot_be_judged_does_not_end_the_others(tmp_path: Path) -> None:
    contract = library(tmp_path)

    def answer(request: Request) -> Response:
        if request.path == "/loans/3":
            return Response(400, b"{}", (("content-type", "application/json"),))
        body = json.loads(request.body or b"{}")
        return Response(200, json.dumps({"id": str(body)}).encode())

    with recording(answer) as target:
        ended = suite(
            tmp_path, f"--contract={contract}", f"--target-url={target.url}", "--only=/isbn/type"
        )
    verdict = verdicts(ended)
    assert verdict["lend3:request/smallest"] == "INCONCLUSIVE"
    assert {name.partition("/")[0] for name in verdict} > {"lend2", "lend4", "lend14"}


def test_shards_are_equal_and_make_the_whole(tmp_path: Path) -> None:
    operations = load(library(tmp_path, 25)).operations
    shards = [sharded(operations, f"{number}/4") for number in range(1, 5)]
    assert sorted(each.id for shard in shards for each in shard) == sorted(
        each.id for each in operations
    )
    assert sorted(map(len, shards)) == [6, 6, 6, 7]
    assert sharded(operations, None) == sharded(operations, "1/1") == operations


def test_the_report_of_all_shards_is_that_of_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = library(tmp_path, 30)
    (tmp_path / "all").mkdir()
    whole = suite(tmp_path / "all", f"--contract={contract}")
    runs = []
    for number in ("1/2", "2/2"):
        folder = tmp_path / number[0]
        folder.mkdir()
        ended = suite(folder, f"--contract={contract}", f"--shard={number}")
        assert ended.exit == 0, ended.out
        assert f"shard {number}" in ended.out
        runs.append(str(ended.run))
    into = tmp_path / "merged"
    assert main(["merge", *runs, "--into", str(into)]) == 0
    found = json.loads((into / "results.json").read_text())
    assert set(map(str, summary(found)[3])) == set(map(str, summary(whole.results)[3]))
    assert summary(found)[:3] == summary(whole.results)[:3]
    assert len(found["contract"]["operations"]) == 30
    capsys.readouterr()
    assert main(["merge", runs[0], "--into", str(into)]) == 4
    assert "the shards do not make a whole: 2/2 missing" in capsys.readouterr().err
    assert main(["merge", *runs, runs[0], "--into", str(into)]) == 4
    assert "one of the runs is named twice" in capsys.readouterr().err
    assert main(["merge", str(tmp_path), "--into", str(into)]) == 4


def test_a_budget_spends_on_every_clause_before_it_spends_twice(tmp_path: Path) -> None:
    plan = derive(load(library(tmp_path, 1)).operations[0])
    clauses = {case.clause.id for case in plan.cases}
    for most in (1, len(clauses), len(clauses) + 3):
        cut = limited(plan, most)
        assert len(cut.cases) == most
        assert cut.left_out == len(plan.cases) - most
        tried = {case.clause.id for case in cut.cases}
        assert len(tried) == min(most, len(clauses))
        without = {clause.id for clause in cut.clauses if clause.reason.startswith("left out by")}
        assert without == clauses - tried
    assert limited(plan, len(plan.cases)) is limited(plan, None) is plan


def test_what_a_budget_leaves_out_is_said(tmp_path: Path) -> None:
    contract = library(tmp_path)
    ended = suite(tmp_path, f"--contract={contract}", "--max-cases-per-operation=5")
    assert "at most 5 of an operation" in ended.out
    counted = Counter(
        each["operation"] for each in ended.journal("finish") if each["id"] != each["clause"]
    )
    assert set(counted.values()) == {5}
    assert all(each["left_out"] > 5 for each in ended.journal("plan"))
    left = [c for c in ended.results["clauses"] if c["reason"].startswith("left out by")]
    assert {each["standing"] for each in left} == {"not tried"}
    assert ended.results["outcome"]["counts"]["proved"] < len(ended.results["clauses"])
    assert "left out by --max-cases-per-operation 5" in ended.out
    number = sum(each["left_out"] for each in ended.journal("plan"))
    assert f"unproved   {number:,} cases left out by --max-cases-per-operation 5" in ended.out
    head = (ended.run / "report.html").read_text().partition("<main")[0]
    assert f"<dt>left out</dt><dd>{number:,}</dd>" in head


@pytest.mark.parametrize("number", [3, NUMBER])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_an_operation_that_cannot_be_judged_keeps_no_other_from_it(
    tmp_path: Path, number: int, status: int
) -> None:
    said = {"error": {"param": "isbn", "message": "no such book"}}
    body = json.dumps(said).encode()

    def answer(request: Request) -> Response:
        if request.path == "/loans/0":
            return Response(status, body, (("content-type", "application/json"),))
        return Response(200, b'{"id": "x"}', (("content-type", "application/json"),))

    with recording(answer) as target:
        options = (f"--target-url={target.url}", "--only=/isbn/type")
        ended = suite(tmp_path, f"--contract={library(tmp_path, number)}", *options)
    assert not ended.journal("abort")
    found = {each["operation"]: each["verdict"] for each in ended.journal("finish")}
    assert found.pop("lend0") == "INCONCLUSIVE"
    assert found.keys() == {f"lend{index}" for index in range(1, number)}
    assert set(found.values()) == {"FAIL"}
    (why,) = (each for each in ended.journal("finish") if each["operation"] == "lend0")
    assert f"The target answered {status} to POST /loans/0" in why["because"]


@pytest.mark.parametrize(("status", "held"), [(401, 2), (403, NUMBER)])
def test_a_key_that_opens_nothing(tmp_path: Path, status: int, held: int) -> None:
    with recording(lambda _: Response(status, b"{}")) as target:
        options = (f"--contract={library(tmp_path)}", f"--target-url={target.url}")
        ended = suite(tmp_path, *options)
    assert ended.exit == 7
    assert {each["verdict"] for each in ended.journal("finish")} == {"INCONCLUSIVE"}
    assert len(ended.journal("finish")) == held
    said = "with the smallest valid body. The key has no permission" if status == 403 else "a key"
    assert said in ended.out
    assert ("not one of 15 operations could be judged" in ended.out) == (status == 403)


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "/"])
def test_a_shard_that_is_none(tmp_path: Path, shard: str) -> None:
    ended = suite(tmp_path, f"--shard={shard}")
    assert ended.exit == 4
    assert f"argument --shard: '{shard}' is none of 1/N to N/N" in ended.out


def test_an_empty_shard_selects_nothing(tmp_path: Path) -> None:
    ended = suite(tmp_path, "--shard=2/2")
    empty = suite(tmp_path, "--shard=1/2") if ended.exit == 0 else ended
    assert empty.exit == 5
    assert "is empty" in empty.out


def test_a_dry_run_shows_the_requests_of_many_operations(tmp_path: Path) -> None:
    ended = suite(tmp_path, f"--contract={library(tmp_path)}", "--dry-run", "--only=/isbn/type")
    assert {f"/loans/{index}" for index in range(NUMBER)} <= set(
        re.findall(r"/loans/\d+", ended.out)
    )
    assert not (tmp_path / "reports").exists()
