"""What a page of bounded size draws: all that went wrong, and of the rest a share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.clause import Clause
from conformance.evidence import Standing

MOST_CLAUSES = 5_000
"""More are not drawn one by one: a whole API may have a hundred thousand, most of them of answers
that no request brings. What is broken or open to doubt is drawn however much it is."""

_ALWAYS = frozenset({Standing.BROKEN, Standing.INCONCLUSIVE})
_ORDER = (
    *(Standing.PROVED, Standing.UNCOVERED, Standing.UNTRIED),
    *(Standing.UNSHOWN, Standing.ANNOTATION),
)


def share(sizes: Sequence[int], room: int, *, least: int = 0) -> int:
    """Return how many each group of these `sizes` may have, so that all fit into `room`.

    What a small group leaves goes to the others; `least` is given to each in any case.
    """
    ordered = sorted(sizes)
    for at, size in enumerate(ordered):
        each = max(least, room // (len(ordered) - at))
        if size > each:
            return each
        room -= size
    return max(ordered, default=0)


def chosen(clauses: Sequence[Clause], standings: Mapping[str, Standing]) -> frozenset[str]:
    """Return the ids of the clauses to draw; each operation has its share of those in order."""
    if len(clauses) <= MOST_CLAUSES:
        return frozenset(clause.id for clause in clauses)
    kept = {clause.id for clause in clauses if standings[clause.id] in _ALWAYS}
    rest: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.id not in kept:
            rest.setdefault(clause.operation, []).append(clause)
    each = share([*map(len, rest.values())], max(0, MOST_CLAUSES - len(kept)))
    for own in rest.values():
        own.sort(key=lambda clause: _ORDER.index(standings[clause.id]))
        kept.update(clause.id for clause in own[:each])
    return frozenset(kept)
