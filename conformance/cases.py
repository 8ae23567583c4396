"""Deriver → cases: each obligation placed in complete requests, each with its control.

A case that would break more than its own clause is not sent: a refusal would prove nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from conformance.case import Case
from conformance.clause import Clause
from conformance.codec import BODY
from conformance.deriver import Deriver, operation_clause
from conformance.exchange import Request
from conformance.keywords import rules
from conformance.messages import Context, Message, Path, moved, place
from conformance.obligation import ITEM, Keep, Obligation, Site, With, Without
from conformance.sites import words_of
from conformance.traits import traits
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError, Spelling

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
_ENTAILED = {"type": {"enum", "const"}}
"""A value of the wrong type is no member of an enum of the right one: one violation, not two."""

_FOLLOWS = frozenset({"unevaluatedProperties", "unevaluatedItems"})
"""A schema that fails speaks of no member any more (JSON Schema Core 2020-12, section 7.7.1.1)."""

_MOST_AROUND = 240
"""So many violations are put in other surroundings; of many clauses each takes its turn."""

_MOST_ITEMS = 4
"""So many values that fit, of one clause, are sent as further items: an enum may have hundreds."""

_MOST_PLAIN = 400
"""So many values are sent alone; of more, each clause has those that stand for it and a share."""

_WORTH_EITHER = frozenset({"empty", "null", "number", "other-property"})
"""Obligations worth sending even where the target may choose: only a crash can be found."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an obligation is put: `first` moves the member concerned to an end of its part.

    `position` is the index of the item concerned; the array then has three items.
    """

    context: Context
    first: bool | None = None
    position: int = 0
    spelling: Spelling | None = None


def at_sites(deriver: Deriver, *, brief: bool = False) -> Iterator[Case]:
    """Yield the cases of every obligation at every site.

    Those are `brief` that stand for their clause, in the smallest body alone.
    """
    around = [] if brief else _contexts(deriver)
    open_clauses = sum(clause.state == "covered" for clause in deriver.clauses.values())
    each = min(len(around), max(1, _MOST_AROUND // max(1, open_clauses)))
    turn = 0
    share = _share(deriver)
    for site in deriver.sites:
        if brief and site.path[0] != BODY:
            continue
        for name, value in site.schema.items():
            rule = rules().get(name)
            if rule is None or name in site.spoken:
                continue
            leads: dict[str, list[Obligation]] = {}
            fitting = 0
            for obligation in share(deriver.obligations(site, rule)):
                if brief and not obligation.lead:
                    continue
                clause = deriver.add(deriver.clause(site, rule, value, obligation.subject))
                refused = obligation.expectation is REFUSE
                fitting += obligation.lead and not refused
                stands = obligation.lead and (refused or fitting <= _MOST_ITEMS)
                for where in _smallest(deriver, site, obligation, stands=stands):
                    yield from _case(deriver, site, clause, obligation, where)
                if obligation.lead and refused:
                    leads.setdefault(clause.id, []).append(obligation)
            for identifier, obligations in leads.items():
                clause = deriver.clauses[identifier]
                deriver.left_out += len(around) - each
                for index in range(turn, turn + each):
                    obligation = obligations[index % len(obligations)]
                    where = around[index % len(around)]
                    yield from _case(deriver, site, clause, obligation, where)
                turn += 0 if each == len(around) else each


def _share(
    deriver: Deriver,
) -> Callable[[tuple[Obligation, ...]], Iterator[Obligation]]:
    """Return what chooses among the obligations of a clause, so that a large operation ends.

    Those that stand for their clause always stay; of the others every n-th does, by turns, so that
    all of them are sent somewhere.
    """
    asked = [
        deriver.obligations(site, rule)
        for site in deriver.sites
        for name in site.schema
        if (rule := rules().get(name)) is not None and name not in site.spoken
    ]
    every = -(-sum(map(len, asked)) // _MOST_PLAIN)
    count = itertools.count()

    def chosen(obligations: tuple[Obligation, ...]) -> Iterator[Obligation]:
        for each in obligations:
            if each.lead or every <= 1 or next(count) % every == 0:
                yield each
            else:
                deriver.left_out += 1

    return chosen


def _contexts(deriver: Deriver) -> list[Placement]:
    """Return where one violation of each clause goes: the fullest, and a covering array."""
    full = Context("fullest", deriver.messages.fullest)
    if not any(isinstance(part, dict) for part in full.message.values()):
        return []
    return [
        Placement(replace(full, name="fullest-first"), first=True),
        Placement(replace(full, name="fullest-last"), first=False),
        *(Placement(row) for row in deriver.messages.rows),
    ]


def _smallest(
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
    unknown = isinstance(obligation.change, With) and obligation.expectation is REFUSE
    if ITEM in site.path and stands and not unknown:
        for label, position in (("second-item", 1), ("last-item", 2)):
            yield Placement(replace(least, name=label), position=position)


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
    breaks = deriver.broken(request, site.trail)
    doubt = ""
    if expectation is REFUSE:
        doubt = _doubt(deriver, site, obligation, where)
        if doubt and deriver.expectation(control) is not ACCEPT:
            control = deriver.request(deriver.base(where.context.message, site))
        if not (deriver.expectation(control) is ACCEPT and _breaks_only(clause, breaks)):
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
        traits=traits(request),
        also_allowed=_not_there(deriver, request, expectation),
        breaks=breaks,
        instead=_instead(deriver, site, clause, request) if expectation is REFUSE else (),
        doubt=doubt,
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
    ordered, samples, context = deriver.messages.ordered, site.samples, where.context
    base = deriver.base(context.message, site, where.position)
    nearest = Keep() if context.name and not where.position else obligation.nearest
    change = obligation.change
    if site.lens is not None:
        change = site.lens(change)
        nearest = nearest if isinstance(nearest, Keep) else site.lens(nearest)
    # What stands at another path need not exist, so the control of a path is the usual one.
    fixed = deriver.values.leaves_out(site.path) or site.path[0] == "path"
    if fixed or isinstance(nearest, Keep):
        control = deriver.in_order(base)
    else:
        control = ordered(place(base, site.path, nearest, samples, where.position))
    message = place(base, site.path, change, samples, where.position)
    if not isinstance(obligation.change, With):
        message = ordered(message)
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


def together(deriver: Deriver) -> Iterator[Case]:
    """Yield the valid messages that combine optional members, each alone before all others."""
    messages = deriver.messages
    for left_out in sorted(each for each in deriver.values.never if len(each) == 2):  # noqa: PLR2004
        clause = _may_be_sent(deriver, left_out)
        deriver.add(replace(clause, state="uncovered", reason=deriver.values.doubt(left_out)))
    for path, value in messages.optional.items():
        if len(messages.choices(path)) > 1:
            continue  # each member of an enum is sent alone by the rule of enum
        clause = _may_be_sent(deriver, path)
        alone = Context("alone", messages.with_optional({path: value}))
        yield from _together(deriver, deriver.add(clause), alone)
    for context in messages.combinations():
        yield from _together(deriver, deriver.add(_all_together(deriver)), context)


def _may_be_sent(deriver: Deriver, path: Path) -> Clause:
    """Return the clause that the optional member at `path` may be sent."""
    root = Site({}, path[:1], deriver.place_of(path[:1]), words_of(path[:1]), None, trail=path[:1])
    return replace(
        deriver.clause(root, rules()["properties"], {}, path[-1]),
        words=f"{words_of(path)} may be sent",
        keyword_location=deriver.place_of(path),
        value="",
    )


def _all_together(deriver: Deriver) -> Clause:
    """Return the clause that declared members may be sent together."""
    body = deriver.messages.schema_of((BODY,))
    if "properties" in body:
        site = next(site for site in deriver.sites if site.path == (BODY,))
        return deriver.clause(site, rules()["properties"], [*body["properties"]])
    return operation_clause(
        deriver.operation,
        "parameters",
        "the declared parameters may be sent together",
        "OpenAPI 3.0.4, section 4.8.12",
    )


def _together(deriver: Deriver, clause: Clause, context: Context) -> Iterator[Case]:
    controls: list[Request] = []
    try:
        request = deriver.request(context.message)
        for path, value in context.alone:
            controls.append(deriver.request(deriver.messages.with_optional({path: value})))
    except InexpressibleError:
        return
    expectation = deriver.expectation(request)
    if expectation is REFUSE or request == deriver.preflight:
        return
    yield Case(
        id=f"{clause.id}/{context.name}",
        clause=clause,
        words=f"{context.words} sent together" if context.alone else clause.words,
        expectation=expectation,
        level=Level.MUST,
        request=request,
        controls=tuple(dict.fromkeys(controls)) or (deriver.preflight,),
        context=context.name,
        traits=traits(request),
    )
