"""A plan written anew, in the spelling of arrays that the target reads (`conformance.arrays`)."""

from __future__ import annotations

from msgspec.structs import replace

from conformance.arrays import (
    ENCODINGS,
    Ask,
    Respelt,
    carries_array,
    is_read,
    is_taken,
    on_forms,
    spelt,
)
from conformance.case import Case
from conformance.contract.model import Content, Operation
from conformance.plan import Plan
from conformance.planning import derive
from conformance.protocol.array_spelling import array_of, trial
from conformance.schema import View
from conformance.styles import NAME, READ, STYLES, Style
from conformance.verdict import Expectation
from conformance.wire.form import array_style


def respell(plan: Plan, ask: Ask) -> Respelt | None:
    """Return `plan` in the spelling of arrays that the target reads; None where it is its own."""
    settled = spelt(plan)
    if settled is None or is_read(*settled, ask):
        return None
    own, usual = settled
    deriver = plan.deriver
    array = array_of(deriver)
    if array is None:
        return None
    tried = {style: own if style == usual else [*trial(deriver, array, style)] for style in STYLES}
    others = [style for style in STYLES if style != usual]
    read = next((each for each in others if is_read(tried[each], each, ask)), None)
    if read is None and array.stated:
        return None
    if read is None:
        taken = (each for each in (usual, *others) if is_taken(tried[each], each, ask))
        read = next(taken, None)
        if read == usual:
            return None
    if read is None:
        return _instead(plan, on_forms(plan.operation, _opened), own)
    chosen = read
    operation = on_forms(plan.operation, lambda each: _spelt(each, usual, chosen))
    found = _instead(plan, operation, _controlled(own, tried[chosen]))
    rest = {case.id: _freed(case, own[0]) for case in plan.cases if case.id not in found.cases}
    return replace(found, cases={**found.cases, **rest})


def _opened(content: Content) -> Content:
    stated = {name: each for name, each in content.encoding.items() if not each.assumed}
    return replace(content, encoding=stated)


def _spelt(content: Content, old: Style, new: Style) -> Content:
    view = View.of(content.schema, content.schema)
    changed = {
        name: ENCODINGS[new]
        for name in content.encoding
        if array_style(content, name) == old and view.member(name).types == {"array"}
    }
    return replace(content, encoding={**content.encoding, **changed})


def _freed(case: Case, own: Case) -> Case:
    """Return `case`, which nobody can say in the spelling that is read: it is owed nothing now."""
    return replace(
        case,
        clause=own.clause,
        words=f"{case.words}, in a spelling that is not read",
        expectation=Expectation.EITHER,
        controls=(),
        culprits=frozenset(),
        breaks=(),
    )


def _controlled(own: list[Case], read: list[Case]) -> list[Case]:
    """Return the cases of the spellings, controlled by the one that is read."""
    control = read[0].request
    return [each if READ in each.id else replace(each, controls=(control,)) for each in own]


def _instead(plan: Plan, operation: Operation, own: list[Case]) -> Respelt:
    new = derive(operation, plan.values, whole=plan.whole)
    known = {case.id: case for case in new.cases if case.clause.keyword != NAME}
    known |= {case.id: case for case in own}
    alike = {
        case.id: case
        for case in plan.cases
        if case.id not in known and not carries_array(plan, case.traits)
    }
    return Respelt(new, known | alike)
