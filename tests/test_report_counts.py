"""No figure stands on the page that the cases do not add up to."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest
from msgspec.structs import replace

from conformance.findings import find
from conformance.journal import Journal
from conformance.outcome import judge_run
from conformance.report import html, markdown, results
from conformance.report.terminal import summary_lines
from conformance.verdict import Symptom, Verdict
from tests import sample
from tests.sample_runs import RUNS
from tests.test_report_page import Shape

_SYMPTOMS = {
    Verdict.FAIL: (Symptom.ACCEPTED, Symptom.REFUSED, Symptom.SERVER_ERROR),
    Verdict.FLAKY: (Symptom.FLAKY,),
    Verdict.FAULT: (Symptom.FAULT,),
    Verdict.INCONCLUSIVE: (Symptom.NONE, Symptom.OTHER_REASON),
}


def chance(seed: int) -> Journal:
    """Return a run in which every case came out by chance."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    weights = [dice.random() ** 3 for _ in Verdict]
    journal = sample.green()
    cases = []
    for case in dice.sample(journal.cases, dice.randint(1, len(journal.cases))):
        verdict = dice.choices([*Verdict], weights)[0]
        symptom = dice.choice(_SYMPTOMS.get(verdict, (Symptom.NONE,)))
        sent = case.exchange
        if sent is not None:
            sent = replace(sent, elapsed_ms=round(dice.expovariate(0.1), 2))
        if verdict is Verdict.NOT_RUN:
            sent = None
        elif verdict is Verdict.FAULT and sent is not None:
            sent = replace(sent, status=None, fault_code="reset", fault_phase="receive")
        changed = replace(case, verdict=verdict, symptom=symptom, exchange=sent, because="chance")
        cases.append(changed)
    head = replace(journal.run, planned=len(cases))
    return replace(journal, run=head, cases=tuple(cases))


def number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("seed", range(25))
def test_every_count_is_that_of_the_cases(seed: int) -> None:
    journal = chance(seed)
    findings = find(journal)
    page = html.render(journal, findings, judge_run(journal, findings))
    verdicts = Counter(case.verdict for case in journal.cases)
    head = page[page.index('<dl class="facts">') : page.index("<nav")]
    facts = dict(re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", head))
    for label, verdict in (
        ("passed", Verdict.PASS),
        ("failed", Verdict.FAIL),
        ("flaky", Verdict.FLAKY),
        ("faults", Verdict.FAULT),
        ("inconclusive", Verdict.INCONCLUSIVE),
        ("broke the suite", Verdict.TOOL),
        ("not run", Verdict.NOT_RUN),
    ):
        assert number(facts.get(label, "0")) == verdicts[verdict]
    assert number(facts["cases"]) == len(journal.cases)

    shape = Shape(page)
    rows = re.findall(r"<tr[^>]*><th>.*?<td>\S+ (\w+)<td>", page)
    assert Counter(rows) == Counter(verdicts)
    told = re.findall(r'data-k="[^"]*">.*?<code>(.*?)</code> .*?<span>(\d+) of (\d+) cases?', page)
    by_clause = Counter(case.clause for case in journal.cases)
    passed = Counter(case.clause for case in journal.cases if case.verdict is Verdict.PASS)
    assert {name: (int(good), int(every)) for name, good, every in told} == {
        name: (passed[name], every) for name, every in by_clause.items()
    }

    tiles = dict(re.findall(r'<a class="t [^>]* data-c="(\d+)".*?<span class="w">(.*?)</a>', page))
    for at, clause in enumerate(journal.clauses):
        own = [c for c in journal.cases if c.clause == clause.id and c.verdict != Verdict.NOT_RUN]
        for word in ("accept", "refuse"):
            tried = [case for case in own if case.expectation == word.upper()]
            good = sum(case.verdict is Verdict.PASS for case in tried)
            shown = re.search(rf"{word} (\d+)(?:/(\d+))?", tiles.get(str(at), ""))
            if tried:
                assert shown is not None
                assert (int(shown[1]), int(shown[2] or shown[1])) == (good, len(tried))
            else:
                assert shown is None

    for finding in findings:
        count = len({*finding.cases})
        assert f"{count:,} {'case' if count == 1 else 'cases'}</span>" in page
    bars = re.findall(r"<div><b>([\d,]+)</b><svg", page)
    timed = [case for case in journal.cases if case.exchange is not None]
    assert sum(map(number, bars)) == len(timed)
    data = json.loads(shape.data)
    assert len(data["cases"]) == len(journal.cases)
    in_order = sorted(journal.cases, key=lambda c: [e.id for e in journal.clauses].index(c.clause))
    for (sent, _), case in zip(data["cases"], in_order, strict=True):
        assert (sent < 0) == (case.exchange is None)
        if case.exchange is not None:
            row = data["exchanges"][sent]
            assert row[5] == case.exchange.elapsed_ms
            assert (row[2] if row[2] > 0 else None) == case.exchange.status
            body = "".join(data["parts"][part] for part in data["texts"][row[1]])
            assert body == case.exchange.body


@pytest.mark.parametrize("name", ["green", "cut", "aborted"])
def test_what_no_answer_showed_is_told_alike_everywhere_and_counts_as_proved_nowhere(
    name: str,
) -> None:
    journal, findings = RUNS[name]
    outcome = judge_run(journal, findings)
    document = json.loads(results.render(journal, findings, outcome))
    standings = Counter(clause["standing"] for clause in document["clauses"])
    said = document["outcome"]["counts"]
    assert said["not_shown"] == standings["not shown"]
    assert said["proved"] == standings["proved"]
    silent = [each for each in document["clauses"] if each["standing"] == "not shown"]
    assert {each["side"] for each in silent} <= {"response", "prose", "state"}
    assert not {each["id"] for each in silent} & {case.clause for case in journal.cases}
    # Each of the three pages for people has the same number, or says nothing of the kind.
    lines = summary_lines(journal, findings, outcome, report_path="report.html")
    terminal = "\n".join(each.text for each in lines)
    page = html.render(journal, findings, outcome)
    summary = markdown.render(journal, findings, outcome)
    for text, pattern in (
        (terminal, r"([\d,]+) clauses? not shown in this run"),
        (page, r'Not shown in this run <span class="count">([\d,]+)</span>'),
        (page, r"legend.*\S ([\d,]+) not shown<"),
        (summary, r"- ([\d,]+) clauses? not shown in this run: "),
    ):
        told = re.findall(pattern, text)
        assert [number(each) for each in told] == [said["not_shown"]] * bool(silent), pattern
    assert bool(silent) == (name != "green")
