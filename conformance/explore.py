"""Exploration on top of the deterministic cases: arbitrary valid messages and violations.

Hypothesis draws and shrinks; what a drawn request is owed is decided by its readings, as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct
from msgspec.structs import replace

from conformance import pointer
from conformance.alike import eased
from conformance.case import Case
from conformance.clause import Clause
from conformance.deriver import Deriver
from conformance.keywords import explorers, rules
from conformance.message import ITEM
from conformance.messages import Message, Path, members, place
from conformance.obligation import Put, Site, With, Without
from conformance.plan import Plan
from conformance.records import CaseRecord
from conformance.seeded import from_the_seed_alone
from conformance.sending import Aborted
from conformance.strategies import from_schema
from conformance.verdict import Expectation, Level, Verdict
from conformance.wire import InexpressibleError

_BAD = frozenset({Verdict.FAIL, Verdict.FAULT, Verdict.FLAKY})


class Exploration(Struct, frozen=True):
    """A clause to explore: `keyword` None draws valid messages, else violations at `site`."""

    id: str
    clause: Clause
    site: Site | None
    keyword: str | None


class _Found(Exception):  # noqa: N818  (no error: Hypothesis shrinks what raises it)
    pass


def explorations(plan: Plan) -> Iterator[Exploration]:
    """Yield what can be explored: valid bodies, and each clause whose rule draws violations."""
    known = {clause.id: clause for clause in plan.clauses}
    deriver = plan.deriver
    valid = next((c for c in plan.clauses if c.keyword == "properties"), plan.clauses[0])
    yield Exploration(f"{valid.id}/explored-valid", valid, None, None)
    for site in deriver.sites:
        for keyword, value in site.schema.items():
            if keyword in explorers() and keyword in rules() and value is not True:
                clause = known.get(deriver.clause(site, rules()[keyword], value).id)
                if clause is not None and clause.state == "covered":
                    yield Exploration(f"{clause.id}/explored", clause, site, keyword)


class Holder(Protocol):
    """What exploration needs of a session."""

    @property
    def believed(self) -> frozenset[str]:
        """The ids of the clauses that the target was seen to break."""
        ...

    def ready(self, plan: Plan) -> None:
        """Make sure that the operation can be judged."""
        ...

    def as_read(self, plan: Plan) -> Plan:
        """Return `plan` with arrays spelt as the target reads them."""
        ...

    def hold(self, plan: Plan, case: Case, *, explored: bool = False) -> CaseRecord:
        """Send `case`, and return what became of it."""
        ...

    def trial(self, plan: Plan, case: Case) -> Verdict:
        """Send `case` without a record."""
        ...


def explore(
    session: Holder, plan: Plan, exploration: Exploration, examples: int, run_seed: int
) -> CaseRecord:
    """Draw `examples` requests and return the record of the smallest that fails, or of the last.

    Raises conformance.session.Aborted.
    """
    session.ready(plan)
    plan = session.as_read(plan)
    last: list[Case] = []
    failing: list[Case] = []
    stopped: list[Aborted] = []

    @seed(run_seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(_pairs(plan.deriver, exploration))
    def draw(pair: tuple[Message, Message]) -> None:
        case = _case(plan.deriver, exploration, *pair)
        if case is None:
            return
        last[:] = [case]
        if stopped:
            return
        try:
            verdict = session.trial(plan, case)
        except Aborted as stop:  # not for Hypothesis, which would look for its smallest cause
            stopped.append(stop)
            return
        if verdict in _BAD:
            failing[:] = [case]
            raise _Found

    try:
        with from_the_seed_alone():
            draw()
    except _Found:
        return session.hold(plan, _named(session, plan, failing[0]), explored=True)
    except Exception as problem:
        if type(problem).__name__ not in {"Flaky", "FlakyFailure", "FlakyReplay"} or not failing:
            raise
        return session.hold(plan, _named(session, plan, failing[0]), explored=True)
    if stopped:
        raise stopped[0]
    if not last:
        last = [_fallback(plan, exploration)]
    return session.hold(plan, last[0], explored=True)


def _named(session: Holder, plan: Plan, case: Case) -> Case:
    """Name a failing valid body after the one property that makes it fail, if it is one.

    Each property in turn is given its ordinary value, or left out; where that cures the body, the
    property is to blame, or its items where ordinary ones cure it too.
    """
    deriver = plan.deriver
    message = deriver.read(case.request).values[0]
    if case.expectation is not Expectation.ACCEPT:
        return case

    def cures(other: Message) -> bool:
        request = deriver.request(deriver.messages.ordered(other))
        return other != message and session.trial(plan, replace(case, request=request)) not in _BAD

    least, blamed = deriver.messages.least, []
    for path, _ in members(message):
        change = Put(least[path]) if path in least else Without(path[-1:])
        at = path if path in least else path[:-1]
        if cures(place(message, at, change, deriver.samples)):
            blamed.append(path)
    for path in blamed[:1]:
        item, value = deriver.samples.get((*path, ITEM)), dict(members(message))[path]
        usual = Put([item] * len(value)) if isinstance(value, list) else None
        if item is not None and usual and cures(place(message, path, usual, deriver.samples)):
            blamed[0] = (*path, ITEM)
    if len(blamed) == 1:
        case = replace(case, clause=_clause_at(session, plan, blamed[0]) or case.clause)
    return replace(case, id=f"{case.clause.id}/explored-valid")


def _clause_at(session: Holder, plan: Plan, blamed: Path) -> Clause | None:
    """Return the clause of the blamed member that fails already, or else that of its type."""
    top = pointer.from_tokens(blamed[1:2])
    place = pointer.from_tokens(blamed[1:])
    covered = [
        each
        for each in plan.clauses
        if each.state == "covered" and each.side == "request" and each.part == blamed[0]
    ]
    below = [each for each in covered if f"{each.instance_location}/".startswith(f"{top}/")]
    failing = (each for each in below if each.id in session.believed)
    typed = (each for each in below if each.keyword == "type" and each.instance_location == place)
    return next(failing, None) or next(typed, None)


def _fallback(plan: Plan, exploration: Exploration) -> Case:
    return Case(
        id=exploration.id,
        clause=exploration.clause,
        words="nothing could be drawn that this media type can say",
        expectation=Expectation.EITHER,
        level=Level.MUST,
        request=plan.preflight,
    )


def _pairs(deriver: Deriver, exploration: Exploration) -> SearchStrategy[tuple[Message, Message]]:
    """Return pairs of the message to send and its control, valid but for the one violation."""
    schema = deriver.messages.schema  # with the known-good values, where there are any
    # What stands at another path need not exist.
    here = {
        part: deriver.messages.smallest[part] for part in ("path",) if part in schema["properties"]
    }
    valid = from_schema(schema, schema).map(lambda message: {**message, **here})
    site, keyword = exploration.site, exploration.keyword
    if site is None or keyword is None:
        return valid.map(lambda message: (message, deriver.messages.smallest))
    wrong = explorers()[keyword](site.schema[keyword], site)
    return st.builds(
        lambda message, value: _violated(deriver, site, keyword, message, value), valid, wrong
    )


def _violated(
    deriver: Deriver,
    site: Site,
    keyword: str,
    message: Message,
    value: Any,  # noqa: ANN401
) -> tuple[Message, Message]:
    base = deriver.base(message, site)
    change = With(value) if keyword == "additionalProperties" else Put(value)
    seen = change if site.lens is None else site.lens(change)
    return place(base, site.path, seen, site.samples), base


def _case(
    deriver: Deriver, exploration: Exploration, message: Message, control: Message
) -> Case | None:
    try:
        ordered = deriver.messages.ordered
        request, beside = deriver.request(ordered(message)), deriver.request(ordered(control))
    except InexpressibleError:
        return None
    expectation = deriver.expectation(request)
    controls = () if request == beside else (beside,)
    if expectation is Expectation.REFUSE and exploration.keyword is None:
        return None
    if controls and not deriver.allows(beside):
        return None
    drawn = Case(
        id=exploration.id,
        clause=exploration.clause,
        words="drawn at random",
        expectation=expectation,
        level=Level.MUST,
        request=request,
        controls=controls,
        unsure=bool(controls) and deriver.expectation(beside) is not Expectation.ACCEPT,
    )
    return eased(deriver.operation, drawn)
