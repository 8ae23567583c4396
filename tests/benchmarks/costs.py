"""Where the time of one run goes: by phase, by imported package, by function."""

from __future__ import annotations

import json
import pstats
import re
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import phases
from tests.benchmarks.commands import ROOT, Command, run
from tests.benchmarks.paired import table

RUNS, SHOWN = 5, 14
IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \| +(\S+)$", re.MULTILINE)


def profile(folder: Path, words: Sequence[str]) -> str:
    """Return three tables about the pytest run `words` in `folder`, which is repeated."""
    run(Command("warm run", words, folder))
    taken = [by_phase(folder, words) for _ in range(RUNS)]
    middle = {name: statistics.median(each[name] for each in taken) for name in taken[0]}
    parts = [
        f"Phases, median of {RUNS} runs",
        table(("phase", "ms", "share"), list(phase_rows(middle))),
        "Imports, by package (python -X importtime: each module's own time)",
        table(("package", "ms", "modules"), list(import_rows(folder, words))),
        "Functions, by own time (cProfile: calls weigh more here than they do)",
        table(("ms", "calls", "function"), list(function_rows(folder, words))),
    ]
    return "\n\n".join(parts)


def by_phase(folder: Path, words: Sequence[str]) -> dict[str, float]:
    """Run `words` once and return its seconds by phase, which add up to `whole`."""
    answer = folder / "phases.json"
    begun = time.time()
    variables = {
        phases.BEGUN: repr(begun),
        phases.ANSWER: str(answer),
        "PYTHONPATH": str(ROOT),
    }
    plugin = ("-p", phases.__name__)
    run(Command("profiled run", (*words, *plugin), folder, variables=variables))
    ended = time.time()
    spent: dict[str, float] = json.loads(answer.read_text())
    known = spent["start"] + spent["imports"] + spent["begin"]
    known += spent["collection"] + spent["items"]
    return {
        "python and pytest start, plugins imported": spent["start"],
        "our modules imported": spent["imports"],
        "contract read": spent["load"],
        "cases derived, or read where they are kept": spent["derive"],
        "collection by pytest": (
            spent["begin"] + spent["collection"] - spent["load"] - spent["derive"]
        ),
        "client made (httpx imported)": spent["client"],
        "requests, judging, journal": spent["hold"],
        "of these, on the way": spent["send"],
        "items by pytest, embedded target started": (
            spent["items"] - spent["hold"] - spent["client"]
        ),
        "reports": spent["reports"] - spent["summary"],
        "summary in the terminal": spent["summary"],
        "hooks between": spent["ended"] - begun - known - spent["reports"],
        "python ends": ended - spent["ended"],
        "whole": ended - begun,
    }


def phase_rows(spent: Mapping[str, float]) -> list[tuple[str, str, str]]:
    """Return the phases as rows of a table."""
    return [
        (name, f"{seconds * 1000:.0f}", f"{seconds / spent['whole']:.0%}")
        for name, seconds in spent.items()
    ]


def import_rows(folder: Path, words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return what importing costs, the dearest package first."""
    command = (words[0], "-X", "importtime", *words[1:], "-s")
    said = run(Command("importing run", command, folder)).output
    spent: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for micros, name in IMPORT.findall(said):
        package = name.partition(".")[0]
        spent[package] += int(micros)
        modules[package] += 1
    rows = [("all", f"{spent.total() / 1000:.0f}", str(modules.total()))]
    rows += [
        (name, f"{micros / 1000:.1f}", str(modules[name]))
        for name, micros in spent.most_common(SHOWN)
    ]
    return rows


def function_rows(folder: Path, words: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the functions that take most, in the main thread."""
    file = folder / "profile"
    command = (words[0], "-m", "cProfile", "-o", str(file), *words[1:])
    run(Command("traced run", command, folder))
    # The standard library keeps the figures in an attribute that its stubs do not know.
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    dear = sorted(stats.items(), key=lambda entry: -entry[1][2])[: 2 * SHOWN]
    return [
        (f"{own * 1000:.0f}", str(calls), f"{short(place)}:{number} {name}")
        for (place, number, name), (_, calls, own, _, _) in dear
    ]


def short(place: str) -> str:
    """Return the last two parts of a file's path."""
    return "/".join(Path(place).parts[-2:])
