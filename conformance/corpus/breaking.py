"""Break one clause each of some operations, and see whether the suite finds it.

What is broken is drawn from names alone, before anything is sent: nothing that was not found can be
called impossible afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from conformance.corpus.firing import Range
from conformance.corpus.row import Row
from conformance.corpus.serving import breakable, wrong
from conformance.plan import Plan


def drawn(
    row: Row, document: Path, operations: Sequence[str], share: int, seed: int
) -> Mapping[str, str]:
    """Return `share` of `operations`, drawn with `seed`, each with the clause to break in it.

    Operations of which nothing can be broken are told of in `row`, and others drawn instead.
    """
    random = Random(f"{seed} {row.name}")  # noqa: S311  (no secret)
    order = random.sample(operations, len(operations))
    chosen: dict[str, str] = {}
    while order and len(chosen) < share:
        count = share - len(chosen)
        some, order = order[:count], order[count:]
        for operation, clauses in breakable(document, some).items():
            if clauses:
                chosen[operation] = Random(f"{seed} {row.name} {operation}").choice(clauses)  # noqa: S311  (no secret)
            else:
                row.unbreakable.append(operation)
    return chosen


def broken(
    row: Row,
    document: Path,
    chosen: Mapping[str, str],
    plan_of: Callable[[str], Plan],
    seconds: float,
) -> None:
    """Serve `chosen` with their clauses broken, hold each to its contract, and count."""
    if not chosen:
        return
    with wrong(document, chosen) as url, Range(url, seconds) as firing:
        for operation, clause in chosen.items():
            shown = firing.fired(plan_of(operation))
            row.broken += 1
            row.found += bool(shown.findings)
            named = any(clause in each.clauses for each in shown.findings)
            row.named += named
            if shown.findings and not named:
                row.renamed.append(f"{clause} broken: {', '.join(e.id for e in shown.findings)}")
            row.crashes |= {f"{name}, with {clause} broken": w for name, w in shown.crashes.items()}
            if not shown.findings:
                row.missed.append(f"{clause} broken{f': {shown.doubt}' if shown.doubt else ''}")
