"""The clauses of the wire; one file per family, found by being there.

A module of this package has a function `cases(deriver)` that yields its cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from msgspec.structs import replace

from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.message import BODY
from conformance.messages import Path
from conformance.operation_clause import operation_clause
from conformance.verdict import Expectation, Level


def protocol_cases(deriver: Deriver) -> Iterator[Case]:
    """Yield the cases of every wire clause."""
    for module in sorted(info.name for info in iter_modules(__path__)):
        yield from import_module(f"{__name__}.{module}").cases(deriver)


def wire_clause(deriver: Deriver, name: str, words: str, source: str, place: str = "") -> Clause:
    """Return the clause `request/NAME` of the operation."""
    return operation_clause(deriver.operation, name, words, source, place)


def wire_case(
    clause: Clause,
    label: str,
    words: str,
    expectation: Expectation,
    request: Request,
    controls: tuple[Request, ...],
    **more: object,
) -> Case:
    """Return a case of `clause`; `more` are further members of Case."""
    case = Case(
        id=f"{clause.id}/{label}",
        clause=clause,
        words=words,
        expectation=expectation,
        level=Level.MUST,
        request=request,
        controls=controls,
    )
    return replace(case, **more)


def shown(data: bytes) -> str:
    """Return some bytes for people, in ASCII, at most 60 characters."""
    text = ascii(data.decode("latin-1"))[1:-1]
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004


def optional(deriver: Deriver) -> Iterator[tuple[Path, Json]]:
    """Yield the optional members of the body, by path, with their ordinary values."""
    yield from (each for each in deriver.messages.optional.items() if each[0][0] == BODY)


def is_free(deriver: Deriver, name: str) -> bool:
    """Whether the top-level property `name` of the body takes any text."""
    schema = deriver.messages.schema_of((BODY, name))
    return schema.get("type") == "string" and not schema.keys() & {"enum", "format", "pattern"}
