"""The clauses of the documented responses: status, media type, body, each keyword."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from conformance import pointer
from conformance.case import clause_id, excerpt
from conformance.clause import Clause
from conformance.compiled import is_pattern
from conformance.contract.model import Content, DocumentedResponse, Json, Operation
from conformance.contradiction import NOTHING_FITS, contradictory
from conformance.errors import ContractError
from conformance.formats import is_settled
from conformance.keywords import describe, rules
from conformance.responses import documents_errors, documents_success, is_json, is_text, walk
from conformance.schema import Same
from conformance.spots import name_of
from conformance.verdict import Level

_PROSE = {
    "x-conformance-unique": ("unique", "{site} is another one in every answer"),
    "x-conformance-future": ("future", "{site} lies in the future"),
    "x-conformance-after": ("after", "{site} comes after {value}"),
}


def response_clauses(operation: Operation) -> list[Clause]:
    """Return every clause of the documented responses."""
    status = _clause(
        operation,
        "status",
        "status",
        operation.pointer + "/responses",
        "the status of every answer is documented",
        "OpenAPI 3.0.4, section 4.8.16",
    )
    if not documents_success(operation):
        reason = "the contract documents no success, so any status may stand for one"
        status = replace(status, state="uncovered", reason=reason)
    clauses = [status]
    if documents_errors(operation):
        clause = _clause(
            operation,
            "error-status",
            "error-status",
            operation.pointer + "/responses",
            "the status of every refusal is documented",
            "OpenAPI 3.0.4, section 4.8.16",
        )
        clauses.append(replace(clause, level=Level.SHOULD))
    for response in operation.responses:
        for content in response.contents[:1]:
            place = content.pointer.rpartition("/schema")[0]
            kinds = " or ".join(each.media_type for each in response.contents)
            clauses.append(
                _clause(
                    operation,
                    f"{response.status}/media-type",
                    "media-type",
                    place,
                    f"the answer {response.status} is {kinds}",
                    "OpenAPI 3.0.4, section 4.8.17",
                )
            )
            if is_json(content.media_type):
                clauses.append(
                    _clause(
                        operation,
                        f"{response.status}/body",
                        "body",
                        place,
                        f"the body of {response.status} is JSON of the documented kind",
                        "RFC 8259, section 2",
                    )
                )
            if is_json(content.media_type) or is_text(content):
                clauses += _schema_clauses(operation, response, content)
    return list({clause.id: clause for clause in clauses}.values())


def _clause(
    operation: Operation, name: str, keyword: str, place: str, words: str, source: str
) -> Clause:
    return Clause(
        id=f"{operation.id}:response/{name}",
        operation=operation.id,
        side="response",
        keyword=keyword,
        keyword_location=place,
        instance_location="",
        words=words,
        value="",
        source=source,
    )


def _schema_clauses(
    operation: Operation, response: DocumentedResponse, content: Content
) -> Iterator[Clause]:
    answer = f"{operation.id}:response/{response.status}"
    try:
        statements = _statements(Same(content.schema), operation.asserts_formats)
    except ContractError as problem:
        raise ContractError(problem.what, place=content.pointer + problem.place) from None
    for each in statements:
        yield Clause(
            id=answer + each.name,
            operation=operation.id,
            side=each.side,
            keyword=each.keyword,
            keyword_location=content.pointer + each.keyword_location,
            instance_location=each.instance_location,
            words=f"in the answer {response.status}, {each.words}",
            value=each.value,
            source=each.source,
            level=each.level,
            state="uncovered" if each.reason else "covered",
            reason=each.reason,
        )


class _Statement(Struct, frozen=True):
    """What a schema says with one keyword, in whatever answer; names and places are their ends."""

    name: str
    side: Literal["response", "prose"]
    keyword: str
    keyword_location: str
    instance_location: str
    words: str
    value: str
    source: str
    level: Level
    reason: str


@lru_cache(maxsize=16)
def _statements(same: Same, asserts_formats: bool) -> tuple[_Statement, ...]:  # noqa: FBT001  (a key)
    """Return what a schema says. Operations have answers in common, errors most of all."""
    schema = same.value
    return tuple(
        statement
        for each, path, place in walk(schema, schema, (), "")
        for reason in (NOTHING_FITS if contradictory(each, schema) else "",)
        for keyword, value in each.items()
        if keyword != "format" or (asserts_formats and is_settled(value))
        for statement in _keyword(path, place, keyword, value, reason)
    )


def _keyword(
    path: tuple[str, ...], place: str, keyword: str, value: Json, reason: str
) -> Iterator[_Statement]:
    rule = rules().get(keyword)
    prose = _PROSE.get(keyword)
    if keyword == "pattern" and isinstance(value, str) and not is_pattern(value):
        # Now, before anything is sent: no answer could be held to such a schema.
        what = f"this is no usable schema: {value!r:.80} is no pattern of ECMA 262"
        raise ContractError(what, place=pointer.join(place, keyword))
    if prose is None and (rule is None or rule.idle(value)):
        return
    subjects = value if keyword == "required" else [""]
    for subject in subjects:
        full = (*path, subject) if subject else path
        site = name_of(path).replace("the body", "the answer")
        template = prose[1] if prose else rule.words if rule else ""
        yield _Statement(
            name=clause_id("", full, prose[0] if prose else keyword),
            side="prose" if prose else "response",
            keyword=prose[0] if prose else keyword,
            keyword_location=pointer.join(place, keyword),
            instance_location=pointer.from_tokens(full),
            words=template.format(site=site, value=describe(value), subject=subject),
            value=excerpt(value),
            source=f"the contract's prose: {value}" if prose else rule.source if rule else "",
            level=Level.SHOULD if prose else Level.MUST,
            reason=reason,
        )
