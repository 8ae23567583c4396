"""What the target owes some values at a site, and why.

A rule (`conformance.keywords`) yields obligations; it knows nothing of forms, requests or other
sites. An obligation says how the value at its site changes (`change`) and how the nearest valid
value looks (`nearest`): the control differs from the case in that one thing only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from conformance.closing import ADVISED
from conformance.contract.model import Json
from conformance.errors import ConformanceError, NoExampleError
from conformance.example import Examples
from conformance.flat import EndlessSchemaError
from conformance.verdict import Expectation, Level


class Change(Protocol):
    """How the value at a site becomes another; pure."""

    def __call__(self, value: Json) -> Json:
        """Return the changed copy of `value`."""
        ...


class Put(Struct, frozen=True):
    """Replace the value."""

    new: Json

    def __call__(self, value: Json) -> Json:  # noqa: ARG002  (whatever stood there)
        """Return the new value."""
        return self.new


class Without(Struct, frozen=True):
    """Take members out of an object."""

    names: tuple[str, ...]

    def __call__(self, value: Json) -> Json:
        """Return the object without the names; what is no object has none."""
        if not isinstance(value, dict):
            return value
        return {name: each for name, each in value.items() if name not in self.names}


class With(Struct, frozen=True):
    """Add members to an object: behind the others, before them, or after the first of them."""

    members: Mapping[str, Json]
    at: Literal["last", "first", "middle"] = "last"

    def __call__(self, value: Json) -> Json:
        """Return the object with the members; what is no object takes none."""
        if not isinstance(value, dict):
            return value
        before = {"last": len(value), "first": 0, "middle": 1}[self.at]
        pairs = [*value.items()]
        return dict([*pairs[:before], *self.members.items(), *pairs[before:]])


class Keep(Struct, frozen=True):
    """Leave the value as it is."""

    def __call__(self, value: Json) -> Json:
        """Return the value."""
        return value


class Index(str):
    """A step of an instance location that means the item at an index of its own."""

    __slots__ = ()


class Site(Struct, frozen=True):
    """One schema object and the instance location that it governs.

    `path` is the instance location as steps through a message (`conformance.message`), ITEM for any
    item of an array. `trail` are the steps of its clauses' ids: beside names the applicators on the
    way, `anyOf.0`. `pointer` is where the schema stands in the contract. `words` names the place
    for people: `account`, `each item of expand`. `sample` is an ordinary valid value.
    `neighbours` are valid values of other properties, for near misses. `parts` are all the schemas
    that hold here together, this one first; `whole` are schemas in which this one is a branch, for
    what is to be valid after all. `settings` are the values that make the schema hold here,
    outermost first, each with its location: the branch that leads here is chosen by them.
    `spoken` are keywords that say nothing of their own here, with the reason. `lens` turns a
    change of what the schema governs into one of the value at the location.
    """

    schema: Mapping[str, Json]
    path: tuple[str, ...]
    pointer: str
    words: str
    sample: Json
    neighbours: tuple[str, ...] = ()
    known_names: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    parts: tuple[Json, ...] = ()
    whole: tuple[Json, ...] = ()
    settings: tuple[tuple[tuple[str, ...], Json], ...] = ()
    samples: Mapping[tuple[str, ...], Json] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    lens: Callable[[Change], Change] | None = None
    examples: Examples | None = None

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that `type` allows here; empty where it says nothing."""
        declared = self.schema.get("type")
        if declared is None:
            return frozenset()
        return frozenset([declared] if isinstance(declared, str) else declared)

    def level_of(self, keyword: str) -> Level:
        """Return the level of a keyword: SHOULD where it stands there by what is known beside."""
        return Level.SHOULD if keyword in self.schema.get(ADVISED, ()) else Level.MUST

    def says(self, *keywords: str) -> bool:
        """Whether any schema that holds here has one of these keywords."""
        parts = self.parts or (self.schema,)
        return any(keyword in part for part in parts for keyword in keywords if part)

    def values(self, *more: Json, without: tuple[str, ...] = ()) -> Iterator[Json]:
        """Yield values that fit `more` and all that holds here, but for keywords of this schema.

        So a value breaks one keyword alone: the keyword is taken away and its opposite is asked.
        """
        examples = self.examples or Examples(self.schema)
        own = {name: value for name, value in self.schema.items() if name not in without}
        parts = (own, *self.parts[1:], *more, *(() if without else self.whole))
        try:
            yield from examples.values(parts)
        except (ConformanceError, EndlessSchemaError, NoExampleError, RecursionError):
            return

    def value(self, *more: Json, without: tuple[str, ...] = ()) -> tuple[Json] | None:
        """Return the first of `values`, as a tuple of one; None where there is none."""
        return next(((each,) for each in self.values(*more, without=without)), None)

    def fits(self, value: Json) -> bool:
        """Whether `value` is valid under all that holds here."""
        examples = self.examples or Examples(self.schema)
        return examples.fits((*(self.parts or (self.schema,)), *self.whole), value)


class Obligation(Struct, frozen=True):
    """One change at a site with what the target owes for it.

    `subject` splits a keyword into one clause per name (`required`). `lead` marks the obligation
    that stands for its clause in every context, `around` says whether it does in any but the
    smallest message. `culprits` are the names that a refusal may blame,
    beside the one at the site.
    """

    name: str
    expectation: Expectation
    change: Change
    words: str
    nearest: Change = field(default_factory=Keep)
    subject: str = ""
    lead: bool = False
    around: bool = True
    level: Level = Level.MUST
    culprits: tuple[str, ...] = ()


def must_accept(name: str, change: Change, words: str, **options: Any) -> Obligation:  # noqa: ANN401
    """Return the obligation to accept."""
    return Obligation(name, Expectation.ACCEPT, change, words, **options)


def must_refuse(name: str, change: Change, words: str, **options: Any) -> Obligation:  # noqa: ANN401
    """Return the obligation to refuse."""
    return Obligation(name, Expectation.REFUSE, change, words, **options)


Rule = Callable[[Any, Site], Iterator[Obligation]]
