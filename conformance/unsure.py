"""Texts in a format that the target alone knows: `phone`, `currency`, `iso-country-code`.

Whether a format is checked is open (OpenAPI 3.0.4, section 4.4.1), and a target may well check its
own. So no text is owed acceptance there, but for those that the contract shows, and that of the
smallest message: it is accepted before anything is judged. Refusal is owed as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import Json
from conformance.formats import encoding_of, is_known
from conformance.schema import View


def has_own_format(schema: Json) -> bool:
    """Whether a text somewhere in `schema` has a format that is not known."""
    queue: list[Json] = [schema]
    for each in queue:
        if isinstance(each, Mapping):
            if _of_its_own(each):
                return True
            queue.extend(value for value in each.values() if isinstance(value, Mapping | list))
        elif isinstance(each, list):
            queue.extend(value for value in each if isinstance(value, Mapping | list))
    return False


class Unsure:
    """Tells whether a message holds a text that its target may refuse for its format."""

    def __init__(self, schema: Json, smallest: Json) -> None:
        self._view = View.of(schema, schema)
        self._smallest = smallest

    def of(self, message: Json) -> bool:
        """Whether `message` holds such a text."""
        return _holds(self._view, message, self._smallest)


def _holds(view: View, value: Json, accepted: Json) -> bool:
    if isinstance(value, Mapping):
        return any(
            _holds(view.member(name), each, _member(accepted, name)) for name, each in value.items()
        )
    if isinstance(value, list):
        known = accepted[0] if isinstance(accepted, list) and accepted else None
        return any(_holds(view.item(), each, known) for each in value)
    if not isinstance(value, str) or value == accepted:
        return False
    own = [schema for schema in view.schemas if _of_its_own(schema)]
    return bool(own) and not any(value in _shown(schema) for schema in view.schemas)


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, Mapping) else None


def _of_its_own(schema: Mapping[str, Json]) -> bool:
    """Whether `schema` lets texts be, and names a format of theirs that is not known."""
    names = (schema.get("format"), encoding_of(schema) or None)
    if all(not isinstance(name, str) or is_known(name) for name in names):
        return False
    return "enum" not in schema and "const" not in schema and _takes_text(schema.get("type"))


def _takes_text(kind: Json) -> bool:
    return kind in (None, "string") or (isinstance(kind, list) and "string" in kind)


def _shown(schema: Mapping[str, Json]) -> Iterator[Json]:
    """Yield the values that `schema` shows."""
    yield from (schema[name] for name in ("example", "default", "const") if name in schema)
    for name in ("examples", "enum"):
        if isinstance(schema.get(name), list):
            yield from schema[name]
