"""Operations that one request may be meant for: their paths differ in what no target is told.

A fragment is never sent (RFC 9110, section 7.1), and what a parameter of a path is called is not
sent either: `/files/{id}#copy`, `/files/{id}` and `/files/{name}` are one address. Documents with
such paths exist, though OpenAPI forbids the latter (3.0.4, section 4.8.8). What one of them takes
another one cannot refuse, and each may be answered as the others are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from conformance.contract.model import Content, DocumentedResponse, Json, Operation


def meant_with(operation: Operation, others: Sequence[Operation]) -> Operation:
    """Return `operation` as one of several that the same request may be meant for, if there are."""
    if not others:
        return operation
    names = ", ".join(each.id for each in others)
    note = (
        f"a request for {operation.path} may be meant for {names} as well: what they take is not "
        "owed refusal, and what they answer may be answered here"
    )
    return replace(
        operation,
        alike=tuple(others),
        responses=tuple(_responses([operation, *others])),
        notes=(*operation.notes, note),
    )


def _responses(operations: Sequence[Operation]) -> Iterator[DocumentedResponse]:
    """Yield what any of `operations` documents, by status."""
    statuses = dict.fromkeys(each.status for own in operations for each in own.responses)
    for status in statuses:
        found = [each for own in operations if (each := _of(own, status)) is not None]
        first, *rest = found
        if all(_same(first, each) for each in rest):
            yield replace(first, status=status)
            continue
        headers = tuple(h for h in first.headers if all(h in each.headers for each in rest))
        yield replace(first, status=status, contents=tuple(_contents(found)), headers=headers)


def _of(operation: Operation, status: str) -> DocumentedResponse | None:
    """Return what `operation` documents for `status`, which may be a range or the default."""
    if status.isdigit():
        return operation.response_for(int(status))
    named = {each.status: each for each in operation.responses}
    return named.get(status) or named.get("default")


def _same(one: DocumentedResponse, other: DocumentedResponse) -> bool:
    return one.headers == other.headers and [
        (each.media_type, each.schema) for each in one.contents
    ] == [(each.media_type, each.schema) for each in other.contents]


def _contents(responses: Sequence[DocumentedResponse]) -> Iterator[Content]:
    """Yield what any of `responses` may hold; nothing is known where one of them says nothing."""
    if not all(each.contents for each in responses):
        return
    found: dict[str, list[Content]] = {}
    for response in responses:
        for content in response.contents:
            found.setdefault(content.media_type, []).append(content)
    for same in found.values():
        yield replace(same[0], schema=_either([each.schema for each in same]))


def _either(schemas: Sequence[Json]) -> Json:
    """Return a schema for what fits one of `schemas`; None where nothing is said of it."""
    different = [each for index, each in enumerate(schemas) if each not in schemas[:index]]
    if len(different) == 1:
        return different[0]
    definitions: dict[str, Json] = {}
    branches: list[Json] = []
    for each in different:
        if not isinstance(each, dict):
            return None
        for name, value in each.get("$defs", {}).items():
            if definitions.setdefault(name, value) != value:
                return None
        branches.append({name: value for name, value in each.items() if name != "$defs"})
    return {"anyOf": branches} | ({"$defs": definitions} if definitions else {})
