"""Asking the target what to pin: the way of `explain` to the socket, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.answers import Answer
from conformance.exchange import Request
from conformance.explain import Ask, Learnt, Said
from conformance.preflight import words_of
from conformance.records import AbortRecord


def asking(answer: Callable[[Request], Answer]) -> Ask:
    """Return how to ask for what to pin, where `answer` sends a request and reads what came."""

    def ask(request: Request) -> Said:
        got = answer(request)
        return Said(got.exchange.accepted, got.blamed, words_of(got.record) or got.words)

    return ask


def unknown_values(reason: AbortRecord, learnt: Learnt) -> AbortRecord:
    """Return the reason that says which values to pin, for the one that says only what came."""
    begin = reason.sentence.partition(" It refuses what")[0]
    return AbortRecord(
        f"{begin} It wants values that it knows: pin {learnt.names}.",
        f"In conformance.toml, under [values.{learnt.operation}]: {learnt.pins}. "
        "--explain-values prints it to paste, with what the target said.",
    )
