"""Keywords at sites → clauses: what they are called, where they stand, and in which words."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from conformance import pointer
from conformance.case import clause_id, excerpt, place_id
from conformance.clause import Clause, State
from conformance.codec import Codec
from conformance.contract.model import CLOSED, Json
from conformance.keywords import KeywordRule, describe
from conformance.message import BODY
from conformance.messages import Path
from conformance.obligation import Site
from conformance.spots import Uncovered, words_of
from conformance.verdict import Level

_EACH = "each required name"


def speaks_through_members(clause: Clause) -> bool:
    """Whether `clause` is that of a keyword whose members have clauses of their own."""
    if clause.keyword == "required":
        return clause.words.startswith(_EACH)
    return clause.keyword in ("properties", "items")


class Naming(Struct, frozen=True):
    """Names the clauses of one operation and one media type.

    `label` is that of the media type where it is not the first one of the operation.
    """

    codec: Codec
    label: str = ""

    @property
    def _as(self) -> str:
        return f", as {self.codec.content.media_type}" if self.label and self.codec.content else ""

    def clause(self, site: Site, rule: KeywordRule, value: Json, subject: str = "") -> Clause:
        """Return the clause of `rule` at `site`, for one name of it where `subject` is given."""
        path = (*site.path, subject) if subject else site.path
        trail = (*site.trail, subject) if subject else site.trail
        names = {
            "site": site.words,
            "value": describe(value),
            "subject": subject or _EACH,
        }
        clause = Clause(
            id=self.id_of(trail, rule.keyword),
            operation=self.codec.operation.id,
            side="request",
            keyword=rule.keyword,
            keyword_location=self._location(site, rule.keyword, subject),
            instance_location=pointer.from_tokens(path[1:]),
            words=rule.words.format(**names) + self._as,
            value=excerpt(value),
            source=rule.source,
            level=site.level_of(rule.keyword),
            part=path[0],
        )
        return clause if clause.level is Level.MUST else _advised(clause, site)

    def place_of(self, path: Path) -> str:
        """Return where the contract declares a part of messages, or a member of one."""
        if path[0] == BODY and self.codec.content is not None:
            return pointer.join(
                self.codec.content.pointer, *(["properties", path[1]] if path[1:] else [])
            )
        field = self.codec.fields[path[0]].get(path[-1])
        if field is None or not path[1:]:
            return f"{self.codec.operation.pointer}/parameters"
        return field.parameter.pointer.rpartition("/schema")[0]

    def _location(self, site: Site, keyword: str, subject: str) -> str:
        """Return where a keyword stands; `required` of a parameter stands beside its schema."""
        if subject and len(site.path) == 1 and site.path[0] != BODY:
            return pointer.join(self.place_of((*site.path, subject)), keyword)
        return pointer.join(site.pointer, keyword)

    def uncovered(self, each: Uncovered, state: State = "uncovered") -> Clause:
        """Return the clause of a keyword that no request tests."""
        return Clause(
            id=self.id_of(each.trail, each.keyword),
            operation=self.codec.operation.id,
            side="request",
            keyword=each.keyword,
            keyword_location=each.pointer,
            instance_location=pointer.from_tokens(each.path[1:]),
            words=f"{each.keyword} at {pointer.from_tokens(each.path[1:]) or words_of(each.path)}",
            value=excerpt(each.value),
            source="",
            state=state,
            reason=each.reason,
            part=each.path[0],
        )

    def id_of(self, trail: tuple[str, ...], keyword: str) -> str:
        """Return the id of a clause; that of a body in another media type says which."""
        if self.label and trail[:1] == (BODY,):
            return clause_id(f"{self.codec.operation.id}:{self.label}", trail[1:], keyword)
        return place_id(self.codec.operation.id, trail, keyword)


def _advised(clause: Clause, site: Site) -> Clause:
    """Return the clause of a closed object as advice: the contract has no such keyword."""
    return replace(
        clause,
        keyword=CLOSED,
        keyword_location=site.pointer,
        words=f"{clause.words}, though the schema leaves it open",
        value="",
        source=f"what is known of the provider: its profile, or {CLOSED}",
    )


def label_of(media_type: str) -> str:
    """Return a media type as part of an id: `application_json`."""
    return re.sub(r"[^a-z0-9.-]", "_", media_type)
