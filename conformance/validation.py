"""JSON Schema 2020-12 as the judge sees it: jsonschema-rs, offline, behind one small type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import jsonschema_rs

from conformance.compiled import compiled
from conformance.contract.model import Content, Json
from conformance.direction import Received
from conformance.formats import Checks, settled

_MOST_SAID = 4000
"""Cut for people only after it has been redacted."""

_Kind = jsonschema_rs.ValidationErrorKind


class Broken(NamedTuple):
    """One keyword that a value breaks.

    `trail` leads to the schema that has the keyword: names, `*` for items, and the applicators on
    the way as `anyOf.0` (references are no step); `instance_path` leads to the value. `subjects`
    are the names concerned: the missing one of `required`, the unexpected ones of
    `additionalProperties`, the forbidden one of `properties`.
    """

    keyword: str
    trail: tuple[str, ...]
    instance_path: tuple[str | int, ...]
    subjects: tuple[str, ...]
    sentence: str


_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})


@lru_cache(maxsize=4096)
def located(path: tuple[str | int, ...]) -> tuple[tuple[str, ...], str, str]:
    """Return the trail, the keyword and its subject that a way through the schema leads to.

    `["properties", "a", "$ref", "anyOf", 0, "type"]` is `(("a", "anyOf.0"), "type", "")`. A schema
    `false` has no keyword: the one that holds it is broken.
    """
    trail: list[str] = []
    steps = [step for index, step in enumerate(path) if not _is_reference(path, index)]
    at = 0
    while at < len(steps):
        keyword, rest = str(steps[at]), steps[at + 1 :]
        if keyword in _NAMED and rest:
            if len(rest) == 1:
                return tuple(trail), keyword, str(rest[0])
            trail.append(str(rest[0]) if keyword == "properties" else f"{keyword}.{rest[0]}")
            at += 2
        elif keyword in _LISTED and len(rest) > 1:
            trail.append(f"{keyword}.{rest[0]}")
            at += 2
        elif not rest or (keyword in _LISTED and len(rest) == 1):
            return tuple(trail), keyword, ""
        else:
            trail.append("*" if keyword == "items" else keyword)
            at += 1
    return tuple(trail), "", ""


def _is_reference(path: Sequence[str | int], index: int) -> bool:
    """Whether the step at `index` is a `$ref`, and no property of that name."""
    named = index > 0 and path[index - 1] in _NAMED and not _is_reference(path, index - 1)
    return path[index] == "$ref" and not named


class Validator:
    """Decides whether a value fits a schema, and if not, which keywords it breaks.

    With `formats` the keyword binds as the library understands it; with `checks` as these do, each
    instead of the library's own.

    Raises ContractError where the schema itself is none.
    """

    def __init__(
        self, schema: Json, *, place: str = "", formats: bool = False, checks: Checks | None = None
    ) -> None:
        binding = checks if checks is not None or not formats else {}
        self._validator, self._stated = compiled(schema, binding, place)
        self._schema = schema
        self._last: tuple[Json, list[Any]] | None = None

    def fits(self, value: Json) -> bool:
        """Whether `value` is valid."""
        return bool(self._validator.is_valid(value))

    def broken(self, value: Json, within: tuple[str, ...] = ()) -> Iterator[Broken]:
        """Yield each keyword that `value` breaks, in no promised order.

        Of an `anyOf` or `oneOf` that no branch satisfies, the branch on the way `within` tells
        what is broken in it; without one, the keyword itself is what is broken.
        """
        for error in self._errors(value):
            for each in _broken(error, within, self._stated):
                yield self._counted(each, value) if each.keyword in _COUNTS else each

    def _counted(self, broken: Broken, value: Json) -> Broken:
        """Return what `value` breaks where the library blames a limit that counts items that fit.

        It blames the limit where none fits as well, but that is what `contains` itself forbids.
        """
        place = broken.trail, broken.instance_path
        plain = (b for b in self._uncounted.broken(value) if b.keyword == "contains")
        none = any((each.trail, each.instance_path) == place for each in plain)
        return broken._replace(keyword="contains") if none else broken

    @cached_property
    def _uncounted(self) -> Validator:
        """What decides where one item that fits is enough, and any number of them."""
        return Validator(_without_counts(self._schema))

    def _errors(self, value: Json) -> list[Any]:
        """Return the errors of `value`; asked again for the same one, those found before."""
        if self._last is None or self._last[0] is not value:
            self._last = (value, list(self._validator.iter_errors(value)))
        return self._last[1]

    def singles(self, value: Json) -> tuple[Broken, ...]:
        """Return the keywords each of which, taken away alone, would let `value` pass.

        One that breaks a single keyword has that; where it is an `anyOf` or `oneOf`, a branch in
        which a single keyword is broken has that one too.
        """
        errors = self._errors(value)
        found = _singles(errors[0], self._stated) if len(errors) == 1 else ()
        return tuple(self._counted(b, value) if b.keyword in _COUNTS else b for b in found)


_COUNTS = frozenset({"minContains", "maxContains"})


def _without_counts(schema: Json) -> Json:
    """Return a copy of `schema` whose `contains` count nothing."""
    if isinstance(schema, list):
        return [_without_counts(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: each if name in ("const", "enum") else _without_counts(each)
        for name, each in schema.items()
        if not (name in _COUNTS and type(each) in (int, float))
    }


def _singles(error: Any, stated: Mapping[str, str]) -> Iterator[Broken]:  # noqa: ANN401
    yield from _broken(error, (), stated)
    if isinstance(error.kind, _Kind.AnyOf | _Kind.OneOfNotValid):
        for branch in error.kind.context:
            if len(branch) == 1:
                yield from _singles(branch[0], stated)


def _broken(
    error: Any,  # noqa: ANN401  (a type of the library)
    within: tuple[str, ...],
    stated: Mapping[str, str],
) -> Iterator[Broken]:
    path = (stated.get(step, step) if stated else step for step in error.evaluation_path)
    trail, keyword, subject = located(tuple(path))
    if isinstance(error.kind, _Kind.AnyOf | _Kind.OneOfNotValid):
        here = len(trail)
        name, _, index = (within[here] if len(within) > here else "").partition(".")
        if within[:here] == trail and name == keyword and index.isdigit():
            for inner in error.kind.context[int(index)]:
                yield from _broken(inner, within, stated)
            return
    yield Broken(
        keyword=keyword,
        trail=trail,
        instance_path=tuple(error.instance_path),
        subjects=(subject,) if subject else _subjects(error.kind),
        sentence=error.message[:_MOST_SAID],
    )


def _subjects(kind: Any) -> tuple[str, ...]:  # noqa: ANN401  (a class per keyword, no common type)
    if isinstance(kind, _Kind.Required):
        return (str(kind.property),)
    if isinstance(kind, _Kind.AdditionalProperties | _Kind.UnevaluatedProperties):
        return tuple(kind.unexpected)
    return ()


@lru_cache(maxsize=1024)
def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` (ECMA 262) occurs in `text`, decided in bounded time."""
    return _pattern(pattern).fits(text)


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> Validator:
    return Validator({"pattern": pattern})


class Validators:
    """Makes the validators of contents: building one costs more than using it many times.

    The last few are kept, by their schema: operations of one resource share theirs.
    """

    def __init__(self) -> None:
        self._received = Received()
        self._known: dict[tuple[int, bool], tuple[Json, Validator]] = {}

    def of(self, content: Content, *, asserts_formats: bool = False) -> Validator:
        """Return the validator of `content`; its place in the contract names it."""
        key = (id(content.schema), asserts_formats)
        schema, validator = self._known.pop(key, (None, None))
        if validator is None or schema is not content.schema:
            validator = Validator(
                self._received.of(content.schema),
                place=content.pointer,
                checks=settled() if asserts_formats else None,
            )
            if len(self._known) >= _MOST_VALIDATORS:
                del self._known[next(iter(self._known))]
        self._known[key] = (content.schema, validator)
        return validator


_MOST_VALIDATORS = 6
"""A validator of the largest contract that we know of takes 8 MB, and 20 ms to build."""
