"""Deriver → cases: the valid messages that combine optional members, each alone before all."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.case import Case
from conformance.clause import Clause
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.keywords import rules
from conformance.message import BODY
from conformance.messages import Context, Path
from conformance.obligation import Site
from conformance.operation_clause import operation_clause
from conformance.spots import words_of
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError


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
    root = Site(
        {}, path[:1], deriver.naming.place_of(path[:1]), words_of(path[:1]), None, trail=path[:1]
    )
    return replace(
        deriver.clause(root, rules()["properties"], {}, path[-1]),
        words=f"{words_of(path)} may be sent",
        keyword_location=deriver.naming.place_of(path),
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
            controls.append(deriver.request(deriver.messages.alone(path, value)))
    except InexpressibleError:
        return
    expectation = deriver.expectation(request)
    if expectation is Expectation.REFUSE or request == deriver.preflight:
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
    )
