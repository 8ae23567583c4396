"""Runs, findings and verdicts of the past: an SQLite file beside the reports.

A run is compared with earlier runs of the same target and contract. What a report needs of them
becomes one `history` record of the journal, so the report stays a pure function of the journal.

The file is never in the way of a run: where it cannot be used, the record's `note` says so. One
that is damaged, or of an older version, is set aside under another name, and nothing of it is lost.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from msgspec.structs import asdict

from conformance.evidence import Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome, State
from conformance.past_records import HistoryRecord, PastFinding, PastRun
from conformance.text import some

FILE = "history.sqlite"
VERSION = 1
MOST_RUNS = 30
"""So many runs a record holds, the one that it is written for included."""

_VERDICTS_KEPT = 90
"""Verdicts of older runs are dropped; the runs and their findings stay."""

_WAIT_S = 10.0
_ENDED = (State.CONFORMANT, State.KNOWN, State.NOT_CONFORMANT, State.STALE)
"""States of a run that another may be compared with."""

_TABLES = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT UNIQUE, target TEXT, contract TEXT,
  started REAL, state TEXT, cases INTEGER, digest TEXT, seed INTEGER, depth TEXT, tool TEXT);
CREATE INDEX series ON runs (target, contract, started);
CREATE TABLE findings (run INTEGER, id TEXT, words TEXT, clause TEXT, level TEXT, known INTEGER,
  shows TEXT, PRIMARY KEY (run, id)) WITHOUT ROWID;
CREATE TABLE clauses (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE verdicts (run INTEGER, clause INTEGER, standing TEXT, PRIMARY KEY (clause, run))
  WITHOUT ROWID;
CREATE INDEX of_run ON verdicts (run);
"""


class _UnusableError(Exception):
    """The file has another version; carries the sentence and whether it is to be set aside."""

    def __init__(self, sentence: str, *, old: bool) -> None:
        super().__init__(sentence)
        self.old = old


def remember(
    path: Path, journal: Journal, findings: Sequence[Finding], outcome: Outcome
) -> HistoryRecord:
    """Add a run to the file at `path` and return what the earlier ones say. Never raises for it."""
    note = ""
    for _ in range(2):
        try:
            record = _remember(path, journal, findings, outcome)
        except _UnusableError as problem:
            if not problem.old:
                return HistoryRecord(note=f"{path.name} {problem}")
            note = _set_aside(path, str(problem))
        except sqlite3.OperationalError as problem:
            return HistoryRecord(note=f"{path.name} could not be used: {problem}.")
        except sqlite3.DatabaseError as problem:
            note = _set_aside(path, f"was damaged ({problem})")
        else:
            return HistoryRecord(**{**asdict(record), "note": note})
    return HistoryRecord(note=note)


def _set_aside(path: Path, why: str) -> str:
    aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    try:
        path.replace(aside)
    except OSError as problem:
        return f"{path.name} {why}, and could not be set aside: {problem.strerror}."
    return f"{path.name} {why} and was set aside as {aside.name}; a new history begins here."


def _remember(
    path: Path, journal: Journal, findings: Sequence[Finding], outcome: Outcome
) -> HistoryRecord:
    with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as file:
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("BEGIN IMMEDIATE")
        _prepare(file)
        run = _add(file, journal, findings, outcome)
        record = _Series(file, run, journal, findings).record()
        file.execute("COMMIT")
        return record


def _prepare(file: sqlite3.Connection) -> None:
    (version,) = file.execute("PRAGMA user_version").fetchone()
    (tables,) = file.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == 0 and not tables:
        for statement in _TABLES.split(";\n"):
            file.execute(statement)
        file.execute(f"PRAGMA user_version = {VERSION}")
    elif version > VERSION:
        raise _UnusableError(
            f"was written by a newer version of this suite ({version}); this run is not in it.",
            old=False,
        )
    elif version < VERSION:
        raise _UnusableError(f"has the older layout {version}", old=True)


def _add(
    file: sqlite3.Connection, journal: Journal, findings: Sequence[Finding], outcome: Outcome
) -> int:
    head = journal.run
    target = "embedded" if head.embedded else head.target
    row = (head.run_id, target, head.contract_title, head.started_at, outcome.state)
    row2 = (outcome.counts.cases, head.contract_digest, head.seed, head.depth, head.tool)
    added = file.execute(
        "INSERT OR REPLACE INTO runs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *row2)
    )
    run = added.lastrowid or 0
    file.executemany(
        "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                run,
                each.id,
                each.words,
                each.clause,
                each.level,
                each.known,
                json.dumps(_shows(each)),
            )
            for each in findings
        ],
    )
    evidence = tally(journal, findings)
    standings = {each.id: evidence[each.id].standing(each) for each in journal.clauses}
    names = [(name,) for name in standings]
    file.executemany("INSERT OR IGNORE INTO clauses (name) VALUES (?)", names)
    file.executemany(
        "INSERT OR REPLACE INTO verdicts SELECT ?, id, ? FROM clauses WHERE name = ?",
        [(run, standing, name) for name, standing in standings.items()],
    )
    file.execute(
        "DELETE FROM verdicts WHERE run IN (SELECT id FROM runs WHERE target = ? AND contract = ?"
        " ORDER BY started DESC, id DESC LIMIT -1 OFFSET ?)",
        (target, head.contract_title, _VERDICTS_KEPT),
    )
    return run


def _shows(finding: Finding) -> list[str]:
    """Return what a finding shows, however findings are grouped: each clause with its symptom."""
    return [f"{clause}/{finding.symptom}" for clause in finding.clauses]


class _Series:
    """The last runs of one target and contract, the newest being `run`."""

    def __init__(
        self, file: sqlite3.Connection, run: int, journal: Journal, findings: Sequence[Finding]
    ) -> None:
        self.file, self.journal, self.findings = file, journal, findings
        target, contract = file.execute(
            "SELECT target, contract FROM runs WHERE id = ?", (run,)
        ).fetchone()
        columns = "id, name, started, state, cases, digest, seed, depth, tool"
        self.rows = file.execute(
            f"SELECT {columns} FROM runs WHERE target = ? AND contract = ? AND started <= ?"  # noqa: S608  (constants)
            " ORDER BY started DESC, id DESC LIMIT ?",
            (target, contract, journal.run.started_at, MOST_RUNS),
        ).fetchall()[::-1]
        earlier = [row for row in self.rows if row[3] in _ENDED and row[0] != run]
        self.series = (target, contract)
        self.previous = earlier[-1] if earlier else None

    def record(self) -> HistoryRecord:
        """Return what the earlier runs say of this one."""
        mine = {each.id: each for each in self.findings}
        before = self._findings(self.previous[0]) if self.previous else {}
        shown = {what for _, _, shows in before.values() for what in json.loads(shows)}
        now = {what for each in self.findings for what in _shows(each)}
        standing = self._standings(self.rows[-1][0])
        fixed = tuple(
            name
            for name, (_, clause, shows) in before.items()
            if standing.get(clause) == Standing.PROVED and not now & {*json.loads(shows)}
        )
        new = tuple(each.id for each in self.findings if not shown >= {*_shows(each)})
        told = {name: (each.words, each.clause) for name, each in mine.items()}
        told |= {name: before[name][:2] for name in fixed}
        return HistoryRecord(
            runs=tuple(
                PastRun(name, started, state, self._count(run), cases, digest, seed, tool)
                for run, name, started, state, cases, digest, seed, _, tool in self.rows
            ),
            findings=tuple(self._past(name, *about) for name, about in told.items()),
            new=new if self.previous else (),
            fixed=fixed,
            changed=tuple(self._changed()) if self.previous else (),
            previous=self.previous[1] if self.previous else "",
        )

    def _findings(self, run: int) -> Mapping[str, tuple[str, str, str]]:
        rows = self.file.execute(
            "SELECT id, words, clause, shows FROM findings WHERE run = ?", (run,)
        )
        return {name: (words, clause, shows) for name, words, clause, shows in rows}

    def _count(self, run: int) -> int:
        return int(
            self.file.execute("SELECT count(*) FROM findings WHERE run = ?", (run,)).fetchone()[0]
        )

    def _standings(self, run: int) -> Mapping[str, str]:
        return dict(
            self.file.execute(
                "SELECT name, standing FROM verdicts JOIN clauses ON clause = id WHERE run = ?",
                (run,),
            ).fetchall()
        )

    def _past(self, name: str, words: str, clause: str) -> PastFinding:
        seen = self.file.execute(
            "SELECT runs.id, runs.name, started FROM findings JOIN runs ON run = runs.id"
            " WHERE findings.id = ? AND target = ? AND contract = ? ORDER BY started, runs.id",
            (name, *self.series),
        ).fetchall()
        held = dict(
            self.file.execute(
                "SELECT run, standing FROM verdicts JOIN clauses ON clause = id WHERE name = ?",
                (clause,),
            ).fetchall()
        )
        failed = {run for run, _, _ in seen}
        marks = "".join(
            "x" if row[0] in failed else "." if held.get(row[0]) == Standing.PROVED else "-"
            for row in self.rows
        )
        return PastFinding(name, words, clause, seen[0][1], seen[0][2], seen[-1][2], marks)

    def _changed(self) -> list[str]:
        old, new = self.previous or self.rows[-1], self.rows[-1]
        said = []
        if old[5] != new[5]:
            before, now = self._standings(old[0]).keys(), self._standings(new[0]).keys()
            gone = f", {len(before - now):,} gone" if before - now else ""
            said.append(f"The contract changed: {some(len(now - before), 'clause')} added{gone}.")
        said += [
            f"The {label} was {old[at]}, now {new[at]}."
            for at, label in ((6, "seed"), (7, "depth"), (8, "suite"))
            if old[at] != new[at]
        ]
        return said
