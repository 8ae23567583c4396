"""What holds at a location: its parts, a value that fits them all, and the site of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from conformance import pointer
from conformance.contract.model import Json
from conformance.errors import ConformanceError, NoExampleError
from conformance.example import Examples
from conformance.flat import EndlessSchemaError
from conformance.obligation import Site
from conformance.schema import dereference
from conformance.spots import Part, Spot, Uncovered, spoken, words_of

DEPTH = 16
_FILLED = {"minProperties": 1}
"""What a form asks of an object: it has no way to say that one is empty."""

_THROUGH = ("not", "if", "contains", "unevaluatedProperties", "unevaluatedItems")


class Ground:
    """The schemas of one kind of message, under one `root`.

    `known_names` are names that the body does not know and that a server may; `in_text` says that
    the body is a form.
    """

    def __init__(self, root: Json, known_names: tuple[str, ...], *, in_text: bool) -> None:
        self.root = root
        self.examples = Examples(root)
        self._known_names = known_names
        self._in_text = in_text

    def spread(
        self,
        schema: Json,
        trail: tuple[str, ...],
        place: str,
        **more: Any,  # noqa: ANN401
    ) -> Iterator[Part]:
        """Yield `schema` and what its `allOf` holds, each with its own trail."""
        yield from self._spread(schema, trail, place, more, 0)

    def _spread(
        self, schema: Json, trail: tuple[str, ...], place: str, more: dict[str, Any], depth: int
    ) -> Iterator[Part]:
        schema = dereference(schema, self.root)
        if not isinstance(schema, Mapping) or depth > DEPTH:
            return
        yield Part(schema, trail, place, **more)
        for index, each in enumerate(schema.get("allOf", ())):
            step = (*trail, f"allOf.{index}")
            yield from self._spread(each, step, f"{place}/allOf/{index}", more, depth + 1)

    def sample(self, held: tuple[Json, ...]) -> tuple[Json] | str:
        """Return an ordinary value as a tuple of one, or why there is none."""
        try:
            found = self.examples.value(held)
            if found == {} and self._in_text:
                with suppress(NoExampleError):
                    found = self.examples.value((*held, _FILLED))
        except (NoExampleError, ConformanceError) as problem:
            return str(problem)
        except EndlessSchemaError:
            return "the schema contains itself without an end"
        return (found,)

    def site(self, part: Part, spot: Spot, sample: Json) -> Site:
        """Return the site of one part, where `sample` is an ordinary value."""
        others = tuple(each.schema for each in spot.parts if each is not part)
        return Site(
            schema=part.schema,
            path=spot.path,
            pointer=part.place,
            words=words_of(spot.path),
            sample=sample,
            neighbours=spot.neighbours,
            known_names=self._known_names if len(spot.path) == 1 else (),
            trail=part.trail,
            parts=(part.schema, *others),
            whole=spot.whole,
            settings=spot.settings,
            samples=spot.samples,
            spoken=part.spoken,
            lens=part.lens,
            examples=self.examples,
        )

    def unreached(self, part: Part, spot: Spot, reason: str) -> Iterator[Uncovered]:
        """Yield every keyword of a part that no request leads to."""
        for name, value in part.schema.items():
            at = pointer.join(part.place, name)
            yield Uncovered(name, spot.path, at, value, reason, part.trail)

    def inside(self, part: Part, spot: Spot) -> Iterator[Uncovered]:
        """Yield what stands inside keywords that speak for all that they hold."""
        for keyword in _THROUGH:
            inner = part.schema.get(keyword)
            if isinstance(inner, Mapping):
                reason = f"speaks through {keyword}"
                trail, at = (*part.trail, keyword), f"{part.place}/{keyword}"
                yield from spoken(dereference(inner, self.root), spot, trail, at, reason)
