"""Runs of every kind with their findings, for all tests of the reports."""

from __future__ import annotations

from msgspec.structs import replace

from conformance.clause import Clause
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.run_record import OperationRecord
from conformance.verdict import Level, Symptom, Verdict
from tests import sample
from tests.sample_contract import OPERATION

Run = tuple[Journal, tuple[Finding, ...]]

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{%raw%}'\"&amp;"
    "]]>--><!--\x00\x07\x1b[2J\x9b\u202e\u200b\u2028\ud800\U000e0041::error::x\n::warning::y##[group]z"
    "Z\u0301\u0301\u0301\u0301\u0301\u0301"
)


def hostile() -> Run:
    """Return a run whose target, contract and environment say the worst they can, everywhere."""
    journal, findings = sample.red(
        target=HOSTILE,
        contract=HOSTILE,
        contract_title=HOSTILE,
        again=HOSTILE,
        tool=HOSTILE,
        environment={HOSTILE: HOSTILE},
        options={HOSTILE: HOSTILE},
        operations=(OperationRecord(OPERATION, HOSTILE, HOSTILE, HOSTILE),),
    )
    sent = sample.exchange(
        HOSTILE,
        method="M\x1b",
        url=f"http://127.0.0.1:1/{HOSTILE}",
        shown=HOSTILE,
        headers=((HOSTILE, HOSTILE),),
        response_headers=((HOSTILE, HOSTILE),),
        response_body=HOSTILE,
    )
    clauses = tuple(
        replace(each, words=HOSTILE, value=HOSTILE, source=HOSTILE, reason=HOSTILE)
        for each in journal.clauses
    )
    cases = tuple(
        replace(each, words=HOSTILE, because=HOSTILE, id=f"{each.id}{HOSTILE}", exchange=sent)
        for each in journal.cases
    )
    changed = tuple(
        replace(
            each,
            sentence=HOSTILE,
            expected=HOSTILE,
            actual=HOSTILE,
            contract=HOSTILE,
            source=HOSTILE,
            exchange=sent,
            control=sent,
            cases=(cases[0].id, cases[1].id),
        )
        for each in findings
    )
    return replace(journal, clauses=clauses, cases=cases), changed


def many() -> Run:
    """Return more findings than a terminal takes, two operations, a clause without a place."""
    journal, findings = sample.red()
    first = findings[0]
    extra = Clause(
        "GetAll:prose/order",
        "GetAll",
        "prose",
        "prose",
        "",
        "",
        "answers are sorted",
        "",
        "",
        Level.SHOULD,
    )
    operations = (*journal.run.operations, OperationRecord("GetAll", "GET", "/all"))
    journal = replace(
        journal, clauses=(*journal.clauses, extra), run=replace(journal.run, operations=operations)
    )
    others = tuple(
        replace(
            first,
            id=f"{first.id}{number}",
            clauses=(first.clause, "Gone/clause", extra.id),
            cases=tuple(f"{first.cases[0]}{each}" for each in range(150)),
        )
        for number in range(25)
    )
    silent = replace(first, id="fault", exchange=None, control=None, cases=(), clause="Gone/clause")
    return journal, (*others, silent)


def quiet() -> Run:
    """Return a run with faults, and a body too long to keep."""
    lost = sample.exchange(
        None,
        body_bytes=70_000,
        status=None,
        fault_sentence="no answer in 10 s",
        fault_code="deadline",
        response_headers=(),
        response_body="",
    )
    journal = sample.broken(
        sample.green(),
        "PostAccountLinks/account/type",
        Symptom.FAULT,
        verdict=Verdict.FAULT,
        status=None,
        fault_sentence="no answer in 10 s",
        fault_code="deadline",
    )
    finding = sample.finding(journal, "PostAccountLinks/account/type", Symptom.FAULT, exchange=lost)
    return journal, (finding,)


RUNS: dict[str, Run] = {
    "green": (sample.green(), ()),
    "embedded": (sample.green(embedded=True), ()),
    "red": sample.red(),
    "cut": (sample.cut(), ()),
    "aborted": (sample.aborted(), ()),
    "hostile": hostile(),
    "many": many(),
    "quiet": quiet(),
}
