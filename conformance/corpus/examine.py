"""One document → its row: what derives, what the embedded target shows, what broken ones do."""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from conformance.arrays import assumed
from conformance.contract import load
from conformance.contract.model import Operation
from conformance.corpus.row import Row
from conformance.errors import ConformanceError
from conformance.example import NoExampleError
from conformance.plan import Plan, derive
from conformance.plans import limited


def examined(path: Path, chosen: argparse.Namespace) -> Row:
    """Return the row of the document at `path`; `chosen` is what the command was asked for."""
    row = Row(path.name)
    try:
        contract = load(str(path))
    except ConformanceError as problem:
        row.fault = str(problem).splitlines()[0]
        return row
    row.operations = len(contract.operations) + len(contract.unreadable)
    untested: Counter[str] = Counter(_kind(why) for _, why in contract.unreadable)
    uncovered: Counter[str] = Counter()
    testable: list[str] = []
    for operation in contract.operations:
        plan = _derived(row, operation, untested)
        if plan is None:
            continue
        testable.append(operation.id)
        plan = limited(plan, chosen.most)
        row.derived += 1
        row.cases += len(plan.cases)
        row.left_out += plan.left_out
        row.clauses += len(plan.clauses)
        uncovered.update(
            f"{clause.keyword}: {clause.reason}"
            for clause in plan.clauses
            if clause.state == "uncovered"
        )
    row.untested, row.uncovered = dict(untested.most_common()), dict(uncovered.most_common())
    if chosen.embedded:
        _hold(row, path, chosen)
    _break(row, path, testable, chosen)
    row.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row.seconds = round(row.seconds, 2)
    return row


def _derived(row: Row, operation: Operation, untested: Counter[str]) -> Plan | None:
    begun = time.perf_counter()
    try:
        return derive(assumed(operation))
    except NoExampleError as problem:
        untested[_kind(str(problem))] += 1
    except Exception as problem:  # noqa: BLE001  (what is looked for)
        row.crashes[operation.id] = f"{type(problem).__name__}: {problem}"[:200]
    finally:
        row.seconds += time.perf_counter() - begun
    return None


def _results(path: Path, chosen: argparse.Namespace, *more: str) -> dict[str, Any]:
    """Run the suite as a user does, and return its results.json."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "pytest", "-q", "--pyargs", "conformance", "--depth=quick"]
        words += [f"--contract={path.resolve()}", f"--reports={folder}", "-p", "no:cacheprovider"]
        words += [f"--max-cases-per-operation={chosen.most}"] if chosen.most else []
        done = subprocess.run(  # noqa: S603  (this interpreter)
            [*words, *more], capture_output=True, text=True, check=False, cwd=folder
        )
        found = [*Path(folder).glob("*/results.json")]
        if not found:
            last = ((done.stderr + done.stdout).strip().splitlines() or ["it said nothing"])[-1]
            raise CorpusError(f"the run ended with status {done.returncode}: {last[:200]}")
        results: dict[str, Any] = json.loads(found[0].read_text())
        return results


class CorpusError(Exception):
    """A run left no results; says what it said."""


def _hold(row: Row, path: Path, chosen: argparse.Namespace) -> None:
    """Hold the embedded target to the contract that it is made from."""
    try:
        results = _results(path, chosen)
    except CorpusError as problem:
        row.crashes["embedded"] = str(problem)
        return
    row.requests = results["outcome"]["counts"]["requests"]
    row.inconclusive = results["outcome"]["counts"]["inconclusive"]
    for finding in results["findings"]:
        row.findings[finding["id"]] = finding["sentence"][:200]
    for case in results["cases"]:
        if case["verdict"] == "TOOL":
            row.crashes[case["id"]] = case["because"][:200]


def _break(row: Row, path: Path, operations: Sequence[str], chosen: argparse.Namespace) -> None:
    """Break one clause, drawn with the seed, of each of `share` operations drawn with it."""
    random = Random(f"{chosen.seed} {row.name}")  # noqa: S311  (no secret)
    for _ in range(chosen.share if operations else 0):
        operation = random.choice(operations)
        served = [sys.executable, "-m", "conformance.reference", "--contract", str(path)]
        served += ["--operation", operation]
        listed = subprocess.run(  # noqa: S603  (this interpreter)
            [*served, "--list"], capture_output=True, text=True, check=False
        )
        names = listed.stdout.split()
        if not names:
            continue
        name = random.choice(names)
        row.broken += 1
        words = [*served, "--break", name, "--port", "0"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            url = (process.stdout.readline() if process.stdout else "").split(" ")[0]
            try:
                results = _results(path, chosen, f"--operation={operation}", f"--target-url={url}")
                found = bool(results["findings"])
            except CorpusError as problem:
                row.crashes[f"{operation}, {name}"] = str(problem)
                found = False
            finally:
                process.terminate()
        row.found += found
        if not found:
            row.missed.append(f"{operation}: {name}")


def _kind(reason: str) -> str:
    """Return a reason without the names of one operation, so that equal reasons count as one."""
    plain = reason.rpartition(": ")[2] if "#/" in reason else reason.partition(": ")[0]
    return re.sub(r'"[^"]*"', "…", plain)
