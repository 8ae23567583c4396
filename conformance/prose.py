"""What the contract's prose owes over several answers: another URL each, a time to come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from conformance.case import clause_id
from conformance.contract.model import Json, Operation
from conformance.exchange import Exchange
from conformance.records import Breach
from conformance.schema import View

_SLACK_S = 300
"""Clocks differ: so many seconds in the past still count as now."""


class Prose:
    """Remembers the answers of one operation, as digests."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._seen: dict[str, set[str]] = {}

    def breaches(self, exchange: Exchange, body: Json) -> tuple[Breach, ...]:
        """Return the clauses of prose that a success breaks, and remember it."""
        status = exchange.response.status if exchange.response is not None else 0
        documented = self._operation.response_for(status)
        if documented is None or not isinstance(body, dict):
            return ()
        found = []
        for content in documented.contents[:1]:
            view = View.of(content.schema, content.schema)
            for name, value in body.items():
                for schema in view.member(name).schemas:
                    prefix = f"{self._operation.id}:response/{documented.status}"
                    late = self._of(schema, prefix, name, value, exchange.received_at)
                    found += late or _order(schema, prefix, name, body)
        return tuple(found)

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
