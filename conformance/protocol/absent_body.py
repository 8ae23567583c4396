"""No body at all, where the contract requires names."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.deriver import Deriver
from conformance.protocol import wire_case
from conformance.verdict import Expectation
from conformance.wire import Readings


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the empty and the absent body."""
    nothing = Readings(({},))
    if deriver.judge.expectation(nothing) is not Expectation.REFUSE:
        return
    clause = next(
        (
            c
            for c in deriver.clauses.values()
            if c.keyword == "required" and not c.instance_location
        ),
        None,
    )
    if clause is None:
        return
    controls = (deriver.preflight,)
    for label, words, request in (
        ("empty-body", "the body is empty", deriver.raw(b"")),
        ("absent-body", "no body is sent", deriver.raw(None, "")),
    ):
        breaks = deriver.broken(b"")
        yield wire_case(clause, label, words, Expectation.REFUSE, request, controls, breaks=breaks)
