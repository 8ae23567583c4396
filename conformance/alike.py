"""What is owed to a request that may be meant for several operations: refusal by all of them.

See `conformance.contract.alike`: such operations cannot be told apart by their address.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from conformance.case import Case
from conformance.codec import Codec
from conformance.contract.model import Operation
from conformance.deriving import judged
from conformance.exchange import Request
from conformance.readings import Judge
from conformance.schema import Same
from conformance.verdict import Expectation
from conformance.wire import wire_of


def eased(operation: Operation, case: Case) -> Case:
    """Return `case`, owed nothing where another operation may take what this one must refuse."""
    if case.expectation is not Expectation.REFUSE or case.off_contract:
        return case
    for other in operation.alike:
        let_in = bool(case.request.without) and other.security != operation.security
        if let_in or _may_take(other, case.request):
            return replace(case, expectation=Expectation.EITHER)
    return case


def _may_take(operation: Operation, request: Request) -> bool:
    if any(wire_of(each.media_type) is None for each in operation.contents):
        return True  # nobody knows what it reads
    return any(
        judge.expectation(codec.read(request)) is not Expectation.REFUSE
        for codec, judge in _judges(Same(operation))
    )


@lru_cache(maxsize=256)
def _judges(operation: Same) -> Sequence[tuple[Codec, Judge]]:
    own: Operation = operation.value
    contents = own.contents or (None,)
    return [judged(own, content=content)[:2] for content in contents]
