"""Operation → plan: every clause and every deterministic case, in the order of sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import zip_longest

from msgspec.structs import replace

from conformance import pointer
from conformance.alike import eased
from conformance.beside import briefly, others
from conformance.case import Case
from conformance.cases import at_sites
from conformance.clause import Clause
from conformance.collector import uncollected
from conformance.contract.model import Operation
from conformance.controls import controls
from conformance.deriving import deriver_for
from conformance.exchange import Request
from conformance.header_clauses import header_clauses
from conformance.message import BODY
from conformance.naming import speaks_through_members
from conformance.plan import Plan
from conformance.protocol import protocol_cases
from conformance.remarks import remarks
from conformance.response_clauses import response_clauses
from conformance.styles import NAME
from conformance.together import together
from conformance.values import NONE, Values
from conformance.verdict import Expectation


def derive(operation: Operation, values: Values = NONE, *, whole: bool = False) -> Plan:
    """Return the plan of `operation`, with the user's known-good values.

    A `whole` one leaves nothing out, however large the operation is.

    Raises NoExampleError where no valid body is found.
    """
    with uncollected():
        return _derived(operation, values, whole=whole)


def _derived(operation: Operation, values: Values, *, whole: bool) -> Plan:
    deriver = deriver_for(operation, values)
    cases = [*together(deriver), *at_sites(deriver, whole=whole), *protocol_cases(deriver)]
    cases += controls(deriver, cases)
    found = dict(deriver.clauses)
    for each in others(deriver, values):
        if isinstance(each, Clause):
            found[each.id] = each
            continue
        more = [*briefly(each, deriver.preflight)]
        cases += [*more, *controls(each, more)]
        found |= {id_: clause for id_, clause in each.clauses.items() if id_ not in found}
    if operation.alike:
        cases = [eased(operation, case) for case in cases]
    first: dict[Request, Case] = {}  # a second case that sends the same bytes is passed over
    for case in cases:
        first.setdefault(case.request, case)
    ordered = tuple(interleaved(first.values()))
    shown = _shown(ordered, values)
    twins = {case.clause.id: first[case.request].clause.local for case in cases}
    known = found
    known |= {case.clause.id: case.clause for case in cases}
    clauses = [
        _settled(clause, shown.get(clause.id, frozenset()), twins, values)
        for clause in known.values()
    ]
    clauses += remarks(operation)
    steady = _steady(operation)
    clauses += response_clauses(operation)
    clauses += [c for each in operation.responses for c in header_clauses(operation, each)]
    clauses.append(steady)
    plan = Plan(
        operation,
        values,
        tuple(clauses),
        ordered,
        deriver.preflight,
        steady,
        deriver.names,
        deriver.left_out,
        whole,
        tuple(case for case in cases if case.clause.keyword == NAME),
    )
    vars(plan)["deriver"] = deriver
    return plan


def _steady(operation: Operation) -> Clause:
    return Clause(
        id=f"{operation.id}:state/steady",
        operation=operation.id,
        side="state",
        keyword="steady",
        keyword_location=operation.pointer,
        instance_location="",
        words="the same request gets the same answer, whatever came before",
        value="",
        source="a contract says nothing of a request's history",
    )


def interleaved(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield cases so that each clause has had its n-th case before any has its next."""
    by_clause: dict[str, list[Case]] = {}
    for case in cases:
        by_clause.setdefault(case.clause.id, []).append(case)
    for each in zip_longest(*by_clause.values()):
        yield from (case for case in each if case is not None)


def _place(clause: Clause) -> tuple[str, ...]:
    return (clause.part, *pointer.tokens(clause.instance_location))


def _shown(cases: Iterable[Case], values: Values) -> Mapping[str, frozenset[Expectation]]:
    """Return by clause what its cases owe whose answers can speak for it, not only against it.

    A target may take or refuse what is owed EITHER: its answer says nothing of a schema. Clauses
    of the protocol ask for no more than an answer.
    """
    found: dict[str, frozenset[Expectation]] = {}
    for case in cases:
        clause, owed = case.clause, case.expectation
        either = owed is Expectation.EITHER
        mute = clause.side == "request" or values.doubt(_place(clause)) if either else case.doubt
        if not mute:
            found[clause.id] = found.get(clause.id, frozenset()) | {owed}
    return found


_UNSURE = "no request breaks it beyond doubt"


def _settled(
    clause: Clause, shown: Collection[Expectation], twins: Mapping[str, str], values: Values
) -> Clause:
    """Return `clause` with the reason why no case of its own shows it, or only half of it.

    `shown` is what is owed to the cases that can. `twins` are the clauses that the same requests
    are sent for.
    """
    if clause.state != "covered":
        return clause
    if shown:
        half = clause.side == "request" and Expectation.REFUSE not in shown
        if not half or speaks_through_members(clause):
            return clause
        return replace(clause, reason=f"shown by what it allows alone: {_UNSURE}")
    if clause.keyword == "properties" and clause.id in twins:
        return clause  # what is drawn at random is its own
    if speaks_through_members(clause):
        reason = "speaks through the clauses of its members"
        return replace(clause, state="annotation", reason=reason)
    if clause.keyword == "required" and clause.part == "path":
        return replace(clause, state="annotation", reason="without it this is another path")
    doubt = values.doubt(_place(clause))
    if not doubt and clause.id in twins and twins[clause.id] != clause.local:
        reason = f"the request that breaks it breaks {twins[clause.id]} as well, and is sent for it"
        return replace(clause, state="annotation", reason=reason)
    where = "this media type" if clause.part == BODY else f"a {clause.part}"
    unsaid = f"nothing that breaks it alone can be said in {where}"
    reason = doubt or (_UNSURE if twins.get(clause.id) == clause.local else unsaid)
    return replace(clause, state="uncovered", reason=reason)
