"""Operation → clauses and requests: everything that placing an obligation needs.

What a request is owed is decided by the readings of its bytes (`conformance.readings`), never by
the rule that made it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from conformance import pointer
from conformance.clause import Clause, State
from conformance.closing import ADVISED
from conformance.codec import Codec
from conformance.contract.model import Content, Json, Operation
from conformance.exchange import Request
from conformance.keywords import KeywordRule, annotation, rules
from conformance.messages import Message, Messages, place
from conformance.naming import Naming
from conformance.obligation import Keep, Obligation, Put, Site
from conformance.readings import Judge
from conformance.schema import dereference
from conformance.sites import walk
from conformance.spots import Uncovered
from conformance.validation import Broken
from conformance.values import NONE, Values
from conformance.verdict import Expectation
from conformance.wire import Readings, Spelling

_MOST_KNOWN = 2048
"""So many requests are kept by the identity of their message: controls come again and again."""

_MOST_READ = 4
"""So many readings are kept: of a case and its control more than one thing is asked."""

_ANSWER_NAMES = 4
"""How many names of the answer are sent as parameters."""


class Deriver(Struct, dict=True):
    """Builds requests and cases for one operation and one media type.

    `label` names the media type where it is not the first one of the operation.
    """

    codec: Codec
    messages: Messages
    judge: Judge
    values: Values = NONE
    label: str = ""
    clauses: dict[str, Clause] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    left_out: int = 0
    # What is known of an object is found by its identity, and kept with it.
    _bases: dict[tuple[int, int, int], tuple[Message, Message]] = field(default_factory=dict)
    _made: dict[tuple[int, str, str, int], tuple[Site, Json, Clause]] = field(default_factory=dict)
    _requests: dict[int, tuple[Message, Request]] = field(default_factory=dict)
    _expectations: dict[Request, Expectation] = field(default_factory=dict)
    _obligations: dict[tuple[int, str], tuple[Obligation, ...]] = field(default_factory=dict)
    _read: deque[tuple[Request, Readings]] = field(default_factory=lambda: deque(maxlen=_MOST_READ))

    def __post_init__(self) -> None:
        self.samples: dict[tuple[str, ...], Json] = {}
        good = self._good()
        known = (*self.operation.known_names[:3], *self._answer_names())
        for each in walk(self.codec, known):
            if isinstance(each, Site):
                site = each
                if good:
                    samples, sample = {**each.samples, **good}, good.get(each.path, each.sample)
                    site = replace(each, sample=sample, samples=samples)
                self.sites.append(site)
                if not site.settings:
                    self.samples.setdefault(site.path, site.sample)
                self._clauses_of(site)
            else:
                self.add(self.naming.uncovered(each, "annotation" if each.spoken else "uncovered"))
        self.preflight = self.request(self.messages.smallest)

    def _good(self) -> dict[tuple[str, ...], Json]:
        """Return the samples by place that known-good values ask for, where there are any."""
        if self.messages.schema is self.codec.schema:
            return {}
        found = walk(self.codec, schema=self.messages.schema)
        return {each.path: each.sample for each in found if isinstance(each, Site)}

    @cached_property
    def naming(self) -> Naming:
        """What calls its clauses by their names."""
        return Naming(self.codec, self.label)

    @property
    def operation(self) -> Operation:
        """The operation that is derived from."""
        return self.codec.operation

    @property
    def content(self) -> Content | None:
        """The media type that bodies are sent in, where there are any."""
        return self.codec.content

    @property
    def names(self) -> frozenset[str]:
        """Every declared name at the top of a part: what an error may blame."""
        return frozenset(
            name
            for part in self.messages.schema["properties"]
            for name in self.messages.schema_of((part,)).get("properties", ())
        )

    def base(self, message: Message, site: Site, position: int = 0) -> Message:
        """Return `message` with a valid value at `site`, in the usual order as before.

        The branch that leads to the site is chosen; what is never sent stays away. With a
        `position`, an array has three items.
        """
        if self.values.leaves_out(site.path):
            return message
        key = (id(message), id(site), position)
        found = self._bases.get(key)
        if found is None:
            base = message
            for path, value in site.settings:
                base = place(base, path, Put(value), site.samples, position)
            last = 2 if position else 0
            base = place(base, site.path, Keep(), site.samples, last)
            found = self._bases[key] = (message, self.messages.ordered(base))
        return found[1]

    def _answer_names(self) -> list[str]:
        """Return names at the top of a success: what a server writes it may read."""
        found: dict[str, None] = {}
        for response in self.operation.responses:
            for content in response.contents[:1] if response.status.startswith("2") else ():
                schema = dereference(content.schema, content.schema)
                if isinstance(schema, Mapping):
                    found |= dict.fromkeys(schema.get("properties", {}))
        return [*found][:_ANSWER_NAMES]

    # --- clauses ---

    def _clauses_of(self, site: Site) -> None:
        for name, value in site.schema.items():
            rule = rules().get(name)
            if name == ADVISED:
                continue
            if rule is None or name in site.spoken:
                reason = site.spoken.get(name) or annotation(name)
                place = pointer.join(site.pointer, name)
                state: State = "annotation" if reason else "uncovered"
                why = reason or "no rule for this keyword"
                unasked = Uncovered(name, site.path, place, value, why, site.trail)
                self.add(self.naming.uncovered(unasked, state))
                continue
            clause = self.clause(site, rule, value)
            idle = rule.idle(value)
            if idle and name != "properties":
                clause = replace(clause, state="annotation", reason=idle)
            self.add(clause)
            for obligation in self.obligations(site, rule):
                if obligation.subject:
                    self.add(self.clause(site, rule, value, obligation.subject))

    def obligations(self, site: Site, rule: KeywordRule) -> tuple[Obligation, ...]:
        """Return what `rule` says at `site`; asked once."""
        key = (id(site), rule.keyword)
        if key not in self._obligations:
            self._obligations[key] = tuple(rule.rule(site.schema[rule.keyword], site))
        return self._obligations[key]

    def clause(self, site: Site, rule: KeywordRule, value: Json, subject: str = "") -> Clause:
        """Return the clause of `rule` at `site`, for one name of it where `subject` is given."""
        key = (id(site), rule.keyword, subject, id(value))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = (site, value, self.naming.clause(site, rule, value, subject))
        return found[2]

    def add(self, clause: Clause) -> Clause:
        """Return the clause with the id of `clause` that is known, or `clause` from now on."""
        return self.clauses.setdefault(clause.id, clause)

    # --- requests ---

    def request(self, message: Message, spelling: Spelling | None = None) -> Request:
        """Return the request that carries `message`. Raises InexpressibleError."""
        if spelling is not None:
            return self.codec.encode(message, spelling)
        found = self._requests.get(id(message))
        if found is None:
            if len(self._requests) > _MOST_KNOWN:
                self._requests.clear()
            found = self._requests[id(message)] = (message, self.codec.encode(message))
        return found[1]

    def raw(
        self, data: bytes | None, media_type: str | None = None, like: Request | None = None
    ) -> Request:
        """Return the smallest request, or one `like` another, with these bytes as its body."""
        return self.codec.carrying(like or self.preflight, data, media_type)

    def read(self, request: Request) -> Readings:
        """Return every message that `request` may stand for."""
        for known, readings in self._read:
            if known is request:
                return readings
        readings = self.codec.read(request)
        self._read.append((request, readings))
        return readings

    def expectation(self, request: Request) -> Expectation:
        """Return what the contract owes `request`, its body in the declared media type."""
        found = self._expectations.get(request)
        if found is None:
            found = self._expectations[request] = self.judge.expectation(self.read(request))
        return found

    def allows(self, request: Request) -> bool:
        """Whether `request` may be a control: the contract has nothing against it."""
        if self.expectation(request) is not Expectation.EITHER:
            return self.expectation(request) is Expectation.ACCEPT
        return self.judge.unsure is not None and self.judge.allows(self.read(request))

    def advised(self, request: Request) -> Expectation:
        """Return what `request` is owed by a target that closes what it is known to close."""
        return self.judge.advised(self.read(request))

    def broken(self, request: Request, within: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the ids of the clauses that the likeliest reading of `request` breaks.

        `within` is the trail of the site concerned: it says which branch is meant.
        """
        values = self.read(request).values
        return self._ids(self.judge.validators[0].broken(values[0], within) if values else ())

    def surely_breaks(self, request: Request, clause: str) -> bool:
        """Whether every reading of `request` breaks `clause`: an array may be read as an object."""
        judge = self.judge.validators[0]
        return all(clause in self._ids(judge.broken(each)) for each in self.read(request).values)

    def instead(self, request: Request) -> tuple[str, ...]:
        """Return the ids of the clauses each of which, ignored alone, lets `request` pass."""
        values = self.read(request).values
        return self._ids(self.judge.validators[0].singles(values[0]) if values else ())

    def _ids(self, broken: Iterable[Broken]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for each in broken:
            subject = each.subjects if each.keyword in ("required", "properties") else ()
            found[self.naming.id_of((*each.trail, *subject), each.keyword)] = None
        return tuple(found)
