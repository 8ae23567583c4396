"""A finished run → its reports, its exports, and what goes on file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conformance.journal import JOURNAL
from conformance.settings import Settings

if TYPE_CHECKING:
    from conformance.report import Reported


def judged(folder: Path) -> Reported | None:
    """Return what the journal in `folder` says; None where there is none. Raises UsageError."""
    from conformance.report import read_run  # noqa: PLC0415  (at the end only)

    return read_run(folder) if (folder / JOURNAL).exists() else None


def put_on_file(settings: Settings, reported: Reported) -> int:
    """Add what is new to the file of known deviations; return how many entries that makes."""
    from conformance.deviation_file import append, unfiled  # noqa: PLC0415  (where asked for)

    path = settings.known_deviations
    entries = unfiled(reported.journal, reported.findings, strict=settings.strict)
    if entries and path is not None:
        append(Path(path), entries)
    return len(entries)


def write_reports(settings: Settings, folder: Path, reported: Reported) -> Reported:
    """Write every report of the run in `folder`, and return what they say.

    Raises UsageError where one cannot be written.
    """
    from conformance.report import (  # noqa: PLC0415  (at the end only)
        EXPORTS,
        export,
        write,
        write_files,
    )

    reported = write_files(reported, folder, settings.reports)
    for form, name in EXPORTS.items():
        asked: str | None = getattr(settings, form)
        for path in (asked, folder / name if settings.on_github else None):
            if path is not None:
                write(Path(path), export(reported, form))
    return reported
