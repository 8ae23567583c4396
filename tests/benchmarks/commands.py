"""The commands that are measured, and what they are run in."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "fixtures" / "post_account_links.json"
# Schemathesis brings a pytest plugin that costs every pytest run of the environment half a second.
# It is there for this comparison alone, so neither side of a ratio shall pay for it.
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis")
HARNESS = {"PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTHONPATH"}


class BenchmarkError(Exception):
    """A command did not do what is to be measured; carries what it said."""


class Command(Struct, frozen=True):
    """What is run, in which folder; `exits` are the statuses of a run that counts.

    Without a folder each run has a new one, in which nobody has left anything.
    """

    name: str
    words: Sequence[str]
    folder: Path | None
    exits: frozenset[int] = frozenset({0})
    variables: Mapping[str, str] = field(default_factory=dict)


class Taken(Struct, frozen=True):
    """What one run of a command took, and what it said."""

    wall_s: float
    cpu_s: float
    status: int
    output: str


def conformance(*options: str) -> tuple[str, ...]:
    """Return the command that holds a target to the contract, with its reports where it is run."""
    return (*PYTEST, "--pyargs", "conformance", *options)


def schemathesis(contract: Path, url: str, *options: str) -> tuple[str, ...]:
    """Return the command that runs Schemathesis; it keeps no examples from one run to the next."""
    st = Path(sys.executable).with_name("st")
    if not st.exists():
        raise BenchmarkError("Schemathesis is not installed: pip install -e '.[test,bench]'")
    quiet = ("--no-color", "--generation-database=none")
    return (str(st), "run", str(contract), f"--url={url}", *quiet, *options)


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of a command: bytecode is written, nothing is slipped in."""
    kept = {name: value for name, value in os.environ.items() if name not in HARNESS}
    return {**kept, **(variables or {})}


def run(command: Command) -> Taken:
    """Run `command` to its end. Raises BenchmarkError where its status is none of `exits`."""
    if command.folder is not None:
        return _run(command, command.folder)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as new:
        return _run(command, Path(new))


def _run(command: Command, folder: Path) -> Taken:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        command.words,
        cwd=folder,
        env=environment(command.variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in command.exits:
        raise BenchmarkError(
            f"{command.name} ended with status {done.returncode}:\n{done.stdout[-4000:]}"
        )
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Taken(wall, cpu, done.returncode, done.stdout)
