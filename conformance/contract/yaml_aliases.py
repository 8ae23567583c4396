"""The events of a YAML document without aliases (YAML 1.2.2, section 3.2.2.2).

Each alias is replaced by the events of what it names, so that nothing is shared and nothing holds
itself. A few lines of aliases can stand for gigabytes: all of them together have a limit.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from msgspec import Struct, field

from conformance.errors import ContractError

MOST_REPEATED = 200_000
"""So many events may all aliases of a document stand for together."""


class Aliases(Struct):
    """The anchors of one document, read from its start.

    `log` has the events since the outermost anchor that is open; `open` are those anchors: their
    names, where their events begin, and how deep they stand. `named` has the events of the others.
    """

    place: str
    log: list[yaml.Event] = field(default_factory=list)
    open: list[tuple[str, int, int]] = field(default_factory=list)
    named: dict[str, list[yaml.Event]] = field(default_factory=dict)
    repeated: int = 0

    def expanded(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """Yield `events` without aliases.

        Raises ContractError for an alias that names nothing above it, and for too many.
        """
        depth = 0
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                again = self._of(event)
                self.log += again if self.open else ()
                yield from again
                continue
            anchor = getattr(event, "anchor", None)
            if anchor is not None:
                self.named.pop(anchor, None)
                self.open.append((anchor, len(self.log), depth))
            if self.open:
                self.log.append(event)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            while self.open and self.open[-1][2] == depth:
                name, start, _ = self.open.pop()
                self.named[name] = self.log[start:]
            if not self.open:
                self.log.clear()
            yield event

    def _of(self, event: yaml.AliasEvent) -> list[yaml.Event]:
        found = self.named.get(str(event.anchor))
        if found is None:
            inside = any(name == event.anchor for name, _, _ in self.open)
            why = "stands inside what it names" if inside else "names nothing that stands above it"
            raise error_at(
                self.place,
                event,
                f"the alias *{event.anchor} {why}",
                "Name what stands above it, or write the value out.",
            )
        self.repeated += len(found)
        if self.repeated > MOST_REPEATED:
            raise error_at(
                self.place,
                event,
                f"the aliases stand for over {MOST_REPEATED:,} values",
                'Write fewer, or use {"$ref": "#/components/…"}.',
            )
        return found


def error_at(place: str, event: yaml.Event, what: str, remedy: str) -> ContractError:
    """Return the error for what stands at `event` of the document `place`."""
    return ContractError(what, remedy, line_of(place, event))


def line_of(place: str, event: yaml.Event) -> str:
    """Return the line of `event`: `api.yaml:7`."""
    mark = event.start_mark
    return f"{place}:{mark.line + 1}" if mark else place
