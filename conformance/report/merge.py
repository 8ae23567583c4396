"""Several journals → one: the report of a run that was shared between machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.journal import JOURNAL
from conformance.journal_reader import whole_lines
from conformance.report.files import write

_BEGIN = '{"type":"'
_OF_THE_RUN = tuple(
    f'{_BEGIN}{kind}"' for kind in ("run", "end", "sent", "history", "resume", "abort")
)
"""How the lines begin that the whole has one of, or none."""

Line = dict[str, Any]


def merge(runs: Sequence[Path], folder: Path) -> None:
    """Write into `folder` the journal that `runs` make together.

    Raises UsageError where a journal cannot be read, where they do not hold the same contract with
    the same seed and depth, where one is there twice, or where a shard of theirs is missing.
    """
    parts = [_Part(run) for run in runs]
    _check(parts)
    write(folder / JOURNAL, map(str.encode, _whole(parts, folder.name)))


def _whole(parts: Sequence[_Part], name: str) -> Iterator[str]:
    """Yield the lines of the journal that `parts` make together; those of cases as they stand."""
    yield _text(_head(parts, name))
    for part in parts:
        yield from part.others()
    yield from (_text(line) for part in parts for line in part.last)
    ends = [part.end for part in parts]
    if all(ends):
        seconds = max(end["seconds"] for end in ends if end)
        requests = sum(end["requests"] for end in ends if end)
        yield _text({"type": "end", "seconds": seconds, "requests": requests, "exit": 0})


def _text(line: Line) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


class _Part:
    """One journal. Its lines are read again and again, for there may be a gigabyte of them."""

    def __init__(self, run: Path) -> None:
        self.path = run / JOURNAL if run.is_dir() else run
        own = [line for text in whole_lines(self.path) if (line := _of_the_run(text)) is not None]
        heads = [line for line in own if line["type"] == "run"]
        if not heads:
            raise UsageError(f"{self.path} is not a conformance journal: it has no run line")
        self.head = heads[0]
        self.last = [line for line in own if line["type"] in ("abort", "sent")]
        self.end = next((line for line in reversed(own) if line["type"] == "end"), None)

    @property
    def shard(self) -> str:
        found: str = self.head.get("options", {}).get("shard", "")
        return found

    def others(self) -> Iterator[str]:
        """Yield the lines that every journal has its own of."""
        for text in whole_lines(self.path):
            if text.startswith(_BEGIN) and _of_the_run(text) is None:
                yield text


def _of_the_run(text: str) -> Line | None:
    """Return what a line of the whole run says; None for one of a clause or a case."""
    if not text.startswith(_OF_THE_RUN):
        return None
    try:
        value = json.loads(text)
    except ValueError:  # cut short
        return None
    return value if isinstance(value, dict) else None


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
