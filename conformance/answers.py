"""What the answers of a run say, taken together: memory of what every exchange showed.

An answer is read once, when it comes; only what verdicts and records need is kept of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.checks import CARRIES_ERROR, breaches, marked, parsed, places, texts_at
from conformance.clause import Clause
from conformance.contract.model import Operation
from conformance.exchange import Exchange
from conformance.judge import blamed_name
from conformance.plan import Plan
from conformance.prose import Prose
from conformance.record import MOST_READ, record
from conformance.records import Breach, CaseRecord, ExchangeRecord
from conformance.redact import Redactor, Secret
from conformance.validation import Validators
from conformance.verdict import Expectation, Symptom, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
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


@dataclass(frozen=True, slots=True)
class Shown:
    """The first exchange that broke a clause of a response, and how it came out on replay."""

    answer: Answer
    breach: Breach
    case: str
    wrong: int
    tried: int


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where answers hold a secret, and where they name the parameter to blame."""

    secrets: tuple[tuple[str, ...], ...]
    culprits: tuple[tuple[str, ...], ...]


class Answers:
    """The memory of one run against one target, in one process."""

    def __init__(
        self, redactor: Redactor, base: str, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._redactor = redactor
        self._base = base
        self._headers = tuple(headers)
        self._statuses: dict[str, set[int]] = {}
        self._carried: set[tuple[str, str]] = set()
        self._prose: dict[str, Prose] = {}
        self._shown: dict[str, Shown] = {}
        self._marks: dict[str, _Marks] = {}
        self._validators = Validators()

    def take(self, plan: Plan, exchange: Exchange) -> Answer:
        """Read an answer: what it breaks, whom it blames, which places it has."""
        operation = plan.operation
        body = parsed(exchange)
        marks = self._marks_of(operation)
        secrets = tuple(Secret(text) for text in _written(exchange, marks.secrets))
        found = breaches(operation, exchange, self._validators)
        if exchange.accepted:
            prose = self._prose.setdefault(operation.id, Prose(operation))
            found += prose.breaches(exchange, body)
        blamed = blamed_name(texts_at(body, marks.culprits), plan.names)
        kept = record(exchange, self._base, self._headers, self._redactor, secrets)
        response = exchange.response
        if response is not None:
            self._statuses.setdefault(operation.id, set()).add(response.status)
            documented = operation.response_for(response.status)
            if documented is not None:
                self._carried |= {(documented.pointer, place) for place in places(body)}
            exchange = replace(exchange, response=replace(response, body=b""))
        exchange = replace(exchange, request=replace(exchange.request, body=None))
        sentences = tuple(Breach(b.clause, self._redactor.clean(b.sentence)) for b in found)
        return Answer(exchange, kept, sentences, blamed)

    def _marks_of(self, operation: Operation) -> _Marks:
        if operation.id not in self._marks:
            self._marks[operation.id] = _Marks(
                marked(operation.responses, "x-conformance-secret"),
                marked(operation.responses, "x-conformance-culprit"),
            )
        return self._marks[operation.id]

    def new(self, answer: Answer) -> tuple[Breach, ...]:
        """Return the breaches of `answer` that no earlier answer showed."""
        return tuple(each for each in answer.breaches if each.clause not in self._shown)

    def show(self, shown: Shown) -> None:
        """Remember the first answer that breaks a clause."""
        self._shown.setdefault(shown.breach.clause, shown)

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
            exchange=shown.answer.record if shown else None,
            breaches=(shown.breach,) if shown else (),
            wrong=shown.wrong if shown else 0,
            tried=shown.tried if shown else 0,
        )

    def _spoken_of(self, plan: Plan, clause: Clause) -> bool:
        seen = self._statuses.get(plan.operation.id, set())
        name = clause.local.split("/")[1]
        if clause.id == plan.steady.id or name == "status":
            return bool(seen)
        documented = [plan.operation.response_for(status) for status in seen]
        spoken = [each for each in documented if each is not None and each.status == name]
        if not spoken or clause.keyword in ("media-type", "body"):
            return bool(spoken)
        place = clause.instance_location
        if clause.keyword == "required":
            place = place.rpartition("/")[0]
        return (spoken[0].pointer, place) in self._carried


def _written(exchange: Exchange, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the texts of members that are named like those at `paths`, as the answer spells them.

    Wherever they stand, and also where the body is no JSON after all: a body cut short, of another
    media type or in an envelope holds the same secret.
    """
    names = "|".join(sorted({re.escape(path[-1]) for path in paths if path}))
    if names and exchange.response is not None:
        text = exchange.response.body[:MOST_READ].decode("utf-8", "replace")
        yield from re.findall(rf'"(?:{names})"\s*:\s*"((?:[^"\\]|\\.)+)', text, re.DOTALL)
