"""Valid messages, and placing one change in them, in several contexts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import combinations
from typing import Any
from zlib import crc32

from msgspec import Struct

from conformance.contract.model import Json
from conformance.covering import pairwise
from conformance.errors import NoExampleError
from conformance.example import fullest, smallest
from conformance.message import BODY, ITEM
from conformance.obligation import Change, Index
from conformance.schema import Same, dereference
from conformance.unsure import Unsure, has_own_format

_FEW = 5
"""Up to so many optional members, every pair and triple is sent by itself."""

_MOST_FACTORS = 24
"""Pairs are covered over so many optional members; the others ride in the fullest message."""

Message = dict[str, Json]
Path = tuple[str, ...]


class Context(Struct, frozen=True):
    """A valid message that surrounds a violation; `name` is stable and made of words."""

    name: str
    message: Message
    alone: tuple[tuple[Path, Json], ...] = ()

    @property
    def words(self) -> str:
        """The optional members that it carries, for people."""
        return ", ".join(path[-1] for path, _ in self.alone) or "nothing optional"


class Messages:
    """Valid messages under one schema: its members are parts, their members are what varies.

    `least` has the members of the smallest message, `optional` an ordinary value for each that may
    be left out, both by path: `("query", "limit")`, `("body", "email")`. `unsure` knows what a
    target may refuse for its format; nothing of this is in `optional`. Raises NoExampleError where
    not even the smallest message is found.
    """

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.schema = schema
        self._alone: dict[tuple[Path, object], Message] = {}
        self.smallest: Message = {}
        most: Message = {}
        for part, inner in schema["properties"].items():
            ordinary = _body if part == BODY else _parameters
            self.smallest[part], most[part] = ordinary(inner, schema)
        self.least = dict(members(self.smallest))
        self._ordinary = {**dict(members(most)), **self.least}
        self.unsure = Unsure(schema, self.smallest) if has_own_format(schema) else None
        self.optional = {
            path: value
            for path, each in members(most)
            if path not in self.least and isinstance(self.smallest[path[0]], dict)
            for value in self._sure(path, each)
        }
        self.fullest: Message = self.with_optional(self.optional)
        if not isinstance(self.smallest.get(BODY, {}), dict):
            whole = {**self.smallest, BODY: most[BODY]}
            if self.unsure is None or not self.unsure.of(whole):
                self.fullest[BODY] = most[BODY]

    def _sure(self, path: Path, value: Json) -> Iterator[Json]:
        """Yield `value`, or a smaller one, that no target refuses for a format of its own."""
        if self.unsure is None:
            yield value
            return
        tries = [value]
        with suppress(NoExampleError):
            tries.append(smallest(self.schema_of(path), self.schema))
        for each in tries:
            part = {path[1]: each} if len(path) > 1 else each
            if not self.unsure.of({path[0]: part}):
                yield each
                return

    def schema_of(self, path: Path) -> Mapping[str, Json]:
        """Return the schema of the member at `path`, or an empty one."""
        schema: Json = self.schema
        for step in path:
            properties = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
            schema = dereference(properties.get(step, {}), self.schema)
        return schema if isinstance(schema, Mapping) else {}

    def choices(self, path: Path) -> list[Json]:
        """Return the values worth varying of a member: those of its enum, or one example."""
        listed = self.schema_of(path).get("enum", ())
        found = [member for member in listed if member not in ("", None)][:6]
        return found or [self._ordinary.get(path)]

    def with_optional(self, chosen: Mapping[Path, Json]) -> Message:
        """Return the smallest message with `chosen` members, in the usual order."""
        message: Message = dict(self.smallest)
        for path, value in chosen.items():
            part, inner = path[0], path[1:]
            message[part] = {**message[part], inner[0]: value} if inner else value
        return self.ordered(message)

    def alone(self, path: Path, value: Json) -> Message:
        """Return the smallest message with `value` at `path`, the same object each time."""
        key = (path, Same(value) if isinstance(value, dict | list) else (type(value), value))
        if key not in self._alone:
            self._alone[key] = self.with_optional({path: value})
        return self._alone[key]

    def ordered(self, message: Message) -> Message:
        """Return `message` in the usual order: required members, optional ones, unknown ones.

        A part that is in order stays the same object, so that what is known of it is known again.
        """
        return {
            part: self._in_order(part, value) if isinstance(value, dict) else value
            for part, value in message.items()
        }

    def _in_order(self, part: str, value: Message) -> Message:
        names = sorted(value, key=self._usual.get(part, _Order()).__getitem__)
        return value if names == [*value] else {name: value[name] for name in names}

    @cached_property
    def _usual(self) -> Mapping[str, _Order]:
        """The place of each known member in the order of its part."""
        found: dict[str, _Order] = {}
        for path in [*(path for path, _ in members(self.smallest)), *self.optional]:
            for name in path[1:]:
                known = found.setdefault(path[0], _Order())
                known.setdefault(name, len(known))
        return found

    def combinations(self) -> Iterator[Context]:
        """Yield optional members sent together: each pair and triple, or a covering array."""
        if len(self.optional) <= _FEW:
            for size in range(2, min(3, len(self.optional)) + 1):
                for paths in combinations(self.optional, size):
                    chosen = {path: self.optional[path] for path in paths}
                    names = [_name(path) for path in paths]
                    yield Context(
                        _label("with", names),
                        self.with_optional(chosen),
                        tuple(chosen.items()),
                    )
        if len(self.optional) > 1:
            yield Context("fullest", self.fullest, tuple(self.optional.items()))
        yield from self.rows

    @cached_property
    def rows(self) -> tuple[Context, ...]:
        """Return a pairwise covering array over optional members (or absent) and enum values."""
        factors: dict[Path, list[Any]] = {}
        for path in [*self.optional][:_MOST_FACTORS]:
            factors[path] = [None, *((member,) for member in self.choices(path))]
        for path, _ in members(self.smallest):
            if len(path) > 1 and len(choices := self.choices(path)) > 1:
                factors[path] = [(member,) for member in choices]
        rows = []
        for row in pairwise([*factors.values()]):
            chosen = {
                path: value[0]
                for path, value in zip(factors, row, strict=True)
                if value is not None
            }
            label = _label("mix", [repr({_name(path): value for path, value in chosen.items()})])
            rows.append(Context(label, self.with_optional(chosen), tuple(chosen.items())))
        return tuple(rows)


class _Order(dict[str, int]):
    """The places of known names; all others come behind."""

    def __missing__(self, name: str) -> int:
        return len(self)


def _body(schema: Json, root: Json) -> tuple[Json, Json]:
    """Return the smallest and the fullest body."""
    least = smallest(schema, root)
    try:
        return least, fullest(schema, root)
    except NoExampleError:
        return least, least


def _parameters(schema: Json, root: Json) -> tuple[Json, Json]:
    """Return the required parameters of one place, and all those that an example is found for."""
    least, most = {}, {}
    for name, inner in schema["properties"].items():
        if name in schema.get("required", ()):
            # Text has no way to say that an array or an object is empty.
            least[name] = most[name] = smallest(inner, root) or fullest(inner, root)
            continue
        with suppress(NoExampleError):
            most[name] = fullest(inner, root)
    return least, most


def members(message: Message) -> Iterator[tuple[Path, Json]]:
    """Yield what the parts of `message` hold, by path; a body that is no object is one member."""
    for part, value in message.items():
        if isinstance(value, dict):
            yield from (((part, name), each) for name, each in value.items())
        else:
            yield (part,), value


def _name(path: Path) -> str:
    """Return a name that tells members apart; those of the body go by their own."""
    return "/".join(path[1:] if path[0] == BODY else path)


def _label(word: str, names: Iterable[str]) -> str:
    return f"{word}-{crc32(' '.join(names).encode()):08x}"


Samples = Mapping[Path, Json]
"""An ordinary valid value for each instance location."""


def place(value: Json, path: Path, change: Change, samples: Samples, position: int = 0) -> Json:
    """Return `value` with what stands at `path` changed; what is missing on the way is filled in.

    Where nothing changes it is the same object, so that what is known of it is known again.
    `position` is the index that ITEM stands for; a shorter array is filled with its first item.
    """
    return _place(value, path, change, samples, (), position)


def _place(
    value: Json, path: Path, change: Change, samples: Samples, done: Path, position: int
) -> Json:
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    here = (*done, step)
    sample = samples.get(here, "x")
    if step == ITEM or isinstance(step, Index):
        position = int(step) if isinstance(step, Index) else position
        whole = value if isinstance(value, list) and value else [sample]
        items = [*whole, *[whole[0]] * (position + 1 - len(whole))]
        changed = _place(items[position], rest, change, samples, here, position)
        if changed is items[position] and whole is value and len(items) == len(whole):
            return value
        items[position] = changed
        return items
    if not isinstance(value, dict):
        value = {}
    found = value.get(step, sample)
    changed = _place(found, rest, change, samples, here, position)
    return value if changed is found and step in value else {**value, step: changed}


def moved(message: Message, path: Path, *, first: bool) -> Message:
    """Return `message` with the member at `path` first or last in its part."""
    part = message.get(path[0]) if len(path) > 1 else None
    if not isinstance(part, dict) or path[1] not in part:
        return message
    name = path[1]
    rest = {key: value for key, value in part.items() if key != name}
    own = {name: part[name]}
    return {**message, path[0]: {**own, **rest} if first else {**rest, **own}}
