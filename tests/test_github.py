"""A run as GitHub Actions sees it: summary, annotations, exports, and JUnit's properties."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.reference.http import Response
from conformance.report import EXPORTS
from tests.cli import Ended, miniature, recording, suite
from tests.sample_runs import HOSTILE

OPTIONS = ("--ctrf=out/c.json", "--sarif=out/r.sarif", "--markdown=out/s.md", "--junitxml=j.xml")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """Run under GitHub Actions against a target with one fault, with every export."""
    folder = tmp_path_factory.mktemp("there")
    with miniature("lengths/account-5001").serve() as url:
        yield suite(
            *(folder, f"--target-url={url}", *OPTIONS),
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(folder / "summary.md"),
        )


def test_summary_and_annotations_come_of_themselves(there: Ended) -> None:
    assert there.exit == 1, there.out
    (command,) = [line for line in there.lines if line.startswith("::")]
    assert re.match(
        r"::error file=\S+post_account_links\.json,line=\d+,title=PostAccountLinks/account/"
        r"maxLength/accepted::account has at most 5000 characters\. ",
        command,
    )
    summary = (there.folder / "summary.md").read_text()
    assert summary.startswith("## ✗ Not conformant: 1 finding\n")
    assert summary.count("<details>") == 1


def test_the_line_of_the_annotation_is_that_of_the_keyword(there: Ended) -> None:
    found = re.search(r"::error file=([^,]+),line=(\d+)", there.out)
    assert found
    row = Path(found[1]).read_text().split("\n")[int(found[2]) - 1]
    assert row.strip().startswith('"maxLength": 5000')


def test_exports_are_those_of_the_journal(there: Ended) -> None:
    asked = [(there.folder / "out" / name).read_bytes() for name in ("c.json", "r.sarif", "s.md")]
    own = [there.run / name for name in EXPORTS.values()]
    assert [path.read_bytes() for path in own] == asked
    command = [sys.executable, "-m", "conformance.report", "build", str(there.run)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert [path.read_bytes() for path in own] == asked
    tests = json.loads(asked[0])["results"]["tests"]
    assert [test["name"] for test in tests] == list(there.verdicts)
    assert asked[2].decode() == (there.folder / "summary.md").read_text()


def test_junit_says_where_each_clause_stands(there: Ended) -> None:
    root = ET.parse(there.folder / "j.xml").getroot()  # noqa: S314  (our own)
    told = [
        {each.get("name"): each.get("value") for each in case.findall("./properties/property")}
        for case in root.iter("testcase")
    ]
    judged = [each for each in told if each]
    assert len(judged) == len(there.verdicts)
    by_clause = {clause["id"]: clause for clause in there.journal("clause")}
    for each in judged:
        clause = by_clause[str(each["clause"])]
        assert each["keyword_location"] == clause["keyword_location"]
        assert each["instance_location"] == clause["instance_location"]


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        ((), {}, False),
        (("--github",), {}, True),
        (("--no-github",), {"GITHUB_ACTIONS": "true"}, False),
        (("--github", "--no-github"), {}, False),
        ((), {"GITHUB_ACTIONS": "false"}, False),
    ],
)
def test_who_asks_for_the_summary(
    tmp_path: Path,
    options: tuple[str, ...],
    variables: dict[str, str],
    expected: bool,  # noqa: FBT001  (a row)
) -> None:
    summary = tmp_path / "summary.md"
    ended = suite(
        *(tmp_path, "--only=/account/maxLength", *options),
        GITHUB_STEP_SUMMARY=str(summary),
        **variables,
    )
    assert ended.exit == 0, ended.out
    assert summary.exists() == expected
    assert (ended.run / "ctrf.json").exists() == expected


def test_a_summary_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    ended = suite(
        *(tmp_path, "--only=/account/maxLength", "--github"),
        GITHUB_STEP_SUMMARY=str(tmp_path),
    )
    assert ended.exit == 0, ended.out
    assert "the job summary cannot be written" in ended.out


def test_a_target_cannot_speak_to_the_runner(tmp_path: Path) -> None:
    evil = "::error::evil\n::stop-commands::x\r\n##[error]evil\n\r::add-mask::y" + HOSTILE
    body = json.dumps({"error": {"type": evil, "message": evil, "param": evil}}).encode()
    answer = Response(402, body, (("content-type", "application/json"),))
    with recording(lambda _: answer) as target:
        ended = suite(
            *(tmp_path, f"--target-url={target.url}", "-vv", "--junitxml=j.xml"),
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        )
    assert ended.exit in (1, 7), ended.out
    for line in re.split(r"[\r\n]", ended.out):
        assert not re.match(r"\s*::(?!error (file|title)=)", line), line
        assert "##[" not in line
    assert ET.parse(tmp_path / "j.xml").getroot().find(".//testcase") is not None  # noqa: S314


def test_an_export_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = suite(tmp_path, "--only=/account/maxLength", "--ctrf=file/c.json")
    assert ended.exit == 4, ended.out
    assert "--ctrf=file/c.json cannot be written: one of its folders is a file" in ended.out
