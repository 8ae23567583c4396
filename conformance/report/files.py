"""The one place where reports touch the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import UsageError
from conformance.findings import Finding
from conformance.journal import Journal, read_journal
from conformance.outcome import Outcome, judge_run
from conformance.report import html, results

JOURNAL = "journal.ndjson"
RESULTS = "results.json"
PAGE = "report.html"


def build(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Mapping[str, bytes]:
    """Return the files of a run by name; UTF-8, line feeds, the same bytes every time."""
    return {
        RESULTS: results.render(journal, findings, outcome).encode(),
        PAGE: html.render(journal, findings, outcome).encode(),
    }


@dataclass(frozen=True, slots=True)
class Reported:
    """What the reports of a run were made of."""

    journal: Journal
    findings: tuple[Finding, ...]
    outcome: Outcome


def write_reports(run_dir: Path, latest_html: Path | None = None) -> Reported:
    """Rebuild the reports of the run in `run_dir` from its journal alone, and return their source.

    The page goes to `latest_html` as well. Whether the run was strict stands in its options
    (`strict`: `true`). A file appears whole or not at all. Raises UsageError where the journal
    cannot be read or a file cannot be written.
    """
    from conformance.findings import find  # noqa: PLC0415  (the reports are built without it)

    journal = read_journal(run_dir / JOURNAL)
    findings = find(journal)
    outcome = judge_run(journal, findings, strict=journal.run.options.get("strict") == "true")
    files = build(journal, findings, outcome)
    for name, data in files.items():
        write(run_dir / name, data)
    if latest_html is not None:
        write(latest_html, files[PAGE])
    return Reported(journal, findings, outcome)


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step, readable for all.

    Raises UsageError where that cannot be done.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as problem:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise UsageError(
            f"cannot write {path}: {problem.strerror}",
            "Choose a folder that can be written with --reports DIR.",
        ) from problem
