"""YAML → JSON values, from the parser's events.

Why not a loader of PyYAML: those follow YAML 1.1 (`no` is false, `12:30` is 750), expand aliases
without bound, keep the last of two equal keys, and recurse as deep as the document says. The
events are flat; what a plain scalar means is the JSON-compatible part of the core schema
(YAML 1.2.2, section 10.3.2). OpenAPI 3.0.3, section 4.2 asks for just that: keys are strings,
tags are those of the JSON schema. An alias stands for the events of what it names, as long as all
of them together are few; `<<` takes the members of another mapping in, as most readers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from msgspec import Struct, field

from conformance.contract.json_reader import repeated_key
from conformance.contract.model import Json
from conformance.contract.yaml_aliases import Aliases, error_at, line_of
from conformance.errors import ContractError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover  (a PyYAML built without libyaml: slower, the same events)
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # (same interface)

MAX_DEPTH = 400
"""Deeper than any real document, far below what recursive readers after us can bear."""

_MERGE = "<<"
"""The key that takes the members of another mapping in (YAML 1.1, the type `merge`)."""

_CONSTANTS: dict[str, Json] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS = 300
_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str"))


def read_yaml(text: str, place: str) -> Json:
    """Return the value of the YAML `text`, a single document.

    Raises ContractError, naming `place` and the line, for a syntax error, an alias that names
    nothing above it or of which too much would come, a tag, a repeated key, a key that is no
    scalar, a second document, nesting over 400 levels.
    """
    try:
        events = Aliases(place).expanded(yaml.parse(text, Loader=_Loader))
        return _Builder(place).build(events)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        what = f"this is not YAML: {problem.problem or problem.context}"
        raise ContractError(what, "Correct the syntax there.", f"{place}:{line}") from None
    except yaml.YAMLError as problem:  # a character that YAML forbids
        what = f"this is not YAML: {str(problem).splitlines()[0]}"
        raise ContractError(what, "Correct the syntax there.", place) from None


class _Open(Struct):
    """A collection still being read; `key` is the member whose value comes next.

    `merges` says that it takes in the members of another one.
    """

    value: dict[str, Json] | list[Json]
    key: str | None = None
    merges: bool = False


class _Builder(Struct):
    place: str
    open: list[_Open] = field(default_factory=list)
    documents: int = 0
    root: Json = None

    def build(self, events: Iterator[yaml.Event]) -> Json:
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        raise self._error(
                            event, "a second document begins", "Give one document a file."
                        )
                case yaml.ScalarEvent():
                    self._check(event)
                    self._scalar(event)
                case yaml.CollectionStartEvent():
                    self._check(event)
                    self._start(event)
                case yaml.CollectionEndEvent():
                    self._end(event)
                case _:
                    pass
        return self.root

    def _check(self, event: yaml.Event) -> None:
        tag = event.tag  # type: ignore[attr-defined]  # (scalars and collections have one)
        if tag not in (None, "!") and tag not in _CORE_TAGS:
            raise self._error(event, f"the tag {tag} is not read", "Write plain JSON values.")

    def _start(self, event: yaml.Event) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._error(event, f"this is nested over {MAX_DEPTH} levels deep", "Flatten it.")
        if self._awaits_key():
            raise self._error(event, "a key must be a single word or text", "Write it as a string.")
        value: dict[str, Json] | list[Json] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._add(value)
        self.open.append(_Open(value))

    def _end(self, event: yaml.Event) -> None:
        """Close a collection; a mapping takes in what it merges, its own members first."""
        top = self.open.pop()
        if not top.merges or not isinstance(top.value, dict):
            return
        others = top.value.pop(_MERGE)
        for other in others if isinstance(others, list) else [others]:
            if not isinstance(other, dict):
                raise self._error(
                    event, "<< takes in what is no mapping", "Give it the alias of a mapping."
                )
            for name, value in other.items():
                top.value.setdefault(name, value)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._awaits_key():
            top = self.open[-1]
            top.merges |= event.value == _MERGE and event.implicit[0]
            if event.value in top.value:
                raise repeated_key(event.value, self._line(event))
            top.key = event.value
            return
        plain = event.implicit[0] and event.tag is None
        self._add(self._plain(event) if plain else event.value)

    def _plain(self, event: yaml.ScalarEvent) -> Json:
        text: str = event.value
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if not (text[0].isdigit() or text[0] in "+-."):
            return text
        too_long = len(text) > _MAX_DIGITS and (_INTEGER.fullmatch(text) or _BASED.fullmatch(text))
        if too_long or _NO_NUMBER.fullmatch(text):
            raise self._no_number(event)
        if _INTEGER.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            value = float(text)
            if value in (float("inf"), float("-inf")):
                raise self._no_number(event)
            return value
        return text

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and not self._has_key()

    def _has_key(self) -> bool:
        return self.open[-1].key is not None

    def _add(self, value: Json) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[str(top.key)] = value
            top.key = None

    def _no_number(self, event: yaml.ScalarEvent) -> ContractError:
        shown = event.value if len(event.value) <= 20 else f"{event.value[:20]}…"  # noqa: PLR2004
        return self._error(
            event,
            f"{shown} is not a number that JSON can carry",
            "Quote it if it is text, or give a number within the range of JSON.",
        )

    def _error(self, event: yaml.Event, what: str, remedy: str) -> ContractError:
        return error_at(self.place, event, what, remedy)

    def _line(self, event: yaml.Event) -> str:
        return line_of(self.place, event)
