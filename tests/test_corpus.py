"""The corpus command: a row for every document, whatever it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.corpus.__main__ import main
from tests.test_many import library

Said = pytest.CaptureFixture[str]


def test_every_document_is_a_row(tmp_path: Path, capfd: Said) -> None:
    library(tmp_path, 2)
    (tmp_path / "broken.yaml").write_text("{")
    (tmp_path / "other.json").write_text('{"openapi": "9.0.0"}')
    (tmp_path / "notes.txt").write_text("no description")
    (tmp_path / "part.json").write_text('{"definitions": {}}')
    kept = tmp_path / "rows"
    asked = ["--embedded", "--break", "2", f"--json={kept}", f"--markdown={tmp_path / 'table'}"]
    assert main([str(tmp_path), *asked]) == 1
    said = capfd.readouterr()
    assert said.err.splitlines()[:2] == [
        "3 of 4 files are descriptions; the others are passed over",
        "1 of 3: broken.yaml failed",
    ]
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line}
    assert rows["library.json"][:2] == ["2", "2"]
    assert rows["library.json"][-3:] == ["0", "2/2", "2"]
    assert rows["broken.yaml"][:3] == ["0", "0", "0"]
    assert "this is OpenAPI 9.0.0" in said.out
    assert "this is not JSON" in said.out
    assert [each["derived"] for each in json.loads(kept.read_text())] == [0, 2, 0]
    assert "| library.json |" in (tmp_path / "table").read_text()


def test_nothing_wrong_is_exit_0_and_no_document_is_wrong_use(tmp_path: Path, capfd: Said) -> None:
    assert main([str(tmp_path)]) == 4
    assert "holds no description" in capfd.readouterr().err
    library(tmp_path, 1)
    assert main([str(tmp_path), "--max-cases-per-operation=5"]) == 0
    assert "1 documents" in capfd.readouterr().out


def test_a_document_that_takes_too_long_is_a_row(tmp_path: Path, capfd: Said) -> None:
    library(tmp_path, 1)
    assert main([str(tmp_path), "--timeout=0.001"]) == 1
    assert "not done after 0.001 s" in capfd.readouterr().out


def test_what_there_is_no_time_for_is_told(tmp_path: Path, capfd: Said) -> None:
    library(tmp_path, 2)
    assert main([str(tmp_path), "--embedded", "--operation-seconds=0.0001"]) == 1
    said = capfd.readouterr().out
    assert "not done after 0.0001 s of processor time" in said


def test_cases_that_a_budget_cuts_are_counted(tmp_path: Path, capfd: Said) -> None:
    library(tmp_path, 2)
    assert main([str(tmp_path), "--embedded", "--max-cases-per-operation=5"]) == 0
    assert "cases were not sent" in capfd.readouterr().out
