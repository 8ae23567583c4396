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
from conformance.plan import Plan
from conformance.schema import View
from conformance.styles import FORM, NAME, READ, STYLES, Style
from conformance.traits import traits

Ask = Callable[[Request], Exchange]
"""Sends a request, or recalls what was answered to it."""

ENCODINGS: Mapping[Style, Encoding] = {
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
                open_[name] = ENCODINGS["repeat"]
            elif "object" in view.member(name).types:
                open_[name] = ENCODINGS["index"]
        return replace(content, encoding={**content.encoding, **open_}) if open_ else content

    return on_forms(operation, assume)


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

    return on_forms(operation, settle)


def on_forms(operation: Operation, change: Callable[[Content], Content]) -> Operation:
    """Return `operation` with this change to its bodies that are forms."""
    contents = tuple(
        change(each) if each.media_type == FORM else each for each in operation.contents
    )
    return operation if contents == operation.contents else replace(operation, contents=contents)


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


def spelt(plan: Plan) -> tuple[list[Case], Style] | None:
    """Return the cases that tell how arrays are read, and how `plan` spells them; None: none."""
    own = _trial(plan)
    usual = next((style for style in STYLES if own and own[0].id.endswith(f"/{style}")), None)
    return (own, usual) if usual is not None else None


def reads(plan: Plan, ask: Ask) -> bool:
    """Whether the target reads arrays as `plan` spells them, if it has any."""
    own = spelt(plan)
    return own is None or is_read(*own, ask)


def is_taken(cases: list[Case], style: Style, ask: Ask) -> bool:
    """Whether arrays of one and of two items are accepted."""
    good = [each for each in cases if each.id.endswith(f"/{style}")]
    return bool(good) and all(
        ask(request).accepted for each in good for request in (*each.controls, each.request)
    )


def is_read(cases: list[Case], style: Style, ask: Ask) -> bool:
    """Whether arrays are accepted, and refused where an item breaks a rule."""
    bad = [each for each in cases if f"/{style}{READ}" in each.id]
    return is_taken(cases, style, ask) and any(ask(each.request).refused for each in bad)
