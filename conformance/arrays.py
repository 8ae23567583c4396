"""Which spelling of arrays the target reads, and the plan that is written in it.

A contract may leave open how arrays travel in a form; and a target may not read the spelling that
it settles. Either way the rules of their items can only be tested in a spelling that is read. So a
plan assumes one, and before its cases go out a few of them show whether that one is read. If it is
not, the cases are derived anew in the first one that is; they keep their ids. Where none is known
to be read, what arrays owe cannot be known either.

What the contract settles stays owed: that is a clause of its own (`protocol.array_spelling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from conformance.case import Case
from conformance.contract.model import Content, Encoding, Operation
from conformance.exchange import Exchange, Request
from conformance.plan import Plan, derive
from conformance.protocol import FORM
from conformance.protocol.array_spelling import NAME, READ, STYLES, Style, array_of, trial
from conformance.schema import View
from conformance.traits import traits
from conformance.verdict import Expectation
from conformance.wire.form import array_style

Ask = Callable[[Request], Exchange]
"""Sends a request, or recalls what was answered to it."""

_ENCODINGS: Mapping[Style, Encoding] = {
    "index": Encoding("deepObject", explode=True, assumed=True),
    "append": Encoding("brackets", explode=True, assumed=True),
    "repeat": Encoding("form", explode=True, assumed=True),
}


class Respelt(Struct, frozen=True):
    """A plan whose arrays are spelt as the target reads them.

    `cases` are what to send instead, by id. Where no spelling is read they are not all there:
    then nothing is known of the rest.
    """

    plan: Plan
    cases: Mapping[str, Case]


def assumed(operation: Operation) -> Operation:
    """Return `operation` with the arrays whose style it leaves open spelt by repeated names.

    That is OpenAPI's default for a form (OpenAPI 3.0.4, section 4.8.15.1). Objects are spelt with
    brackets: what is the default of those, versions do not agree on (`conformance.objects`).
    """

    def assume(content: Content) -> Content:
        view = View.of(content.schema, content.schema)
        names = {name for schema in view.schemas for name in schema.get("properties", ())}
        open_ = {}
        for name in sorted(names - content.encoding.keys() - content.content_types.keys()):
            if view.member(name).types == {"array"}:
                open_[name] = _ENCODINGS["repeat"]
            elif "object" in view.member(name).types:
                open_[name] = _ENCODINGS["index"]
        return replace(content, encoding={**content.encoding, **open_}) if open_ else content

    return _on_forms(operation, assume)


def bracketed(operation: Operation) -> Operation:
    """Return `operation` with `a[0]` and `a[b]` for what its forms do not settle otherwise."""

    def settle(content: Content) -> Content:
        view = View.of(content.schema, content.schema)
        names = {name for schema in view.schemas for name in schema.get("properties", ())}
        open_ = {
            name: Encoding("deepObject", explode=True)
            for name in sorted(names - content.encoding.keys() - content.content_types.keys())
            if view.member(name).types & {"array", "object"}
        }
        return replace(content, encoding={**content.encoding, **open_}) if open_ else content

    return _on_forms(operation, settle)


def _on_forms(operation: Operation, change: Callable[[Content], Content]) -> Operation:
    contents = tuple(
        change(each) if each.media_type == FORM else each for each in operation.contents
    )
    return operation if contents == operation.contents else replace(operation, contents=contents)


def _opened(content: Content) -> Content:
    stated = {name: each for name, each in content.encoding.items() if not each.assumed}
    return replace(content, encoding=stated)


def _spelt(content: Content, old: Style, new: Style) -> Content:
    view = View.of(content.schema, content.schema)
    changed = {
        name: _ENCODINGS[new]
        for name in content.encoding
        if array_style(content, name) == old and view.member(name).types == {"array"}
    }
    return replace(content, encoding={**content.encoding, **changed})


def carries_array(plan: Plan, shown: Iterable[str]) -> bool:
    """Whether a request with these traits sends an array whose spelling is to be found out."""
    return not {f"with {name}" for name in _spelt_names(plan)}.isdisjoint(shown)


def _spelt_names(plan: Plan) -> set[str]:
    return {name for each in plan.operation.contents for name in each.encoding}


def needs_array(plan: Plan, case: Case) -> bool:
    """Whether `case`, or a control of it, sends an array whose spelling is to be found out."""
    sent = (case.traits, *map(traits, case.controls))
    return any(carries_array(plan, each) for each in sent) if _spelt_names(plan) else False


def _trial(plan: Plan) -> list[Case]:
    """Return the cases that tell how arrays are read, also where a budget has cut them."""
    if plan.left_out:
        return [*plan.spellings]
    return [case for case in plan.cases if case.clause.keyword == NAME]


def respell(plan: Plan, ask: Ask) -> Respelt | None:
    """Return `plan` in the spelling of arrays that the target reads; None where it is its own."""
    own = _trial(plan)
    if not own:
        return None  # no array, or none that tells
    usual = next((style for style in STYLES if own[0].id.endswith(f"/{style}")), None)
    if usual is None or _is_read(own, usual, ask):
        return None
    deriver = plan.deriver
    array = array_of(deriver)
    if array is None:
        return None
    tried = {style: own if style == usual else [*trial(deriver, array, style)] for style in STYLES}
    others = [style for style in STYLES if style != usual]
    read = next((each for each in others if _is_read(tried[each], each, ask)), None)
    if read is None and array.stated:
        return None
    if read is None:
        taken = (each for each in (usual, *others) if _is_taken(tried[each], each, ask))
        read = next(taken, None)
        if read == usual:
            return None
    if read is None:
        return _instead(plan, _on_forms(plan.operation, _opened), own)
    chosen = read
    operation = _on_forms(plan.operation, lambda each: _spelt(each, usual, chosen))
    found = _instead(plan, operation, _controlled(own, tried[chosen]))
    rest = {case.id: _freed(case, own[0]) for case in plan.cases if case.id not in found.cases}
    return replace(found, cases={**found.cases, **rest})


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


def _is_taken(cases: list[Case], style: Style, ask: Ask) -> bool:
    """Whether arrays of one and of two items are accepted."""
    good = [each for each in cases if each.id.endswith(f"/{style}")]
    return bool(good) and all(
        ask(request).accepted for each in good for request in (*each.controls, each.request)
    )


def _is_read(cases: list[Case], style: Style, ask: Ask) -> bool:
    """Whether arrays are accepted, and refused where an item breaks a rule."""
    bad = [each for each in cases if f"/{style}{READ}" in each.id]
    return _is_taken(cases, style, ask) and any(ask(each.request).refused for each in bad)
