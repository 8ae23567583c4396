"""Holds one target to the contract in this process, without pytest, and returns the findings.

`python -m tests.matrix` prints the kill matrix: every miniature, what it was reported for, and
after how many requests.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

from msgspec import Struct

from conformance.file import File
from conformance.findings import Finding, find
from conformance.journal import JOURNAL, Journal
from conformance.journal_reader import read_journal
from conformance.outcome import Outcome, judge_run
from conformance.prepared import EXAMPLES
from conformance.run import Run
from conformance.sending import Aborted
from conformance.settings import Settings
from conformance.spread import new_run_id
from tests.miniatures import CONFORMING, FAULTS, Miniature


class Result(Struct, frozen=True):
    """What a run found. `first` is how many requests had gone out at the first failing case."""

    findings: tuple[Finding, ...]
    outcome: Outcome
    journal: Journal
    requests: int
    first: int | None


def hold(
    url: str | None,
    *,
    depth: str = "quick",
    seed: int = 0,
    strict: bool = False,
    examples: int | None = None,
    file: File = File(),  # noqa: B008  (frozen)
) -> Result:
    """Run every case, exploration and answer against `url` (None: the embedded target).

    `examples` are the violations drawn for a clause; None means as many as `depth` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            target=url, depth=depth, seed=seed, reports=Path(folder), strict=strict, file=file
        )
        run = Run(settings, new_run_id())
        run.planned = sum(len(plan.cases) for plan in run.plans)
        first = None
        try:
            for bad in _steps(run, EXAMPLES[depth] if examples is None else examples):
                if bad and first is None:
                    first = run.requests_sent
        except Aborted:
            pass
        finally:
            requests = run.requests_sent
            run.close()
        run.end()
        journal = read_journal(run.folder / JOURNAL)
        findings = find(journal)
        return Result(
            findings,
            judge_run(journal, findings, strict=strict, complete=True),
            journal,
            requests,
            first,
        )


def _steps(run: Run, examples: int) -> Iterator[bool]:
    session = run.session
    for plan in run.plans:
        for case in plan.cases:
            record = session.hold(plan, case)
            yield record.verdict not in ("PASS", "INCONCLUSIVE") or bool(record.breaches)
        if examples:
            from conformance.explore import explorations, explore

            for each in explorations(plan):
                count = examples * (1 if each.keyword else 4)
                record = explore(session, plan, each, count, run.settings.seed)
                yield record.verdict not in ("PASS", "INCONCLUSIVE") or bool(record.breaches)
        for clause in plan.answers:
            record = session.response(plan, clause)
            yield record is not None and record.verdict != "PASS"


class Row(Struct, frozen=True):
    """One line of the kill matrix. `exact` says that one finding names exactly what is broken."""

    name: str
    kind: str
    found: bool
    exact: bool
    findings: tuple[str, ...]
    state: str
    exit: int
    requests: int
    first: int | None


def judged(miniature: Miniature, *, depth: str, seed: int = 0, examples: int | None = None) -> Row:
    """Hold a miniature to the contract, and say whether it was reported for what is wrong."""
    strict = miniature.level == "SHOULD"
    with miniature.serve() as url:
        result = hold(url, depth=depth, seed=seed, strict=strict, examples=examples)
    local = [{_local(each) for each in finding.clauses} for finding in result.findings]
    named = [bool(each & miniature.clauses) for each in local]
    right_exit = result.outcome.exit in miniature.exits
    return Row(
        miniature.name,
        miniature.kind,
        found=(any(named) or "inconclusive" in miniature.clauses) and right_exit,
        exact=(len(named) == 1 and all(named)) or (not named and 7 in miniature.exits),
        findings=tuple(finding.id.removeprefix("PostAccountLinks") for finding in result.findings),
        state=str(result.outcome.state),
        exit=result.outcome.exit,
        requests=result.requests,
        first=result.first,
    )


def _local(clause: str) -> str:
    return clause.removeprefix("PostAccountLinks").removeprefix(":")


def _fault(job: tuple[int, str]) -> Row:
    return judged(FAULTS[job[0]], depth=job[1])


def _free(job: tuple[int, str, int, int | None]) -> Row:
    return judged(CONFORMING[job[0]], depth=job[1], seed=job[2], examples=job[3])


def main() -> int:
    """Print the kill matrix; the exit status says whether it is whole."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--depth", default="standard", help="of all but what only deep can find")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each conforming target")
    parser.add_argument("--examples", type=int, help="drawn for a clause of a conforming target")
    parser.add_argument("--only", default="", help="a part of the name")
    options = parser.parse_args()
    with Pool(2) as pool:
        jobs = [
            (i, "deep" if each.depth == "deep" and options.depth != "quick" else options.depth)
            for i, each in enumerate(FAULTS)
            if options.only in each.name
        ]
        rows = [_told(row) for row in pool.imap(_fault, jobs, chunksize=2)]
        free = [
            (i, options.depth, seed, options.examples)
            for i, each in enumerate(CONFORMING)
            if options.only in each.name
            for seed in range(options.seeds)
        ]
        calm = [_told(row, calm=True) for row in pool.imap(_free, free, chunksize=2)]
    found, exact = sum(row.found for row in rows), sum(row.exact for row in rows)
    alarms = sum(bool(row.findings or row.exit) for row in calm)
    _say(
        f"{found} of {len(rows)} faults reported, {exact} by exactly one right finding;",
        f"{alarms} false alarms in {len(calm)} conforming runs",
        f"of {min((row.requests for row in calm), default=0)} requests or more;",
        "first reported after",
        f"{statistics.median([r.first for r in rows if r.first is not None] or [0]):.0f}",
        "requests in the median",
    )
    return 0 if found == len(rows) and not alarms else 1


def _told(row: Row, *, calm: bool = False) -> Row:
    """Print a line of the matrix as soon as it is known."""
    if calm:
        mark = "ALARM" if row.findings or row.exit else "calm"
    else:
        mark = "ok" if row.found and row.exact else "many" if row.found else "MISS"
    first = "" if calm else f"first reported after {row.first} of "
    _say(f"{mark:<5} {row.name}: {first}{row.requests} requests, exit {row.exit}", *row.findings)
    return row


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
