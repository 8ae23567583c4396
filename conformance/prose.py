"""What the contract's prose owes over several answers: another URL each, a time to come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from conformance.case import clause_id
from conformance.contract.model import DocumentedResponse, Json, Operation
from conformance.exchange import Exchange
from conformance.records import Breach
from conformance.schema import View

_MARKS = frozenset({"x-conformance-unique", "x-conformance-future", "x-conformance-after"})
_MOST_NAMES = 1000
"""So many names of members are remembered: a target may make up new ones for ever."""

_SLACK_S = 300
"""Clocks differ: so many seconds in the past still count as now."""


class Prose:
    """Remembers the answers of one operation, as digests."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._seen: dict[str, set[str]] = {}
        self._schemas: dict[tuple[str, str], Sequence[Mapping[str, Json]]] = {}

    def breaches(self, exchange: Exchange, body: Json) -> tuple[Breach, ...]:
        """Return the clauses of prose that a success breaks, and remember it."""
        status = exchange.response.status if exchange.response is not None else 0
        documented = self._operation.response_for(status)
        if documented is None or not isinstance(body, dict):
            return ()
        found = []
        prefix = f"{self._operation.id}:response/{documented.status}"
        for name, value in body.items():
            for schema in self._of_member(documented, name):
                late = self._of(schema, prefix, name, value, exchange.received_at)
                found += late or _order(schema, prefix, name, body)
        return tuple(found)

    def _of_member(self, documented: DocumentedResponse, name: str) -> Sequence[Mapping[str, Json]]:
        """Return the schemas of a member that say more of it than one answer can show."""
        key = (documented.status, name)
        if key not in self._schemas:
            if len(self._schemas) > _MOST_NAMES:
                self._schemas.clear()
            self._schemas[key] = [
                schema
                for content in documented.contents[:1]
                for schema in View.of(content.schema, content.schema).member(name).schemas
                if not _MARKS.isdisjoint(schema)
            ]
        return self._schemas[key]

    def _of(
        self, schema: Mapping[str, Json], prefix: str, name: str, value: Json, now: float
    ) -> list[Breach]:
        found = []
        if "x-conformance-unique" in schema and isinstance(value, str):
            digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
            seen = self._seen.setdefault(name, set())
            if digest in seen:
                clause = clause_id(prefix, (name,), "unique")
                found.append(Breach(clause, f"{name} is the same as in an earlier answer"))
            seen.add(digest)
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if "x-conformance-future" in schema and numeric and value < now - _SLACK_S:
            clause = clause_id(prefix, (name,), "future")
            found.append(Breach(clause, f"{name} is {value}, which lies in the past"))
        return found


def _order(schema: Mapping[str, Json], prefix: str, name: str, body: Json) -> list[Breach]:
    earlier = schema.get("x-conformance-after")
    if not isinstance(earlier, str):
        return []
    pair = (body.get(earlier), body.get(name))
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in pair):
        return []
    if pair[1] > pair[0]:
        return []
    sentence = f"{name} is not after {earlier}"
    return [Breach(clause_id(prefix, (name,), "after"), sentence)]
