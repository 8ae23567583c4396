"""Methods that the contract does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.case import Case
from conformance.deriver import Deriver
from conformance.protocol import wire_case, wire_clause
from conformance.verdict import Expectation

_METHODS = ("PUT", "PATCH", "DELETE", "GET", "POST")


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the smallest valid request under each method that is not declared."""
    declared = {method.upper() for method in deriver.operation.declared_methods}
    clause = wire_clause(
        deriver,
        "method",
        f"the path takes no other method than {', '.join(sorted(declared))}",
        "RFC 9110, section 15.5.6; OpenAPI 3.0.4, section 4.8.9",
    )
    for method in _METHODS:
        if method not in declared:
            yield wire_case(
                clause,
                method.lower(),
                f"{method} is not declared",
                Expectation.REFUSE,
                replace(deriver.preflight, method=method),
                (deriver.preflight,),
                off_contract=True,
                also_allowed=frozenset({501}),
            )
