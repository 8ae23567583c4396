"""No body at all, where the contract requires names."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.codec import BODY
from conformance.deriver import Deriver
from conformance.protocol import wire_case
from conformance.verdict import Expectation


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the empty and the absent body."""
    if deriver.content is None:
        return
    empty = deriver.raw(b"")
    if deriver.expectation(empty) is not Expectation.REFUSE:
        return
    clause = next(
        (
            c
            for c in deriver.clauses.values()
            if c.keyword == "required" and c.part == BODY and not c.instance_location
        ),
        None,
    )
    if clause is None:
        return
    controls = (deriver.preflight,)
    for label, words, request in (
        ("empty-body", "the body is empty", empty),
        ("absent-body", "no body is sent", deriver.raw(None, "")),
    ):
        breaks = deriver.broken(empty)
        yield wire_case(clause, label, words, Expectation.REFUSE, request, controls, breaks=breaks)
