"""Journals of imagined runs of any size: many cases of one operation, or a whole API."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.clause import Clause
from conformance.findings import find
from conformance.history import HistoryRecord
from conformance.journal import Journal
from conformance.past_records import PastFinding, PastRun
from conformance.records import CaseRecord, EndRecord
from conformance.run_record import Deviation, OperationRecord
from conformance.verdict import Expectation, Level, Symptom, Verdict
from tests import sample
from tests.sample_contract import OPERATION, SPECS
from tests.sample_runs import Run

DAY = 86400.0
_OPTIONAL = ("&refresh_url=abc", "&return_url=abc", "&collect=currently_due", "&expand[0]=abc")
BAD = (
    "/account/maxLength",
    "/collect/enum",
    "/additionalProperties",
    "/required/type",
    "/refresh_url/type",
    "/expand/*/maxLength",
    "/return_url/type",
)


def nightly(nights: int = 12) -> Run:
    """Return a run with findings of every kind, and what the nights before it say."""
    journal = sample.green(target="https://sandbox.example.com")
    for clause in BAD:
        journal = sample.broken(journal, OPERATION + clause, Symptom.ACCEPTED)
    server = {"status": 500, "response_body": '{"error":{"type":"api_error"}}'}
    journal = sample.broken(journal, f"{OPERATION}/type/type", Symptom.SERVER_ERROR, **server)
    refused = sample.refusal("type")
    journal = sample.broken(journal, f"{OPERATION}/type/enum", Symptom.REFUSED, **refused)
    media = f"{OPERATION}:request/media-type"
    journal = sample.broken(
        journal, media, Symptom.OTHER_REASON, verdict=Verdict.INCONCLUSIVE, **sample.refusal("x")
    )
    journal = sample.broken(
        journal,
        f"{OPERATION}/account/type",
        Symptom.FAULT,
        verdict=Verdict.FAULT,
        status=None,
        fault_code="deadline",
        fault_phase="receive",
        fault_sentence="no answer in 10 s",
        elapsed_ms=10_003.0,
    )
    enum = f"{OPERATION}/collect/enum"
    borne = Deviation(
        f"{enum}/accepted",
        (enum,),
        "the sandbox checks collect only when the link is used",
        "https://example.com/issues/123",
        "2026-10-03",
        "2027-01-31",
        place="known-deviations.toml:4",
    )
    head = replace(
        journal.run, deviations=(borne,), deviations_source="known-deviations.toml", whole=True
    )
    journal = replace(journal, run=head)
    found = find(journal)
    history = _history(journal, [each.id for each in found], nights)
    journal = replace(journal, history=history)
    return journal, find(journal)


def _history(journal: Journal, ids: list[str], nights: int) -> HistoryRecord:
    head = journal.run
    runs = tuple(
        PastRun(
            head.run_id if night == nights - 1 else f"night-{night}",
            head.started_at - DAY * (nights - 1 - night),
            "NOT_CONFORMANT" if night > 2 else "CONFORMANT",
            max(0, night - 2),
            len(journal.cases),
            head.contract_digest,
            head.seed,
            head.tool,
        )
        for night in range(nights)
    )
    past = []
    for index, name in enumerate(ids):
        marks = "".join("x" if night > nights - 2 - 2 * index else "." for night in range(nights))
        marks = f"{marks[:4]}-{marks[5:]}" if index != 3 else ".x" * (nights // 2)
        first = marks.index("x")
        clause = name.rpartition("/")[0]
        past.append(
            PastFinding(
                name,
                clause,
                clause,
                runs[first].run_id,
                runs[first].started_at,
                head.started_at,
                marks,
            )
        )
    gone = PastFinding(
        "gone",
        "url is of type string",
        "",
        "night-3",
        runs[3].started_at,
        runs[-2].started_at,
        "...xxxxxxxx.",
    )
    return HistoryRecord(
        runs=runs,
        findings=(*past, gone),
        new=tuple(ids[:2]),
        fixed=("gone",),
        changed=("The contract changed: 2 clauses added.",),
        previous=runs[-2].run_id,
    )


def many_cases(number: int) -> Run:
    """Return a run of `number` cases of one operation, each body and each answer its own."""
    journal = sample.red()[0]
    every = [case for case in journal.cases if case.exchange is not None]
    cases = []
    for at in range(number):
        case = every[at % len(every)]
        sent = case.exchange
        assert sent is not None
        body = f"{sent.body}&item={at}" + "".join(
            pair for bit, pair in enumerate(_OPTIONAL) if at >> bit & 1
        )
        answer = sent.response_body.replace("1795317424", str(1795317424 + at))
        cases.append(
            replace(
                case,
                id=f"{case.id}/{at}:mix",
                words=f"{case.words}, in mix-{at * 7919:08x} body",
                exchange=replace(
                    sent,
                    body=body,
                    body_bytes=len(body),
                    response_body=answer,
                    elapsed_ms=round(1 + at * 37 % 400 / 100, 2),
                ),
            )
        )
    journal = replace(journal, cases=tuple(cases), run=replace(journal.run, planned=number))
    return journal, find(journal)


def whole_api(operations: int = 452, share: int = 60) -> Run:
    """Return a run of a whole API: forty clauses and `share` cases an operation."""
    records, clauses, cases = [], [], []
    for at in range(operations):
        noun = f"{_NOUNS[at * 7 % len(_NOUNS)]}_{_NOUNS[at // 6 % len(_NOUNS)]}s"
        method = ("POST", "GET", "DELETE")[at % 3]
        record = OperationRecord(
            f"{method.title()}{noun.title().replace('_', '')}{at}",
            method,
            f"/v1/{noun}" + ("/{id}" if at % 2 else ""),
            f"{'Create' if method == 'POST' else 'Read'} {noun.replace('_', ' ')}",
            (_NOUNS[at // 6 % len(_NOUNS)],),
        )
        records.append(record)
        own = [*_clauses(record)]
        clauses += own
        cases += _cases(record, own, share, bad=at % 41 == 7)
    head = sample.run(
        contract_title="Stripe API",
        contract="openapi.json",
        operations=tuple(records),
        planned=len(cases),
        again="pytest --target-url=http://127.0.0.1:12111 --contract openapi.json",
    )
    end = EndRecord(63.4, len(cases) + 2 * operations, 1)
    journal = Journal(head, tuple(clauses), tuple(cases), (), None, end)
    return journal, find(journal)


_NOUNS = (
    "account", "charge", "customer", "dispute", "event", "file", "invoice", "mandate", "payout",
    "plan", "price", "product", "quote", "refund", "review", "session", "token", "transfer",
)  # fmt: skip


def _clauses(record: OperationRecord) -> Iterator[Clause]:
    place = f"#/paths/{record.path.replace('/', '~1')}/{record.method.lower()}"
    for number in range(2):
        for spec in SPECS:
            if number and (":" in spec.local or spec.local.count("/") < 2):
                continue
            local = spec.local.replace("/", f"/part_{number}/", 1) if number else spec.local
            side = "response" if ":response" in local else "protocol" if ":" in local else "request"
            *above, keyword = local.lstrip(":").split("/")
            where = above[2:] if side == "response" else above if side == "request" else []
            instance = "".join(f"/{step}" for step in where if step and step != "required")
            yield Clause(
                id=f"{record.id}{local}",
                operation=record.id,
                side=side,
                keyword=keyword,
                keyword_location=f"{place}/schema{instance}/{keyword}",
                instance_location=instance,
                words=spec.words,
                value=spec.value,
                source="JSON Schema Validation 2020-12, section " + spec.section,
                state=spec.state,
                reason=spec.reason,
            )


def _cases(
    record: OperationRecord, clauses: list[Clause], share: int, *, bad: bool
) -> Iterator[CaseRecord]:
    covered = [each for each in clauses if each.state == "covered"]
    control = sample.exchange(f"amount={len(record.id)}", method=record.method)
    for at in range(share):
        clause = covered[at % len(covered)]
        refuse = at % 2 == 1 and clause.side != "response"
        wrong = bad and refuse and clause.keyword in ("maxLength", "enum")
        answer = sample.refusal(clause.keyword) if refuse and not wrong else {}
        yield CaseRecord(
            id=f"{clause.id}/value-{at}",
            clause=clause.id,
            operation=record.id,
            words=f"value {at} is {'not ' if refuse else ''}allowed",
            expectation=Expectation.REFUSE if refuse else Expectation.ACCEPT,
            level=Level.MUST,
            verdict=Verdict.FAIL if wrong else Verdict.PASS,
            symptom=Symptom.ACCEPTED if wrong else Symptom.NONE,
            because="accepted, three times of three" if wrong else "as it must",
            exchange=sample.exchange(
                f"amount={at}&currency=usd",
                method=record.method,
                url=f"http://127.0.0.1:12111{record.path}",
                **answer,
            ),
            control=control if refuse else None,
        )
