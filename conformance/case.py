"""A case: one obligation placed in one complete request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zlib import crc32

from msgspec import Struct

from conformance.clause import Clause
from conformance.contract.model import Json
from conformance.exchange import Request
from conformance.message import BODY, ITEM
from conformance.traits import traits
from conformance.verdict import Expectation, Level


class Case(Struct, frozen=True):
    """One obligation placed in one complete request.

    `controls` are the requests that the target must accept in the same run before an answer to
    `request` means anything; the first is the nearest. `culprits` are the top-level names that a
    refusal may blame (empty: any). `off_contract` requests use a method that the contract does
    not declare, so the documented responses are not owed. `breaks` are the ids of the clauses of
    the schema that the likeliest reading breaks: a target that ignores all of them has one fault,
    not another one here. `instead` are clauses each of which, ignored alone, lets the request pass
    too: those of the other branches of an `anyOf`, and the `anyOf` itself. `doubt` says why a
    refusal may have another reason than the clause. The control of an `unsure` case holds a text
    that the target may refuse for its format: where it does, nothing is owed.
    """

    id: str
    clause: Clause
    words: str
    expectation: Expectation
    level: Level
    request: Request
    controls: tuple[Request, ...] = ()
    context: str = ""
    culprits: frozenset[str] = frozenset()
    off_contract: bool = False
    also_allowed: frozenset[int] = frozenset()
    breaks: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    doubt: str = ""
    unsure: bool = False

    @property
    def traits(self) -> tuple[str, ...]:
        """What is remarkable about the request."""
        return traits(self.request)


def clause_id(operation: str, path: Iterable[str], keyword: str) -> str:
    """Return the id of a clause: shell-safe, stable, one per place and keyword."""
    steps = ("items" if step == ITEM else _safe(step) for step in path)
    return "/".join([operation, *steps, _safe(keyword)])


@lru_cache(maxsize=4096)
def place_id(operation: str, path: tuple[str, ...], keyword: str) -> str:
    """Return the id of a clause of the request, whose `path` leads through a message.

    In the body it reads `OPERATION/account/maxLength`, else `OPERATION:query/limit/type`.
    """
    part, inner = (path[0], path[1:]) if path else ("request", ())
    return clause_id(operation if part == BODY else f"{operation}:{part}", inner, keyword)


_ENCODER = json.JSONEncoder(ensure_ascii=False)


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    """Return a name as letters that a shell passes on; a changed one keeps apart by a checksum."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in text)
    return safe if safe == text and text else f"{safe}-{crc32(text.encode('utf-8', 'replace')):08x}"


_MOST_SHOWN = 200


def excerpt(value: Json) -> str:
    """Return `value` as JSON text of at most 200 characters."""
    text = ""
    for piece in _pieces(value):
        text += piece  # a schema may be large: no more than is shown
        if len(text) > _MOST_SHOWN:
            return text[: _MOST_SHOWN - 1] + "…"
    return text


def _pieces(value: Json) -> Iterator[str]:
    """Yield `value` as JSON text bit by bit; that of the library leaves cycles of functions."""
    if isinstance(value, dict):
        before = "{"
        for name, each in value.items():
            yield f"{before}{_ENCODER.encode(name)}: "
            yield from _pieces(each)
            before = ", "
        yield "}" if value else "{}"
    elif isinstance(value, list):
        before = "["
        for each in value:
            yield before
            yield from _pieces(each)
            before = ", "
        yield "]" if value else "[]"
    else:
        yield _ENCODER.encode(value)
