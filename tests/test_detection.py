"""The kill matrix: every fault is reported by exactly its clause, no conforming target is.

One item a miniature. Without pytest-xdist the runs are shared out to two processes; with it, each
worker holds its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from msgspec import Struct

from conformance.contract import default_source, load
from conformance.reference import application, break_clause, clauses, serve
from tests.matrix import Row, hold, judged
from tests.miniatures import CONFORMING, FAULTS

MINIATURES = {each.name: each for each in (*FAULTS, *CONFORMING)}
SHALLOW = [each.name for each in FAULTS if each.depth != "deep"]
DEEP = [each.name for each in FAULTS if each.depth == "deep"]
FREE = [each.name for each in CONFORMING]
OPERATION = load(default_source()).operations[0]


class Job(Struct, frozen=True):
    """One run: a miniature at a depth, or the embedded target with one clause broken."""

    name: str
    depth: str = ""


Result = Row | tuple[int, tuple[str, ...]]


def run(job: Job) -> Result:
    """Hold the target of `job` to the contract."""
    if job.name in MINIATURES:
        return judged(MINIATURES[job.name], depth=job.depth)
    with serve(application(break_clause(OPERATION, job.name))) as server:
        result = hold(server.url)
    return result.outcome.exit, tuple(each.id for each in result.findings)


class Runs:
    """Runs the jobs of all chosen items, ahead of the items where processes are to be had."""

    def __init__(self, jobs: list[Job], pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool
        self._ahead: dict[Job, Future[Result]] = {}
        if pool is not None:
            self._ahead = {job: pool.submit(run, job) for job in jobs}

    def __getitem__(self, job: Job) -> Result:
        """Return what came of `job`."""
        return self._ahead[job].result() if job in self._ahead else run(job)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """Give what came of every job."""
    params = (getattr(item, "callspec", None) for item in request.session.items)
    every = [p.params["job"] for p in params if p is not None and "job" in p.params]
    jobs = [job for job in every if job.depth != "deep" or "CONFORMANCE_DEEP" in os.environ]
    if hasattr(request.config, "workerinput") or len(jobs) < 3:
        yield Runs(jobs, None)
        return
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield Runs(jobs, pool)
        pool.shutdown(cancel_futures=True)


def named(job: Job) -> str:
    return job.name


def row_of(runs: Runs, job: Job) -> Row:
    row = runs[job]
    assert isinstance(row, Row)
    return row


@pytest.mark.parametrize("job", [Job(each, "quick") for each in SHALLOW], ids=named)
def test_a_fault_is_reported_by_exactly_its_clause(runs: Runs, job: Job) -> None:
    row = row_of(runs, job)
    assert row.exit in MINIATURES[job.name].exits, row
    assert row.found, row
    assert row.exact, row


@pytest.mark.skipif(
    "CONFORMANCE_DEEP" not in os.environ,
    reason="takes minutes: set CONFORMANCE_DEEP=1, or run python -m tests.matrix --depth deep",
)
@pytest.mark.parametrize("job", [Job(each, "deep") for each in DEEP], ids=named)
def test_what_only_exploration_finds_is_reported_as_exactly(runs: Runs, job: Job) -> None:
    row = row_of(runs, job)
    assert (row.found, row.exact, row.exit) == (True, True, 1), row


@pytest.mark.parametrize("job", [Job(each, "standard") for each in FREE], ids=named)
def test_a_conforming_target_is_not_reported(runs: Runs, job: Job) -> None:
    row = row_of(runs, job)
    assert (row.findings, row.exit, row.state) == ((), 0, "CONFORMANT"), row


@pytest.mark.parametrize("job", [Job(each) for each in clauses(OPERATION)], ids=named)
def test_a_broken_clause_of_the_embedded_target_is_reported_by_name(runs: Runs, job: Job) -> None:
    status, findings = runs[job]
    near = f"{OPERATION.id}{'' if job.name.startswith('/') else ':'}{job.name}/"
    assert status == 1
    assert len(findings) == 1, findings
    assert findings[0].startswith(near), findings
