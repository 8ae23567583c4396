"""Where obligations go: the smallest message, and what surrounds a violation.

A large operation sends a share of what could be placed; what is left out is counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from conformance.deriver import Deriver
from conformance.keywords import rules
from conformance.message import ITEM
from conformance.messages import Context, Messages
from conformance.obligation import Obligation, Site, With
from conformance.verdict import Expectation
from conformance.wire import Spelling

_MOST_AROUND = 240
"""So many violations are put in other surroundings; of many clauses each takes its turn."""

MOST_ITEMS = 4
"""So many values that fit, of one clause, are sent as further items: an enum may have hundreds."""

_MOST_MEMBERS = 400_000
"""So many members all surroundings of an operation have together: of thousands of clauses, each
with thousands of members around it, only some are surrounded."""

_MOST_PLAIN = 400
"""So many values are sent alone; of more, each clause has those that stand for it and a share."""


class Placement(Struct, frozen=True):
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


Lead = tuple[Obligation, bool]
"""What stands for a clause, and whether it shows something in the smallest message."""


class Surroundings:
    """Where violations go beside the smallest message: the fullest, and a covering array.

    Clauses take turns at the places. There are `none` where only the smallest message counts; with
    `whole` every clause goes everywhere.
    """

    def __init__(self, deriver: Deriver, *, none: bool, whole: bool) -> None:
        self._deriver = deriver
        self._around = [] if none else _around(deriver.messages)
        clauses = sum(clause.state == "covered" for clause in deriver.clauses.values())
        most = len(self._around) if whole else _MOST_AROUND // max(1, clauses)
        self._each = min(len(self._around), max(1, most))
        self._chosen = _seldom(deriver, 0 if whole else clauses * self._each)
        self._turn = 0

    def of(self, leads: list[Lead]) -> Iterator[tuple[Obligation, Placement]]:
        """Yield what of one clause goes where.

        What shows nothing in the smallest message is passed over, unless nothing else stands for
        the clause.
        """
        around, turn = self._around, self._turn
        here = self._each if next(self._chosen) else 0
        self._deriver.left_out += len(around) - here
        some_hold = any(holds for _, holds in leads)
        for index in range(turn, turn + here):
            obligation, holds = leads[index % len(leads)]
            if holds or not some_hold:
                yield obligation, around[index % len(around)]
        self._turn += 0 if self._each == len(around) else here


def _around(messages: Messages) -> list[Placement]:
    full = Context("fullest", messages.fullest)
    if not any(isinstance(part, dict) for part in full.message.values()):
        return []
    return [
        Placement(replace(full, name="fullest-first"), first=True),
        Placement(replace(full, name="fullest-last"), first=False),
        *(Placement(row) for row in messages.rows),
    ]


def _seldom(deriver: Deriver, wanted: int) -> Iterator[bool]:
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
