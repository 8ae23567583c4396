"""Break one named clause: what the embedded target then gets wrong is known exactly.

Names: `/account/maxLength`, `/account/required`, `/additionalProperties`, `/expand/items/type`,
`query/limit/maximum`, `header/X-Kind/required`, `response/200/url/required`,
`response/200/media-type`, `response/default/error/type/enum`. The
id of an operation may stand before them, as in a report: `PostAccountLinks/account/maxLength`,
`PostAccountLinks:response/200/url/type`.

Of the documented answers only those can be spoilt that the target gives: one for what it accepts,
one for what it refuses, if there is anything that it can refuse.

A request clause is dropped from the schema that the server enforces. Where `type` stands beside
`enum`, dropping the type alone would show nothing, so the enum then holds for values of that type
only. A response clause is violated, and that keyword alone where that can be done.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

from conformance.errors import UsageError
from conformance.reference.bodies import is_json
from conformance.reference.headers import spoilable
from conformance.reference.idle import at, is_bound, is_idle, is_said_again
from conformance.reference.keywords import CHECKS, kind_of
from conformance.reference.places import spoilable_in
from conformance.reference.sabotage import Sabotage
from conformance.reference.schema import UNEVALUATED, Checker, Path, types_of
from conformance.reference.statuses import given, has_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Json, Operation

FORM = "application/x-www-form-urlencoded"
DEPTH_LIMIT = 8
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Broken:
    """An operation to serve with the clause that is broken; `sabotage` is for its answers."""

    operation: Operation
    clause: str = ""
    sabotage: Sabotage | None = None


def clauses(operation: Operation) -> tuple[str, ...]:
    """Return the name of every clause of `operation` that can be broken."""
    return tuple(_breakable(operation))


def break_clause(operation: Operation, clause: str) -> Broken:
    """Return `operation` with `clause` broken.

    Raises UsageError for an unknown clause, naming the nearest ones.
    """
    known = _breakable(operation)
    local = clause.removeprefix(operation.id).removeprefix(":")
    if local not in known:
        near = difflib.get_close_matches(local, known, NEAREST, 0.0)
        what = f"{operation.id} has no clause {clause!r} that can be broken"
        raise UsageError(what, f"Nearest: {', '.join(near)}" if near else "It has none at all.")
    return known[local]


def _breakable(operation: Operation) -> dict[str, Broken]:
    found: dict[str, Broken] = {}
    for index, content in enumerate(operation.contents):
        for name, site in _sites(content.schema, "", (), Checker(content.schema), DEPTH_LIMIT):
            if content.media_type == FORM and _unsaid(name, site, content.schema):
                continue
            if name.endswith("/format") and not operation.asserts_formats:
                continue
            changed = replace(content, schema=_without(content.schema, site))
            if name.endswith("/type") and is_said_again(content.schema, site):
                continue
            contents = (*operation.contents[:index], changed, *operation.contents[index + 1 :])
            found.setdefault(name, Broken(replace(operation, contents=contents), name))
    found |= _of_parameters(operation)
    for response in given(operation, refusals=bool(found or operation.contents)):
        base = f"response/{response.status}"
        for name, sabotage in spoilable(response):
            found[base + name] = Broken(operation, base + name, sabotage)
        for content in response.contents[:1] if has_body(operation, response) else ():
            sabotage = Sabotage(response.status, (), "media-type")
            found[f"{base}/media-type"] = Broken(operation, f"{base}/media-type", sabotage)
            # Of what is no JSON nothing can be told but its media type.
            sites = spoilable_in(content, response.status) if is_json(content.media_type) else ()
            for name, sabotage in sites:
                found.setdefault(base + name, Broken(operation, base + name, sabotage))
    return found


def _unsaid(name: str, site: Path, schema: Json) -> bool:
    """Whether no form can break a clause: it spells nothing but objects, and any text is a text.

    A bracketed name may be another name, where the schema is not closed to those.
    """
    closed = isinstance(schema, dict) and schema.get("additionalProperties") is False
    return name == "/type" or (
        name.endswith("/type") and not closed and _kinds_at(schema, site) == {"string"}
    )


def _kinds_at(schema: Json, way: Path) -> set[str]:
    return {*types_of(at(schema, way))}


def _of_parameters(operation: Operation) -> dict[str, Broken]:
    """Return the clauses of parameters outside the body: `query/limit/maximum`."""
    found: dict[str, Broken] = {}
    for index, parameter in enumerate(operation.parameters):
        base, schema = f"{parameter.location}/{_safe(parameter.name)}", parameter.schema
        changed = {
            f"{base}{name}": replace(parameter, schema=_without(schema, site))
            for name, site in _sites(schema, "", (), Checker(schema), DEPTH_LIMIT)
            if (name.endswith("/required") or not _is_text(schema, site))
            and not (parameter.location == "path" and site == ("minLength",) and _of_one(schema))
            and not (name.endswith("/format") and not operation.asserts_formats)
        }
        if parameter.required and parameter.location != "path":
            changed[f"{base}/required"] = replace(parameter, required=False)
        for name, other in changed.items():
            others = operation.parameters
            parameters = (*others[:index], other, *others[index + 1 :])
            found[name] = Broken(replace(operation, parameters=parameters), name)
    return found


def _of_one(schema: Json) -> bool:
    """Whether a text of a path need only be there: a path cannot say an empty one."""
    return bool(schema["minLength"] == 1)


def _is_text(schema: Json, way: Path) -> bool:
    """Whether any text fits the keyword at `way`, where all that is sent is text."""
    if way[-1] in ("anyOf", "oneOf"):
        branches = at(schema, way)[way[-1]]
        return any(isinstance(each, dict) and not is_bound(each) for each in branches)
    if way[-1] != "type":
        return False
    return not {"integer", "number", "boolean"} & _kinds_at(schema, way)


_BY_NAME = ("properties", "patternProperties", "dependentSchemas")
_BY_INDEX = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties", "propertyNames", "then", "else")
_BREAKABLE = (*CHECKS, *UNEVALUATED, "format")


def _sites(
    schema: Json, name: str, path: Path, checker: Checker, depth: int, *, branch: bool = False
) -> Iterator[tuple[str, Path]]:
    """Yield the clauses below `schema`: their name, and their way from the root, keyword last.

    The way through a reference has the step `$ref`. A `branch` of anyOf or oneOf has no type of its
    own to break: what no branch takes breaks the anyOf.
    """
    if not isinstance(schema, dict) or depth == 0 or schema.get("readOnly"):
        return  # what a server does with readOnly members that are sent is its own affair
    if "$ref" in schema:
        way = (*path, "$ref")
        yield from _sites(checker.resolve(schema), name, way, checker, depth - 1, branch=branch)
    for keyword in _BREAKABLE:
        if keyword == "required":
            for each in schema.get("required", ()):
                yield f"{name}/{_safe(each)}/required", (*path, "required", each)
        elif (
            keyword in schema
            and not is_idle(keyword, schema)
            and not (branch and keyword == "type")
        ):
            yield f"{name}/{keyword}", (*path, keyword)
    if schema.get("items") is False:
        yield f"{name}/items", (*path, "items")
    for each, below in schema.get("properties", {}).items():
        if below is False:
            yield f"{name}/{_safe(each)}/properties", (*path, "properties", each)
    yield from _below(schema, name, path, checker, depth - 1, branch=branch)


def _below(
    schema: Json, name: str, path: Path, checker: Checker, depth: int, *, branch: bool
) -> Iterator[tuple[str, Path]]:
    for keyword in _BY_NAME:
        for each, below in schema.get(keyword, {}).items():
            step = _safe(each if keyword == "properties" else f"{keyword}.{each}")
            way = (*path, keyword, each)
            yield from _sites(below, f"{name}/{step}", way, checker, depth)
    for keyword in _BY_INDEX:
        for index, below in enumerate(schema.get(keyword, ())):
            inner = keyword in ("anyOf", "oneOf") or (branch and keyword == "allOf")
            way = (*path, keyword, index)
            here = f"{name}/{keyword}.{index}"
            yield from _sites(below, here, way, checker, depth, branch=inner)
    for keyword in _ONE:
        way = (*path, keyword)
        yield from _sites(schema.get(keyword), f"{name}/{keyword}", way, checker, depth)


def _safe(text: str) -> str:
    """Return a name as it stands in the ids of clauses: in letters that a shell passes on."""
    safe = re.sub(r"[^A-Za-z0-9_.-]", "_", text)
    return safe if safe == text and text else f"{safe}-{crc32(text.encode('utf-8', 'replace')):08x}"


def _without(root: Json, way: Path) -> Json:
    """Return a copy of `root` that lacks the keyword at `way`; definitions are copied into it."""
    checker = Checker(root)

    def changed(schema: Json, way: Path) -> Json:
        step, rest = way[0], way[1:]
        if step == "$ref":
            beside = {name: each for name, each in schema.items() if name != "$ref"}
            target = changed(checker.resolve(schema), rest)
            return {**beside, "allOf": [*beside.get("allOf", ()), target]} if beside else target
        if not rest or step == "required" or (step == "properties" and len(rest) == 1):
            return _drop(schema, str(step), *map(str, rest))
        if step in _BY_NAME or step in _BY_INDEX:
            inner = schema[step].copy()
            inner[rest[0]] = changed(inner[rest[0]], rest[1:])
            return {**schema, step: inner}
        return {**schema, step: changed(schema[step], rest)}

    return changed(root, way)


def _drop(schema: Json, keyword: str, gone: str = "") -> Json:
    left = {key: value for key, value in schema.items() if key != keyword}
    if keyword == "required":
        left["required"] = [each for each in schema["required"] if each != gone]
    if keyword == "properties":
        left["properties"] = {**schema["properties"], gone: {}}
    if keyword == "enum" and "type" not in schema:  # any value of these kinds, not any at all
        left["type"] = sorted({kind_of(each) for each in schema["enum"]})
    for other in ("enum", "const", "anyOf", "oneOf", "not") if keyword == "type" else ():
        if other in left:
            held = {"anyOf": [{other: left.pop(other)}, {"not": {"type": schema["type"]}}]}
            left["allOf"] = [*left.get("allOf", ()), held]
    return left
