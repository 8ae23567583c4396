"""Several journals → one: the report of a run that was shared between machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.report.files import JOURNAL, write

_ONCE = ("run", "end", "sent", "history", "resume", "abort")
"""Lines that the whole has one of, or none."""

Line = dict[str, Any]


def merge(runs: Sequence[Path], folder: Path) -> None:
    """Write into `folder` the journal that `runs` make together.

    Raises UsageError where a journal cannot be read, where they do not hold the same contract with
    the same seed and depth, where one is there twice, or where a shard of theirs is missing.
    """
    parts = [_Part(run) for run in runs]
    _check(parts)
    lines = [_head(parts, folder.name)]
    for part in parts:
        lines += [line for line in part.lines if line["type"] not in _ONCE]
    lines += [line for part in parts for line in part.lines if line["type"] in ("abort", "sent")]
    ends = [part.end for part in parts]
    if all(ends):
        lines.append(
            {
                "type": "end",
                "seconds": max(end["seconds"] for end in ends if end),
                "requests": sum(end["requests"] for end in ends if end),
                "exit": 0,
            }
        )
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    write(folder / JOURNAL, text.encode())


class _Part:
    def __init__(self, run: Path) -> None:
        path = run / JOURNAL if run.is_dir() else run
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(
                f"cannot read the journal {path}: {problem}",
                "Name the folder of a run, or its journal.ndjson.",
            ) from problem
        self.path = path
        self.lines = [line for line in _parsed(text) if "type" in line]
        heads = [line for line in self.lines if line["type"] == "run"]
        if not heads:
            raise UsageError(f"{path} is not a conformance journal: it has no run line")
        self.head = heads[0]
        self.end = next((line for line in reversed(self.lines) if line["type"] == "end"), None)

    @property
    def shard(self) -> str:
        found: str = self.head.get("options", {}).get("shard", "")
        return found


def _parsed(text: str) -> Iterator[Line]:
    for line in text.split("\n")[:-1]:
        try:
            value = json.loads(line)
        except ValueError:  # cut short
            continue
        if isinstance(value, dict):
            yield value


def _check(parts: Sequence[_Part]) -> None:
    first = parts[0]
    for part in parts[1:]:
        for name in ("contract_digest", "seed", "depth", "version"):
            if part.head[name] != first.head[name]:
                raise UsageError(
                    f"{part.path} and {first.path} are not of one run: their {name} differs",
                    "Merge runs of the same contract with the same options.",
                )
    ids = [part.head["run_id"] for part in parts]
    shards = [part.shard for part in parts]
    if len(set(ids)) < len(ids) or (any(shards) and len(set(shards)) < len(shards)):
        raise UsageError("one of the runs is named twice", "Name each shard once.")
    if not any(shards):
        return
    total = shards[0].partition("/")[2]
    wanted = {f"{number}/{total}" for number in range(1, int(total or 0) + 1)}
    if wanted != set(shards):
        missing = sorted(wanted - set(shards)) or sorted(set(shards) - wanted)
        raise UsageError(
            f"the shards do not make a whole: {', '.join(missing)} missing or of another number",
            "Merge all shards of one run.",
        )


def _head(parts: Sequence[_Part], name: str) -> Line:
    heads = [part.head for part in parts]
    options = {key: value for key, value in heads[0].get("options", {}).items() if key != "shard"}
    operations = {each["id"]: each for head in heads for each in head["operations"]}
    return {
        **heads[0],
        "run_id": name,
        "options": options,
        "operations": list(operations.values()),
        "planned": sum(head["planned"] for head in heads),
        "started_at": min(head["started_at"] for head in heads),
        "whole": all(head.get("whole", False) for head in heads),
        "by_operation": all(head.get("by_operation", False) for head in heads),
    }
