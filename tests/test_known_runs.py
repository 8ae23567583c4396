"""Known deviations as a user meets them: the flip from known to new, JUnit, and the update."""

from __future__ import annotations

import contextlib
import json
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import jsonschema
import pytest

from conformance.contract import default_source, load
from conformance.reference import application, break_clause, serve
from conformance.report.schema import SCHEMA
from tests.cli import Ended, suite

(OPERATION,) = load(default_source()).operations
FIRST = "/account/maxLength"
MORE = ("/collect/enum", "/additionalProperties", "response/200/url/type")


@contextlib.contextmanager
def broken(*names: str) -> Iterator[str]:
    """Serve the embedded target with several clauses broken; the last may be of an answer."""
    *requests, last = names
    operation = reduce(lambda each, name: break_clause(each, name).operation, requests, OPERATION)
    with serve(application(break_clause(operation, last))) as server:
        yield f"--target-url={server.url}"


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the one finding of a first night on file, with a reason."""
    folder = tmp_path_factory.mktemp("first")
    path = folder / "known.toml"
    options = (f"--known-deviations={path}", "--update-known-deviations")
    with broken(FIRST) as target:
        first = suite(folder, target, *options)
        assert first.exit == 1, first.out
        assert f"1 finding put on file in {path}: give each a reason" in first.out
        refused = suite(folder, target, options[0], "--reports=refused")
    assert refused.exit == 4, refused.out
    assert f"{path}:2: a known deviation has no reason" in refused.out
    assert not (folder / "refused").exists()
    text = path.read_text()
    text = text.replace('reason = ""', 'reason = "long ids are cut"')
    path.write_text(text.replace('link = ""', 'link = "https://tracker.example/1"'))
    return path


@pytest.fixture(scope="module")
def calm(listed: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Run again with the finding on file."""
    with broken(FIRST) as target:
        return suite(
            tmp_path_factory.mktemp("second"),
            *(target, f"--known-deviations={listed}", "--junitxml=junit.xml", "-x"),
        )


def test_a_known_finding_alone_lets_the_night_pass(calm: Ended) -> None:
    assert calm.exit == 0, calm.out
    assert "⚠ Not conformant: 0 new findings, 1 known" in calm.out
    assert "PostAccountLinks/account/maxLength/accepted   since 2" in calm.out
    assert "long ids are cut" in calm.out
    assert " known, " in calm.lines[-1] or " known in" in calm.lines[-1]
    assert "failed" not in calm.outcomes


def test_every_record_of_the_run_names_what_is_known(calm: Ended) -> None:
    (head,) = calm.journal("run")
    assert head["deviations"][0]["reason"] == "long ids are cut"
    assert len(head["deviations_sha256"]) == 64
    jsonschema.validate(calm.results, SCHEMA)
    assert [each["known"] for each in calm.results["findings"]] == [True]
    assert calm.results["known_deviations"]["entries"] == head["deviations"]
    page = (calm.run / "report.html").read_text()
    assert "long ids are cut" in page
    assert "https://tracker.example/1" in page


def test_junit_lets_known_cases_pass_and_names_them(calm: Ended) -> None:
    root = ET.parse(calm.folder / "junit.xml").getroot()  # noqa: S314  (our own)
    assert root.find(".//failure") is None
    told = [
        {each.get("name"): each.get("value") for each in case.findall("./properties/property")}
        for case in root.iter("testcase")
    ]
    known = [each for each in told if "known_deviation" in each]
    assert known
    assert {each["verdict"] for each in known} == {"FAIL"}
    assert {each["known_deviation"] for each in known} == {
        "long ids are cut (https://tracker.example/1)"
    }


@pytest.mark.parametrize("more", [(), ("-n2",)])
def test_three_new_faults_behind_a_known_one_are_found_and_red(
    listed: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    with broken(FIRST, *MORE) as target:
        ended = suite(tmp_path, target, f"--known-deviations={listed}", *more)
    assert ended.exit == 1, ended.out
    assert "✗ Not conformant: 3 new findings, 1 known" in ended.out
    found = {each["clause"]: each["known"] for each in ended.results["findings"]}
    assert found == {
        f"{OPERATION.id}{FIRST}": True,
        **{f"{OPERATION.id}{':' * name.startswith('r')}{name}": False for name in MORE},
    }
    assert Counter(each["level"] for each in ended.results["findings"]) == {"MUST": 4}


def test_a_deviation_that_is_gone_turns_the_night_red(listed: Path, tmp_path: Path) -> None:
    with broken("response/200/url/type") as target:
        options = (target, f"--known-deviations={listed}")
        ended = suite(tmp_path, *options, "-k", "/account/ or response")
        whole = suite(tmp_path, *options, "--reports=whole")
    assert ended.exit == whole.exit == 1
    assert ended.results["outcome"]["stale"] == []
    results = next((tmp_path / "whole").glob("*/results.json"))
    (gone,) = json.loads(results.read_text())["outcome"]["stale"]
    assert gone["clause"] == f"{OPERATION.id}{FIRST}"
    assert "it fails no longer" in whole.out
    green = suite(tmp_path, options[1], "--reports=green")
    assert green.exit == 1, green.out
    assert "✗ 1 known deviation no longer there" in green.out
    assert f"Take it off the list ({listed}:2)" in green.out.replace("\n  ", " ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--known-deviations=nowhere.toml",), "nowhere.toml: the known deviations cannot be read"),
        (("--update-known-deviations",), "Name it with --known-deviations FILE."),
    ],
)
def test_a_list_that_is_not_there_is_wrong_use(
    tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    ended = suite(tmp_path, *options)
    assert ended.exit == 4, ended.out
    assert sentence in ended.out
    assert not (tmp_path / "reports").exists()


def test_nothing_new_is_nothing_to_put_on_file(tmp_path: Path) -> None:
    options = ("--known-deviations=known.toml", "--update-known-deviations")
    ended = suite(tmp_path, "--only=/account/maxLength", *options)
    assert ended.exit == 0, ended.out
    assert "No finding is new: nothing was put on file." in ended.out
    assert not (tmp_path / "known.toml").exists()
