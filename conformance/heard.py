"""What one answer says, whatever was asked: read once, for most answers come again and again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from conformance.checks import breaches, marked, parsed, places, texts_at
from conformance.clause import Clause
from conformance.contract.model import Json, Operation
from conformance.exchange import Exchange, Response
from conformance.judge import blamed_name
from conformance.plan import Plan
from conformance.profiles import Profile
from conformance.record import MOST_READ
from conformance.records import Breach
from conformance.redact import Secret
from conformance.validation import Validators

_MOST_KEPT = 256
_LONGEST_KEPT = 16 * 1024
"""So many answers of an operation are remembered, and bytes of a body."""


class Heard(Struct, frozen=True):
    """What an answer says.

    `body` is its JSON value or None, `secrets` are texts in it that no output may show, `breaches`
    the clauses of its documented shape that it breaks, `blamed` is the declared name that it
    names, `there` are those of its places that clauses of answers speak of.
    """

    body: Json
    secrets: tuple[Secret, ...]
    breaches: tuple[Breach, ...]
    blamed: str
    there: frozenset[str]


_Key = tuple[str, str, tuple[str, ...], Response]


class Hearer:
    """Reads answers; the same bytes in answer to the same operation are read once."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._validators = Validators()
        self._known: dict[_Key, Heard] = {}
        self._secrets: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._culprits: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._spoken: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Keep nothing of the operations so far."""
        for each in (self._known, self._secrets, self._culprits, self._spoken):
            each.clear()

    def hear(self, plan: Plan, exchange: Exchange) -> Heard:
        """Return what the answer of `exchange` says."""
        response = exchange.response
        if response is None or len(response.body) > _LONGEST_KEPT:
            return self._read(plan, exchange)
        sent = exchange.request
        key = (plan.operation.id, sent.method, sent.without, response)
        known = self._known.get(key)
        if known is None:
            known = self._read(plan, exchange)
            if len(self._known) >= _MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = known
        return known

    def _read(self, plan: Plan, exchange: Exchange) -> Heard:
        operation, response = plan.operation, exchange.response
        body = parsed(exchange)
        hidden = (*self._secrets_of(operation), *self._unmarked(response))
        there = {*places(body), *_headers(response)} if response is not None else frozenset[str]()
        return Heard(
            body,
            tuple(Secret(text) for text in _written(response, hidden)),
            breaches(operation, exchange, self._validators),
            blamed_name(texts_at(body, self._culprits_of(operation)), plan.names),
            self._spoken_of(plan) & there,
        )

    def _secrets_of(self, operation: Operation) -> tuple[tuple[str, ...], ...]:
        if operation.id not in self._secrets:
            self._secrets[operation.id] = marked(operation.responses, "x-conformance-secret")
        return self._secrets[operation.id]

    def _unmarked(self, response: Response | None) -> Iterator[tuple[str, ...]]:
        names = self._profile.secret_members(response.body) if response is not None else ()
        return ((name,) for name in names)

    def _culprits_of(self, operation: Operation) -> tuple[tuple[str, ...], ...]:
        if operation.id not in self._culprits:
            own = marked(operation.responses, "x-conformance-culprit")
            every = dict.fromkeys((*own, *self._profile.culprits))
            self._culprits[operation.id] = tuple(every)
        return self._culprits[operation.id]

    def _spoken_of(self, plan: Plan) -> frozenset[str]:
        """Return the places that clauses of the answers speak of, and those that hold them."""
        name = plan.operation.id
        if name not in self._spoken:
            spoken = {place_of(clause) for clause in plan.answers}
            above = {place.rpartition("/")[0] for place in spoken}
            self._spoken[name] = frozenset(spoken | above)
        return self._spoken[name]


def place_of(clause: Clause) -> str:
    """Return the place of an answer that `clause` speaks of."""
    if clause.part == "header":
        return _header(clause.instance_location.removeprefix("/"))
    return clause.instance_location


def _headers(response: Response) -> Iterator[str]:
    return (_header(name) for name, _ in response.headers)


def _header(name: str) -> str:
    """Return the place of a header among what answers carry; no JSON Pointer begins like it."""
    return f"header {name.lower()}"


def _written(response: Response | None, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the texts of members that are named like those at `paths`, as the answer spells them.

    Wherever they stand, and also where the body is no JSON after all: a body cut short, of another
    media type or in an envelope holds the same secret.
    """
    names = "|".join(sorted({re.escape(path[-1]) for path in paths if path}))
    if names and response is not None:
        text = response.body[:MOST_READ].decode("utf-8", "replace")
        yield from re.findall(rf'"(?:{names})"\s*:\s*"((?:[^"\\]|\\.)+)', text, re.DOTALL)
