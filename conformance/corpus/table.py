"""Rows → the table that a person reads, as text and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from conformance.corpus.row import Row

_SHOWN = 12
_HEAD = (
    *("document", "version", "operations", "derived", "cases", "seconds", "MB"),
    *("requests", "findings", "found", "named"),
)


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table, of the reasons, and of what went wrong."""
    table = [_HEAD, *_cells(rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEAD))]
    for line in table:
        yield "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)  # noqa: PLR2004  (texts)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
    yield from _below(rows)


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the same as Markdown."""
    yield from (f"| {' | '.join(line)} |" for line in (_HEAD, ("---",) * len(_HEAD)))
    yield from (f"| {' | '.join(_plain(cell) for cell in line)} |" for line in _cells(rows))
    for line in _below(rows):
        yield f"- {_plain(line.strip())}" if line else ""


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _cells(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row.name,
            row.version[:12],
            str(row.operations),
            str(row.derived),
            str(row.cases),
            f"{row.seconds:.1f}",
            str(row.memory_mb),
            str(row.requests) if row.requests else "",
            str(len(row.findings)),
            f"{row.found}/{row.broken}" if row.broken else "",
            str(row.named) if row.broken else "",
        )
    yield (
        f"{len(rows)} documents",
        "",
        *(str(sum(getattr(row, name) for row in rows)) for name in _SUMS),
        f"{sum(row.seconds for row in rows):.1f}",
        str(max(row.memory_mb for row in rows)),
        str(sum(row.requests for row in rows)),
        str(sum(len(row.findings) for row in rows)),
        f"{sum(row.found for row in rows)}/{sum(row.broken for row in rows)}",
        str(sum(row.named for row in rows)),
    )


_SUMS = ("operations", "derived", "cases")


def _below(rows: Sequence[Row]) -> Iterator[str]:
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
    yield ""
    for row in rows:
        yield from _troubles(row)


def _troubles(row: Row) -> Iterator[str]:
    if row.fault:
        yield f"{row.name}: {row.fault}"
    if row.left_out:
        late = f", {row.short} operations ran out of time" if row.short else ""
        yield f"{row.name}: {row.left_out} cases were not sent{late}"
    for title, found in (
        ("crash", [f"{name}: {why}" for name, why in row.crashes.items()]),
        ("finding", [f"{name}: {why}" for name, why in row.findings.items()]),
        ("not proved", [f"{name}: {why}" for name, why in row.doubts.items()]),
        ("missed", row.missed),
        ("named otherwise", row.renamed),
        ("nothing can be broken", row.unbreakable),
    ):
        for each in found[:_SHOWN]:
            yield f"{row.name}: {title}: {each}"
        if len(found) > _SHOWN:
            yield f"{row.name}: {title}: … {len(found) - _SHOWN} more"
