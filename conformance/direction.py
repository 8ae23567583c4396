"""Properties that travel one way only: `readOnly` in answers, `writeOnly` in requests.

A readOnly property should not be sent, and where it is required that holds for answers alone
(OpenAPI 3.0.4, section 4.8.24). OpenAPI 3.1 leaves it to JSON Schema, which has it ignored or
rejected (Validation 2020-12, section 9.4), so it is not asked for there either. What a server does
with one that is sent all the same is its own affair: each is a version of the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.contract.model import Json

_GONE = object()
Replacement = Callable[[], object]


def to_send(schema: Json) -> Json:
    """Return `schema` without its readOnly properties: what a request should hold."""
    return _Rewriter("readOnly", _GONE).of(schema)


def unasked(schema: Json) -> Json:
    """Return `schema` with readOnly properties that need not be there: no request owes them."""
    return _Rewriter("readOnly", None).of(schema)


def ignored(schema: Json) -> Json:
    """Return `schema` with readOnly properties that may hold anything, and need not be there."""
    return _Rewriter("readOnly", {}).of(schema)


def refused(schema: Json) -> Json:
    """Return `schema` with readOnly properties that must not be there."""
    return _Rewriter("readOnly", False).of(schema)  # noqa: FBT003  (the schema `false`)


class _Rewriter:
    """Rewrites what is marked; parts that are shared stay shared, and unchanged ones themselves."""

    def __init__(self, mark: str, new: object) -> None:
        self._mark = mark
        self._new = new
        self._done: dict[int, tuple[Json, Json]] = {}

    def of(self, value: Json) -> Json:
        """Return `value` rewritten."""
        if not isinstance(value, (dict, list)):
            return value
        if id(value) not in self._done:
            self._done[id(value)] = (value, value)  # a part within itself stays as it is
            self._done[id(value)] = (value, self._rewritten(value))
        return self._done[id(value)][1]

    def _rewritten(self, value: Json) -> Json:
        if isinstance(value, list):
            items = [self.of(each) for each in value]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        found = {name: self.of(each) for name, each in value.items()}
        properties = value.get("properties")
        marked = {
            name
            for name, each in (properties.items() if isinstance(properties, Mapping) else ())
            if isinstance(each, Mapping) and each.get(self._mark) is True
        }
        if marked:
            self._mark_off(found, marked)
            return found
        return found if any(found[name] is not value[name] for name in value) else value

    def _mark_off(self, schema: dict[str, Json], marked: set[str]) -> None:
        kept = dict(schema["properties"])
        for name in marked if self._new is not None else ():
            if self._new is _GONE:
                del kept[name]
            else:
                kept[name] = self._new
        schema["properties"] = kept
        if isinstance(schema.get("required"), list):
            schema["required"] = [each for each in schema["required"] if each not in marked]


class Received(_Rewriter):
    """Returns schemas with writeOnly properties that an answer need not have.

    What several of them have in common is rewritten once.
    """

    def __init__(self) -> None:
        super().__init__("writeOnly", None)
