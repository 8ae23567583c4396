"""One table of options: command line, environment, `conformance.toml`, README, JSON Schema."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

from conformance import config
from conformance.errors import UsageError
from conformance.options import settings
from conformance.run import Run
from conformance.settings import Settings, options
from tests.cli import pytest_in

pytest_plugins = ["pytester"]

README = Path(__file__).parent.parent / "README.md"
FILE = """
target-url = "http://127.0.0.1:9"
target-header = ["A: 1", "B: 2"]
contract = "api.json"
reports = "out"
seed = 7
timeout = 3

[values.PostAccountLinks]
account = "acct_1"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / config.NAME
    path.write_text(text)
    return path


def test_the_readme_lists_every_option_as_the_table_has_it() -> None:
    assert config.table() in README.read_text()


def test_every_field_of_the_settings_is_an_option_or_comes_from_pytest() -> None:
    table = {each.field for each in options()}
    others = {"file", "strict", "cache", "command", "environment"}
    assert {each.name for each in fields(Settings)} == table | others
    assert len({each.flag for each in options()}) == len(options())


def test_what_an_option_is_when_nobody_says_anything_is_of_its_kind() -> None:
    for each in options():
        if each.default in (None, ()):
            continue
        value = str(each.default) if each.metavar else each.default
        assert each.kind.read(value) == each.default, each.flag  # type: ignore[arg-type]


def test_a_file_speaks_for_every_option(tmp_path: Path) -> None:
    file = config.read(written(tmp_path, FILE))
    assert file.chosen == {
        "target": "http://127.0.0.1:9",
        "headers": ("A: 1", "B: 2"),
        "contract": str(tmp_path / "api.json"),
        "reports": tmp_path / "out",
        "seed": 7,
        "timeout_s": 3.0,
    }
    assert file.values == {"PostAccountLinks": {"account": "acct_1"}}
    jsonschema.validate(tomllib.loads(FILE), config.schema())


def test_a_contract_from_the_net_is_no_path(tmp_path: Path) -> None:
    file = config.read(written(tmp_path, 'contract = "https://example.com/a.json"'))
    assert file.chosen["contract"] == "https://example.com/a.json"


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ('\ntarget_url = "x"', ":2", 'there is no option "target_url"\nDid you mean "target-url"?'),
        ("sed = 1", ":1", 'there is no option "sed"\nDid you mean "seed"?'),
        ("[value.A]", "", 'there is no option "value"\nDid you mean "values"?'),
        ('config = "a"', ":1", 'there is no option "config"'),
        ('seed = "1"', ":1", 'seed: "1" is not a number'),
        ("seed = 1.5", ":1", "seed: 1.5 is not a number"),
        ("seed = true", ":1", "seed: true is not a number"),
        ("# a\n\n'timeout'=0", ":3", "timeout: 0 is no number above zero"),
        ("timeout = nan", ":1", "is no number above zero"),
        ('depth = "abyss"', ":1", 'depth: "abyss" is none of quick, standard, deep'),
        ("target-url = 1979-05-27", ":1", "is not a text"),
        ('only = "/a"', ":1", 'only is a list\nWrite only = ["POINTER"].'),
        ("only = [1]", ":1", "only: 1 is not a text"),
        ("values = 1", ":1", "values is no table"),
        ("a = ", "", "this is not TOML"),
        ("a = 1\na = 2", "", "this is not TOML"),
        ("a = " + "[" * 5000, "", "this is not TOML"),
        ("", "", ""),
    ],
)
def test_what_no_option_has_is_named_with_its_line(
    tmp_path: Path, text: str, line: str, sentence: str
) -> None:
    path = written(tmp_path, text)
    if not sentence:
        assert config.read(path).chosen == {}
        return
    with pytest.raises(UsageError) as problem:
        config.read(path)
    assert f"{path}{line}: " in str(problem.value)
    assert sentence in str(problem.value)
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    if "nan" not in text:  # JSON Schema says nothing of what JSON cannot say
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tree, config.schema())


def test_a_file_that_is_no_text_or_not_there_is_the_users(tmp_path: Path) -> None:
    path = tmp_path / config.NAME
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        config.read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="this is not TOML"):
        config.read(path)
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(UsageError, match="larger than"):
        config.read(path)


def test_the_nearest_file_upward_is_found(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert config.find(below) is None
    outer = written(tmp_path, "")
    assert config.find(below) == outer
    assert config.find(written(below, "").parent) == below / config.NAME


def test_the_command_line_comes_before_the_environment_before_the_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = "CONFORMANCE_TARGET_URL"
    monkeypatch.delenv(variable, raising=False)
    nothing_said = settings(pytester.parseconfig())
    expected = Settings(
        reports=pytester.path / "reports",
        command=nothing_said.command,
        environment={"pytest": pytest.__version__},
    )
    assert vars(nothing_said) == vars(expected)
    written(pytester.path, FILE)
    assert settings(pytester.parseconfig()).target == "http://127.0.0.1:9"
    monkeypatch.setenv(variable, "http://127.0.0.1:8")
    assert settings(pytester.parseconfig()).target == "http://127.0.0.1:8"
    given = settings(pytester.parseconfig("--target-url=http://127.0.0.1:7", "--seed=0"))
    assert (given.target, given.seed, given.timeout_s) == ("http://127.0.0.1:7", 0, 3.0)
    other = pytester.path / "other.toml"
    other.write_text("seed = 8")
    assert settings(pytester.parseconfig("--config=other.toml")).seed == 8


def test_a_wrong_file_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    written(tmp_path, "seeed = 1")
    ended = pytest_in(tmp_path, "--pyargs", "conformance")
    assert ended.exit == 4
    assert f"{tmp_path / config.NAME}:1: there is no option" in ended.out
    assert 'Did you mean "seed"?' in ended.out
    assert not (tmp_path / "reports").exists()


def test_a_file_of_ours_is_nothing_to_another_suite(tmp_path: Path) -> None:
    written(tmp_path, "seeed = 1")
    (tmp_path / "test_other.py").write_text("def test_it(): pass")
    assert pytest_in(tmp_path, "test_other.py").exit == 0


@pytest.mark.parametrize(("argument", "status"), [("--schema", 0), ("--table", 0), ("--x", 4)])
def test_schema_and_table_are_printed(argument: str, status: int) -> None:
    command = [sys.executable, "-m", "conformance.config", argument]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == status
    if argument == "--schema":
        schema = json.loads(ended.stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False
    elif argument == "--table":
        assert ended.stdout.strip() == config.table()


def test_the_example_of_the_readme_is_read(tmp_path: Path) -> None:
    text = README.read_text()
    start = text.index('       target-url = "https://sandbox.example.com"')
    example = textwrap.dedent(text[start : text.index("   Nested names are tables")])
    file = config.read(written(tmp_path, example))
    assert file.chosen["target"] == "https://sandbox.example.com"
    assert file.values["PostAccountLinks"]["never"] == ["expand"]
    assert Run(Settings(file=file, reports=tmp_path), "name").plans
