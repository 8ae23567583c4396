"""Holds one target to the contract in this process, without pytest, and returns the findings.

`python -m tests.matrix` prints the kill matrix: every miniature, what it was reported for, and
after how many requests.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.findings import Finding, find
from conformance.journal import Journal, read_journal
from conformance.outcome import Outcome, judge_run
from conformance.run import EXAMPLES, JOURNAL, Run, Settings, new_run_id
from conformance.session import Aborted


@dataclass(frozen=True)
class Result:
    """What a run found. `first` is how many requests had gone out at the first failing case."""

    findings: tuple[Finding, ...]
    outcome: Outcome
    journal: Journal
    requests: int
    first: int | None


def hold(
    url: str | None, *, depth: str = "quick", seed: int = 0, contract: str | None = None
) -> Result:
    """Run every case, exploration and answer against `url` (None: the embedded target)."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            target=url, depth=depth, seed=seed, reports=Path(folder), contract=contract
        )
        run = Run(settings, new_run_id())
        run.planned = sum(len(plan.cases) for plan in run.plans)
        first = None
        try:
            for bad in _steps(run):
                if bad and first is None:
                    first = run.requests_sent
        except Aborted:
            pass
        finally:
            requests = run.requests_sent
            run.close()
        run.finish(complete=True)
        journal = read_journal(run.folder / JOURNAL)
        findings = find(journal)
        return Result(
            findings, judge_run(journal, findings, complete=True), journal, requests, first
        )


def _steps(run: Run) -> Iterator[bool]:
    session = run.session
    for plan in run.plans:
        for case in plan.cases:
            record = session.hold(plan, case)
            yield record.verdict not in ("PASS", "INCONCLUSIVE") or bool(record.breaches)
        if run.settings.depth != "quick":
            from conformance.explore import explorations, explore

            for each in explorations(plan):
                examples = EXAMPLES[run.settings.depth] * (1 if each.keyword else 4)
                record = explore(session, plan, each, examples, run.settings.seed)
                yield record.verdict not in ("PASS", "INCONCLUSIVE") or bool(record.breaches)
        for clause in plan.answers:
            record = session.response(plan, clause)
            yield record is not None and record.verdict != "PASS"
