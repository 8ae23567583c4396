"""Readings decide the expectation, not the generator.

All readings of the bytes valid: ACCEPT. None valid: REFUSE. Otherwise the server may choose:
EITHER. There is no list of excuses; a freedom of the wire is a reading, a freedom of the schema
(an enum that an extension opens, a format that may be asserted, known-good values) is a version of
the schema.
"""

from __future__ import annotations

from msgspec import Struct

from conformance.contract.model import Json
from conformance.direction import ignored, refused
from conformance.doubles import nearest
from conformance.formats import beyond_doubt, of_openapi
from conformance.unsure import Unsure
from conformance.validation import Validator
from conformance.verdict import Expectation
from conformance.versions import read_elsewhere, strictest
from conformance.wire import Readings

OPENS_ENUM = "x-stripeBypassValidation"
"""Documented nowhere; client libraries treat such enums as open, so a server may too."""


class Judge(Struct, frozen=True):
    """The schema of a message in every version that a server may enforce.

    `advice` are those of a provider that closes what the schema leaves open, and reads patterns as
    ECMA 262 does: empty where that is all of them. `doubles` is the schema with its numbers as
    doubles, for who reads those of a request so too; None where it has none that differ. `unsure`
    knows the texts that may be refused for a format that the target alone knows, if there are any.
    """

    validators: tuple[Validator, ...]
    advice: tuple[Validator, ...] = ()
    doubles: Validator | None = None
    unsure: Unsure | None = None

    @classmethod
    def of(
        cls,
        schema: Json,
        place: str,
        narrowed: Json = None,
        unclosed: Json = None,
        *,
        asserts_formats: bool = False,
    ) -> Judge:
        """Build from the schema of a message, its freedoms, and what known-good values leave of it.

        The contract states it at `place`. `narrowed` is the schema itself, or None, where there
        are no such values; `unclosed` is the contract's own schema where `schema` has objects that
        are closed beyond it. `asserts_formats` says that `format` binds.
        """
        checks = beyond_doubt() if asserts_formats else None
        schemas = [schema]
        opened = _opened(schema)
        if opened != schema:
            schemas.append(opened)
        binary = nearest(schema, only_fractions=True)
        others = (ignored(schema), refused(schema), binary)
        schemas += [each for each in others if each is not schema]
        versions = [Validator(each, place=place, checks=checks) for each in schemas]
        good = schema if narrowed is None else narrowed
        strict = strictest(good)
        if strict is not good or good != schema:
            versions.append(Validator(strict, place=place, checks=of_openapi()))
        free = [] if unclosed is None or unclosed is schema else [_opened(unclosed)]
        free += read_elsewhere(opened)
        freedoms = [Validator(each, place=place, checks=checks) for each in free]
        near = nearest(schema)
        doubles = None if near is schema else Validator(near, place=place, checks=checks)
        return cls((*versions, *freedoms), tuple(versions) if freedoms else (), doubles)

    def expectation(self, readings: Readings) -> Expectation:
        """Return what the contract owes a request with these readings."""
        return self._surely(self._expected(self.validators, readings), readings)

    def advised(self, readings: Readings) -> Expectation:
        """Return what is owed where a target does what is advised, beyond what it must."""
        return self._surely(self._expected(self.advice or self.validators, readings), readings)

    def allows(self, readings: Readings) -> bool:
        """Whether nothing that the contract says is against a request with these readings.

        That is enough for a control, which shows by itself whether the target accepts it.
        """
        return self._expected(self.validators, readings) is Expectation.ACCEPT

    def _surely(self, owed: Expectation, readings: Readings) -> Expectation:
        if self.unsure is None or owed is not Expectation.ACCEPT:
            return owed
        return Expectation.EITHER if any(map(self.unsure.of, readings.values)) else owed

    def _expected(self, validators: tuple[Validator, ...], readings: Readings) -> Expectation:
        if not readings.complete:
            return Expectation.EITHER
        answers = {each.fits(value) for each in validators for value in readings.values}
        if self.doubles is not None:
            answers |= {self.doubles.fits(nearest(value)) for value in readings.values}
        if readings.unreadable:
            answers |= {False}
        if answers == {True}:
            return Expectation.ACCEPT
        return Expectation.REFUSE if answers == {False} else Expectation.EITHER


def _opened(schema: Json) -> Json:
    if isinstance(schema, dict):
        drop = {"enum"} if schema.get(OPENS_ENUM) is True else set()
        return {name: _opened(value) for name, value in schema.items() if name not in drop}
    if isinstance(schema, list):
        return [_opened(each) for each in schema]
    return schema
