"""A location → the locations below it: members, declared or not, and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from conformance.contract.model import Json
from conformance.flat import RELATIONS, items_of, members_of
from conformance.ground import DEPTH, Ground
from conformance.message import ITEM
from conformance.obligation import Index
from conformance.schema import dereference
from conformance.spots import Part, Spot, Uncovered, is_extra, ways
from conformance.words import of_pattern

Found = Uncovered | Spot


class Below:
    """Finds the spots below a spot on one `ground`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def members(self, fresh: list[Part], spot: Spot) -> Iterator[Found]:
        """Yield the spots of all members, and of names that nothing declares where it matters."""
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

    def items(self, fresh: list[Part], spot: Spot) -> Iterator[Found]:
        """Yield the spots of the items."""
        longest = max((len(part.schema.get("prefixItems", ())) for part in spot.parts), default=0)
        for index in range(longest):
            parts = self._item(index, spot)
            if any(part.fresh for part in parts):
                yield from self._below(spot, Index(index), parts, {"minItems": index + 1})
        if any(isinstance(part.schema.get("items"), Mapping) for part in fresh):
            step = ITEM if longest == 0 else Index(longest)
            yield from self._below(spot, step, self._item(longest, spot), {"minItems": longest + 1})

    def fill(self, spot: Spot) -> Json:
        """Return a value for a member whose name no schema declares."""
        name = next(self._free(spot), "key")
        sample = self._ground.sample(
            tuple(part.schema for part in self._member(name, spot)) or (True,)
        )
        return "x" if isinstance(sample, str) else sample[0]

    def _below(
        self,
        spot: Spot,
        step: str,
        parts: list[Part],
        holds: Json,
        neighbours: tuple[str, ...] = (),
    ) -> Iterator[Found]:
        if len(spot.path) >= DEPTH:
            for part in parts:
                yield from self._ground.unreached(part, spot, f"over {DEPTH} levels deep")
            return
        settings = spot.settings
        related = any(keyword in part.schema for part in spot.parts for keyword in RELATIONS)
        if related or isinstance(step, Index):
            # One member may forbid another: the object around is one that has this member.
            around = self._ground.sample((*(part.schema for part in spot.parts), holds))
            if not isinstance(around, str):
                settings = (*settings, (spot.path, around[0]))
        yield Spot((*spot.path, step), tuple(parts), settings, spot.samples, spot.above, neighbours)

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
            if not self._declared(name, spot) and (
                not names or self._ground.examples.fits(names, name)
            ):
                yield name
        for each in self._ground.examples.values(({"type": "string"}, *names)) if names else ():
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
                    found += self._ground.spread(schema, trail, place, fresh=part.fresh)
        return found

    def _a_member(self, name: str, parts: list[Part]) -> str | None:
        for part in parts:
            child = dereference(part.schema.get("properties", {}).get(name, {}), self._ground.root)
            members = child.get("enum", ()) if isinstance(child, Mapping) else ()
            for member in members:
                if isinstance(member, str) and member:
                    return member
        return None

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
                found += self._ground.spread(schema, trail, place, fresh=part.fresh)
        return found
