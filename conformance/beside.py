"""The other media types of a request: accepted as well, and held to the same kind of clauses.

An operation is derived whole in the first media type that the suite writes. In each other one goes
out the smallest and the fullest body, and each clause's foremost violation; ids carry the media
type: `PostThing:application_json/account/maxLength`. What the suite does not write is listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.case import Case
from conformance.cases import at_sites
from conformance.clause import Clause
from conformance.contract.model import Content, Operation
from conformance.deriver import Deriver
from conformance.deriving import deriver_for
from conformance.errors import NoExampleError
from conformance.exchange import Request
from conformance.naming import label_of
from conformance.operation_clause import operation_clause
from conformance.protocol import wire_case
from conformance.values import Values
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, wire_of

_SOURCE = "OpenAPI 3.0.4, section 4.8.13"


def others(first: Deriver, values: Values) -> Iterator[Deriver | Clause]:
    """Yield a deriver for each other media type, or the clause that says why there is none."""
    operation = first.operation
    place = first.content.pointer if first.content is not None else ""
    for content in operation.contents:
        if content.pointer == place:
            continue
        if wire_of(content.media_type) is None:
            yield _unwritten(operation, content, "this suite does not write this media type")
            continue
        try:
            yield deriver_for(operation, values, _as_stated(content))
        except NoExampleError as problem:
            yield _unwritten(operation, content, str(problem))


def _as_stated(content: Content) -> Content:
    """Return `content` without what was assumed of its arrays: that is found out for one form."""
    stated = {
        name: each
        for name, each in content.encoding.items()
        if not each.assumed or each.style == "deepObject"
    }
    return replace(content, encoding=stated)


def _clause(operation: Operation, content: Content) -> Clause:
    return operation_clause(
        operation,
        label_of(content.media_type),
        f"a body may be sent as {content.media_type}",
        _SOURCE,
        content.pointer.rpartition("/schema")[0],
    )


def _unwritten(operation: Operation, content: Content, reason: str) -> Clause:
    return replace(_clause(operation, content), state="uncovered", reason=reason)


def briefly(deriver: Deriver, preflight: Request) -> Iterator[Case]:
    """Yield the cases of one other media type; `preflight` is the smallest valid request."""
    content = deriver.content
    if content is None:
        return
    clause = _clause(deriver.operation, content)
    smallest = deriver.preflight
    if deriver.expectation(smallest) is Expectation.ACCEPT:
        words = f"nothing but what is required, as {content.media_type}"
        yield wire_case(clause, "accepted", words, Expectation.ACCEPT, smallest, (preflight,))
    try:
        fullest = deriver.request(deriver.messages.fullest)
    except InexpressibleError:
        fullest = smallest
    if fullest != smallest and deriver.expectation(fullest) is Expectation.ACCEPT:
        words = f"all that is declared, as {content.media_type}"
        yield wire_case(clause, "fullest", words, Expectation.ACCEPT, fullest, (smallest,))
    yield from at_sites(deriver, brief=True)
