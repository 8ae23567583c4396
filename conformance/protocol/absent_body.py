"""No body at all: refused where the contract requires one, accepted where it does not."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.clause import Clause
from conformance.deriver import Deriver
from conformance.message import BODY
from conformance.protocol import wire_case, wire_clause
from conformance.verdict import Expectation

_SOURCE = "OpenAPI 3.0.4, section 4.8.13"


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the empty and the absent body."""
    if deriver.content is None:
        return
    empty, absent = deriver.raw(b""), deriver.raw(None, "")
    place = deriver.content.pointer.rpartition("/content/")[0]
    if deriver.expectation(absent) is Expectation.ACCEPT and not deriver.operation.body_required:
        clause = wire_clause(deriver, "body", "the body may be left out", _SOURCE, place)
        words, controls = "no body is sent", (deriver.preflight,)
        yield wire_case(clause, "left-out", words, Expectation.ACCEPT, absent, controls)
    if deriver.expectation(empty) is not Expectation.REFUSE:
        return
    required = wire_clause(deriver, "body", "a body is required", _SOURCE, place)
    clause = next(_missing(deriver), required)
    for label, words, request in (
        ("empty-body", "the body is empty", empty),
        ("absent-body", "no body is sent", absent),
    ):
        if deriver.expectation(request) is Expectation.REFUSE:
            breaks = deriver.broken(empty)
            controls = (deriver.preflight,)
            yield wire_case(
                clause, label, words, Expectation.REFUSE, request, controls, breaks=breaks
            )


def _missing(deriver: Deriver) -> Iterator[Clause]:
    """Yield the clause that the body has its required names."""
    for clause in deriver.clauses.values():
        if clause.keyword == "required" and clause.part == BODY and not clause.instance_location:
            yield clause
