"""The documented headers of an answer: there where they must be, and of their schema.

Header Object: OpenAPI 3.0.4, section 4.8.21; its style is simple.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from conformance.case import clause_id
from conformance.contract.model import DocumentedResponse, Header, Json, Operation
from conformance.exchange import Response
from conformance.schema import View
from conformance.validation import Validator


def broken_headers(
    operation: Operation, documented: DocumentedResponse, response: Response
) -> Iterator[tuple[str, str]]:
    """Yield the id of each clause of documented headers that an answer breaks, and how."""
    for header in documented.headers:
        from conformance.wire.text import ABSENT  # noqa: PLC0415  (few contracts have headers)

        text = response.header(header.name)
        if text is None:
            if header.required:
                missing = header_id(operation, documented, header, "required")
                yield missing, f"the header {header.name} is missing"
            continue
        values = [value for value in _readings(header, text.strip(" \t")) if value is not ABSENT]
        validator = _validator(header.pointer, json.dumps(header.schema))
        if not any(validator.fits(value) for value in values):
            first = values[0] if values else text
            keyword = next((each.keyword for each in validator.broken(first) if not each.trail), "")
            clause = header_id(operation, documented, header, keyword or "type")
            yield clause, f"the header {header.name} is {text[:80]!r}"


def _readings(header: Header, text: str) -> list[Json]:
    if header.media_type:
        try:
            return [json.loads(text)]
        except (ValueError, RecursionError):
            return []
    from conformance.wire.text import Place, joined  # noqa: PLC0415  (see above)

    place = Place(View.of(header.schema, header.schema))
    return joined(text, place, ",", str.strip, pairs=header.explode)


@lru_cache(maxsize=256)
def _validator(place: str, schema: str) -> Validator:
    return Validator(json.loads(schema), place=place)


def header_id(
    operation: Operation, response: DocumentedResponse, header: Header, keyword: str
) -> str:
    """Return the id of the clause `keyword` of a documented header."""
    name = clause_id("header:", (header.name,), keyword).replace("header:/", "header:", 1)
    return f"{operation.id}:response/{response.status}/{name}"
