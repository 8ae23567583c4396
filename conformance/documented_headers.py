"""The documented headers of an answer: there where they must be, and of their schema.

Header Object: OpenAPI 3.0.4, section 4.8.21; its style is simple.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from conformance import pointer
from conformance.case import clause_id, excerpt
from conformance.clause import Clause
from conformance.contract.model import DocumentedResponse, Header, Json, Operation
from conformance.exchange import Response
from conformance.keywords import describe, rules
from conformance.schema import View
from conformance.validation import Validator
from conformance.wire.text import ABSENT, Place, joined

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


def broken_headers(
    operation: Operation, documented: DocumentedResponse, response: Response
) -> Iterator[tuple[str, str]]:
    """Yield the id of each clause of documented headers that an answer breaks, and how."""
    for header in documented.headers:
        text = response.header(header.name)
        if text is None:
            if header.required:
                missing = _id(operation, documented, header, "required")
                yield missing, f"the header {header.name} is missing"
            continue
        values = [value for value in _readings(header, text.strip(" \t")) if value is not ABSENT]
        validator = _validator(header.pointer, json.dumps(header.schema))
        if not any(validator.fits(value) for value in values):
            first = values[0] if values else text
            keyword = next((each.keyword for each in validator.broken(first) if not each.trail), "")
            clause = _id(operation, documented, header, keyword or "type")
            yield clause, f"the header {header.name} is {text[:80]!r}"


def _readings(header: Header, text: str) -> list[Json]:
    if header.media_type:
        try:
            return [json.loads(text)]
        except (ValueError, RecursionError):
            return []
    place = Place(View.of(header.schema, header.schema))
    return joined(text, place, ",", str.strip, pairs=header.explode)


@lru_cache(maxsize=256)
def _validator(place: str, schema: str) -> Validator:
    return Validator(json.loads(schema), place=place)


def _id(operation: Operation, response: DocumentedResponse, header: Header, keyword: str) -> str:
    name = clause_id("header:", (header.name,), keyword).replace("header:/", "header:", 1)
    return f"{operation.id}:response/{response.status}/{name}"


def _clause(
    operation: Operation, response: DocumentedResponse, header: Header, keyword: str, words: str
) -> Clause:
    return Clause(
        id=_id(operation, response, header, keyword),
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
