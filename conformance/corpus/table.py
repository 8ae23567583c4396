"""Rows → the table that a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.corpus.row import Row

_SHOWN = 12


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table, of the reasons, and of what went wrong."""
    head = ("document", "operations", "derived", "cases", "seconds", "MB", "findings", "found")
    table: list[tuple[Any, ...]] = [head]
    table.extend(
        (
            row.name,
            row.operations,
            row.derived,
            row.cases,
            f"{row.seconds:.1f}",
            row.memory_mb,
            len(row.findings),
            f"{row.found}/{row.broken}" if row.broken else "",
        )
        for row in rows
    )
    table.append(
        (
            f"{len(rows)} documents",
            *(
                sum(getattr(row, name) for row in rows)
                for name in ("operations", "derived", "cases")
            ),
            f"{sum(row.seconds for row in rows):.1f}",
            max(row.memory_mb for row in rows),
            sum(len(row.findings) for row in rows),
            f"{sum(row.found for row in rows)}/{sum(row.broken for row in rows)}",
        )
    )
    widths = [max(len(str(line[column])) for line in table) for column in range(len(head))]
    for line in table:
        cells = [str(cell) for cell in line]
        yield "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
    for title, name in (("not tested", "untested"), ("not covered", "uncovered")):
        total: Counter[str] = Counter()
        for row in rows:
            total.update(getattr(row, name))
        if total:
            yield ""
            yield f"{title}, by reason"
            yield from (f"{number:8,}  {reason}" for reason, number in total.most_common(_SHOWN))
            if len(total) > _SHOWN:
                yield f"          … {len(total) - _SHOWN} more reasons"
    for row in rows:
        yield from _troubles(row)


def _troubles(row: Row) -> Iterator[str]:
    if row.fault:
        yield f"\n{row.name}: {row.fault}"
    for title, found in (
        ("crash", [f"{name}: {why}" for name, why in row.crashes.items()]),
        ("finding", [f"{name}: {why}" for name, why in row.findings.items()]),
        ("missed", row.missed),
    ):
        for each in found[:_SHOWN]:
            yield f"{row.name}: {title}: {each}"
        if len(found) > _SHOWN:
            yield f"{row.name}: {title}: … {len(found) - _SHOWN} more"
