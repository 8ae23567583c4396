"""What a document says of an operation that no request tests: listed, and not dropped."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from msgspec.structs import replace

from conformance.case import clause_id
from conformance.clause import Clause
from conformance.contract.model import Operation
from conformance.keywords import ANNOTATIONS
from conformance.operation_clause import operation_clause
from conformance.wire.multipart import required_headers

_OF_PARTS = "OpenAPI 3.0.4, section 4.8.15.1; RFC 7578, section 4.8"
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
    yield from _of_parts(operation)
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


def _of_parts(operation: Operation) -> Iterator[Clause]:
    """Yield a clause for each header that a part of a multipart body has of its own."""
    for content in operation.contents:
        for name, headers in content.part_headers.items():
            sent = required_headers(content, name)
            for header in headers:
                clause = operation_clause(operation, "part-header", "", _OF_PARTS)
                yield replace(
                    clause,
                    id=clause_id(operation.id, (name, "header", header.name), "part-header"),
                    side="request",
                    keyword_location=header.pointer.rpartition("/schema")[0],
                    instance_location=f"/{name}",
                    words=f"the part {name} has the header {header.name}",
                    state="uncovered",
                    reason=_why(sent.get(header.name)),
                )


def _why(sent: str | None) -> str:
    """Return why the header of a part is not tested; `sent` is empty where none can be said."""
    if sent == "":
        return "it is required, and no valid value of it can be sent: nothing is owed to this body"
    how = "not sent, for it may be left out" if sent is None else "sent with a valid value"
    return (
        f"{how}; a server may ignore every header of a part but those of its type and its "
        "disposition, so no request shows whether this one is looked at"
    )
