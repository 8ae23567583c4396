"""What the contract documents of answers: which statuses, which media types, which places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance import pointer
from conformance.case import clause_id
from conformance.contract.model import Content, Json, Operation
from conformance.contradiction import contradictory
from conformance.message import ITEM
from conformance.schema import dereference

DEPTH = 6
_ENTERED = 2


def documents_success(operation: Operation) -> bool:
    """Whether the contract names the status of an answer that is no error."""
    return any(each.status[0] in "23d" for each in operation.responses)


def documents_errors(operation: Operation) -> bool:
    """Whether the contract names some errors, but not all of them at once."""
    named = [each.status for each in operation.responses]
    return any(each.startswith("4") for each in named) and not {"4XX", "default"} & {*named}


def impossible(schema: Json) -> frozenset[tuple[str, ...]]:
    """Return the places of an answer where the contract asks for what no value can be."""
    found = walk(schema, schema, (), "")
    return frozenset(path for each, path, _ in found if contradictory(each, schema))


def response_id(operation: Operation, status: str, path: tuple[str, ...], keyword: str) -> str:
    """Return the id of the clause `keyword` at `path` in the documented answer `status`."""
    return clause_id(f"{operation.id}:response/{status}", path, keyword)


def walk(
    schema: Json, root: Json, path: tuple[str, ...], place: str, within: tuple[str, ...] = ()
) -> Iterator[tuple[Mapping[str, Json], tuple[str, ...], str]]:
    """Yield every schema object with its instance location and its place in the contract.

    `within` are the definitions on the way. One that holds itself is entered twice: a message, and
    the message that it replies to.
    """
    name = schema.get("$ref") if isinstance(schema, Mapping) else None
    if isinstance(name, str):
        if within.count(name) >= _ENTERED:
            return
        within = (*within, name)
    schema = dereference(schema, root)
    if not isinstance(schema, Mapping) or len(path) > DEPTH:
        return
    yield schema, path, place
    for member, child in schema.get("properties", {}).items():
        at = pointer.join(place, "properties", member)
        yield from walk(child, root, (*path, member), at, within)
    if isinstance(schema.get("items"), Mapping):
        yield from walk(schema["items"], root, (*path, ITEM), f"{place}/items", within)


def is_text(content: Content) -> bool:
    """Whether the content is plain text whose schema speaks of text, and of nothing else."""
    schema = dereference(content.schema, content.schema)
    stated = schema.get("type") if isinstance(schema, Mapping) else None
    return content.media_type == "text/plain" and stated == "string"


def is_json(media_type: str) -> bool:
    """Whether the media type is JSON by name (RFC 6839, section 3.1)."""
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")
