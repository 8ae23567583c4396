"""Deriver → cases: each obligation placed in complete requests, each with its control.

A case that would break more than its own clause is not sent: a refusal would prove nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Literal

from conformance.case import Case
from conformance.clause import Clause
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.keywords import rules
from conformance.message import BODY, ITEM
from conformance.messages import Context, Message, moved, place
from conformance.obligation import Keep, Obligation, Site, With, Without
from conformance.placing import (
    MOST_ITEMS,
    Lead,
    Placement,
    Surroundings,
    in_smallest,
    shared,
)
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
_ENTAILED = {"type": {"enum", "const"}}
"""A value of the wrong type is no member of an enum of the right one: one violation, not two."""

_FOLLOWS = frozenset({"unevaluatedProperties", "unevaluatedItems"})
"""A schema that fails speaks of no member any more (JSON Schema Core 2020-12, section 7.7.1.1)."""

_WORTH_EITHER = frozenset({"empty", "null", "number", "other-property"})
"""Obligations worth sending even where the target may choose: only a crash can be found."""


def at_sites(deriver: Deriver, *, brief: bool = False, whole: bool = False) -> Iterator[Case]:
    """Yield the cases of every obligation at every site.

    Those are `brief` that stand for their clause, in the smallest body alone. A `whole` operation
    leaves nothing out.
    """
    share = shared(deriver, whole=whole)
    surroundings = Surroundings(deriver, none=brief, whole=whole)
    for site in deriver.sites:
        if brief and site.path[0] != BODY:
            continue
        for name, value in site.schema.items():
            rule = rules().get(name)
            if rule is None or name in site.spoken:
                continue
            leads: dict[str, list[Lead]] = {}
            fitting = 0
            for obligation in share(deriver.obligations(site, rule)):
                if brief and not obligation.lead:
                    continue
                clause = deriver.add(deriver.clause(site, rule, value, obligation.subject))
                refused = obligation.expectation is REFUSE
                fitting += obligation.lead and not refused
                stands = obligation.lead and (refused or whole or fitting <= MOST_ITEMS)
                if obligation.lead and not stands and ITEM in site.path:
                    deriver.left_out += 2  # as a second and as a last item
                holds = yield from _smallest(deriver, site, clause, obligation, stands=stands)
                if obligation.lead and refused and obligation.around:
                    leads.setdefault(clause.id, []).append((obligation, holds))
            for identifier, these in leads.items():
                clause = deriver.clauses[identifier]
                for obligation, where in surroundings.of(these):
                    yield from _case(deriver, site, clause, obligation, where)


def _smallest(
    deriver: Deriver, site: Site, clause: Clause, obligation: Obligation, *, stands: bool
) -> Generator[Case, None, bool]:
    """Yield the cases of `obligation` in the smallest body; return if one is owed what it says.

    What shows nothing as a first item is not put in another place.
    """
    holds = False
    for where in in_smallest(deriver, site, obligation, stands=stands):
        if holds or not where.position:
            for case in _case(deriver, site, clause, obligation, where):
                holds |= case.expectation is obligation.expectation
                yield case
    return holds


def _case(
    deriver: Deriver, site: Site, clause: Clause, obligation: Obligation, where: Placement
) -> Iterator[Case]:
    """Yield the case of `obligation` at `where`, or nothing where it cannot be told apart."""
    pair = _messages(deriver, site, obligation, where)
    if pair is None:
        return
    try:
        request, control = deriver.request(pair[0], where.spelling), deriver.request(pair[1])
    except InexpressibleError:
        return
    expectation = deriver.expectation(request)
    if obligation.level is Level.SHOULD and expectation is EITHER:
        expectation = deriver.advised(request)
    never = deriver.values.leaves_out(site.path)
    if not _is_owed(obligation, expectation, where.context) or (never and expectation is EITHER):
        return
    breaks = () if expectation is ACCEPT else deriver.broken(request, site.trail)
    doubt = ""
    if expectation is REFUSE:
        doubt = _doubt(deriver, site, obligation, where)
        if doubt and not deriver.allows(control):
            control = deriver.request(deriver.base(where.context.message, site))
        if not (deriver.allows(control) and _breaks_only(clause, breaks)):
            return
        if obligation.name.startswith("array") and not deriver.surely_breaks(request, clause.id):
            return
    if expectation is ACCEPT and deriver.expectation(control) is not ACCEPT:
        control = deriver.preflight
    alone = request == control or (expectation is ACCEPT and request == deriver.preflight)
    names = {step for step in (*site.path[1:2], obligation.subject, *obligation.culprits) if step}
    context = where.context.name
    yield Case(
        id=f"{clause.id}/{obligation.name}" + (f":{context}" if context else ""),
        clause=clause,
        words=obligation.words + (f", in {context} body" if context else ""),
        expectation=expectation,
        level=obligation.level,
        request=request,
        controls=() if alone else (control,),
        context=context,
        culprits=frozenset(names) if expectation is REFUSE else frozenset(),
        also_allowed=_not_there(deriver, request, expectation),
        breaks=breaks,
        instead=_instead(deriver, site, clause, request) if expectation is REFUSE else (),
        doubt=doubt,
        unsure=expectation is REFUSE and deriver.expectation(control) is not ACCEPT,
    )


def _not_there(deriver: Deriver, request: Request, expectation: Expectation) -> frozenset[int]:
    """Return how a target may say that nothing is at another path: no contract promises it."""
    here = deriver.preflight.path.partition("?")[0]
    if expectation is REFUSE or request.path.partition("?")[0] == here:
        return frozenset()
    return frozenset({404, 410})


def _instead(deriver: Deriver, site: Site, clause: Clause, request: Request) -> tuple[str, ...]:
    """Return the clauses that explain an acceptance as well; few places have branches."""
    branched = site.says("anyOf", "oneOf") or any(
        step.startswith(("anyOf.", "oneOf.")) for step in site.trail
    )
    found = deriver.instead(request) if branched else ()
    return tuple(each for each in found if each != clause.id)


def _doubt(deriver: Deriver, site: Site, obligation: Obligation, where: Placement) -> str:
    """Return why a refusal proves nothing: the nearest valid value is not known to be good."""
    doubt = deriver.values.doubt(site.path)
    if not doubt or deriver.values.leaves_out(site.path):
        return doubt
    base = deriver.base(where.context.message, site, where.position)
    nearest = place(base, site.path, obligation.nearest, site.samples, where.position)
    request = deriver.request(deriver.messages.ordered(nearest))
    return "" if deriver.expectation(request) is ACCEPT else doubt


def _messages(
    deriver: Deriver, site: Site, obligation: Obligation, where: Placement
) -> tuple[Message, Message] | None:
    """Return the message to send and its control, or None where the placement means nothing."""
    samples, context = site.samples, where.context
    base = deriver.base(context.message, site, where.position)
    nearest = Keep() if context.name and not where.position else obligation.nearest
    change = obligation.change
    if site.lens is not None:
        change = site.lens(change)
        nearest = nearest if isinstance(nearest, Keep) else site.lens(nearest)
    # What stands at another path need not exist, so the control of a path is the usual one.
    fixed = deriver.values.leaves_out(site.path) or site.path[0] == "path"
    kept = fixed or isinstance(nearest, Keep)
    control = base if kept else place(base, site.path, nearest, samples, where.position)
    message = place(base, site.path, change, samples, where.position)
    if len(site.path) == 1 or site.lens is not None:  # members of the part itself come and go
        control = control if kept else deriver.messages.ordered(control)
        if not isinstance(obligation.change, With):
            message = deriver.messages.ordered(message)
    if where.first is None:
        return message, control
    if isinstance(obligation.change, Without):
        return (message, control) if where.first else None
    if isinstance(obligation.change, With) and len(site.path) == 1:
        at: Literal["first", "last"] = "first" if where.first else "last"
        return place(base, site.path, With(obligation.change.members, at), samples), base
    top = site.path[:2]
    return moved(message, top, first=where.first), moved(control, top, first=where.first)


def _is_owed(obligation: Obligation, expectation: Expectation, context: Context) -> bool:
    """Whether the bytes are owed what the rule says, or are worth sending all the same."""
    if expectation is EITHER:
        return not context.name and (obligation.lead or obligation.name in _WORTH_EITHER)
    return expectation is obligation.expectation


def _breaks_only(clause: Clause, breaks: tuple[str, ...]) -> bool:
    """Whether a request that breaks these clauses breaks that of the case and no other."""
    keyword = clause.id.rpartition("/")[2]
    wanted = {keyword} | _ENTAILED.get(keyword, set())
    keywords = {each.rpartition("/")[2] for each in breaks}
    own = clause.id in breaks or (clause.keyword == "required" and "required" in keywords)
    return own and keywords <= wanted | _FOLLOWS
