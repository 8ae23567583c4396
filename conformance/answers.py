"""What the answers of a run say, taken together: memory of what every exchange showed.

An answer is read when it comes; only what verdicts and records need is kept of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from conformance.checks import CARRIES_ERROR
from conformance.clause import Clause
from conformance.exchange import Exchange, Request, Response
from conformance.heard import Hearer, place_of
from conformance.plan import Plan
from conformance.profiles import NOBODY, Profile
from conformance.prose import Prose
from conformance.record import record
from conformance.records import Breach, CaseRecord, ExchangeRecord, Record, SeenRecord, ShownRecord
from conformance.redact import Redactor, hide
from conformance.verdict import Expectation, Symptom, Verdict

_MOST_SAID = 400
"""Characters of a sentence on an answer, which may repeat what the target said."""


class Answer(Struct, frozen=True):
    """What is kept of an exchange: everything that verdicts and records need, but no big body."""

    exchange: Exchange
    record: ExchangeRecord
    breaches: tuple[Breach, ...]
    blamed: str

    @property
    def says_error(self) -> bool:
        """Whether the body is an error, whatever the status."""
        return any(each.sentence == CARRIES_ERROR for each in self.breaches)

    @property
    def words(self) -> str:
        """The status, or what came instead of an answer."""
        response = self.exchange.response
        return str(response.status) if response is not None else self.record.fault_sentence


Note = Callable[[str, Record], None]
"""Takes a line of the journal: its type and the record."""


class Answers:
    """The memory of one run against one target, in one process.

    What is new in it goes to `note` as well, so that a run that was cut short can go on.
    `profile` knows secrets and culprits that the contract does not mark.
    """

    def __init__(
        self,
        redactor: Redactor,
        base: str,
        headers: Sequence[tuple[str, str]] = (),
        note: Note = lambda _, __: None,
        profile: Profile = NOBODY,
        query: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._query = tuple(query)
        self._note = note
        self._redactor = redactor
        self._base = base
        self._headers = tuple(headers)
        self._hearer = Hearer(profile)
        self._seen: dict[tuple[str, int], set[str]] = {}
        self._prose: dict[str, Prose] = {}
        self._shown: dict[str, ShownRecord] = {}

    def forget(self) -> None:
        """Keep nothing of the operations so far but what was shown."""
        self._seen.clear()
        self._prose.clear()
        self._hearer.forget()

    def take(self, plan: Plan, exchange: Exchange) -> Answer:
        """Read an answer: what it breaks, whom it blames, which places it has."""
        operation = plan.operation
        heard = self._hearer.hear(plan, exchange)
        found, secrets = heard.breaches, heard.secrets
        if exchange.accepted:
            prose = self._prose.setdefault(operation.id, Prose(operation))
            found += prose.breaches(exchange, heard.body)
        kept = record(
            exchange, self._base, self._headers, self._redactor, secrets, query=self._query
        )
        response, request = exchange.response, exchange.request
        if response is not None:
            self._see(operation.id, response.status, heard.there)
            told = tuple(pair for pair in response.headers if pair[0].lower() == "retry-after")
            response = Response(response.status, told[:1], b"")
        exchange = replace(exchange, request=_without_body(request), response=response)
        clean = self._redactor.clean
        sentences = tuple(
            Breach(each.clause, clean(hide(each.sentence, secrets))[:_MOST_SAID]) for each in found
        )
        return Answer(exchange, kept, sentences, heard.blamed)

    def _see(self, operation: str, status: int, there: frozenset[str]) -> None:
        """Remember which of the places that clauses speak of an answer has."""
        known = self._seen.get((operation, status))
        new = there - (known or set())
        if new or known is None:
            record_ = SeenRecord(operation, status, tuple(sorted(new)))
            self.recall((record_,), ())
            self._note("seen", record_)

    def recall(self, seen: Iterable[SeenRecord], shown: Iterable[ShownRecord]) -> None:
        """Remember what earlier answers of this run showed."""
        for each in seen:
            self._seen.setdefault((each.operation, each.status), set()).update(each.places)
        for other in shown:
            self._shown.setdefault(other.breach.clause, other)

    def new(self, answer: Answer) -> tuple[Breach, ...]:
        """Return the breaches of `answer` that no earlier answer showed."""
        return tuple(each for each in answer.breaches if each.clause not in self._shown)

    def show(self, shown: ShownRecord) -> None:
        """Remember the first answer that breaks a clause."""
        if shown.breach.clause not in self._shown:
            self._shown[shown.breach.clause] = shown
            self._note("shown", shown)

    def verdict(self, plan: Plan, clause: Clause, *, shown_only: bool) -> CaseRecord | None:
        """Return the verdict on a clause of the answers, or None where no answer speaks of it.

        `shown_only` is for a run that was cut short: then a clause that nothing broke is open.
        """
        shown = self._shown.get(clause.id)
        if shown is None and (shown_only or not self._spoken_of(plan, clause)):
            return None
        verdict, symptom, because = Verdict.PASS, Symptom.NONE, "no answer broke it"
        if shown is not None:
            flaky = shown.wrong < shown.tried
            verdict = Verdict.FLAKY if flaky else Verdict.FAIL
            plain = Symptom.PROSE if clause.side == "prose" else Symptom.BROKEN_RESPONSE
            symptom, because = Symptom.FLAKY if flaky else plain, shown.breach.sentence
        return CaseRecord(
            id=clause.id,
            clause=clause.id,
            operation=plan.operation.id,
            words=clause.words,
            expectation=Expectation.EITHER,
            level=clause.level,
            verdict=verdict,
            symptom=symptom,
            because=because,
            context=shown.case if shown else "",
            exchange=shown.exchange if shown else None,
            breaches=(shown.breach,) if shown else (),
            wrong=shown.wrong if shown else 0,
            tried=shown.tried if shown else 0,
        )

    def _spoken_of(self, plan: Plan, clause: Clause) -> bool:
        own = plan.operation.id
        seen = {status for operation, status in self._seen if operation == own}
        name = clause.local.split("/")[1]
        if clause.id == plan.steady.id or name in ("status", "error-status"):
            return bool(seen)
        documented = [(status, plan.operation.response_for(status)) for status in seen]
        spoken = [status for status, each in documented if each is not None and each.status == name]
        if not spoken or clause.keyword in ("media-type", "body"):
            return bool(spoken)
        place = place_of(clause)
        if clause.keyword == "required":
            place = "" if clause.part == "header" else place.rpartition("/")[0]
        return any(place in self._seen[own, status] for status in spoken)


def _without_body(sent: Request) -> Request:
    return Request(sent.method, sent.path, sent.headers, None, sent.chunked, sent.without)
