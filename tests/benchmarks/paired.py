"""Paired runs: two commands take turns, so that whatever slows the machine slows both."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from msgspec import Struct

from tests.benchmarks.commands import Command, Taken, run


class Pairs(Struct, frozen=True):
    """Paired runs of two commands; `pairs` holds (left, right) of each turn."""

    left: str
    right: str
    pairs: tuple[tuple[Taken, Taken], ...]

    def ratios(self, seconds: Callable[[Taken], float]) -> list[float]:
        """Return left over right of each turn, in rising order."""
        return sorted(seconds(left) / seconds(right) for left, right in self.pairs)

    def median(self, side: int) -> float:
        """Return the median wall time of one side, 0 or 1, in seconds."""
        return statistics.median(pair[side].wall_s for pair in self.pairs)


def paired(left: Command, right: Command, turns: int, told: Callable[[str], None]) -> Pairs:
    """Run both commands once to warm them, then `turns` times, each going first in turn.

    Raises BenchmarkError where a command fails.
    """
    run(left)
    run(right)
    pairs = []
    for turn in range(turns):
        if turn % 2:
            second = run(right)
            first = run(left)
        else:
            first = run(left)
            second = run(right)
        pairs.append((first, second))
        seconds = f"{left.name} {first.wall_s:.2f} s, {right.name} {second.wall_s:.2f} s"
        told(f"{turn + 1}/{turns}  {seconds}")
    return Pairs(left.name, right.name, tuple(pairs))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, padded so that it reads well as text."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
