"""JSON Schema 2020-12 as the judge sees it: jsonschema-rs, offline, behind one small type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from conformance.contract.model import Content, Json
from conformance.errors import ContractError

_Kind = jsonschema_rs.ValidationErrorKind


@dataclass(frozen=True, slots=True)
class Broken:
    """One keyword that a value breaks.

    `schema_path` leads to the keyword through the schema (`$ref` included as a step),
    `instance_path` to the value; `subjects` are the names concerned: the missing one of
    `required`, the unexpected ones of `additionalProperties`.
    """

    keyword: str
    schema_path: tuple[str | int, ...]
    instance_path: tuple[str | int, ...]
    subjects: tuple[str, ...]
    sentence: str


class Validator:
    """Decides whether a value fits a schema, and if not, which keywords it breaks.

    Raises ContractError where the schema itself is none.
    """

    def __init__(self, schema: Json, *, place: str = "") -> None:
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                schema, offline=True, validate_formats=False, mask="the value"
            )
        except (ValueError, jsonschema_rs.ReferencingError) as problem:
            first = str(problem).splitlines()[0]
            raise ContractError(f"this is no usable schema: {first}", place=place) from problem

    def fits(self, value: Json) -> bool:
        """Whether `value` is valid."""
        return self._validator.is_valid(value)

    def broken(self, value: Json) -> Iterator[Broken]:
        """Yield each keyword that `value` breaks, in no promised order."""
        for error in self._validator.iter_errors(value):
            path = tuple(error.schema_path)
            keyword = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
            yield Broken(
                keyword=keyword,
                schema_path=path,
                instance_path=tuple(error.instance_path),
                subjects=_subjects(error.kind),
                sentence=error.message[:400],
            )


def _subjects(kind: Any) -> tuple[str, ...]:  # noqa: ANN401  (a class per keyword, no common type)
    if isinstance(kind, _Kind.Required):
        return (str(kind.property),)
    if isinstance(kind, _Kind.AdditionalProperties):
        return tuple(kind.unexpected)
    return ()


class Validators:
    """Makes the validator of each content once. Building one costs more than using it."""

    def __init__(self) -> None:
        self._known: dict[str, Validator] = {}

    def of(self, content: Content) -> Validator:
        """Return the validator of `content`; its place in the contract names it."""
        if content.pointer not in self._known:
            self._known[content.pointer] = Validator(content.schema, place=content.pointer)
        return self._known[content.pointer]
