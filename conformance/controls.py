"""Cases → the cases of their controls: what is sent anyway is owed a yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.messages import Path, members
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError


def controls(deriver: Deriver, cases: Sequence[Case]) -> Iterator[Case]:
    """Yield a case for each control that is no case itself: it is sent anyway, and owed a yes."""
    named = {clause.keyword: clause for clause in (case.clause for case in cases)}
    seen = {case.request for case in cases} | {deriver.preflight}
    for case in cases:
        for control in case.controls[:1]:
            if case.off_contract or control in seen:
                continue
            owed = deriver.expectation(control)
            if owed is Expectation.REFUSE:
                continue
            seen.add(control)
            keyword = "spelling" if case.context.startswith("fullest-") else "properties"
            clause = named.get(keyword, case.clause) if case.context else case.clause
            if case.context.endswith("-item"):
                clause = _of_items(deriver, case, control)
            yield Case(
                id=f"{clause.id}/control-{control.digest[:8]}",
                clause=clause,
                words="the control of another case",
                expectation=owed,
                level=Level.MUST,
                request=control,
                controls=_parts(deriver, control),
            )


def _of_items(deriver: Deriver, case: Case, control: Request) -> Clause:
    """Return the clause that speaks through a control with several items.

    Where all of them are ordinary, only their number is not: that is for the array to say.
    """
    array = deriver.clauses.get(f"{case.clause.id.rpartition('/items/')[0]}/type")
    values = (value for each in deriver.read(control).values[:1] for _, value in members(each))
    ordinary = all(value == value[:1] * len(value) for value in values if isinstance(value, list))
    return array if array is not None and ordinary else case.clause


def _parts(deriver: Deriver, control: Request) -> tuple[Request, ...]:
    """Return what must be accepted first: the message in its usual order, or its parts alone."""
    messages = deriver.messages
    read = deriver.read(control).values
    if not read:
        return (deriver.preflight,)
    usual = deriver.request(messages.ordered(read[0]))
    if usual != control:
        return (usual,)
    parts: list[Request] = []
    for path, value in members(read[0]):
        if messages.least.get(path, parts) != value:
            with suppress(InexpressibleError):
                parts += _alone(deriver, path, value, control)
    return tuple(part for part in parts if part != control) or (deriver.preflight,)


def _alone(deriver: Deriver, path: Path, value: Json, control: Request) -> Iterator[Request]:
    """Yield the member at `path` alone, with an ordinary value where that is `control` itself."""
    messages = deriver.messages
    alone = deriver.request(messages.alone(path, value))
    ordinary = messages.optional.get(path, value)
    if alone == control:
        alone = deriver.request(messages.alone(path, ordinary))
    yield alone
    if isinstance(value, list) and len(value) > 1 and isinstance(ordinary, list):
        yield deriver.request(messages.with_optional({path: ordinary[:1] * len(value)}))
