"""Contract → sites: every schema object of a body with the instance location that it governs.

Several schemas hold at one location: those of `allOf`, the chosen branch of `anyOf`, `oneOf` and
`if`, `dependentSchemas`. Each has a site of its own, so that each keyword has a clause of its own;
a site in a branch brings the value that chooses the branch. What lies inside `not`, `if`,
`contains` and `unevaluated…` speaks through that keyword, and is listed as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from conformance import pointer
from conformance.codec import BODY, Codec
from conformance.contract.model import Json
from conformance.errors import ConformanceError
from conformance.example import Examples, NoExampleError
from conformance.flat import RELATIONS, EndlessSchemaError, items_of, members_of
from conformance.obligation import ITEM, Index, Site
from conformance.schema import dereference
from conformance.spots import Part, Renamed, Spot, Uncovered, is_extra, spoken, ways, words_of
from conformance.versions import asked
from conformance.wire.form import MEDIA_TYPE as FORM
from conformance.words import of_pattern

_DEPTH = 16
_FILLED = {"minProperties": 1}
"""What a form asks of an object: it has no way to say that one is empty."""

_AGAIN = 2
"""How often one schema is looked into on one way: a recursive one has a second level."""

_MOST_SITES = 4000
_BY_THE_BRANCH = "no branch of another type takes it either: judged as {keyword}"
_THROUGH = ("not", "if", "contains", "unevaluatedProperties", "unevaluatedItems")


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
    walker = _Walker(root, known_names, in_text=in_text)
    found: list[Found] = [*_outermost(codec, root, walker)]
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


def _outermost(codec: Codec, root: Mapping[str, Json], walker: _Walker) -> Iterator[Found]:
    parts = root["properties"]
    for location, fields in codec.fields.items():
        inner, here = parts[location], (location,)
        if inner["required"]:
            only = {"required": inner["required"]}
            place = f"{codec.operation.pointer}/parameters"
            yield Site(only, here, place, words_of(here), {}, trail=here)
        for name, each in fields.items():
            at = (location, name)
            start = walker.spread(inner["properties"][name], at, each.parameter.pointer)
            yield Spot(at, tuple(start))
    if codec.content is not None and isinstance(parts[BODY], Mapping):
        start = walker.spread(parts[BODY], (BODY,), codec.content.pointer)
        yield Spot((BODY,), tuple(start))


class _Walker:
    def __init__(self, root: Json, known_names: tuple[str, ...], *, in_text: bool) -> None:
        self._root = root
        self._known_names = known_names
        self._examples = Examples(root)
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
        schema = dereference(schema, self._root)
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return
        yield Part(schema, trail, place, **more)
        for index, each in enumerate(schema.get("allOf", ())):
            step = (*trail, f"allOf.{index}")
            yield from self._spread(each, step, f"{place}/allOf/{index}", more, depth + 1)

    # --- one location ---

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
        sample = self._sample((*held, *spot.whole))
        if isinstance(sample, str):
            for part in fresh:
                yield from self._unreached(part, spot, sample)
            return
        spot = replace(
            spot,
            samples={**spot.samples, spot.path: sample[0]},
            above=(*spot.above, *(id(part.schema) for part in fresh)),
        )
        for part in fresh:
            yield self._site(part, spot, sample[0])
            yield from self._inside(part, spot)
        for part in fresh:
            yield from self._branches(part, spot)
        yield from self._members(fresh, spot)
        yield from self._items(fresh, spot)

    def _sample(self, held: tuple[Json, ...]) -> tuple[Json] | str:
        """Return an ordinary value as a tuple of one, or why there is none."""
        try:
            found = self._examples.value(held)
            if found == {} and self._in_text:
                with suppress(NoExampleError):
                    found = self._examples.value((*held, _FILLED))
        except (NoExampleError, ConformanceError) as problem:
            return str(problem)
        except EndlessSchemaError:
            return "the schema contains itself without an end"
        return (found,)

    def _site(self, part: Part, spot: Spot, sample: Json) -> Site:
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
            examples=self._examples,
        )

    def _again(self, part: Part, spot: Spot) -> Iterator[Uncovered]:
        reason = f"the same definition once more: its clauses stand {_AGAIN} levels above"
        yield Uncovered("$ref", spot.path, part.place, "", reason, part.trail, spoken=True)

    def _unreached(self, part: Part, spot: Spot, reason: str) -> Iterator[Uncovered]:
        for name, value in part.schema.items():
            at = pointer.join(part.place, name)
            yield Uncovered(name, spot.path, at, value, reason, part.trail)

    def _inside(self, part: Part, spot: Spot) -> Iterator[Uncovered]:
        """Yield what stands inside keywords that speak for all that they hold."""
        for keyword in _THROUGH:
            inner = part.schema.get(keyword)
            if isinstance(inner, Mapping):
                reason = f"speaks through {keyword}"
                trail, at = (*part.trail, keyword), f"{part.place}/{keyword}"
                yield from spoken(dereference(inner, self._root), spot, trail, at, reason)

    # --- branches at the same location ---

    def _branches(self, part: Part, spot: Spot) -> Iterator[Found]:
        schema, at = part.schema, part.place
        for keyword in ("anyOf", "oneOf"):
            reason = _BY_THE_BRANCH.format(keyword=keyword)
            for index, branch in enumerate(schema.get(keyword, ())):
                trail = (*part.trail, f"{keyword}.{index}")
                place = f"{at}/{keyword}/{index}"
                fresh = [*self.spread(branch, trail, place, spoken={"type": reason})]
                named = asked(schema, dereference(branch, self._root), index)
                yield from self._chosen(part, spot, (keyword,), fresh, (named,) if named else ())
        condition = schema.get("if")
        if condition is not None:
            for keyword, holds in (("then", condition), ("else", {"not": condition})):
                trail = (*part.trail, keyword)
                fresh = [*self.spread(schema.get(keyword), trail, f"{at}/{keyword}")]
                yield from self._chosen(part, spot, ("if", "then", "else"), fresh, (holds,))
        for name, inner in schema.get("dependentSchemas", {}).items():
            trail = (*part.trail, f"dependentSchemas.{name}")
            fresh = [*self.spread(inner, trail, pointer.join(at, "dependentSchemas", name))]
            yield from self._chosen(
                part, spot, ("dependentSchemas",), fresh, ({"required": [name]},)
            )
        if isinstance(schema.get("propertyNames"), Mapping):
            trail, place = (*part.trail, "propertyNames"), f"{at}/propertyNames"
            lens = partial(Renamed, self._fill(spot))
            names = [*self.spread(schema["propertyNames"], trail, place, lens=lens)]
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
            for inner in self.spread(each, part.trail, part.place, fresh=False)
        ]
        parts = (*fresh, *old, *extra)
        # The whole schema is asked too: a value of one branch must not be one of another.
        whole = (*(each.schema for each in spot.parts), *spot.whole)
        sample = self._sample((*(each.schema for each in parts), *whole))
        if isinstance(sample, str):
            for each in fresh:
                yield from self._unreached(each, spot, f"nothing chooses this branch: {sample}")
            return
        settings = (*spot.settings, (spot.path, sample[0]))
        yield from self.visit(replace(spot, parts=parts, settings=settings, whole=whole))

    def _fill(self, spot: Spot) -> Json:
        """Return a value for a member whose name no schema declares."""
        name = next(self._free(spot), "key")
        sample = self._sample(tuple(part.schema for part in self._member(name, spot)) or (True,))
        return "x" if isinstance(sample, str) else sample[0]

    def _names(self, spot: Spot, names: list[Part]) -> Iterator[Found]:
        sample = self._sample(({"type": "string"}, *(part.schema for part in names)))
        for part in names:
            if isinstance(sample, str):
                yield from self._unreached(part, spot, sample)
            else:
                yield self._site(part, replace(spot, parts=tuple(names)), sample[0])

    # --- below ---

    def _below(
        self,
        spot: Spot,
        step: str,
        parts: list[Part],
        holds: Json,
        neighbours: tuple[str, ...] = (),
    ) -> Iterator[Found]:
        if len(spot.path) >= _DEPTH:
            for part in parts:
                yield from self._unreached(part, spot, f"over {_DEPTH} levels deep")
            return
        settings = spot.settings
        related = any(keyword in part.schema for part in spot.parts for keyword in RELATIONS)
        if related or isinstance(step, Index):
            # One member may forbid another: the object around is one that has this member.
            around = self._sample((*(part.schema for part in spot.parts), holds))
            if not isinstance(around, str):
                settings = (*settings, (spot.path, around[0]))
        yield Spot((*spot.path, step), tuple(parts), settings, spot.samples, spot.above, neighbours)

    def _members(self, fresh: list[Part], spot: Spot) -> Iterator[Found]:
        names: dict[str, None] = {}
        for part in fresh:
            names |= dict.fromkeys(part.schema.get("properties", ()))
        texts = {name: self._a_member(name, fresh) for name in names}
        for name in names:
            parts = self._member(name, spot)
            others = tuple(t for other, t in texts.items() if t and other != name)
            if any(part.fresh for part in parts):
                yield from self._below(spot, name, parts, {"required": [name]}, others)
        for part in fresh:
            yield from self._maps(part, spot)

    def _maps(self, part: Part, spot: Spot) -> Iterator[Found]:
        """Visit what governs names that are not declared."""
        for pattern in part.schema.get("patternProperties", {}):
            name = next((n for n in of_pattern(pattern) if not self._declared(n, spot)), None)
            wanted = f"patternProperties.{pattern}"
            yield from self._extra(part, spot, name, wanted)
        if isinstance(part.schema.get("additionalProperties"), Mapping):
            name = next((n for n in self._free(spot) if is_extra(n, part.schema)), None)
            yield from self._extra(part, spot, name, "additionalProperties")

    def _extra(self, part: Part, spot: Spot, name: str | None, wanted: str) -> Iterator[Found]:
        if name is None:
            reason = "no name was found that it governs"
            yield Uncovered(wanted.partition(".")[0], spot.path, part.place, "", reason, part.trail)
            return
        own = (*part.trail, wanted)
        parts = [
            each if each.trail[: len(own)] == own else replace(each, fresh=False)
            for each in self._member(name, spot)
        ]
        yield from self._below(spot, name, parts, {"required": [name]})

    def _free(self, spot: Spot) -> Iterator[str]:
        names = [
            part.schema["propertyNames"] for part in spot.parts if "propertyNames" in part.schema
        ]
        for name in ("key", "another", "k1", "K"):
            if not self._declared(name, spot) and (not names or self._examples.fits(names, name)):
                yield name
        for each in self._examples.values(({"type": "string"}, *names)) if names else ():
            if not self._declared(each, spot):
                yield each

    @staticmethod
    def _declared(name: str, spot: Spot) -> bool:
        return any(name in part.schema.get("properties", ()) for part in spot.parts)

    def _member(self, name: str, spot: Spot) -> list[Part]:
        """Return every part that holds for the member `name`."""
        found: list[Part] = []
        for part in spot.parts:
            schemas = [*map(id, members_of(part.schema, name))]
            for step, at, schema in ways(part.schema, name):
                if id(schema) in schemas:
                    trail, place = (*part.trail, step), f"{part.place}/{at}"
                    found += self.spread(schema, trail, place, fresh=part.fresh)
        return found

    def _a_member(self, name: str, parts: list[Part]) -> str | None:
        for part in parts:
            child = dereference(part.schema.get("properties", {}).get(name, {}), self._root)
            members = child.get("enum", ()) if isinstance(child, Mapping) else ()
            for member in members:
                if isinstance(member, str) and member:
                    return member
        return None

    def _items(self, fresh: list[Part], spot: Spot) -> Iterator[Found]:
        longest = max((len(part.schema.get("prefixItems", ())) for part in spot.parts), default=0)
        for index in range(longest):
            parts = self._item(index, spot)
            if any(part.fresh for part in parts):
                yield from self._below(spot, Index(index), parts, {"minItems": index + 1})
        if any(isinstance(part.schema.get("items"), Mapping) for part in fresh):
            step = ITEM if longest == 0 else Index(longest)
            yield from self._below(spot, step, self._item(longest, spot), {"minItems": longest + 1})

    def _item(self, index: int, spot: Spot) -> list[Part]:
        found: list[Part] = []
        for part in spot.parts:
            prefix = len(part.schema.get("prefixItems", ()))
            for schema in items_of(part.schema, index):
                step = f"prefixItems.{index}" if index < prefix else ITEM
                at = f"prefixItems/{index}" if index < prefix else "items"
                if index >= prefix and "items" not in part.schema:
                    continue
                trail, place = (*part.trail, step), f"{part.place}/{at}"
                found += self.spread(schema, trail, place, fresh=part.fresh)
        return found
