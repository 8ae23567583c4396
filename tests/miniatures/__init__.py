"""Small targets for `POST /v1/account_links`, each with one stated fault, or one freedom.

    from tests.miniatures import CONFORMING, FAULTS

    for miniature in FAULTS:
        with miniature.serve() as url:
            ...  # a run against url is to report one of miniature.clauses

Clauses are named as in a report, without the operation: `/account/maxLength`,
`response/200/url/type`, `request/media-type`, `state/steady`. Miniatures of the kind `hopeless`
refuse everything: a run against them proves nothing (`inconclusive`), and must not be green.
"""

from __future__ import annotations

from . import context, errors, lengths, names, others, protocol, responses, spelling, state, values
from .conforming import CONFORMING
from .model import Miniature, Probe

__all__ = ["CONFORMING", "FAULTS", "Miniature", "Probe"]

FAULTS: tuple[Miniature, ...] = (
    *names.FAULTS,
    *values.FAULTS,
    *lengths.FAULTS,
    *context.FAULTS,
    *spelling.FAULTS,
    *protocol.FAULTS,
    *responses.FAULTS,
    *errors.FAULTS,
    *state.FAULTS,
    *others.FAULTS,
)
