"""What to pin: a handful of probes, and what the target says of each. Knows nothing of sockets.

A target that refuses what the contract allows names the parameter to blame. It is given another
value, or the value that it misses, until the smallest message is accepted; then each optional
property is tried by itself. What cannot be found out, such as an account that exists, is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.messages import Message, Path
from conformance.text import some
from conformance.wire import InexpressibleError

PROBES = 32
"""How many requests the probing of one operation takes at most."""

_SHOWN = 120
_LIKELY: Mapping[str, Json] = {
    "url": "https://example.com/",
    "uri": "https://example.com/",
    "email": "ann@example.com",
    "phone": "+15555550100",
    "country": "US",
    "currency": "usd",
}
"""What is likely to be good, by a part of the name or of what the target says."""


class Said(Struct, frozen=True):
    """What the target answered to one probe: whether it accepted, whom it blamed, its words."""

    accepted: bool
    blamed: str
    words: str


Ask = Callable[[Request], Said]


class Lesson(Struct, frozen=True):
    """What was learnt of one place. `value` is a good one; without `found` nobody knows one."""

    path: Path
    words: str
    value: Json = None
    found: bool = False


class Learnt(Struct, frozen=True):
    """What was learnt of one operation; `stuck` says why no more could be found out."""

    operation: str
    lessons: tuple[Lesson, ...] = ()
    never: tuple[Lesson, ...] = ()
    known: Mapping[Path, tuple[Json, ...]] = field(default_factory=dict)
    known_never: frozenset[Path] = frozenset()
    stuck: str = ""
    probes: int = 0

    @property
    def names(self) -> str:
        """The names to pin, for people: `account and refresh_url`."""
        names = [_name(each.path) for each in self.lessons]
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

    @property
    def pins(self) -> str:
        """The names with their values, in one line."""
        return ", ".join(f"{_key(each.path)} = {_shown(each)}" for each in self.lessons)

    def toml(self) -> Iterator[str]:
        """Yield the lines of a table for `conformance.toml`, and what could not be found out."""
        yield f"# {self.operation}: {some(self.probes, 'request')}"
        if not self.lessons and not self.never and not self.stuck:
            yield "# the target takes the ordinary values of every property: nothing to pin"
            return
        yield f"[values.{json.dumps(self.operation) if '.' in self.operation else self.operation}]"
        learnt = {each.path for each in self.lessons}
        for path, values in self.known.items():
            if path not in learnt:
                yield f"{_key(path)} = {_toml([*values] if len(values) > 1 else values[0])}"
        for lesson in self.lessons:
            yield f"{_key(lesson.path)} = {_shown(lesson)}  # {_because(lesson)}"
        never = sorted({*(each.path for each in self.never), *self.known_never})
        if never:
            yield f"never = {_toml([_name(path) for path in never])}"
            for lesson in self.never:
                yield f"# {_name(lesson.path)}: {lesson.words}"
        if self.stuck:
            yield f"# not found out: {self.stuck}"


def explain(deriver: Deriver, ask: Ask) -> Learnt:
    """Return what to pin for the operation of `deriver`."""
    return _Probing(deriver, ask).learnt()


class _Probing:
    """One operation under probing: the message so far, and what was learnt."""

    def __init__(self, deriver: Deriver, ask: Ask) -> None:
        self._deriver, self._ask = deriver, ask
        self._message: Message = deriver.messages.smallest
        self._lessons: dict[Path, Lesson] = {}
        self._never: list[Lesson] = []
        self._stuck = ""
        self._probes = 0

    def learnt(self) -> Learnt:
        if self._settle():
            for path, value in _places(self._deriver.messages.smallest):
                self._try_members(path, value)
            for path in self._deriver.messages.optional:
                self._try(path)
        values = self._deriver.values
        return Learnt(
            self._deriver.operation.id,
            tuple(self._lessons.values()),
            tuple(self._never),
            values.pinned,
            values.never,
            self._stuck,
            self._probes,
        )

    def _settle(self) -> bool:
        """Change the message until the target accepts it; False where that is not found."""
        while (said := self._say(self._message)) is not None and not said.accepted:
            path = self._place(said.blamed)
            if path is None:
                self._stuck = f"the target names no parameter that could be pinned: {said.words}"
                return False
            if not self._change(path, said):
                return False
        return said is not None

    def _change(self, path: Path, said: Said) -> bool:
        """Give the place that is blamed its next value; False where none is left to try."""
        first, missing = said, path not in dict(_places(self._message))
        tried: list[Json] = []
        while True:
            tries = [self._ordinary(path)] if missing else []
            tries += self._others(path, said)
            value = next((each for each in tries if each not in tried), None)
            if value is None:
                self._lessons[path] = Lesson(path, said.words)
                self._stuck = f"a good value of {_name(path)}; fill one in, and ask again"
                return False
            tried.append(value)
            self._message = self._with(path, value)
            answer = self._say(self._message)
            if answer is None:
                return False
            if answer.accepted or answer.blamed != said.blamed:
                self._lessons[path] = Lesson(path, first.words, value, found=True)
                return True
            said = answer

    def _try(self, path: Path) -> None:
        """Send an optional property by itself, and leave it out for good where that is refused."""
        if path in dict(_places(self._message)):
            return
        said = self._say(self._with(path, self._ordinary(path)))
        if said is None or said.accepted or said.blamed not in ("", path[-1]):
            return
        for value in self._others(path, said):
            answer = self._say(self._with(path, value))
            if answer is not None and answer.accepted:
                self._lessons[path] = Lesson(path, said.words, value, found=True)
                return
        self._never.append(Lesson(path, said.words))

    def _try_members(self, path: Path, value: Json) -> None:
        """Send each member of a required enum, and pin those that are taken."""
        members = self._deriver.messages.choices(path)
        if len(members) < 2 or len(path) < 2:  # noqa: PLR2004  (a choice; a member of a part)
            return
        taken, words = [], ""
        for member in members:
            said = self._say(self._with(path, member)) if member != value else None
            if said is None or said.accepted:
                taken.append(member)
            words = said.words if said is not None and not said.accepted else words
        if words:
            self._lessons[path] = Lesson(path, words, taken, found=True)

    def _say(self, message: Message) -> Said | None:
        """Ask the target, unless the probes are used up."""
        if self._probes >= PROBES:
            self._stuck = self._stuck or f"more than {PROBES} requests were needed"
            return None
        try:
            request = self._deriver.request(self._deriver.messages.ordered(message))
        except InexpressibleError:
            return None
        self._probes += 1
        return self._ask(request)

    def _with(self, path: Path, value: Json) -> Message:
        part, inner = path[0], path[1:]
        members = self._message.get(part)
        if not inner or not isinstance(members, dict):
            return {**self._message, part: value}
        return {**self._message, part: {**members, inner[0]: value}}

    def _ordinary(self, path: Path) -> Json:
        return self._deriver.messages.choices(path)[0]

    def _others(self, path: Path, said: Said) -> list[Json]:
        """Return values that are worth a try: members of an enum, and what the name speaks of."""
        now = dict(_places(self._message)).get(path)
        words = f"{path[-1]} {said.words}".lower()
        schema = self._deriver.messages.schema_of(path)
        found = [*self._deriver.messages.choices(path)]
        if "enum" not in schema and schema.get("type") in (None, "string"):
            found += [value for word, value in _LIKELY.items() if word in words]
        return [each for index, each in enumerate(found) if each not in (now, *found[:index])]

    def _place(self, name: str) -> Path | None:
        """Return where the blamed name stands, or may be put."""
        every = [path for path, _ in _places(self._message)]
        every += [*self._deriver.messages.optional]
        return next((path for path in every if name and path[-1] == name), None)


def _places(message: Message) -> Iterator[tuple[Path, Json]]:
    for part, value in message.items():
        if isinstance(value, dict):
            yield from (((part, name), each) for name, each in value.items())
        else:
            yield (part,), value


def _name(path: Path) -> str:
    return ".".join(path[1:] if path[0] == "body" else path)


def _key(path: Path) -> str:
    name = _name(path)
    bare = all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
    return name if bare else json.dumps(name)


def _toml(value: Json) -> str:
    """Return `value` as TOML, whose texts, numbers and arrays are spelt as in JSON."""
    return json.dumps(value, ensure_ascii=True)


def _shown(lesson: Lesson) -> str:
    return _toml(lesson.value) if lesson.found else '"…"'


def _because(lesson: Lesson) -> str:
    words = " ".join(lesson.words.split())[:_SHOWN]
    return words if lesson.found else f"FILL IN one that the target knows: {words}"
