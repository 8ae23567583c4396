"""Going on with a run that was cut short: what it was must be what is asked for now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.journal import Journal
from conformance.journal_reader import read_journal
from conformance.records import CaseRecord
from conformance.run_record import RunRecord
from conformance.verdict import Verdict

_WORDS: Final = {
    "tool": "the version of this suite",
    "contract_digest": "the contract (its SHA-256)",
    "embedded": "whether the embedded target is tested",
    "target": "--target-url",
    "seed": "--seed",
    "depth": "--depth",
    "options": "an option that changes what is sent or judged",
}
"""What decides which requests a run sends and how it judges them, by the member of RunRecord."""


def folder_of(resume: str, reports: Path) -> Path:
    """Return the folder of the run that `resume` names: a path, or a name below `reports`."""
    path = Path(resume)
    return path if path.is_dir() or not (reports / resume).is_dir() else reports / resume


def check_folder(folder: Path) -> None:
    """Raise UsageError where nothing can be written in `folder`, which need not be there yet."""
    above = next(each for each in (folder, *folder.parents) if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise UsageError(
            f"nothing can be written below {above}",
            "Choose a folder that can be written with --reports DIR.",
        )


def check_file(path: Path, flag: str) -> None:
    """Raise UsageError where no file can be written at `path`, which the option `flag` names."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        file = isinstance(problem, FileExistsError | NotADirectoryError)
        why = "one of its folders is a file" if file else problem.strerror
        what = f"{flag}={path} cannot be written: {why}"
        raise UsageError(what, "Name a file in a folder that can be written.") from problem
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        what = "it is a folder" if path.is_dir() else "nothing can be written in its folder"
        raise UsageError(f"{flag}={path}: {what}", "Name another file.")


def recorded(path: Path, now: RunRecord) -> Journal:
    """Return the journal at `path`, if its run is the one that `now` describes.

    Raises UsageError where it is another one, or no journal.
    """
    journal = read_journal(path)
    before = journal.run
    for name, words in _WORDS.items():
        was, wanted = getattr(before, name), getattr(now, name)
        if was != wanted and not (name == "target" and before.embedded and now.embedded):
            raise UsageError(
                f"the run {before.run_id} cannot go on: {words} was {was!s:.80}, now it is "
                f"{wanted!s:.80}",
                "Give the options of that run, or begin a new one without --resume.",
            )
    return journal


def finished(journal: Journal) -> Mapping[str, CaseRecord]:
    """Return the cases that need not be sent again, by id: what broke this suite does."""
    again = (Verdict.TOOL, Verdict.NOT_RUN)
    return {each.id: each for each in journal.cases if each.verdict not in again}


def of_exploration(identifier: str, done: Mapping[str, CaseRecord]) -> CaseRecord | None:
    """Return what came of the exploration `identifier`, which may be named after its failure.

    What draws valid bodies is named after the member that makes them fail.
    """
    kind = identifier.rpartition("/")[2]
    operation = identifier.partition("/")[0]
    if identifier in done or kind != "explored-valid":
        return done.get(identifier)
    named = (each for each in done.values() if each.explored and each.operation == operation)
    return next((each for each in named if each.id.endswith(f"/{kind}")), None)
