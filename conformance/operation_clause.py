"""Clauses of an operation as a whole: how its requests are sent, and that it is not tested."""

from __future__ import annotations

from conformance.clause import Clause
from conformance.contract.model import Operation


def operation_clause(
    operation: Operation, name: str, words: str, source: str, place: str = ""
) -> Clause:
    """Return the clause `request/NAME` of a request as a whole."""
    return Clause(
        id=f"{operation.id}:request/{name}",
        operation=operation.id,
        side="protocol",
        keyword=name,
        keyword_location=place or operation.pointer,
        instance_location="",
        words=words,
        value="",
        source=source,
    )


FAULTY, UNTESTED = "contract", "operation"
"""The keywords of an operation that is not tested: for a fault of the contract, or as it is."""


def untested_clause(operation: str, reason: str, *, faulty: bool = False) -> Clause:
    """Return what stands in a journal for an operation that cannot be tested.

    Where the contract is `faulty` there, mending it makes the operation testable.
    """
    return Clause(
        id=f"{operation}:untested",
        operation=operation,
        side="request",
        keyword=FAULTY if faulty else UNTESTED,
        keyword_location="",
        instance_location="",
        words=f"the operation {operation}",
        value="",
        source="",
        state="uncovered",
        reason=reason,
    )
