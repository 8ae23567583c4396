"""Contract → sites: every schema object of a body with the instance location that it governs.

Several schemas hold at one location: those of `allOf`, the chosen branch of `anyOf`, `oneOf` and
`if`, `dependentSchemas`. Each has a site of its own, so that each keyword has a clause of its own;
a site in a branch brings the value that chooses the branch. What lies inside `not`, `if`,
`contains` and `unevaluated…` speaks through that keyword, and is listed as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from conformance import pointer
from conformance.below import Below
from conformance.codec import Codec
from conformance.contract.model import Json
from conformance.ground import Ground
from conformance.message import BODY
from conformance.obligation import Site
from conformance.schema import dereference
from conformance.spots import Part, Renamed, Spot, Uncovered, words_of
from conformance.versions import asked
from conformance.wire.form import MEDIA_TYPE as FORM

_AGAIN = 2
"""How often one schema is looked into on one way: a recursive one has a second level."""

_MOST_SITES = 4000
_BY_THE_BRANCH = "no branch of another type takes it either: judged as {keyword}"

Found = Site | Uncovered | Spot
"""What a walk comes upon; a spot is to be visited yet."""


def walk(
    codec: Codec, known_names: tuple[str, ...] = (), schema: Mapping[str, Json] | None = None
) -> Iterator[Site | Uncovered]:
    """Yield every site of a message in the contract's order, and what lies beyond reach.

    `known_names` are names that the body does not know and that a server may. `schema` is a
    version of the schema of messages; the contract's own where there is none. Where there are too
    many places, the outer ones are visited, so that every member at the top has its turn.
    """
    root = schema or codec.schema
    in_text = codec.content is not None and codec.content.media_type == FORM
    ground = Ground(root, known_names, in_text=in_text)
    walker = _Walker(ground)
    found: list[Found] = [*_outermost(codec, root, ground)]
    while any(isinstance(each, Spot) for each in found):
        found = [*_one_level_more(found, walker)]
    for each in found:
        if not isinstance(each, Spot):
            yield each


def _one_level_more(found: list[Found], walker: _Walker) -> Iterator[Found]:
    """Yield `found` with what stands at each of its spots instead, as long as there is room."""
    left = _MOST_SITES - sum(isinstance(each, Site) for each in found)
    beyond: list[Spot] = []
    for each in found:
        if not isinstance(each, Spot):
            yield each
        elif left <= 0:
            beyond.append(each)
        else:
            for inner in walker.visit(each):
                left -= isinstance(inner, Site)
                yield inner
    if beyond:
        spot, part = beyond[0], beyond[0].parts[0]
        reason = (
            f"over {_MOST_SITES} places are described: {len(beyond)} that lie as deep as this one "
            "are not visited, nor what lies below them"
        )
        yield Uncovered("$ref", spot.path, part.place, "", reason, part.trail)


def _outermost(codec: Codec, root: Mapping[str, Json], ground: Ground) -> Iterator[Found]:
    parts = root["properties"]
    for location, fields in codec.fields.items():
        inner, here = parts[location], (location,)
        if inner["required"]:
            only = {"required": inner["required"]}
            place = f"{codec.operation.pointer}/parameters"
            yield Site(only, here, place, words_of(here), {}, trail=here)
        for name, each in fields.items():
            at = (location, name)
            start = ground.spread(inner["properties"][name], at, each.parameter.pointer)
            yield Spot(at, tuple(start))
    if codec.content is not None and isinstance(parts[BODY], Mapping):
        start = ground.spread(parts[BODY], (BODY,), codec.content.pointer)
        yield Spot((BODY,), tuple(start))


class _Walker:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._below = Below(ground)

    def visit(self, spot: Spot) -> Iterator[Found]:
        """Yield the sites of a location's fresh parts, those of branches, and the spots below."""
        held = tuple(part.schema for part in spot.parts)
        fresh = [part for part in spot.parts if part.fresh]
        again = [part for part in fresh if spot.above.count(id(part.schema)) >= _AGAIN]
        for part in again:
            yield from self._again(part, spot)
        fresh = [part for part in fresh if part not in again]
        if not fresh:
            return
        sample = self._ground.sample((*held, *spot.whole))
        if isinstance(sample, str):
            for part in fresh:
                yield from self._ground.unreached(part, spot, sample)
            return
        spot = replace(
            spot,
            samples={**spot.samples, spot.path: sample[0]},
            above=(*spot.above, *(id(part.schema) for part in fresh)),
        )
        for part in fresh:
            yield self._ground.site(part, spot, sample[0])
            yield from self._ground.inside(part, spot)
        for part in fresh:
            yield from self._branches(part, spot)
        yield from self._below.members(fresh, spot)
        yield from self._below.items(fresh, spot)

    def _again(self, part: Part, spot: Spot) -> Iterator[Uncovered]:
        reason = f"the same definition once more: its clauses stand {_AGAIN} levels above"
        yield Uncovered("$ref", spot.path, part.place, "", reason, part.trail, spoken=True)

    # --- branches at the same location ---

    def _branches(self, part: Part, spot: Spot) -> Iterator[Found]:
        schema, at = part.schema, part.place
        for keyword in ("anyOf", "oneOf"):
            reason = _BY_THE_BRANCH.format(keyword=keyword)
            for index, branch in enumerate(schema.get(keyword, ())):
                trail = (*part.trail, f"{keyword}.{index}")
                place = f"{at}/{keyword}/{index}"
                fresh = [*self._ground.spread(branch, trail, place, spoken={"type": reason})]
                named = asked(schema, dereference(branch, self._ground.root), index)
                yield from self._chosen(part, spot, (keyword,), fresh, (named,) if named else ())
        condition = schema.get("if")
        if condition is not None:
            for keyword, holds in (("then", condition), ("else", {"not": condition})):
                trail = (*part.trail, keyword)
                fresh = [*self._ground.spread(schema.get(keyword), trail, f"{at}/{keyword}")]
                yield from self._chosen(part, spot, ("if", "then", "else"), fresh, (holds,))
        for name, inner in schema.get("dependentSchemas", {}).items():
            trail = (*part.trail, f"dependentSchemas.{name}")
            fresh = [*self._ground.spread(inner, trail, pointer.join(at, "dependentSchemas", name))]
            yield from self._chosen(
                part, spot, ("dependentSchemas",), fresh, ({"required": [name]},)
            )
        if isinstance(schema.get("propertyNames"), Mapping):
            trail, place = (*part.trail, "propertyNames"), f"{at}/propertyNames"
            lens = partial(Renamed, self._below.fill(spot))
            names = [*self._ground.spread(schema["propertyNames"], trail, place, lens=lens)]
            yield from self._names(spot, names)

    def _chosen(
        self,
        part: Part,
        spot: Spot,
        taken: tuple[str, ...],
        fresh: list[Part],
        holds: tuple[Json, ...],
    ) -> Iterator[Found]:
        """Visit the location anew, with a branch chosen; what was there before is known."""
        if not fresh:
            return
        rest = {name: value for name, value in part.schema.items() if name not in taken}
        old = [
            replace(each, schema=rest if each is part else each.schema, fresh=False)
            for each in spot.parts
        ]
        extra = [
            inner
            for each in holds
            for inner in self._ground.spread(each, part.trail, part.place, fresh=False)
        ]
        parts = (*fresh, *old, *extra)
        # The whole schema is asked too: a value of one branch must not be one of another.
        whole = (*(each.schema for each in spot.parts), *spot.whole)
        sample = self._ground.sample((*(each.schema for each in parts), *whole))
        if isinstance(sample, str):
            for each in fresh:
                yield from self._ground.unreached(
                    each, spot, f"nothing chooses this branch: {sample}"
                )
            return
        settings = (*spot.settings, (spot.path, sample[0]))
        yield from self.visit(replace(spot, parts=parts, settings=settings, whole=whole))

    def _names(self, spot: Spot, names: list[Part]) -> Iterator[Found]:
        sample = self._ground.sample(({"type": "string"}, *(part.schema for part in names)))
        for part in names:
            if isinstance(sample, str):
                yield from self._ground.unreached(part, spot, sample)
            else:
                yield self._ground.site(part, replace(spot, parts=tuple(names)), sample[0])
