"""The file of known deviations: TOML that people review, one table a deviation.

::

    [[deviation]]
    finding = "PostAccountLinks/account/maxLength/accepted"   # CLAUSE/SYMPTOM, as printed
    reason = "The gateway cuts long ids; they are harmless."  # why it is borne for now
    link = "https://tracker.example/123"                      # where it is tracked
    date = 2026-11-22                                         # since when
    expires = 2027-02-28                                      # optional: then it is new again
    clauses = ["PostAccountLinks/account/maxLength", …]       # where one cause breaks several
    drawn = "standard, seed 0"                                # where only exploration shows it

Raises UsageError with the place for whatever else stands in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.deviations import drawn
from conformance.errors import UsageError
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.run_record import Deviation, DeviationList
from conformance.verdict import Level, Symptom

_MEMBERS = ("finding", "reason", "link", "date", "expires", "clauses", "drawn")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*deviation[ \t]*\]\]", re.MULTILINE)
_LINK = re.compile(r"https?://\S+")
_SEVERAL = re.compile(r":(every|trait|http)/")
_LIMIT_BYTES = 1 << 20
_TERM_DAYS = 90


def read_deviations(path: Path, shown: str) -> DeviationList:
    """Return what the file at `path` holds; `shown` is its name for people.

    Raises UsageError where it cannot be read, is no TOML, or an entry is not complete.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"{shown}: the known deviations cannot be read: {problem.strerror}",
            "Name the file with --known-deviations, or begin one with --update-known-deviations.",
        ) from problem
    if len(data) > _LIMIT_BYTES:
        raise UsageError(f"{shown}: over 1 MiB is no list that people keep", "Name another file.")
    try:
        text = data.decode()
        document = tomllib.loads(text)
    except ValueError as problem:  # TOMLDecodeError and UnicodeDecodeError are
        raise UsageError(
            f"{shown}: this is not TOML: {problem}", "Correct the syntax there."
        ) from problem
    starts = [text.count("\n", 0, found.start()) + 1 for found in _HEADER.finditer(text)]
    return DeviationList(
        shown, hashlib.sha256(data).hexdigest(), tuple(_entries(document, starts, shown))
    )


def _entries(document: Mapping[str, Any], starts: list[int], shown: str) -> Iterator[Deviation]:
    for name in document:
        if name != "deviation":
            raise UsageError(
                f'{shown}: the key "{name}" is not known at the top', "Write [[deviation]] tables."
            )
    tables = document.get("deviation", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise UsageError(f"{shown}: deviation is no list of tables", "Write [[deviation]] tables.")
    seen: dict[tuple[str, str], str] = {}
    for number, table in enumerate(tables):
        place = f"{shown}:{starts[number]}" if len(starts) == len(tables) else shown
        entry = _entry(table, place)
        for clause in entry.clauses:
            earlier = seen.setdefault((entry.finding, clause), place)
            if earlier is not place:
                raise UsageError(
                    f"{place}: {entry.finding} is on file already, at {earlier}",
                    "Keep one of the two.",
                )
        yield entry


def _entry(table: Mapping[str, Any], place: str) -> Deviation:
    for name in table:
        if name not in _MEMBERS:
            near = get_close_matches(name, _MEMBERS, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(_MEMBERS)}."
            raise UsageError(f'{place}: the key "{name}" is not known', meant)
    finding = _text(table, "finding", place, "Copy it from the report: CLAUSE/SYMPTOM.")
    clause, _, symptom = finding.rpartition("/")
    if not clause or symptom not in [each for each in Symptom if each]:
        known = ", ".join(each for each in Symptom if each)
        raise UsageError(
            f"{place}: {finding} ends in no symptom", f"A finding is CLAUSE/SYMPTOM: {known}."
        )
    reason = _text(
        table,
        "reason",
        place,
        f"Say in one sentence why {finding} is borne for now, or take the entry away.",
    )
    link = _text(table, "link", place, f"Give the address where {finding} is tracked.")
    if not _LINK.fullmatch(link):
        raise UsageError(
            f"{place}: the link {link!r} is no http or https address",
            f"Give the address where {finding} is tracked.",
        )
    since = _day(table, "date", place)
    if not since:
        raise UsageError(f"{place}: {finding} has no date", "Say since when: date = 2026-11-22.")
    return Deviation(
        finding=finding,
        clauses=_clauses(table, finding, clause, place),
        reason=reason,
        link=link,
        date=since,
        expires=_day(table, "expires", place),
        drawn=_text(table, "drawn", place, "Take the key away.") if "drawn" in table else "",
        place=place,
    )


def _text(table: Mapping[str, Any], name: str, place: str, remedy: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{place}: {name} is no text", remedy)
    if not value.strip():
        raise UsageError(f"{place}: a known deviation has no {name}", remedy)
    return " ".join(value.split())


def _day(table: Mapping[str, Any], name: str, place: str) -> str:
    value = table.get(name)
    if value is None:
        return ""
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value)
    except ValueError:
        value = None
    if type(value) is not date:
        raise UsageError(f"{place}: {name} is no day", f"Write it as {name} = 2026-11-22.")
    return value.isoformat()


def _clauses(table: Mapping[str, Any], finding: str, clause: str, place: str) -> tuple[str, ...]:
    value = table.get("clauses")
    if value is None and not _SEVERAL.search(finding):
        return (clause,)
    if not isinstance(value, list) or not value or not all(isinstance(e, str) for e in value):
        raise UsageError(
            f"{place}: {finding} stands for several clauses, which are not listed",
            'List them as clauses = ["…"]; --update-known-deviations writes them.',
        )
    return tuple(dict.fromkeys(value))


def unfiled(
    journal: Journal, findings: Sequence[Finding], *, strict: bool
) -> tuple[tuple[Deviation, str], ...]:
    """Return an entry without reason and link for each new finding that is red, and its words.

    Clauses that are on file for the same symptom are left out; what has expired is on file.
    """
    run = journal.run
    explored = {case.id for case in journal.cases if case.explored}
    clause_of = {case.id: case.clause for case in journal.cases}
    day = datetime.fromtimestamp(run.started_at, UTC).date().isoformat()
    entries = []
    for each in findings:
        if each.deviations or not (strict or each.level is Level.MUST):
            continue
        filed = {c for old in run.deviations if old.finding == each.id for c in old.clauses}
        clauses = tuple(clause for clause in each.clauses if clause not in filed)
        sure = {clause_of.get(case) for case in each.cases if case not in explored}
        how = "" if sure and (sure >= {*clauses} or not sure & {*clauses}) else drawn(run)
        entries.append((Deviation(each.id, clauses, "", "", day, drawn=how), each.words))
    return tuple(entries)


def append(path: Path, entries: Sequence[tuple[Deviation, str]]) -> None:
    """Add `entries` with their words at the end of `path`; what stands there stays.

    Raises UsageError where the file cannot be written.
    """
    text = "".join(_written(deviation, words) for deviation, words in entries)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as problem:
        raise UsageError(
            f"{path}: the known deviations cannot be written: {problem.strerror}",
            "Choose another file with --known-deviations.",
        ) from problem


def _written(entry: Deviation, words: str) -> str:
    alone = entry.clauses == (entry.finding.rpartition("/")[0],)
    lines = [
        "",
        "[[deviation]]",
        f"# {_quoted(words)[1:-1]}",
        f"finding = {_quoted(entry.finding)}",
        *(["clauses = ["] if not alone else []),
        *(f"  {_quoted(each)}," for each in entry.clauses if not alone),
        *(["]"] if not alone else []),
        'reason = ""  # why this is borne for now, in one sentence',
        'link = ""  # where it is tracked',
        f"date = {entry.date}",
        *([f"drawn = {_quoted(entry.drawn)}"] if entry.drawn else []),
        f"# expires = {date.fromisoformat(entry.date) + timedelta(days=_TERM_DAYS)}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return `text` as a basic string of TOML 1.0 (section String)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
