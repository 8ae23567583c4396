"""Where obligations go: the smallest message, and what surrounds a violation.

A large operation sends a share of what could be placed; what is left out is counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.deriver import Deriver
from conformance.keywords import rules
from conformance.messages import Context
from conformance.obligation import ITEM, Obligation, Site, With
from conformance.verdict import Expectation
from conformance.wire import Spelling

MOST_AROUND = 240
"""So many violations are put in other surroundings; of many clauses each takes its turn."""

MOST_ITEMS = 4
"""So many values that fit, of one clause, are sent as further items: an enum may have hundreds."""

_MOST_MEMBERS = 400_000
"""So many members all surroundings of an operation have together: of thousands of clauses, each
with thousands of members around it, only some are surrounded."""

_MOST_PLAIN = 400
"""So many values are sent alone; of more, each clause has those that stand for it and a share."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an obligation is put: `first` moves the member concerned to an end of its part.

    `position` is the index of the item concerned; the array then has three items.
    """

    context: Context
    first: bool | None = None
    position: int = 0
    spelling: Spelling | None = None


def shared(
    deriver: Deriver, *, whole: bool = False
) -> Callable[[tuple[Obligation, ...]], Iterator[Obligation]]:
    """Return what chooses among the obligations of a clause, so that a large operation ends.

    Those that stand for their clause always stay; of the others every n-th does, by turns, so that
    all of them are sent somewhere. A `whole` operation has all of them.
    """
    asked = [
        deriver.obligations(site, rule)
        for site in deriver.sites
        for name in site.schema
        if (rule := rules().get(name)) is not None and name not in site.spoken
    ]
    every = 1 if whole else -(-sum(map(len, asked)) // _MOST_PLAIN)
    count = itertools.count()

    def chosen(obligations: tuple[Obligation, ...]) -> Iterator[Obligation]:
        for each in obligations:
            if each.lead or every <= 1 or next(count) % every == 0:
                yield each
            else:
                deriver.left_out += 1

    return chosen


def surroundings(deriver: Deriver) -> list[Placement]:
    """Return where one violation of each clause goes: the fullest, and a covering array."""
    full = Context("fullest", deriver.messages.fullest)
    if not any(isinstance(part, dict) for part in full.message.values()):
        return []
    return [
        Placement(replace(full, name="fullest-first"), first=True),
        Placement(replace(full, name="fullest-last"), first=False),
        *(Placement(row) for row in deriver.messages.rows),
    ]


def seldom(deriver: Deriver, wanted: int) -> Iterator[bool]:
    """Yield for one clause after the other whether it is surrounded, where `wanted` would be."""
    every = max(1, -(-wanted * len(deriver.sites) // _MOST_MEMBERS))
    return itertools.cycle([True] + [False] * (every - 1))


def in_smallest(
    deriver: Deriver, site: Site, obligation: Obligation, *, stands: bool
) -> Iterator[Placement]:
    """Yield the smallest body, and where it matters other spellings and positions in it.

    What `stands` for its clause is sent as a further item as well.
    """
    least = Context("", deriver.messages.smallest)
    yield Placement(least)
    if obligation.name in ("array", "array-value"):
        append = Spelling(arrays="append")
        yield Placement(replace(least, name="empty-brackets"), spelling=append)
    unknown = isinstance(obligation.change, With) and obligation.expectation is Expectation.REFUSE
    if ITEM in site.path and stands and not unknown:
        for label, position in (("second-item", 1), ("last-item", 2)):
            yield Placement(replace(least, name=label), position=position)
