"""Every clause of the documented responses, judged over all answers of the run."""

from __future__ import annotations

from collections.abc import Callable

from conformance.clause import Clause


def test_response(clause: Clause, answers_keep: Callable[[Clause], None]) -> None:
    """No answer of the run breaks `clause`."""
    answers_keep(clause)
