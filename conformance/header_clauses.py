"""The clauses of the documented headers of an answer (OpenAPI 3.0.4, section 4.8.21)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance import pointer
from conformance.case import excerpt
from conformance.clause import Clause
from conformance.contract.model import DocumentedResponse, Header, Operation
from conformance.documented_headers import header_id
from conformance.keywords import describe, rules

_SOURCE = "OpenAPI 3.0.4, section 4.8.21"
_SPOKEN = ("properties", "items", "format", "additionalProperties")


def header_clauses(operation: Operation, response: DocumentedResponse) -> Iterator[Clause]:
    """Yield a clause for each documented header that must be there, and for what its schema says.

    Their ids read `OPERATION:response/200/header:X-Rate/type`.
    """
    for header in response.headers:
        words = f"in the answer {response.status}, the header {header.name}"
        if header.required:
            place = pointer.join(header.pointer.rpartition("/schema")[0], "required")
            clause = _clause(operation, response, header, "required", f"{words} is required")
            yield replace(clause, keyword_location=place, value="true")
        schema = header.schema if isinstance(header.schema, dict) else {}
        for keyword, value in schema.items():
            rule = rules().get(keyword)
            if rule is None or keyword in _SPOKEN:
                continue
            said = rule.words.format(site=words, value=describe(value), subject="each name")
            clause = _clause(operation, response, header, keyword, said)
            yield replace(clause, value=excerpt(value), source=rule.source)


def _clause(
    operation: Operation, response: DocumentedResponse, header: Header, keyword: str, words: str
) -> Clause:
    return Clause(
        id=header_id(operation, response, header, keyword),
        operation=operation.id,
        side="response",
        keyword=keyword,
        keyword_location=pointer.join(header.pointer, keyword),
        instance_location=pointer.join("", header.name),
        words=words,
        value="",
        source=_SOURCE,
        part="header",
    )
