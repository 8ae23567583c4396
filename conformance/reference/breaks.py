"""Break one named clause: what the embedded target then gets wrong is known exactly.

Names: `/account/maxLength`, `/account/required`, `/additionalProperties`, `/expand/items/type`,
`query/limit/maximum`, `header/X-Kind/required`, `response/200/url/required`,
`response/200/media-type`, `response/default/error/type/enum`. The
id of an operation may stand before them, as in a report: `PostAccountLinks/account/maxLength`,
`PostAccountLinks:response/200/url/type`.

Of the documented answers only those can be spoilt that the target gives: one for what it accepts,
one for what it refuses, if there is anything that it can refuse.

A request clause is dropped from the schema that the server enforces. A response clause is
violated, and that keyword alone where that can be done.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.reference.bodies import is_json
from conformance.reference.demands import demands, safe
from conformance.reference.headers import spoilable
from conformance.reference.idle import is_said_again
from conformance.reference.loosened import without
from conformance.reference.one_way import to_send
from conformance.reference.places import spoilable_in
from conformance.reference.sabotage import Sabotage
from conformance.reference.schema import Checker
from conformance.reference.statuses import given, has_body
from conformance.reference.unsaid import is_unsaid, is_unsaid_outside

if TYPE_CHECKING:
    from conformance.contract.model import Operation

_TEXTS = ("text/plain", "text/*", "*/*")
"""What an answer may be that has the wrong media type."""

DEPTH_LIMIT = 8
NEAREST = 5


class Broken(Struct, frozen=True):
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
        owed = to_send(content.schema)
        checker = Checker(owed, operation.asserts_formats)
        for name, site in demands(owed, "", (), checker, DEPTH_LIMIT):
            if is_unsaid(content, site):
                continue
            if name.endswith("/format") and not operation.asserts_formats:
                continue
            changed = replace(content, schema=without(content.schema, site, checker))
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
            if not any(each.media_type in _TEXTS for each in response.contents):
                sabotage = Sabotage(response.status, (), "media-type")
                found[f"{base}/media-type"] = Broken(operation, f"{base}/media-type", sabotage)
            # Of what is no JSON nothing can be told but its media type.
            sites = spoilable_in(content, response.status) if is_json(content.media_type) else ()
            for name, sabotage in sites:
                found.setdefault(base + name, Broken(operation, base + name, sabotage))
    return found


def _of_parameters(operation: Operation) -> dict[str, Broken]:
    """Return the clauses of parameters outside the body: `query/limit/maximum`."""
    found: dict[str, Broken] = {}
    for index, parameter in enumerate(operation.parameters):
        base, schema = f"{parameter.location}/{safe(parameter.name)}", parameter.schema
        checker = Checker(schema, operation.asserts_formats)
        changed = {
            f"{base}{name}": replace(parameter, schema=without(schema, site, checker))
            for name, site in demands(schema, "", (), checker, DEPTH_LIMIT)
            if not is_unsaid_outside(parameter, site)
            and not (name.endswith("/format") and not operation.asserts_formats)
        }
        if parameter.required and parameter.location != "path":
            changed[f"{base}/required"] = replace(parameter, required=False)
        for name, other in changed.items():
            others = operation.parameters
            parameters = (*others[:index], other, *others[index + 1 :])
            found[name] = Broken(replace(operation, parameters=parameters), name)
    return found
