"""The verdict on a run: every state, its exit status, what wins over what, and the figures."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.contract.model import Operation, Parameter
from conformance.evidence import Standing, tally
from conformance.journal import Journal
from conformance.outcome import State, judge_run
from conformance.preflight import nowhere
from conformance.records import Breach, EndRecord
from conformance.verdict import Expectation, Level, Symptom, Verdict
from tests import sample


def verdicts(journal: Journal, verdict: Verdict, number: int = 1) -> Journal:
    """Return `journal` with the verdict of its first `number` cases replaced."""
    changed = [replace(each, verdict=verdict) for each in journal.cases[:number]]
    return replace(journal, cases=(*changed, *journal.cases[number:]))


def test_a_run_without_a_flaw_is_conformant() -> None:
    outcome = judge_run(sample.green(), ())
    assert (outcome.state, outcome.exit) == (State.CONFORMANT, 0)
    assert outcome.headline == "✓ Conformant: 23 of 23 clauses proved"


def test_the_embedded_target_is_named_in_the_headline() -> None:
    outcome = judge_run(sample.green(embedded=True), ())
    assert outcome.headline.endswith("(embedded target, not yours)")


def test_a_must_finding_is_not_conformant() -> None:
    outcome = judge_run(*sample.red())
    assert (outcome.state, outcome.exit) == (State.NOT_CONFORMANT, 1)
    assert outcome.headline == "✗ Not conformant: 2 findings"
    assert "see 36 cases of 281." in outcome.sentence


def test_a_should_finding_counts_only_when_strict() -> None:
    journal = sample.broken(
        sample.green(), "PostAccountLinks:request/spelling", Symptom.REFUSED, level=Level.SHOULD
    )
    finding = sample.finding(
        journal, "PostAccountLinks:request/spelling", Symptom.REFUSED, level=Level.SHOULD
    )
    lenient, strict = (judge_run(journal, (finding,), strict=each) for each in (False, True))
    assert lenient.state is State.CONFORMANT
    assert lenient.headline == (
        "✓ Conformant: 22 of 23 clauses proved, 1 recommendation not followed"
    )
    assert (strict.state, strict.exit) == (State.NOT_CONFORMANT, 1)
    assert strict.headline == "✗ Not conformant: 1 finding"


def test_a_run_cut_short_is_interrupted() -> None:
    outcome = judge_run(sample.cut(), ())
    assert (outcome.state, outcome.exit) == (State.INTERRUPTED, 2)
    assert outcome.headline == "! Interrupted: 40 of 281 cases finished"
    assert outcome.counts.not_run == 241


def test_a_finding_wins_over_an_interruption_and_says_so() -> None:
    journal, findings = sample.red()
    outcome = judge_run(replace(journal, end=None), findings)
    assert outcome.state is State.NOT_CONFORMANT
    assert outcome.sentence.endswith("The run was cut short, so there may be more.")


def test_complete_stands_in_for_the_end_record() -> None:
    journal = replace(sample.green(), end=None)
    assert judge_run(journal, ()).state is State.INTERRUPTED
    assert judge_run(journal, (), complete=True).state is State.CONFORMANT
    assert judge_run(sample.green(), (), complete=False).state is State.INTERRUPTED


def test_an_abort_is_inconclusive_in_its_own_words() -> None:
    for journal in (sample.aborted(), replace(sample.aborted(), end=None)):
        outcome = judge_run(journal, ())
        assert (outcome.state, outcome.exit) == (State.INCONCLUSIVE, 7)
        assert outcome.headline == (
            "? Inconclusive: nothing listens at 127.0.0.1:12111 (connection refused)"
        )
        assert outcome.remedy == "Start the target, or check --target-url."


@pytest.mark.parametrize("wanted", [Expectation.ACCEPT, Expectation.REFUSE])
def test_a_target_of_one_answer_is_inconclusive(wanted: Expectation) -> None:
    journal = sample.green()
    changed = tuple(
        replace(each, verdict=Verdict.INCONCLUSIVE) if each.expectation is wanted else each
        for each in journal.cases
    )
    outcome = judge_run(replace(journal, cases=changed), ())
    assert outcome.exit == 7
    assert f"{wanted} cases passed" in outcome.headline


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.INCONCLUSIVE, "1 case proved nothing"),
        (Verdict.NOT_RUN, "1 case did not run"),
        (Verdict.FAULT, "1 case went wrong that no finding names"),
        (Verdict.FAIL, "1 case went wrong that no finding names"),
        (Verdict.FLAKY, "1 case went wrong that no finding names"),
    ],
)
def test_one_case_in_doubt_is_never_green(verdict: Verdict, words: str) -> None:
    outcome = judge_run(verdicts(sample.green(), verdict), ())
    assert (outcome.state, outcome.exit) == (State.INCONCLUSIVE, 7)
    assert outcome.headline == f"? Inconclusive: {words}"


def test_cases_that_were_planned_and_never_started_are_not_run() -> None:
    journal = sample.green()
    outcome = judge_run(replace(journal, cases=journal.cases[:-3]), ())
    assert outcome.counts.not_run == 3
    assert outcome.headline == "? Inconclusive: 3 cases did not run"


def test_a_run_of_nothing_is_not_green() -> None:
    journal = replace(sample.green(planned=0), cases=())
    assert judge_run(journal, ()).headline == "? Inconclusive: no case ran"


def test_a_broken_suite_wins_over_everything() -> None:
    journal, findings = sample.red()
    outcome = judge_run(verdicts(replace(journal, end=None), Verdict.TOOL), findings)
    assert (outcome.state, outcome.exit) == (State.TOOL, 3)
    assert outcome.counts.tool == 1


def test_the_counts_of_a_run() -> None:
    journal, findings = sample.red()
    journal = verdicts(journal, Verdict.FLAKY, 2)
    journal = replace(
        journal,
        cases=(*journal.cases[:5], replace(journal.cases[5], explored=True), *journal.cases[6:]),
    )
    counts = judge_run(journal, findings).counts
    assert (counts.cases, counts.passed, counts.failed) == (281, 239, 36)
    assert (counts.flaky, counts.inconclusive, counts.faults) == (2, 4, 0)
    assert (counts.clauses, counts.uncovered, counts.annotations) == (23, 1, 1)
    assert (counts.requests, counts.seconds, counts.explored) == (371, 1.31, 1)
    # broken: two by their cases, one by a breach, one by the flaky cases; one inconclusive
    assert counts.proved == 23 - 5


def test_without_an_end_the_finished_cases_are_added_up() -> None:
    counts = judge_run(sample.cut(), ()).counts
    assert counts.requests == 40
    assert counts.seconds == pytest.approx(0.08)


def standing(journal: Journal, clause: str) -> Standing:
    record = next(each for each in journal.clauses if each.id == clause)
    return tally(journal, ())[clause].standing(record)


def test_a_clause_whose_refusals_are_all_in_doubt_is_not_proved_by_what_it_accepts() -> None:
    clause = "PostAccountLinks:request/media-type"
    journal = sample.green()
    assert standing(journal, clause) is Standing.PROVED
    doubtful = sample.broken(journal, clause, Symptom.OTHER_REASON, verdict=Verdict.INCONCLUSIVE)
    assert standing(doubtful, clause) is Standing.INCONCLUSIVE


def test_a_clause_that_only_saw_open_questions_is_judged_on_them() -> None:
    clause = "PostAccountLinks:request/method"
    journal = sample.green()
    for verdict, word in (
        (Verdict.PASS, Standing.PROVED),
        (Verdict.INCONCLUSIVE, Standing.INCONCLUSIVE),
        (Verdict.NOT_RUN, Standing.UNTRIED),
    ):
        changed = tuple(
            replace(each, expectation=Expectation.EITHER, verdict=verdict)
            if each.clause == clause
            else each
            for each in journal.cases
        )
        assert standing(replace(journal, cases=changed), clause) is word


def test_a_clause_of_a_response_is_judged_on_the_answers_that_it_speaks_of() -> None:
    journal = sample.green()
    evidence = tally(journal, ())
    statuses = [each.exchange.status for each in journal.cases if each.exchange]
    success, failure = statuses.count(200), statuses.count(400)
    assert min(success, failure) > 0
    assert evidence["PostAccountLinks:response/200/url/type"].answers == success
    assert evidence["PostAccountLinks:response/default/error/type"].answers == failure
    assert evidence["PostAccountLinks:response/media-type"].answers == success + failure
    assert evidence["PostAccountLinks/account/type"].answers == 0


def test_one_breach_breaks_a_clause_of_a_response() -> None:
    clause = "PostAccountLinks:response/200/url/type"
    journal = sample.green()
    first = replace(journal.cases[0], breaches=(Breach(clause, "url is 7"),) * 2)
    journal = replace(journal, cases=(first, *journal.cases[1:]))
    assert tally(journal, ())[clause].breaches == 1
    assert standing(journal, clause) is Standing.BROKEN


def test_a_response_clause_without_any_answer_is_not_shown() -> None:
    journal = sample.aborted()
    assert standing(journal, "PostAccountLinks:response/200/url/type") is Standing.UNSHOWN
    assert standing(journal, "PostAccountLinks/expand/maxItems") is Standing.UNCOVERED
    assert (
        standing(journal, "PostAccountLinks/type/x-stripeBypassValidation") is Standing.ANNOTATION
    )


def test_a_clause_that_a_finding_names_is_broken_without_a_case_of_its_own() -> None:
    journal = sample.green()
    clause = "PostAccountLinks/account/type"
    finding = sample.finding(
        journal,
        "PostAccountLinks/account/maxLength",
        Symptom.ACCEPTED,
        clauses=("PostAccountLinks/account/maxLength", clause),
    )
    record = next(each for each in journal.clauses if each.id == clause)
    assert tally(journal, (finding,))[clause].standing(record) is Standing.BROKEN


def test_the_exit_status_does_not_depend_on_the_end_record() -> None:
    journal = replace(sample.green(), end=EndRecord(1.0, 300, 5))
    assert judge_run(journal, ()).exit == 0


def test_a_path_where_nothing_is_names_what_to_pin() -> None:
    operation = Operation(
        "GetThing",
        "GET",
        "/things/{id}",
        "#/get",
        parameters=(Parameter("id", "path", True, {}, "#/id"),),  # noqa: FBT003  (as declared)
    )
    journal = verdicts(sample.green(), Verdict.INCONCLUSIVE)
    operation = replace(operation, id=journal.cases[0].operation)
    lost = replace(journal, clauses=(*journal.clauses, nowhere(operation)))
    outcome = judge_run(lost, ())
    assert outcome.state is State.INCONCLUSIVE
    assert outcome.headline == "? Inconclusive: the target knows nothing at /things/{id}"
    assert outcome.remedy == (
        'Give it what exists, under [values.PostAccountLinks] in conformance.toml: "path.id" = ….'
    )
    two = replace(lost, clauses=(*lost.clauses, nowhere(replace(operation, id="DelThing"))))
    assert judge_run(two, ()).remedy.endswith(" So for 1 operation more.")
    # Where everything was proved all the same, nothing is asked for.
    assert judge_run(replace(lost, cases=sample.green().cases), ()).state is not State.INCONCLUSIVE
