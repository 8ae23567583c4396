"""An OpenAPI document → a Contract (OpenAPI Specification 3.0.4 and 3.1.1)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache

from msgspec.structs import replace

from conformance.contract.access import Access
from conformance.contract.alike import meant_with
from conformance.contract.content import Reader
from conformance.contract.dialect import check_dialect
from conformance.contract.entries import METHODS, Entry, beside, declared_methods, entries
from conformance.contract.model import CLOSED, Contract, Json, Operation, Parameter
from conformance.contract.read import VERSIONS_READ
from conformance.contract.refs import References
from conformance.contract.selection import EVERYTHING, Selection
from conformance.errors import ContractError
from conformance.pointer import join

KNOWN_NAMES_LIMIT = 200
_SET_BY_HTTP = frozenset(
    ("connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade")
)
_BY_HTTP = "the header {name} is set by HTTP itself (RFC 9110, sections 7.2, 7.6 and 8.6)"
_FORMATS = "x-conformance-formats"
"""At the root of a document: whether `format` binds."""

_WITHOUT_BODY = ("get", "head", "delete", "trace")
"""Methods whose requestBody is ignored (OpenAPI 3.0.3, section 4.7.10.1; RFC 9110, section 9.3)."""


def to_contract(document: Json, source: str, selection: Selection = EVERYTHING) -> Contract:
    """Return the contract that `document` states, with the operations of `selection`.

    `source` names the document in errors and in the contract. Only what the asked operations
    reach is derived and checked; one with a fault is left out and listed as unreadable, where
    others have none. Raises ContractError where the document is not OpenAPI, has no operation,
    or only such with a fault; NothingSelectedError for what no operation fits.
    """
    modern = _check_version(document, source)
    digest = hashlib.sha256(canonical(document, source).encode()).hexdigest()
    references = References(document, source, modern)
    reader, access = Reader(references), Access(references)
    known = _entries(references)
    info = reader.object(document.get("info", {}), "#/info")
    closed, asserts_formats = _manners(document, source)
    names = {entry.id: _body_names(entry, references) for entry in known}
    all_names = sorted(set().union(*names.values()))
    declared = declared_methods(known)
    by_id = {entry.id: entry for entry in known}
    others_at = beside(known)

    @cache
    def made(entry_id: str) -> Operation:
        entry = by_id[entry_id]
        more = [name for name in all_names if name not in names[entry_id]]
        operation = _operation(entry, reader, access, more, declared[entry.sent])
        return replace(operation, closed=closed, asserts_formats=asserts_formats)

    operations: list[Operation] = []
    faults: list[tuple[str, ContractError]] = []
    for entry in selection.chosen(known):
        try:
            others = [made(each) for each in others_at[entry.id]]
            operations.append(meant_with(made(entry.id), others))
        except ContractError as problem:
            faults.append((entry.id, problem))
    if not operations:
        raise faults[0][1]
    return Contract(
        source=source,
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        digest=digest,
        operations=tuple(operations),
        unreadable=tuple((name, f"{fault.place}: {fault.what}") for name, fault in faults),
        notes=tuple(_notes(document)),
    )


def canonical(document: Json, source: str) -> str:
    """Return `document` as JSON text with sorted keys and no blanks, ASCII only.

    Raises ContractError where it is nested deeper than Python can follow: nothing after this step
    meets such a document.
    """
    try:
        return json.dumps(document, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise too_deep(source) from None


def too_deep(source: str) -> ContractError:
    """Return the error for a document that is nested too deep to read."""
    return ContractError("the document is nested too deep to read", "Flatten it.", source)


def slice_of(document: Json, source: str, selection: Selection) -> Json:
    """Return `document` with the operations of `selection` alone: others are left out.

    Components stay as they are. Raises what `to_contract` raises.
    """
    modern = _check_version(document, source)
    known = _entries(References(document, source, modern))
    chosen = {(entry.path, entry.method) for entry in selection.chosen(known)}
    paths: dict[str, Json] = {}
    for entry in known:
        item = paths.setdefault(
            entry.path, {name: entry.item[name] for name in entry.item if name not in METHODS}
        )
        if (entry.path, entry.method) in chosen:
            item[entry.method] = entry.value
    kept = {path: item for path, item in paths.items() if any(name in METHODS for name in item)}
    return {**document, "paths": kept}


def _manners(document: dict[str, Json], source: str) -> tuple[bool, bool]:
    """Return whether all objects in bodies are closed, and whether formats are asserted."""
    closed, formats = document.get(CLOSED, False), document.get(_FORMATS, "annotate")
    if not isinstance(closed, bool):
        raise ContractError(f"{CLOSED} is true or false", place=f"{source}#/{CLOSED}")
    if formats not in ("assert", "annotate"):
        raise ContractError(f"{_FORMATS} is assert or annotate", place=f"{source}#/{_FORMATS}")
    return closed, formats == "assert"


def _notes(document: dict[str, Json]) -> Iterator[str]:
    webhooks = document.get("webhooks")
    if isinstance(webhooks, dict) and webhooks:
        yield f"webhooks are what the target sends, not what it answers: {len(webhooks)} not tested"


def _check_version(document: Json, source: str) -> bool:
    """Return whether `document` is OpenAPI 3.1 rather than 3.0; raise ContractError for others."""
    remedy = f"{VERSIONS_READ} Convert the document, or give another."
    if not isinstance(document, dict):
        raise ContractError("this is not an OpenAPI document: no object", remedy, source)
    if "openapi" not in document and "swagger" in document:
        what = f"this is Swagger {document['swagger']}"
        raise ContractError(what, remedy, f"{source}#/swagger")
    version = document.get("openapi")
    if version is None:
        what = "this is not an OpenAPI document: it has no member openapi"
        raise ContractError(what, remedy, source)
    found = re.match(r"3\.([01])(\.|$)", str(version))
    if found is None:
        raise ContractError(f"this is OpenAPI {version}", remedy, f"{source}#/openapi")
    modern = found[1] == "1"
    if modern and "jsonSchemaDialect" in document:
        check_dialect(document["jsonSchemaDialect"], f"{source}#/jsonSchemaDialect")
    return modern


def _entries(references: References) -> list[Entry]:
    found = entries(references)
    if not found:
        raise ContractError(
            "the document describes no operation",
            "Describe at least one method on one path.",
            f"{references.source}#/paths",
        )
    return found


def _operation(
    entry: Entry,
    reader: Reader,
    access: Access,
    others: Sequence[str],
    methods: frozenset[str],
) -> Operation:
    value, pointer = entry.value, entry.pointer
    _check_path(entry, reader)
    notes = [*entry.notes]
    if "#" in entry.path:
        notes.append(f'no request carries the fragment of the path "{entry.path}"')
    body = None if entry.method in _WITHOUT_BODY else value.get("requestBody")
    if body is None and "requestBody" in value:
        notes.append(
            f"the request body is ignored: on {entry.method.upper()} it has no defined meaning "
            "(OpenAPI 3.0.3, section 4.7.10.1)"
        )
    contents, required = (
        ((), False) if body is None else reader.body(body, f"{pointer}/requestBody")
    )
    security, doubts = access.security(value, pointer)
    stated = reader.parameters(
        (entry.item.get("parameters", []), f"{entry.item_pointer}/parameters"),
        (value.get("parameters", []), f"{pointer}/parameters"),
    )
    parameters = tuple(each for each in stated if not _is_set_by_http(each))
    notes += [_BY_HTTP.format(name=each.name) for each in stated if _is_set_by_http(each)]
    return Operation(
        id=entry.id,
        method=entry.method.upper(),
        path=entry.sent,
        pointer=pointer,
        summary=str(value.get("summary", "")),
        description=str(value.get("description", "")),
        parameters=parameters,
        contents=contents,
        body_required=required,
        responses=reader.responses(value.get("responses", {}), f"{pointer}/responses"),
        declared_methods=methods,
        known_names=tuple(others[:KNOWN_NAMES_LIMIT]),
        notes=(*notes, *doubts),
        tags=entry.tags,
        deprecated=value.get("deprecated") is True,
        security=security,
        servers=access.servers(value, entry.item),
        operation_id=entry.operation_id,
    )


def _is_set_by_http(parameter: Parameter) -> bool:
    return parameter.location == "header" and parameter.name.lower() in _SET_BY_HTTP


def _check_path(entry: Entry, reader: Reader) -> None:
    """Raise ContractError for a path that no request can ask for alone (RFC 9110, 7.1)."""
    if "?" in entry.path:
        what = f'the path "{entry.path}" has a query: no target can tell it by its path'
        remedy = "Describe it by a parameter, or give it a path of its own."
        raise reader.error(what, entry.item_pointer, remedy)


def _body_names(entry: Entry, references: References) -> frozenset[str]:
    """Return the names at the top of the request bodies, looking no deeper than that."""
    names: set[str] = set()
    if entry.method in _WITHOUT_BODY:
        return frozenset()
    try:
        body, pointer = references.follow(
            entry.value.get("requestBody", {}), f"{entry.pointer}/requestBody"
        )
        content = body.get("content") if isinstance(body, dict) else None
        for media_type, media in (content if isinstance(content, dict) else {}).items():
            if isinstance(media, dict) and "schema" in media:
                at = join(pointer, "content", media_type, "schema")
                schema, _ = references.follow(media["schema"], at)
                properties = schema.get("properties") if isinstance(schema, dict) else None
                names.update(properties if isinstance(properties, dict) else ())
    except ContractError:  # told of by the operation itself
        return frozenset()
    return frozenset(names)
