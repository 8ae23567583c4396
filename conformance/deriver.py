"""Operation → clauses and requests: everything that placing an obligation needs.

What a request is owed is decided by the readings of its bytes (`conformance.readings`), never by
the rule that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance import pointer
from conformance.bodies import Bodies, place
from conformance.case import clause_id, excerpt
from conformance.clause import Clause, State
from conformance.contract.model import Content, Json, Operation
from conformance.example import NoExampleError
from conformance.exchange import Request
from conformance.keywords import KeywordRule, annotation, describe, rules
from conformance.obligation import ITEM, Keep, Site
from conformance.readings import Judge
from conformance.schema import dereference
from conformance.sites import Uncovered, walk
from conformance.values import NONE, Values, narrowed
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, Readings, Spelling, Wire, wires

_ANSWER_NAMES = 4
"""How many names of the answer are sent as parameters."""


@dataclass
class Deriver:
    """Builds requests and cases for one operation and one media type."""

    operation: Operation
    content: Content
    wire: Wire
    bodies: Bodies
    judge: Judge
    values: Values = NONE
    clauses: dict[str, Clause] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    _expectations: dict[bytes, Expectation] = field(default_factory=dict)
    _last: tuple[bytes, Readings] | None = None

    def __post_init__(self) -> None:
        self.samples = {}
        good = {each.path: each.sample for each in walk(self._narrowed) if isinstance(each, Site)}
        for each in walk(self.content, (*self.operation.known_names[:3], *self._answer_names())):
            if isinstance(each, Site):
                site = replace(each, sample=good.get(each.path, each.sample))
                self.sites.append(site)
                self.samples[site.path] = site.sample
                self._clauses_of(site)
            else:
                self.add(self._uncovered(each))
        self.preflight = self.request(self.bodies.smallest)

    @property
    def _narrowed(self) -> Content:
        return replace(self.content, schema=self.bodies.schema)

    def base(self, body: Json, path: tuple[str, ...], position: int = 0) -> Json:
        """Return `body` with a valid value at `path`, but where that is never sent."""
        if self.values.leaves_out(path):
            return body
        return place(body, path, Keep(), self.samples, position)

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
            if rule is None:
                reason = annotation(name)
                place = pointer.join(site.pointer, name)
                state: State = "annotation" if reason else "uncovered"
                why = reason or "no rule for this keyword"
                self.add(self._uncovered(Uncovered(name, site.path, place, value, why), state))
                continue
            self.add(self.clause(site, rule, value))
            for obligation in rule.rule(value, site):
                if obligation.subject:
                    self.add(self.clause(site, rule, value, obligation.subject))

    def clause(self, site: Site, rule: KeywordRule, value: Json, subject: str = "") -> Clause:
        """Return the clause of `rule` at `site`, for one name of it where `subject` is given."""
        path = (*site.path, subject) if subject else site.path
        names = {
            "site": site.words,
            "value": describe(value),
            "subject": subject or "each required name",
        }
        return Clause(
            id=clause_id(self.operation.id, path, rule.keyword),
            operation=self.operation.id,
            side="request",
            keyword=rule.keyword,
            keyword_location=pointer.join(site.pointer, rule.keyword),
            instance_location=pointer.from_tokens(path),
            words=rule.words.format(**names),
            value=excerpt(value),
            source=rule.source,
        )

    def _uncovered(self, each: Uncovered, state: State = "uncovered") -> Clause:
        return Clause(
            id=clause_id(self.operation.id, each.path, each.keyword),
            operation=self.operation.id,
            side="request",
            keyword=each.keyword,
            keyword_location=each.pointer,
            instance_location=pointer.from_tokens(each.path),
            words=f"{each.keyword} at {pointer.from_tokens(each.path) or 'the body'}",
            value=excerpt(each.value),
            source="",
            state=state,
            reason=each.reason,
        )

    def add(self, clause: Clause) -> Clause:
        """Return the clause with the id of `clause` that is known, or `clause` from now on."""
        return self.clauses.setdefault(clause.id, clause)

    # --- requests ---

    def request(self, body: Json, spelling: Spelling | None = None) -> Request:
        """Return the request that carries `body`. Raises InexpressibleError."""
        data = self.wire.encode(body, self.content, spelling or Spelling())
        return self.raw(data)

    def raw(self, data: bytes | None, media_type: str | None = None) -> Request:
        """Return the request that carries these bytes."""
        kind = self.content.media_type if media_type is None else media_type
        headers = (("Content-Type", kind),) if kind else ()
        return Request(self.operation.method.upper(), self.operation.path, headers, data)

    def schema_of(self, name: str) -> Mapping[str, Json]:
        """Return the schema of the top-level property `name`, or an empty one."""
        schema = dereference(
            self.bodies.schema.get("properties", {}).get(name, {}), self.bodies.schema
        )
        return schema if isinstance(schema, Mapping) else {}

    def _read(self, data: bytes) -> Readings:
        if self._last is None or self._last[0] != data:
            self._last = (data, self.wire.read(data, self.content))
        return self._last[1]

    def expectation(self, data: bytes) -> Expectation:
        """Return what the contract owes these bytes in the declared media type."""
        if data not in self._expectations:
            self._expectations[data] = self.judge.expectation(self._read(data))
        return self._expectations[data]

    def broken(self, data: bytes) -> tuple[str, ...]:
        """Return the ids of the clauses that the likeliest reading of `data` breaks."""
        bodies = self._read(data).bodies
        found: dict[str, None] = {}
        for each in self.judge.validators[0].broken(bodies[0]) if bodies else ():
            path = tuple(ITEM if isinstance(step, int) else step for step in each.instance_path)
            subject = each.subjects if each.keyword == "required" else ()
            found[clause_id(self.operation.id, (*path, *subject), each.keyword)] = None
        return tuple(found)


def deriver_for(operation: Operation, values: Values = NONE) -> Deriver:
    """Return the deriver for the first media type of `operation` that has a wire.

    Raises NoExampleError where there is none, or where no valid body is found.
    """
    outside = [each.name for each in operation.parameters if each.required]
    if outside:
        raise NoExampleError(f"it requires parameters outside the body: {', '.join(outside)}")
    for content in operation.contents:
        wire = wires().get(content.media_type)
        if wire is not None:
            try:
                good = narrowed(content.schema, values)
                bodies, judge = Bodies(replace(content, schema=good)), Judge.of(content, good)
                return Deriver(operation, content, wire, bodies, judge, values)
            except InexpressibleError as problem:
                raise NoExampleError(f"{content.media_type}: {problem}") from problem
    raise NoExampleError("it takes no body in a media type that this suite writes")
