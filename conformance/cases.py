"""Operation → cases: each obligation placed in complete requests, each with its control.

What a case expects is decided by the readings of its bytes (`conformance.readings`), never by the
rule that made it. A case that would break more than its own clause is not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from conformance import pointer
from conformance.bodies import Bodies, Context, moved, place
from conformance.clause import Clause
from conformance.contract.model import Content, Json, Operation
from conformance.example import NoExampleError
from conformance.exchange import Request
from conformance.keywords import KeywordRule, annotation, describe, rules
from conformance.obligation import ITEM, Keep, Obligation, Site, With, Without
from conformance.readings import Judge
from conformance.schema import dereference
from conformance.sites import Uncovered, walk
from conformance.traits import traits
from conformance.verdict import Expectation, Level
from conformance.wire import InexpressibleError, Spelling, Wire, wires

ACCEPT, REFUSE = Expectation.ACCEPT, Expectation.REFUSE
_ENTAILED = {"type": {"enum", "const"}}
"""A value of the wrong type is no member of an enum of the right one: one violation, not two."""
_EITHER = frozenset({"empty", "null", "number", "other-property"})
"""Obligations worth sending even where the target may choose."""


@dataclass(frozen=True, slots=True)
class Case:
    """One obligation placed in one complete request.

    `controls` are the requests that the target must accept in the same run before an answer to
    `request` means anything; the first is the nearest. `culprits` are the top-level names that a
    refusal may blame (empty: any). `off_contract` requests use a method that the contract does
    not declare, so the documented responses are not owed. `breaks` are the ids of the clauses of
    the schema that the likeliest reading breaks: a target that ignores all of them has one fault,
    not another one here.
    """

    id: str
    clause: Clause
    words: str
    expectation: Expectation
    level: Level
    request: Request
    controls: tuple[Request, ...] = ()
    context: str = ""
    culprits: frozenset[str] = frozenset()
    traits: tuple[str, ...] = ()
    off_contract: bool = False
    also_allowed: frozenset[int] = frozenset()
    breaks: tuple[str, ...] = ()


@dataclass
class Deriver:
    """Builds requests and cases for one operation and one media type."""

    operation: Operation
    content: Content
    wire: Wire
    bodies: Bodies
    judge: Judge
    clauses: dict[str, Clause] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    _expectations: dict[bytes, Expectation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.samples = {}
        for each in walk(self.content, self.operation.known_names):
            if isinstance(each, Site):
                self.sites.append(each)
                self.samples[each.path] = each.sample
                self._clauses_of(each)
            else:
                self._add(self._uncovered(each))
        self.preflight = self.request(self.bodies.smallest)

    # --- clauses ---

    def _clauses_of(self, site: Site) -> None:
        for name, value in site.schema.items():
            location = pointer.join(site.pointer, name)
            rule = rules().get(name)
            if (
                rule is None
                or name == "format"
                or (name == "additionalProperties" and value is True)
            ):
                self._passed_over(site, name, value, location, rule)
            if rule is None:
                continue
            self._add(self.clause(site, rule, value))
            for obligation in rule.rule(value, site):
                if obligation.subject:
                    self._add(self.clause(site, rule, value, obligation.subject))

    def _passed_over(
        self, site: Site, name: str, value: Json, location: str, rule: KeywordRule | None
    ) -> None:
        reason = annotation(name) if rule is None else None
        if rule is not None:
            return
        uncovered = Uncovered(
            name, site.path, location, value, reason or "no rule for this keyword"
        )
        self._add(self._uncovered(uncovered, "annotation" if reason else "uncovered"))

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

    def _uncovered(self, each: Uncovered, state: str = "uncovered") -> Clause:
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
            state="annotation" if state == "annotation" else "uncovered",
            reason=each.reason,
        )

    def _add(self, clause: Clause) -> Clause:
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
            self.bodies.schema.get("properties", {}).get(name, {}), self.content.schema
        )
        return schema if isinstance(schema, Mapping) else {}

    def expectation(self, data: bytes) -> Expectation:
        """Return what the contract owes these bytes in the declared media type."""
        if data not in self._expectations:
            readings = self.wire.read(data, self.content)
            self._expectations[data] = self.judge.expectation(readings)
        return self._expectations[data]

    # --- cases ---

    def at_sites(self) -> Iterator[Case]:
        """Yield the cases of every obligation at every site."""
        contexts = self._contexts()
        for site in self.sites:
            for name, value in site.schema.items():
                rule = rules().get(name)
                if rule is None:
                    continue
                leads: dict[str, list[Obligation]] = {}
                for obligation in rule.rule(value, site):
                    clause = self._add(self.clause(site, rule, value, obligation.subject))
                    yield from self._smallest(site, clause, obligation)
                    if obligation.lead and obligation.expectation is REFUSE:
                        leads.setdefault(clause.id, []).append(obligation)
                for identifier, obligations in leads.items():
                    clause = self.clauses[identifier]
                    for index, context in enumerate(contexts):
                        obligation = obligations[index % len(obligations)]
                        yield from self._in_context(site, clause, obligation, context)

    def _contexts(self) -> list[tuple[Context, bool | None]]:
        full = Context("fullest", self.bodies.fullest)
        if not isinstance(self.bodies.fullest, dict):
            return []
        return [
            (replace(full, name="fullest-first"), True),
            (replace(full, name="fullest-last"), False),
            *((row, None) for row in self.bodies.rows),
        ]

    def _smallest(self, site: Site, clause: Clause, obligation: Obligation) -> Iterator[Case]:
        least = Context("", self.bodies.smallest)
        made = self.make(site, clause, obligation, least)
        if made is not None:
            yield made
        if obligation.name == "array":
            append = Spelling(arrays="append")
            made = self.make(
                site, clause, obligation, replace(least, name="empty-brackets"), spelling=append
            )
            if made is not None:
                yield made
        if isinstance(obligation.change, With) and obligation.expectation is REFUSE:
            return
        if ITEM in site.path and obligation.lead:
            for label, position in (("second-item", 1), ("last-item", 2)):
                made = self.make(
                    site,
                    clause,
                    obligation,
                    Context(label, self.bodies.smallest),
                    position=position,
                )
                if made is not None:
                    yield made

    def _in_context(
        self, site: Site, clause: Clause, obligation: Obligation, where: tuple[Context, bool | None]
    ) -> Iterator[Case]:
        context, first = where
        made = self.make(site, clause, obligation, context, first=first)
        if made is not None:
            yield made

    def make(  # noqa: PLR0913
        self,
        site: Site,
        clause: Clause,
        obligation: Obligation,
        context: Context,
        *,
        position: int = 0,
        first: bool | None = None,
        spelling: Spelling | None = None,
    ) -> Case | None:
        """Return the case of `obligation` in `context`, or None where it cannot be told apart."""
        filled = 2 if position else 0
        base = place(context.body, site.path, Keep(), self.samples, filled)
        nearest = Keep() if context.name and not position else obligation.nearest
        near = self.bodies.ordered(place(base, site.path, nearest, self.samples, position))
        body = self.bodies.ordered(
            place(base, site.path, obligation.change, self.samples, position)
        )
        if first is not None:
            top = site.path[0] if site.path else ""
            if isinstance(obligation.change, Without):
                if not first:
                    return None
            elif isinstance(obligation.change, With) and not site.path:
                near = base
                body = With(obligation.change.members, first)(base)
            else:
                near, body = moved(near, top, first=first), moved(body, top, first=first)
        try:
            request, control = self.request(body, spelling), self.request(near)
        except InexpressibleError:
            return None
        return self._decided(site, clause, obligation, context, request, control)

    def _decided(  # noqa: PLR0913
        self,
        site: Site,
        clause: Clause,
        obligation: Obligation,
        context: Context,
        request: Request,
        control: Request,
    ) -> Case | None:
        expectation = self.expectation(request.body or b"")
        if expectation is Expectation.EITHER and not self._worth_either(obligation, context):
            return None
        if expectation is not obligation.expectation and expectation is not Expectation.EITHER:
            return None
        breaks = self.broken(request.body or b"") if expectation is REFUSE else ()
        if expectation is REFUSE and not self._single(clause, breaks):
            return None
        controls = (control,)
        if expectation is REFUSE and self.expectation(control.body or b"") is not ACCEPT:
            return None
        if request == control or (expectation is ACCEPT and request == self.preflight):
            controls = ()
        names = {
            step for step in (*site.path[:1], obligation.subject, *obligation.culprits) if step
        }
        label = f"{obligation.name}:{context.name}" if context.name else obligation.name
        words = obligation.words + (f", in {context.name} body" if context.name else "")
        return Case(
            id=f"{clause.id}/{label}",
            clause=clause,
            words=words,
            expectation=expectation,
            level=obligation.level,
            request=request,
            controls=controls,
            context=context.name,
            culprits=frozenset(names) if expectation is REFUSE else frozenset(),
            traits=traits(request),
            breaks=breaks or self.broken(request.body or b""),
        )

    def broken(self, data: bytes) -> tuple[str, ...]:
        """Return the ids of the clauses that the likeliest reading of `data` breaks."""
        bodies = self.wire.read(data, self.content).bodies
        found: dict[str, None] = {}
        for each in self.judge.validators[0].broken(bodies[0]) if bodies else ():
            path = tuple(ITEM if isinstance(step, int) else step for step in each.instance_path)
            subject = each.subjects if each.keyword == "required" else ()
            found[clause_id(self.operation.id, (*path, *subject), each.keyword)] = None
        return tuple(found)

    @staticmethod
    def _worth_either(obligation: Obligation, context: Context) -> bool:
        """Where the target may choose, only a crash can be found: a few values serve."""
        return not context.name and (obligation.lead or obligation.name in _EITHER)

    @staticmethod
    def _single(clause: Clause, breaks: tuple[str, ...]) -> bool:
        """Whether a request that breaks these clauses breaks that of the case and no other."""
        wanted = {clause.keyword} | _ENTAILED.get(clause.keyword, set())
        keywords = {each.rpartition("/")[2] for each in breaks}
        return clause.keyword in keywords and keywords <= wanted

    def together(self) -> Iterator[Case]:
        """Yield the valid bodies that combine optional properties, each alone before all others."""
        root = next((site for site in self.sites if not site.path), None)
        if (
            root is None
            or "properties" not in root.schema
            or not isinstance(self.bodies.smallest, dict)
        ):
            return
        rule = rules()["properties"]
        for name, value in self.bodies.optional.items():
            if len(self.bodies.members(name)) > 1:
                continue  # each member of an enum is sent alone by the rule of enum
            clause = self._add(
                replace(
                    self.clause(root, rule, {}, name),
                    words=f"{name} may be sent",
                    keyword_location=pointer.join(root.pointer, "properties", name),
                    value="",
                )
            )
            yield from self._together(
                clause, Context("alone", self.bodies.with_optional({name: value}))
            )
        clause = self._add(self.clause(root, rule, [*root.schema["properties"]]))
        for context in self.bodies.combinations():
            yield from self._together(clause, context)

    def _together(self, clause: Clause, context: Context) -> Iterator[Case]:
        controls = []
        try:
            request = self.request(context.body)
            for name, value in context.alone:
                controls.append(self.request(self.bodies.with_optional({name: value})))
        except InexpressibleError:
            return
        expectation = self.expectation(request.body or b"")
        if expectation is REFUSE or request == self.preflight:
            return
        yield Case(
            id=f"{clause.id}/{context.name}",
            clause=clause,
            words=f"{context.words} sent together" if context.alone else clause.words,
            expectation=expectation,
            level=Level.MUST,
            request=request,
            controls=tuple(dict.fromkeys(controls)) or (self.preflight,),
            context=context.name,
            traits=traits(request),
        )


def clause_id(operation: str, path: Iterable[str], keyword: str) -> str:
    """Return the id of a clause: shell-safe, stable, one per place and keyword."""
    steps = ("items" if step == ITEM else _safe(step) for step in path)
    return "/".join([operation, *steps, _safe(keyword)])


def _safe(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in text) or "_"


def excerpt(value: Json) -> str:
    """Return `value` as JSON text of at most 200 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004


def deriver_for(operation: Operation) -> Deriver:
    """Return the deriver for the first media type of `operation` that has a wire.

    Raises NoExampleError where there is none, or where no valid body is found.
    """
    for content in operation.contents:
        wire = wires().get(content.media_type)
        if wire is not None:
            return Deriver(operation, content, wire, Bodies(content), Judge.of(content))
    raise NoExampleError(f"{operation.id} takes no media type that this suite writes")
