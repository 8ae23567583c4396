"""What a document says of an operation that no request tests: listed, and not dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

from conformance.case import clause_id
from conformance.clause import Clause
from conformance.contract.model import Operation
from conformance.keywords import ANNOTATIONS
from conformance.naming import operation_clause

_SOURCE = "OpenAPI 3.0.4, sections 4.8.10 and 4.8.12"


def remarks(operation: Operation) -> Iterator[Clause]:
    """Yield a clause for all that is deprecated, and for what the suite does not use, and why."""
    for note in operation.notes:
        clause = operation_clause(operation, f"note-{crc32(note.encode()):08x}", note, "")
        yield replace(clause, keyword="note", state="uncovered", reason=note)
    said = ANNOTATIONS["deprecated"].replace("property", "operation")
    if operation.deprecated:
        clause = operation_clause(operation, "deprecated", "the operation is deprecated", _SOURCE)
        yield replace(clause, value="true", state="annotation", reason=said)
    for each in operation.parameters:
        if each.deprecated:
            clause = operation_clause(operation, "deprecated", "", _SOURCE)
            yield replace(
                clause,
                id=clause_id(f"{operation.id}:{each.location}", (each.name,), "deprecated"),
                side="request",
                keyword_location=f"{each.pointer.rpartition('/schema')[0]}/deprecated",
                instance_location=f"/{each.name}",
                words=f"{each.name} in the {each.location} is deprecated",
                value="true",
                state="annotation",
                reason=said.replace("operation", "parameter"),
                part=each.location,
            )
