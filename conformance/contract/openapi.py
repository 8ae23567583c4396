"""An OpenAPI 3.0 document → a Contract (OpenAPI Specification 3.0.3)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.contract.content import Reader
from conformance.contract.model import Contract, Json, Operation
from conformance.contract.refs import References
from conformance.errors import ContractError, UsageError
from conformance.pointer import join

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
KNOWN_NAMES_LIMIT = 200

_WITHOUT_BODY = ("get", "head", "delete", "trace")
"""Methods whose requestBody is ignored (OpenAPI 3.0.3, section 4.7.10.1; RFC 9110, section 9.3)."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One operation as it stands in the document, before anything of it is derived."""

    id: str
    method: str
    path: str
    item: dict[str, Json]
    item_pointer: str

    @property
    def value(self) -> dict[str, Json]:
        found: dict[str, Json] = self.item[self.method]
        return found

    @property
    def pointer(self) -> str:
        return join(self.item_pointer, self.method)


def to_contract(document: Json, source: str, operations: frozenset[str] | None = None) -> Contract:
    """Return the contract that `document` states, with the `operations` named, or all.

    `source` names the document in errors and in the contract. Only what the asked operations
    reach is derived and checked. Raises ContractError where the document is not OpenAPI 3.0, has
    no operation, an operationId twice, or a fault in a part that is needed; UsageError for an
    operation that it does not have.
    """
    _check_version(document, source)
    digest = hashlib.sha256(canonical(document, source).encode()).hexdigest()
    references = References(document, source)
    reader = Reader(references)
    entries = list(_entries(document, references))
    if not entries:
        raise ContractError(
            "the document describes no operation",
            "Describe at least one method on one path.",
            f"{source}#/paths",
        )
    _check_names(operations, entries)
    info = reader.object(document.get("info", {}), "#/info")
    names = {entry.id: _body_names(entry, references) for entry in entries}
    all_names = sorted(set().union(*names.values()))
    return Contract(
        source=source,
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        digest=digest,
        operations=tuple(
            _operation(entry, reader, [name for name in all_names if name not in names[entry.id]])
            for entry in entries
            if operations is None or entry.id in operations
        ),
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


def slice_of(document: Json, source: str, operations: frozenset[str]) -> Json:
    """Return `document` with these `operations` alone: other methods and paths are left out.

    Components stay as they are. Raises what `to_contract` raises.
    """
    _check_version(document, source)
    entries = list(_entries(document, References(document, source)))
    _check_names(operations, entries)
    paths: dict[str, Json] = {}
    for entry in entries:
        item = paths.setdefault(
            entry.path, {name: entry.item[name] for name in entry.item if name not in METHODS}
        )
        if entry.id in operations:
            item[entry.method] = entry.value
    kept = {path: item for path, item in paths.items() if any(name in METHODS for name in item)}
    return {**document, "paths": kept}


def _check_version(document: Json, source: str) -> None:
    remedy = "OpenAPI 3.0 is read (3.0.0 to 3.0.4). Convert the document, or give another."
    if not isinstance(document, dict):
        raise ContractError("this is not an OpenAPI document: no object", remedy, source)
    if "openapi" not in document and "swagger" in document:
        what = f"this is Swagger {document['swagger']}"
        raise ContractError(what, remedy, f"{source}#/swagger")
    version = document.get("openapi")
    if version is None:
        what = "this is not an OpenAPI document: it has no member openapi"
        raise ContractError(what, remedy, source)
    if not re.match(r"3\.0(\.|$)", str(version)):
        raise ContractError(f"this is OpenAPI {version}", remedy, f"{source}#/openapi")


def _entries(document: dict[str, Json], references: References) -> Iterator[_Entry]:
    """Find every operation, in order; one without an operationId is named by method and path."""
    reader = Reader(references)
    seen: dict[str, str] = {}
    for path, stated in reader.object(document.get("paths", {}), "#/paths").items():
        if not path.startswith("/"):
            if path.startswith("x-"):
                continue
            what = f'the path "{path}" does not begin with a slash'
            raise ContractError(what, "Correct it.", references.source + join("#/paths", path))
        item, pointer = references.follow(stated, join("#/paths", path))
        item = reader.object(item, pointer)
        for method in item:
            if method not in METHODS:
                continue
            at = join(pointer, method)
            stated_id = reader.object(item[method], at).get("operationId")
            name = _derived(method, path, seen) if stated_id is None else str(stated_id)
            if name in seen:
                raise ContractError(
                    f'the operationId "{name}" is taken by {seen[name]}',
                    "Give each operation an operationId of its own.",
                    f"{references.source}{at}/operationId",
                )
            seen[name] = at
            yield _Entry(name, method, path, item, pointer)


def _derived(method: str, path: str, taken: dict[str, str]) -> str:
    """Return `post_v1_account_links` for POST /v1/account_links, with a number where taken."""
    base = "_".join([method, *re.findall(r"[A-Za-z0-9_]+", path)])
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _check_names(operations: frozenset[str] | None, entries: list[_Entry]) -> None:
    known = [entry.id for entry in entries]
    unknown = sorted((operations or frozenset()).difference(known))
    if not unknown:
        return
    from difflib import get_close_matches  # noqa: PLC0415  (only for this message)

    near = get_close_matches(unknown[0], known, n=3, cutoff=0.5) or known[:3]
    raise UsageError(
        f'the contract has no operation "{unknown[0]}"', f"The nearest are: {', '.join(near)}."
    )


def _operation(entry: _Entry, reader: Reader, others: list[str]) -> Operation:
    value, pointer = entry.value, entry.pointer
    notes: list[str] = []
    body = None if entry.method in _WITHOUT_BODY else value.get("requestBody")
    if body is None and "requestBody" in value:
        notes.append(
            f"the request body is ignored: on {entry.method.upper()} it has no defined meaning "
            "(OpenAPI 3.0.3, section 4.7.10.1)"
        )
    contents, required = (
        ((), False) if body is None else reader.body(body, f"{pointer}/requestBody")
    )
    return Operation(
        id=entry.id,
        method=entry.method.upper(),
        path=entry.path,
        pointer=pointer,
        summary=str(value.get("summary", "")),
        description=str(value.get("description", "")),
        parameters=reader.parameters(
            (entry.item.get("parameters", []), f"{entry.item_pointer}/parameters"),
            (value.get("parameters", []), f"{pointer}/parameters"),
        ),
        contents=contents,
        body_required=required,
        responses=reader.responses(value.get("responses", {}), f"{pointer}/responses"),
        declared_methods=frozenset(name.upper() for name in entry.item if name in METHODS),
        known_names=tuple(others[:KNOWN_NAMES_LIMIT]),
        notes=tuple(notes),
    )


def _body_names(entry: _Entry, references: References) -> frozenset[str]:
    """Return the names at the top of the request bodies, looking no deeper than that."""
    names: set[str] = set()
    if entry.method in _WITHOUT_BODY:
        return frozenset()
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
    return frozenset(names)
