"""The smallest valid request, where nothing else is owed acceptance."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.deriver import Deriver
from conformance.protocol import wire_case, wire_clause
from conformance.verdict import Expectation


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the smallest valid request; every other control differs from it."""
    if deriver.content is not None:
        return
    clause = wire_clause(
        deriver,
        "smallest",
        "a request with nothing but what is required is accepted",
        "OpenAPI 3.0.4, section 4.8.10",
    )
    words = "nothing but what is required"
    yield wire_case(clause, "accepted", words, Expectation.ACCEPT, deriver.preflight, ())
