"""What the user asks for wrongly: exit status 4, one sentence, nothing sent, nothing left."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance
from conformance.options import wanted
from tests.cli import Recorder, pytest_in, recording

pytest_plugins = ["pytester"]

BROKEN = {
    "broken.json": '{"openapi": "3.0.0",\n "paths": ',
    "broken.yaml": "openapi: 3.0.0\npaths: [\n",
    "empty.json": "",
    "list.json": "[1]",
    "old.json": '{"swagger": "2.0", "paths": {}}',
    "file": "not a folder",
    "bad.pem": "no certificate",
}


@pytest.fixture
def target(pytester: pytest.Pytester) -> Iterator[Recorder]:
    """Serve a target that must not be asked for anything, and write wrong files."""
    for name, text in BROKEN.items():
        Path(pytester.path, name).write_text(text)
    with recording() as found:
        yield found


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--target-url=", "--target-url is empty"),
        ("--contract=", "--contract is empty"),
        ("--known-deviations=", "--known-deviations is empty"),
        ("--only=", "--only is empty"),
        ("--ctrf=", "--ctrf is empty"),
        ("--ctrf=file/below", "--ctrf=file/below cannot be written: "),
        ("--markdown=.", "--markdown=.: it is a folder"),
        ("--target-url=ftp://h", "the target URL has the scheme ftp:"),
        ("--target-url=127.0.0.1:80", "Did you mean http://127.0.0.1:80 ?"),
        ("--target-url=http://h:99999", "A port is 1 to 65535."),
        ("--target-url=http://key@h", "the target URL holds user information"),
        ("--target-url=http://h/?a=b", "the target URL has a query or a fragment"),
        ("--target-header=nonsense", "a --target-header has no name that a header can have"),
        ("--target-header='A: $UNSET_4711'", "the variable UNSET_4711 of the header A is not set"),
        ("--target-header='A: $ x'", "a dollar without a name in the header A"),
        ("--target-header='Host: $EMPTY_4711'", "the variable EMPTY_4711 of the header Host is"),
        ("--target-header='Content-Length: 1'", "the header Content-Length is the suite's own"),
        ("--contract=nowhere.json", "nowhere.json: the document cannot be read: No such file"),
        ("--contract=broken.json", "broken.json:2: this is not JSON"),
        ("--contract=broken.yaml", "broken.yaml:"),
        ("--contract=empty.json", "empty.json"),
        ("--contract=list.json", "list.json"),
        ("--contract=old.json", "old.json"),
        ("--companion=nowhere.json", "nowhere.json: the document cannot be read: No such file"),
        ("--timeout=0", "argument --timeout: '0' is no number above zero"),
        ("--timeout=nan", "argument --timeout: 'nan' is no number above zero"),
        ("--rate=-1", "argument --rate: '-1' is no number above zero"),
        ("--rate=fast", "argument --rate: 'fast' is no number above zero"),
        ("--depth=abyss", "argument --depth: 'abyss' is none of quick, standard, deep"),
        ("--seed=x", "argument --seed: 'x' is no whole number"),
        ("--ca-file=bad.pem", "Name a file of PEM certificates with --ca-file."),
        ("--reports=file/below --rate=9", "Choose a folder that can be written with --reports DIR"),
    ],
)
def test_a_wrong_option_ends_the_run_before_it_begins(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    target: Recorder,
    options: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("EMPTY_4711", "")
    monkeypatch.delenv("UNSET_4711", raising=False)
    before = {path.name for path in pytester.path.iterdir()}
    words = shlex.split(options)
    if "--target-url" not in options:
        words.append(f"--target-url={target.url}")
    result = pytester.runpytest_inprocess("-p", "no:randomly", "--pyargs", "conformance", *words)
    said = "\n".join((*result.outlines, *result.errlines))
    assert result.ret == pytest.ExitCode.USAGE_ERROR, said
    assert sentence in said
    assert "Traceback" not in said
    assert "key@" not in said
    assert len(result.errlines) <= 6
    assert target.requests == []
    assert {path.name for path in pytester.path.iterdir()} - before <= {".pytest_cache"}


@pytest.mark.parametrize("processes", ["-n0", "-n2"])
def test_nothing_selected_names_the_nearest(tmp_path: Path, processes: str) -> None:
    ended = pytest_in(
        tmp_path,
        "--pyargs",
        "conformance",
        processes,
        "--operation=PostAccountLink",
        "--depth=quick",
    )
    assert ended.exit == 5
    assert "The nearest are: PostAccountLinks." in ended.out
    assert "gw0" not in ended.out
    assert not (tmp_path / "reports").exists()


def test_processes_are_not_even_started_for_a_wrong_option(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, "--pyargs", "conformance", "-n2", "--contract=nowhere.json")
    assert ended.exit == 4
    assert ended.out.count("nowhere.json: the document cannot be read") == 1
    assert "gw0" not in ended.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--pyargs", "conformance"), True),
        (("--pyargs", "conformance.test_requests"), True),
        ((str(Path(conformance.__file__).parent / "test_requests.py::test_request"),), True),
        (("--target-url=http://h",), True),
        (("--only=/account", "."), True),
        (("--rate=2",), True),
        ((".",), False),
        (("--depth=quick", "--seed=1"), False),
    ],
)
def test_the_suite_wakes_only_when_it_is_spoken_to(
    pytester: pytest.Pytester,
    arguments: tuple[str, ...],
    expected: bool,  # noqa: FBT001  (a row)
) -> None:
    assert wanted(pytester.parseconfig(*arguments)) is expected


def test_a_folder_that_turns_out_unwritable_is_the_users(pytester: pytest.Pytester) -> None:
    Path(pytester.path, "conftest.py").write_text(
        "import pathlib\n"
        "def pytest_collection_finish(session):\n"
        "    pathlib.Path('reports').write_text('in the way')\n"
    )
    arguments = ("-p", "no:randomly", "--pyargs", "conformance", "--only=/account/maxLength")
    result = pytester.runpytest_inprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*cannot write *reports*", "Choose a folder*--reports DIR*"])
