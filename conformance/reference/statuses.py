"""Which of the documented answers the embedded target gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.contract.model import DocumentedResponse, Operation

NO_BODY = frozenset({204, 205, 304})
_OF_OTHER_CAUSES = frozenset({401, 402, 403, 404, 405, 406, 407, 409, 410, 429})


def success_status(operation: Operation) -> int:
    """Return the status of what is accepted: 200, or another documented one."""
    return _pick(operation, ("200", "2XX"), "23", 200)


def refusal_status(operation: Operation) -> int:
    """Return the status of what is refused: 400, or another documented one."""
    return _pick(operation, ("400", "4XX", "default"), "4", 400)


def given(operation: Operation, *, refusals: bool) -> tuple[DocumentedResponse, ...]:
    """Return the documented answers that the target gives; `refusals` says whether it refuses."""
    statuses = [success_status(operation)]
    statuses += [refusal_status(operation)] if refusals else []
    found = (operation.response_for(status) for status in statuses)
    return tuple({each.status: each for each in found if each is not None}.values())


def has_body(operation: Operation, response: DocumentedResponse) -> bool:
    """Whether `response` comes with a body (RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5)."""
    bare = response.status.isdigit() and int(response.status) in NO_BODY
    return not bare and operation.method != "HEAD"


def _pick(operation: Operation, likely: tuple[str, ...], first: str, otherwise: int) -> int:
    """Return `otherwise` where `likely` documents it, else the first status documented.

    `first` are the digits that such a status begins with, the best one first. One that means
    another thing than a wrong value comes last.
    """
    documented = [response.status for response in operation.responses]
    if any(each in documented for each in likely):
        return otherwise
    exact = [int(s) for digit in first for s in documented if s[0] == digit and s.isdigit()]
    return min(exact, key=lambda each: each in _OF_OTHER_CAUSES, default=otherwise)
