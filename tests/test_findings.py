"""Small journals → findings: one fault, one finding, and two faults stay two."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.causes import merged
from conformance.clause import Clause
from conformance.findings import Finding, find
from conformance.homes import explained, grouped
from conformance.journal import Journal
from conformance.records import Breach, CaseRecord
from conformance.verdict import Expectation, Level, Symptom, Verdict
from tests.sample import exchange, run

OPERATION = "PostAccountLinks"
REFUSE, ACCEPT, EITHER = Expectation.REFUSE, Expectation.ACCEPT, Expectation.EITHER
ACCEPTED, REFUSED, CRASHED = Symptom.ACCEPTED, Symptom.REFUSED, Symptom.SERVER_ERROR


def clause(local: str, side: str = "request", level: Level = Level.MUST) -> Clause:
    keyword = local.rpartition("/")[2]
    return Clause(
        id=OPERATION + local,
        operation=OPERATION,
        side=side,
        keyword=keyword,
        keyword_location=f"#{local}",
        instance_location="",
        words=f"words of {local}",
        value="7",
        source="a standard",
        level=level,
    )


CLAUSES = (
    *(clause(f"/{name}/maxLength") for name in "abcd"),
    *(clause(f"/{name}/type") for name in "abcd"),
    clause("/additionalProperties"),
    clause("/a/required"),
    clause("/b/required"),
    clause("/required"),
    clause("/properties"),
    clause(":request/syntax", "protocol"),
    clause(":request/spelling", "protocol"),
    clause(":response/200/url/type", "response"),
    clause(":response/200/url/unique", "prose", Level.SHOULD),
    clause(":state/steady", "state"),
)


def case(local: str, label: str, symptom: Symptom = Symptom.NONE, **more: object) -> CaseRecord:
    owed = more.pop("owed", ACCEPT if symptom is REFUSED else REFUSE)
    verdict = Verdict.FAIL if symptom else Verdict.PASS
    body = str(more.pop("body", f"a={label}"))
    plain = CaseRecord(
        id=f"{OPERATION}{local}/{label}",
        clause=OPERATION + local,
        operation=OPERATION,
        words="words",
        expectation=owed,  # type: ignore[arg-type]  # popped by name
        level=Level.MUST,
        verdict=verdict,
        symptom=symptom,
        because="because",
        exchange=exchange(body),
        control=exchange("a=control"),
        breaks=(OPERATION + local,) if owed is REFUSE else (),
        tried=3,
        wrong=3 if symptom else 0,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # members by name


def findings(*cases: CaseRecord) -> tuple[Finding, ...]:
    return find(Journal(run(), CLAUSES, cases, (), None, None))


def ids(*cases: CaseRecord) -> list[str]:
    return [each.id.removeprefix(OPERATION) for each in findings(*cases)]


CALM = (
    case("/additionalProperties", "calm", traits=("with a",)),
    case("/d/maxLength", "over-limit", traits=("with d",)),
    case("/d/type", "array", traits=("with d",)),
    case("/properties", "fullest", owed=ACCEPT, traits=("with a",)),
)


def test_no_failure_no_finding() -> None:
    assert findings(*CALM) == ()


# --- grouping -------------------------------------------------------------------------------------


def test_failures_of_one_clause_are_one_finding_with_the_smallest_request() -> None:
    (found,) = findings(
        case("/a/maxLength", "far-over-limit", ACCEPTED, body="a=" + "x" * 90),
        case("/a/maxLength", "over-limit", ACCEPTED, body="a=x"),
        case("/a/maxLength", "drawn", ACCEPTED, body="a", explored=True),
        *CALM,
    )
    assert found.id == f"{OPERATION}/a/maxLength/accepted"
    assert [each.rpartition("/")[2] for each in found.cases] == [
        "over-limit",
        "far-over-limit",
        "drawn",
    ]
    assert found.exchange is not None
    assert found.exchange.body == "a=x"
    assert found.words == "words of /a/maxLength"
    assert found.contract == "#/a/maxLength = 7"
    assert (found.expected, found.actual) == ("refused (4xx)", "200 in 1 ms")
    assert "accepts what it must refuse" in found.sentence
    assert "3 cases" in found.sentence


def test_two_symptoms_of_one_clause_are_two_findings() -> None:
    assert ids(
        case("/a/maxLength", "over-limit", ACCEPTED),
        case("/a/maxLength", "at-limit", REFUSED),
        *CALM,
    ) == ["/a/maxLength/accepted", "/a/maxLength/refused"]


def test_two_clauses_are_two_findings_in_the_order_of_the_contract() -> None:
    assert ids(
        case("/additionalProperties", "new", ACCEPTED, traits=("with x",)),
        case("/a/maxLength", "over-limit", ACCEPTED, traits=("with a",)),
        *CALM,
    ) == ["/a/maxLength/accepted", "/additionalProperties/accepted"]


@pytest.mark.parametrize(
    ("symptom", "expected", "sentence"),
    [
        (ACCEPTED, "refused (4xx)", "accepts what it must refuse"),
        (REFUSED, "accepted (2xx)", "refuses what it must accept"),
        (CRASHED, "refused (4xx)", "breaks with a server error"),
    ],
)
def test_what_a_finding_says(symptom: Symptom, expected: str, sentence: str) -> None:
    (found,) = findings(case("/a/type", "x", symptom), *CALM)
    assert (found.expected, found.verdict, found.symptom) == (expected, Verdict.FAIL, symptom)
    assert sentence in found.sentence
    assert found.sentence.endswith("1 case show it.") or "1 case" in found.sentence


def test_a_clause_that_the_journal_does_not_name_is_reported_all_the_same() -> None:
    (found,) = findings(case("/unknown/type", "x", ACCEPTED), *CALM)
    assert found.clause == found.words == f"{OPERATION}/unknown/type"
    assert (found.contract, found.source, found.keyword_location) == ("", "", "")


def test_a_case_without_an_exchange_says_why() -> None:
    (found,) = findings(case("/a/type", "x", ACCEPTED, exchange=None), *CALM)
    assert found.actual == "because"


# --- explained by another clause ------------------------------------------------------------------


BOTH = (f"{OPERATION}/a/required", f"{OPERATION}/b/required")


def test_a_request_that_breaks_two_ignored_clauses_is_explained_by_them() -> None:
    every = case("/required", "all-missing", ACCEPTED, breaks=BOTH)
    alone = [case(f"/{name}/required", "missing", ACCEPTED) for name in "ab"]
    groups = explained(grouped([every, *alone]))
    assert {group.clauses[0].removeprefix(OPERATION) for group in groups} == {
        "/a/required",
        "/b/required",
    }


def test_a_request_that_breaks_a_clause_not_ignored_stays_its_own() -> None:
    every = case("/required", "all-missing", ACCEPTED, breaks=BOTH)
    one = case("/a/required", "missing", ACCEPTED)
    groups = explained(grouped([every, one]))
    assert {group.clauses[0].removeprefix(OPERATION) for group in groups} == {
        "/required",
        "/a/required",
    }


def test_a_crash_is_explained_by_the_one_clause_that_crashes_alone() -> None:
    syntax = case(":request/syntax", "odd", CRASHED, breaks=(f"{OPERATION}/a/type",))
    alone = case("/a/type", "array", CRASHED)
    assert ids(syntax, alone, *CALM) == ["/a/type/server-error"]


def test_a_crash_that_breaks_no_clause_is_not_moved() -> None:
    syntax = case(":request/syntax", "odd", CRASHED, breaks=())
    alone = case("/a/type", "array", CRASHED, traits=("with a",))
    assert ids(syntax, alone, *CALM) == ["/a/type/server-error", ":request/syntax/server-error"]


def test_a_refusal_is_never_moved() -> None:
    groups = explained(grouped([case("/a/type", "x", REFUSED, breaks=BOTH)]))
    assert [group.clauses for group in groups] == [(f"{OPERATION}/a/type",)]


# --- one cause ------------------------------------------------------------------------------------


def test_a_target_that_looks_at_nothing_is_one_finding() -> None:
    clauses = ("/a/maxLength", "/b/type", "/additionalProperties")
    whole = [case(local, "x", ACCEPTED) for local in clauses]
    (found,) = findings(*whole, case("/properties", "y", owed=ACCEPT))
    assert found.id == f"{OPERATION}:every/refuse/accepted"
    assert found.words.endswith("the same for every request that the contract forbids")
    assert len(found.clauses) == 3


def test_a_target_that_refuses_everything_is_one_finding() -> None:
    clauses = ("/a/maxLength", "/b/type", "/properties")
    (found,) = findings(*(case(local, "x", REFUSED) for local in clauses))
    assert found.id == f"{OPERATION}:every/accept/refused"


def test_one_request_looked_at_is_not_nothing() -> None:
    clauses = ("/a/maxLength", "/b/type", "/additionalProperties")
    whole = [case(local, "x", ACCEPTED) for local in clauses]
    assert len(ids(*whole, case("/c/type", "array"))) == 3


def test_failures_with_one_trait_that_all_its_carriers_share_are_one_finding() -> None:
    failing = [case(f"/{name}/type", "two-byte", REFUSED, traits=("non-ascii",)) for name in "ab"]
    spelt = case("/properties", "accents", REFUSED, traits=("non-ascii", "with a"))
    (found,) = findings(*failing, spelt, *CALM)
    assert found.id == f"{OPERATION}:trait/non-ascii/refused"
    assert "every request with non-ascii" in found.words


def test_a_carrier_of_the_trait_that_passes_keeps_findings_apart() -> None:
    traits = ("non-ascii",)
    failing = [case(f"/{name}/type", "two-byte", REFUSED, traits=traits) for name in "a"]
    spelt = case("/properties", "accents", REFUSED, traits=traits)
    calm = case("/b/type", "two-byte", owed=ACCEPT, traits=traits)
    assert ids(*failing, spelt, calm, *CALM) == ["/a/type/refused", "/properties/refused"]


def test_a_parameter_beside_says_more_than_a_character() -> None:
    traits = ("raw brackets", "with expand")
    failing = [
        case("/a/type", "x", REFUSED, traits=traits),
        case("/properties", "y", REFUSED, traits=traits),
    ]
    assert ids(*failing, *CALM) == [":trait/with-expand/refused"]


def test_a_way_of_spelling_breaks_the_clause_of_spelling() -> None:
    traits = ("plus sign",)
    failing = [
        case("/a/type", "blank-inside", REFUSED, traits=traits),
        case(":request/spelling", "plus", REFUSED, traits=traits),
    ]
    (found,) = findings(*failing, *CALM)
    assert found.clause == f"{OPERATION}:request/spelling"


def test_one_keyword_ignored_wherever_it_stands_is_one_finding() -> None:
    everywhere = [case(f"/{name}/maxLength", "over-limit", ACCEPTED) for name in "abcd"]
    (found,) = findings(*everywhere, case("/a/type", "array"), case("/d/type", "array"))
    assert found.id == f"{OPERATION}:every/maxLength/accepted"
    assert len(found.clauses) == 4
    assert found.words == "words of /a/maxLength; the same for every place with maxLength"


def test_one_keyword_ignored_at_two_of_four_places_is_two_findings() -> None:
    some = [case(f"/{name}/maxLength", "over-limit", ACCEPTED) for name in "ab"]
    fine = [case(f"/{name}/maxLength", "over-limit") for name in "cd"]
    assert ids(*some, *fine, *CALM[2:]) == ["/a/maxLength/accepted", "/b/maxLength/accepted"]


def test_one_kind_of_value_that_fails_wherever_it_can_be_sent_is_one_finding() -> None:
    arrays = [case(f"/{name}/type", "array", ACCEPTED) for name in "ab"]
    hashes = [case(f"/{name}/type", "hash") for name in "abc"]
    assert ids(*arrays, *hashes, CALM[0]) == [":every/type/accepted"]


def test_failures_only_beside_one_other_parameter_are_one_finding() -> None:
    beside, other = ("with collect", "with a"), ("with a",)
    failing = [case(f"/{name}/type", "array:mix", ACCEPTED, traits=beside) for name in "ab"]
    fine = [case(f"/{name}/type", "array", traits=other) for name in "abc"]
    carrier = case("/c/type", "array:mix", traits=beside)
    more = case("/c/type", "hash", traits=beside)
    assert ids(*failing, *fine, carrier, more, CALM[0]) == [":every/type/accepted"]
    always = [case(f"/{name}/type", "array:full", ACCEPTED, traits=other) for name in "ab"]
    assert len(ids(*failing, *always, *fine, carrier, more, CALM[0])) == 2


def test_merging_keeps_every_case() -> None:
    everywhere = [case(f"/{name}/maxLength", "over-limit", ACCEPTED) for name in "abcd"]
    clauses = {each.id: each for each in CLAUSES}
    (group,) = merged(grouped(everywhere), [*everywhere, *CALM], clauses)
    assert {each.id for each in group.cases} == {each.id for each in everywhere}


# --- other reasons, flakiness, faults, answers ----------------------------------------------------


def inconclusive(local: str, because: str) -> CaseRecord:
    return case(
        local, "x", Symptom.OTHER_REASON, owed=REFUSE, verdict=Verdict.INCONCLUSIVE, because=because
    )


def test_the_same_wrong_reason_is_one_finding_at_level_should() -> None:
    found = findings(
        inconclusive("/a/type", "the error blames b"),
        inconclusive("/a/maxLength", "the error blames b"),
        inconclusive("/c/type", "the error blames d"),
    )
    assert [each.level for each in found] == [Level.SHOULD, Level.SHOULD]
    assert {len(each.clauses) for each in found} == {1, 2}
    assert all(each.expected == "a refusal that names what is wrong" for each in found)
    assert "blames" in found[0].actual
    assert "gives another reason" in found[0].sentence


def test_other_inconclusive_cases_are_no_findings() -> None:
    assert findings(case("/a/type", "x", verdict=Verdict.INCONCLUSIVE)) == ()


def flaky(local: str, wrong: int) -> CaseRecord:
    return case(local, "x", Symptom.FLAKY, verdict=Verdict.FLAKY, wrong=wrong, tried=3)


def test_flakiness_is_one_finding_with_its_rate() -> None:
    (found,) = findings(flaky("/a/type", 1), flaky("/b/type", 2), *CALM)
    assert found.id == f"{OPERATION}:state/steady/flaky"
    assert (found.verdict, found.level) == (Verdict.FLAKY, Level.MUST)
    assert "3 of 6 went wrong in 2 cases" in found.sentence
    assert found.expected == "the same answer each time"


def test_flakiness_without_a_clause_of_state_stands_at_its_case() -> None:
    journal = Journal(run(), CLAUSES[:3], (flaky("/a/maxLength", 1),), (), None, None)
    assert [each.clause for each in find(journal)] == [f"{OPERATION}/a/maxLength"]


def cut(local: str, code: str) -> CaseRecord:
    answer = exchange("a=x", status=None, fault_code=code, fault_sentence=f"it was {code}")
    return case(local, "x", Symptom.FAULT, verdict=Verdict.FAULT, exchange=answer)


def test_each_kind_of_broken_http_is_one_finding() -> None:
    found = findings(cut("/a/type", "cut"), cut("/b/type", "cut"), cut("/c/type", "slow"), *CALM)
    assert {each.id for each in found} == {
        f"{OPERATION}:http/cut/fault",
        f"{OPERATION}:http/slow/fault",
    }
    assert {each.verdict for each in found} == {Verdict.FAULT}
    assert {each.actual for each in found} == {"it was cut", "it was slow"}
    assert {each.expected for each in found} == {"a complete HTTP answer"}


URL, UNIQUE = ":response/200/url/type", ":response/200/url/unique"


def answered(local: str, verdict: Verdict = Verdict.FAIL) -> CaseRecord:
    breach = Breach(OPERATION + local, "url is no string")
    symptom = Symptom.BROKEN_RESPONSE
    return case(
        local, "", symptom, id=OPERATION + local, verdict=verdict, breaches=(breach,), owed=EITHER
    )


def test_a_broken_clause_of_an_answer_is_one_finding_however_many_requests_show_it() -> None:
    breach = (Breach(OPERATION + URL, "url is no string"),)
    shown = [case("/properties", f"n{n}", owed=ACCEPT, breaches=breach) for n in range(5)]
    (found,) = findings(*shown, answered(URL), *CALM)
    assert found.id == f"{OPERATION}{URL}/broken-response"
    assert len(found.cases) == 5
    assert found.actual == "200 in 1 ms: url is no string"
    assert found.expected == "an answer as documented"
    assert found.level is Level.MUST


def test_a_breach_shown_only_at_the_end_stands_there() -> None:
    (found,) = findings(answered(URL), *CALM)
    assert found.cases == (OPERATION + URL,)


def test_a_breach_that_came_and_went_is_flaky_and_nothing_else() -> None:
    breach = (Breach(OPERATION + URL, "url is no string"),)
    shown = case("/properties", "n", owed=ACCEPT, breaches=breach)
    assert ids(shown, answered(URL, Verdict.FLAKY), *CALM) == [":state/steady/flaky"]


def test_a_breach_of_prose_comes_last_at_level_should() -> None:
    found = findings(answered(UNIQUE), answered(URL), *CALM)
    assert [each.symptom for each in found] == [Symptom.BROKEN_RESPONSE, Symptom.PROSE]
    assert found[1].level is Level.SHOULD
    assert "prose" in found[1].sentence


def test_a_case_that_is_held_to_should_alone_is_no_must() -> None:
    (found,) = findings(case("/a/type", "x", ACCEPTED, level=Level.SHOULD), *CALM)
    assert found.level is Level.SHOULD
    (both,) = findings(
        case("/a/type", "x", ACCEPTED, level=Level.SHOULD), case("/a/type", "y", ACCEPTED), *CALM
    )
    assert both.level is Level.MUST


def test_each_operation_has_findings_of_its_own() -> None:
    twice = run(operations=(*run().operations, replace(run().operations[0], id="Other")))
    foreign = replace(case("/a/type", "x", ACCEPTED), operation="Other")
    journal = Journal(twice, CLAUSES, (foreign, case("/a/type", "y", ACCEPTED)), (), None, None)
    assert [each.operation for each in find(journal)] == [OPERATION, "Other"]
