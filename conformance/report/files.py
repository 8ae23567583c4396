"""The one place where reports touch the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.findings import Finding
from conformance.journal import JOURNAL, Journal, JournalWriter
from conformance.journal_reader import read_journal
from conformance.outcome import Outcome, judge_run
from conformance.report import html, results

RESULTS = "results.json"
PAGE = "report.html"


Built = Mapping[str, Iterable[bytes]]
"""Files by name, each in pieces: the whole of one may be larger than what it is made of."""


def build(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Built:
    """Return the files of a run by name; UTF-8, line feeds, the same bytes every time."""
    return {
        RESULTS: map(str.encode, results.pieces(journal, findings, outcome)),
        PAGE: map(str.encode, html.pieces(journal, findings, outcome)),
    }


EXPORTS: Mapping[str, str] = {
    "ctrf": "ctrf.json",
    "sarif": "results.sarif",
    "markdown": "summary.md",
}
"""The formats for other programs, with the name of each in the folder of a run."""


def export(reported: Reported, form: str) -> Iterator[bytes]:
    """Yield what was reported in one of the forms of EXPORTS; the same bytes every time."""
    module = import_module(f"conformance.report.{form}")
    for piece in module.pieces(reported.journal, reported.findings, reported.outcome):
        yield piece.encode("utf-8", "backslashreplace")


class Reported(Struct, frozen=True):
    """What the reports of a run were made of."""

    journal: Journal
    findings: tuple[Finding, ...]
    outcome: Outcome


def write_reports(run_dir: Path, home: Path | None = None) -> Reported:
    """Build the reports of the run in `run_dir` from its journal alone, and return their source.

    With `home`, the folder of all runs, this is the end of the run: see `write_files`. Raises
    UsageError where the journal cannot be read or a file cannot be written.
    """
    return write_files(read_run(run_dir), run_dir, home)


def read_run(run_dir: Path) -> Reported:
    """Return what the journal in `run_dir` says. Raises UsageError where it cannot be read.

    Whether the run was strict stands in its options (`strict`: `true`).
    """
    from conformance.findings import find  # noqa: PLC0415  (the reports are built without it)

    journal = read_journal(run_dir / JOURNAL)
    findings = find(journal)
    outcome = judge_run(journal, findings, strict=journal.run.options.get("strict") == "true")
    return Reported(journal, findings, outcome)


def write_files(reported: Reported, run_dir: Path, home: Path | None = None) -> Reported:
    """Write the reports of a run, and return what they say; a file appears whole or not at all.

    With `home`, the folder of all runs, this is the end of the run: what the history there says of
    it is added to the journal first, and the page stands there as well. Raises UsageError where one
    cannot be written.
    """
    journal, findings, outcome = reported.journal, reported.findings, reported.outcome
    if home is not None and journal.history is None:
        journal = _with_history(run_dir, home, journal, findings, outcome)
    files = build(journal, findings, outcome)
    for name, data in files.items():
        write(run_dir / name, data)
    if home is not None:
        _also(run_dir / PAGE, home / PAGE)
    return Reported(journal, findings, outcome)


def _with_history(
    run_dir: Path, home: Path, journal: Journal, findings: Sequence[Finding], outcome: Outcome
) -> Journal:
    from conformance.history import FILE, remember  # noqa: PLC0415  (imports sqlite3)

    record = remember(home / FILE, journal, findings, outcome)
    writer = JournalWriter(run_dir / JOURNAL)
    writer.write("history", record)
    writer.close()
    return replace(journal, history=record)


def _also(page: Path, latest: Path) -> None:
    """Let `latest` be the same file as `page`, or a copy where the file system knows no links."""
    temporary = latest.with_name(f".{page.parent.name}.{latest.name}")
    try:
        temporary.unlink(missing_ok=True)
        os.link(page, temporary)
        temporary.replace(latest)
    except OSError:
        write(latest, page.read_bytes())


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put `data`, whole or in pieces, at `path` in one step, readable for all.

    Raises UsageError where that cannot be done.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as problem:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise UsageError(
            f"cannot write {path}: {problem.strerror}",
            "Choose a folder that can be written with --reports DIR.",
        ) from problem
