"""Schemas compiled by jsonschema-rs, offline, with patterns as an engine takes them.

First the engine whose time grows with the text alone. It does not look around or go back, and
builds nothing large; what needs that is written otherwise (`conformance.pattern_engine`) for one
that does, in as many steps as it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import jsonschema_rs

from conformance.contract.model import Json
from conformance.errors import ContractError
from conformance.formats import Checks

_Engine = jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions
_SMALL = 2**19
"""Octets of a pattern that is built: a set of all letters takes a hundred thousand of them."""

_LINEAR = jsonschema_rs.RegexOptions(size_limit=_SMALL)
_STEPS = 100_000
"""Past so many steps of going back a text does not match."""

_UNUSABLE = (ValueError, jsonschema_rs.ReferencingError)

Compiled = Any
"""A type of the library."""


def compiled(schema: Json, checks: Checks | None, place: str) -> tuple[Compiled, Mapping[str, str]]:
    """Return what decides on values, and which pattern each is that it calls otherwise.

    Formats bind as `checks` have them, or else as the library does; None: they do not bind.

    Raises ContractError, with `place`, where `schema` is none.
    """
    try:
        return _built(schema, checks, _LINEAR), {}
    except _UNUSABLE as problem:
        found = _built_otherwise(schema, checks)
        if found is not None:
            return found
        what = _no_pattern(schema) or str(problem).splitlines()[0]
        raise ContractError(f"this is no usable schema: {what}", place=place) from problem


def is_pattern(text: str) -> bool:
    """Whether `text` is a pattern of ECMA 262 that can be decided on."""
    schema: Json = {"pattern": text}
    try:
        _built(schema, None, _LINEAR)
    except _UNUSABLE:
        return _built_otherwise(schema, None) is not None
    return True


def _built(schema: Json, checks: Checks | None, engine: _Engine) -> Compiled:
    return jsonschema_rs.Draft202012Validator(
        schema,
        offline=True,
        validate_formats=checks is not None,
        formats=dict(checks or {}),
        mask="the value",
        pattern_options=engine,
    )


def _built_otherwise(
    schema: Json, checks: Checks | None
) -> tuple[Compiled, Mapping[str, str]] | None:
    # Few schemas have such patterns.
    from conformance.pattern_engine import counted, respelt, spelt_out  # noqa: PLC0415

    small = jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS, size_limit=_SMALL)
    large = jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS)
    for spell, engine in ((spelt_out, small), (counted, large)):
        respelling, stated = respelt(schema, spell)
        with suppress(*_UNUSABLE):
            return _built(respelling, checks, engine), stated
    return None


def _no_pattern(schema: Json) -> str:
    """Say which pattern of `schema` is none: the library does not."""
    patterns: list[str] = []

    def noted(pattern: str) -> str:
        patterns.append(pattern)
        return pattern

    from conformance.pattern_engine import respelt  # noqa: PLC0415  (see above)

    respelt(schema, noted)
    bad = (each for each in patterns if _built_otherwise({"pattern": each}, None) is None)
    return next((f"{each!r:.80} is no pattern of ECMA 262" for each in bad), "")
