"""Journals of imagined runs, built by code: green, red, cut short, aborted, hostile, large."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from conformance.findings import Finding
from conformance.journal import Journal, JournalWriter
from conformance.records import AbortRecord, Breach, CaseRecord, EndRecord, ExchangeRecord
from conformance.run_record import OperationRecord, RunRecord
from conformance.verdict import Expectation, Level, Symptom, Verdict
from tests.sample_contract import OPERATION, SPECS, Spec, clauses

URL = "http://127.0.0.1:12111/v1/account_links"
GOOD = '{"object":"account_link","created":1795317424,"expires_at":1795317724,"url":"https://connect.example/setup/\u2026"}'


def exchange(
    body: str | None = "account=acct_1&type=account_onboarding", **changes: object
) -> ExchangeRecord:
    """Return a POST that got 200; `changes` replace members."""
    data = (body or "").encode("utf-8", "surrogatepass")
    shown = ", ".join(
        f'{name}="{value if len(value) < 40 else value[:4] + "…"}"'
        + (f" ({len(value)} characters)" if len(value) >= 40 else "")
        for name, _, value in (pair.partition("=") for pair in (body or "").split("&"))
        if name
    )
    plain = ExchangeRecord(
        method="POST",
        url=URL,
        headers=(
            ("Host", "127.0.0.1:12111"),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(data))),
            ("Authorization", "Bearer $STRIPE_API_KEY"),
        ),
        given=1,
        shown=shown,
        body=body,
        body_base64=None,
        body_bytes=len(data),
        body_sha256=hashlib.sha256(data).hexdigest(),
        chunked=False,
        status=200,
        response_headers=(
            ("Content-Type", "application/json"),
            ("Request-Id", "req_7Yk2"),
            ("Stripe-Mock-Version", "0.197.0"),
        ),
        response_body=GOOD,
        response_bytes=len(GOOD.encode()),
        response_sha256=hashlib.sha256(GOOD.encode()).hexdigest(),
        fault_code="",
        fault_phase="",
        fault_sentence="",
        elapsed_ms=1.42,
        attempts=1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # members by name


def refusal(param: str) -> dict[str, object]:
    body = f'{{"error":{{"type":"invalid_request_error","param":"{param}"}}}}'
    return {"status": 400, "response_body": body, "response_bytes": len(body)}


def cases() -> Iterator[CaseRecord]:
    """Yield every case of the sample contract, all passed."""
    for spec in SPECS:
        for number in range(spec.accept):
            yield case(spec, Expectation.ACCEPT, number)
        for number in range(spec.refuse):
            yield case(spec, Expectation.REFUSE, number)
        for _ in range(spec.either):
            yield over_all_answers(spec)


def case(spec: Spec, expectation: Expectation, number: int) -> CaseRecord:
    name = f"{'member' if expectation is Expectation.ACCEPT else 'outsider'}-{number}"
    body = f"account=acct_{number}&type=account_onboarding"
    if expectation is Expectation.REFUSE:
        body += f"&x{number}=1"
    refused = expectation is Expectation.REFUSE
    control = exchange(f"account=acct_{number}&type=account_onboarding") if refused else None
    answer = refusal("x") if expectation is Expectation.REFUSE else {}
    return CaseRecord(
        id=f"{OPERATION}{spec.local}/{name}",
        clause=OPERATION + spec.local,
        operation=OPERATION,
        words=f"value {number} is {'' if expectation is Expectation.ACCEPT else 'not '}allowed",
        expectation=expectation,
        level=Level.MUST,
        verdict=Verdict.PASS,
        because="accepted"
        if expectation is Expectation.ACCEPT
        else "refused, and the control was accepted",
        exchange=exchange(body, **answer),
        control=control,
        wrong=0,
        tried=1,
        seconds=0.002,
    )


def over_all_answers(spec: Spec) -> CaseRecord:
    """Return the verdict on a clause of a response, as the suite gives it at the end."""
    clause = OPERATION + spec.local
    return CaseRecord(
        id=clause,
        clause=clause,
        operation=OPERATION,
        words=spec.words,
        expectation=Expectation.EITHER,
        level=Level.MUST,
        verdict=Verdict.PASS,
        because="no answer broke it",
    )


def run(**changes: object) -> RunRecord:
    plain = RunRecord(
        run_id="2026-11-22T03-17-04Z-7f3a",
        tool="schema-conformance 0.1.0",
        target="http://127.0.0.1:12111",
        embedded=False,
        contract="fixtures/PostAccountLinks.html",
        contract_title="PostAccountLinks",
        contract_digest="8ab1e48125ed" + "0" * 52,
        seed=7,
        depth="normal",
        started_at=1795317424.25,
        planned=sum(spec.accept + spec.refuse + spec.either for spec in SPECS),
        operations=(
            OperationRecord(OPERATION, "POST", "/v1/account_links", "Create an account link"),
        ),
        options={"rate": "unlimited"},
        environment={"python": "3.11.7", "pytest": "9.2.0", "platform": "Linux"},
        again="pytest --target-url=http://127.0.0.1:12111 --seed=7",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # members by name


def green(**changes: object) -> Journal:
    every = tuple(cases())
    return Journal(run(**changes), clauses(), every, (), None, EndRecord(1.14, 290, 0))


def broken(
    journal: Journal,
    clause: str,
    symptom: Symptom,
    *,
    verdict: Verdict = Verdict.FAIL,
    level: Level = Level.MUST,
    **answer: object,
) -> Journal:
    """Return `journal` with every REFUSE case of `clause` (or all its cases) gone wrong."""
    own = [each for each in journal.cases if each.clause == clause]
    wanted = [each for each in own if each.expectation is Expectation.REFUSE] or own
    ids = {each.id for each in wanted}
    accepted: dict[str, object] = {"status": 200, "response_body": GOOD}
    changed = tuple(
        replace(
            each,
            verdict=verdict,
            symptom=symptom,
            level=level,
            wrong=3,
            tried=3,
            because="accepted three times of three",
            exchange=replace(each.exchange, **(answer or accepted)),  # type: ignore[arg-type]  # by name
        )
        if each.id in ids and each.exchange
        else each
        for each in journal.cases
    )
    return replace(journal, cases=changed)


def finding(journal: Journal, clause: str, symptom: Symptom, **changes: object) -> Finding:
    """Return the finding that the failing cases of `clause` amount to."""
    record = next(each for each in journal.clauses if each.id == clause)
    failing = [c for c in journal.cases if c.clause == clause and c.verdict is not Verdict.PASS]
    first = failing[0] if failing else journal.cases[0]
    plain = Finding(
        id=f"{clause}/{symptom}",
        operation=OPERATION,
        clauses=(clause,),
        clause=clause,
        words=record.words,
        keyword_location=record.keyword_location,
        instance_location=record.instance_location,
        contract=f"…{record.keyword_location[-40:]} = {record.value}",
        source=record.source,
        level=Level.MUST,
        verdict=Verdict.FAIL,
        symptom=symptom,
        sentence=record.words,
        expected="refused (4xx)",
        actual="200 OK in 1.4 ms",
        exchange=first.exchange,
        control=first.control,
        cases=tuple(each.id for each in failing),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # members by name


LONG = "account=" + "a" * 5001 + "&type=account_onboarding"


def red(**changes: object) -> tuple[Journal, tuple[Finding, ...]]:
    """Return two faults of level MUST, one recommendation not followed, some cases inconclusive."""
    length, enum = f"{OPERATION}/account/maxLength", f"{OPERATION}/collect/enum"
    shape, media = f"{OPERATION}:response/200/created/type", f"{OPERATION}:request/media-type"
    journal = broken(green(**changes), length, Symptom.ACCEPTED)
    journal = broken(journal, enum, Symptom.ACCEPTED)
    journal = broken(journal, media, Symptom.OTHER_REASON, verdict=Verdict.INCONCLUSIVE)
    sent = replace(journal.cases[0], breaches=(Breach(shape, "created is a string"),))
    journal = replace(journal, cases=(sent, *journal.cases[1:]), end=EndRecord(1.31, 371, 1))
    over = exchange(LONG)
    at = exchange(LONG.replace("a" * 5001, "a" * 5000))
    return journal, (
        finding(journal, length, Symptom.ACCEPTED, exchange=over, control=at),
        finding(
            journal,
            enum,
            Symptom.ACCEPTED,
            exchange=exchange("account=acct_1&type=account_onboarding&collect=currently_duex"),
            control=exchange("account=acct_1&type=account_onboarding&collect=currently_due"),
        ),
        finding(
            journal,
            shape,
            Symptom.BROKEN_RESPONSE,
            level=Level.SHOULD,
            control=None,
            expected="created is an integer",
            actual="created is a string",
            exchange=exchange(status=200),
            cases=(sent.id,),
        ),
    )


def cut() -> Journal:
    """Return a run that was killed after forty cases."""
    journal = green()
    return replace(journal, cases=journal.cases[:40], unfinished=(journal.cases[40].id,), end=None)


def aborted() -> Journal:
    """Return a run whose target did not answer at all."""
    sentence = "nothing listens at 127.0.0.1:12111 (connection refused)"
    return replace(
        green(),
        cases=(),
        abort=AbortRecord(sentence, "Start the target, or check --target-url."),
        end=EndRecord(0.01, 1, 7),
    )


def write(journal: Journal, path: Path) -> None:
    """Write `journal` as the suite writes one."""
    writer = JournalWriter(path)
    writer.write("run", journal.run)
    writer.write_all("clause", journal.clauses)
    for number, each in enumerate(journal.cases):
        if number % 2:
            writer.start(each.id)
        writer.finish(each, started=number % 2 == 1)
    for unfinished in journal.unfinished:
        writer.start(unfinished)
    if journal.abort:
        writer.write("abort", journal.abort)
    if journal.end:
        writer.write("end", journal.end)
    writer.close()
