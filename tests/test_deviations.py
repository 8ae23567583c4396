"""Known deviations: the file, what an entry covers and what it must not, and entries gone stale."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.deviation_file import append, read_deviations, unfiled
from conformance.deviations import covering, stale
from conformance.errors import UsageError
from conformance.findings import Finding, find
from conformance.journal import Journal
from conformance.outcome import Outcome, State, judge_run
from conformance.records import Breach, CaseRecord, EndRecord
from conformance.run_record import Deviation
from conformance.verdict import Symptom, Verdict
from tests.sample import exchange, run
from tests.test_findings import (
    ACCEPT,
    ACCEPTED,
    CALM,
    CLAUSES,
    CRASHED,
    EITHER,
    OPERATION,
    REFUSED,
    case,
)

ENTRY = """
[[deviation]]
finding = "Op/a/maxLength/accepted"
reason = "the gateway cuts it"
link = "https://tracker.example/1"
date = 2026-11-01
"""


def entry(finding: str, *clauses: str, **more: str) -> Deviation:
    """Return an entry; names are local to the operation."""
    named = clauses or (finding.rpartition("/")[0],)
    plain = Deviation(
        OPERATION + finding,
        tuple(OPERATION + each for each in named),
        "the gateway cuts it",
        "https://tracker.example/1",
        "2026-11-01",
        place="known.toml:2",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # members by name


def journal(*cases: CaseRecord, known: tuple[Deviation, ...] = (), **more: object) -> Journal:
    head = run(
        planned=len(cases),
        deviations=known,
        deviations_source="known.toml",
        **{"whole": True, "depth": "standard", "seed": 0, **more},
    )
    return Journal(head, CLAUSES, cases, (), None, EndRecord(1.0, len(cases), 0))


def judged(
    *cases: CaseRecord, known: tuple[Deviation, ...], **more: object
) -> tuple[Outcome, dict[str, bool]]:
    """Return the outcome, and whether each finding is known, by its local id."""
    made = journal(*cases, known=known, **more)
    found = find(made)
    return judge_run(made, found), {each.id.removeprefix(OPERATION): each.known for each in found}


LONG = case("/a/maxLength", "over-limit", ACCEPTED, traits=("with a",))
KNOWN = entry("/a/maxLength/accepted")


# --- what an entry covers -------------------------------------------------------------------------


def test_a_known_finding_alone_is_neither_red_nor_green() -> None:
    outcome, found = judged(LONG, case("/a/type", "object"), *CALM, known=(KNOWN,))
    assert found == {"/a/maxLength/accepted": True}
    assert (outcome.state, outcome.exit) == (State.KNOWN, 0)
    assert outcome.headline == "⚠ Not conformant: 0 new findings, 1 known"
    assert outcome.counts.known == 1


@pytest.mark.parametrize(
    ("new", "name"),
    [
        (case("/a/type", "object", ACCEPTED), "/a/type/accepted"),
        (case("/a/maxLength", "at-limit", REFUSED), "/a/maxLength/refused"),
        (case("/a/maxLength", "emoji", CRASHED), "/a/maxLength/server-error"),
    ],
)
def test_another_fault_of_the_same_place_is_new(new: CaseRecord, name: str) -> None:
    outcome, found = judged(LONG, new, *CALM, known=(KNOWN,))
    assert found == {"/a/maxLength/accepted": True, name: False}
    assert (outcome.state, outcome.exit) == (State.NOT_CONFORMANT, 1)
    assert outcome.headline == "✗ Not conformant: 1 new finding, 1 known"


def test_one_more_clause_with_the_same_cause_is_new() -> None:
    both = entry("/every/maxLength/accepted", "/a/maxLength", "/b/maxLength")
    both = replace(both, finding=f"{OPERATION}:every/maxLength/accepted")
    labels = [case(f"/{name}/maxLength", "over-limit", ACCEPTED) for name in "ab"]
    more = case("/c/maxLength", "over-limit", ACCEPTED)
    calm = case("/d/maxLength", "at-limit", owed=ACCEPT)
    rest = case("/a/type", "object")
    _, found = judged(*labels, calm, rest, known=(both,))
    assert found == {":every/maxLength/accepted": True}
    outcome, found = judged(*labels, more, calm, rest, known=(both,))
    assert found == {":every/maxLength/accepted": False}
    assert outcome.exit == 1


def test_what_stays_of_a_common_cause_is_still_known() -> None:
    both = entry(":every/maxLength/accepted", "/a/maxLength", "/b/maxLength")
    mended = case("/b/maxLength", "over-limit", traits=("with b",))
    outcome, found = judged(LONG, mended, *CALM, known=(both,))
    assert found == {"/a/maxLength/accepted": True}
    assert [each.clause for each in outcome.stale] == [f"{OPERATION}/b/maxLength"]


def test_a_trait_on_file_does_not_excuse_requests_without_it() -> None:
    known = entry(":trait/with-x/refused", "/a/type", "/b/type")
    fails = [
        case(f"/{name}/type", "text", REFUSED, traits=("with x", f"with {name}")) for name in "ab"
    ]
    _, found = judged(*fails, *CALM, known=(known,))
    assert found == {":trait/with-x/refused": True}
    plain = case("/a/type", "plain", REFUSED, traits=("with a",))
    outcome, found = judged(*fails, plain, *CALM, known=(known,))
    assert not any(found.values())
    assert outcome.exit == 1
    assert covering((known,), fails[0]) is known
    assert covering((known,), plain) is None


def test_a_case_that_breaks_several_clauses_needs_an_entry_for_each() -> None:
    breaks = (f"{OPERATION}/a/maxLength", f"{OPERATION}/b/maxLength")
    several = case("/a/type", "long-object", ACCEPTED, breaks=breaks)
    other = entry("/b/maxLength/accepted")
    assert covering((KNOWN,), several) is None
    assert covering((KNOWN, other), several) is KNOWN
    crash = replace(several, symptom=CRASHED)
    assert covering((entry("/b/maxLength/server-error"),), crash) is not None


def test_a_flaky_case_is_known_by_the_clause_of_steadiness() -> None:
    flaky = replace(LONG, verdict=Verdict.FLAKY, symptom=Symptom.FLAKY)
    known = entry(":state/steady/flaky", ":state/steady")
    outcome, found = judged(flaky, case("/a/type", "object"), *CALM, known=(known,))
    assert covering((known,), flaky) is known
    assert found == {":state/steady/flaky": True}
    assert outcome.state is State.KNOWN


def test_a_target_that_looks_at_nothing_may_be_on_file() -> None:
    fails = [case(f"/{name}/type", "object", ACCEPTED) for name in "abcd"]
    accepted = case("/properties", "fullest", owed=ACCEPT)
    clauses = [f"/{name}/type" for name in "abcd"]
    known = entry(":every/refuse/accepted", *clauses)
    outcome, found = judged(*fails, accepted, known=(known,))
    assert found == {":every/refuse/accepted": True}
    assert outcome.exit == 0


def test_what_proves_nothing_because_of_a_known_deviation_is_settled() -> None:
    control = exchange("a=control")
    crash = case("/b/type", "text", CRASHED, owed=ACCEPT, exchange=control)
    doubtful = {"verdict": Verdict.INCONCLUSIVE, "because": "its control was answered 500"}
    first = case("/c/type", "x", body="c=1", **doubtful)
    second = case("/d/maxLength", "y", body="d=1", control=first.exchange, **doubtful)
    known = entry("/b/type/server-error")
    rest = (case("/a/type", "object"), *CALM)
    outcome, _ = judged(crash, first, second, *rest, known=(known,))
    assert outcome.state is State.KNOWN
    assert "2 cases proved nothing because of it" in outcome.sentence
    other = replace(second, control=exchange("b=another"))
    outcome, _ = judged(crash, first, other, *rest, known=(known,))
    assert outcome.state is State.INCONCLUSIVE
    assert outcome.headline == "? Inconclusive: 1 case proved nothing"
    for status, state in ((500, State.KNOWN), (400, State.INCONCLUSIVE)):
        drawn = replace(other, explored=True, control=exchange("b=1", status=status))
        answered = replace(crash, exchange=exchange("a=control", status=500))
        outcome, _ = judged(answered, first, drawn, *rest, known=(known,))
        assert outcome.state is state


def test_an_entry_whose_time_is_over_excuses_nothing() -> None:
    for expires, exit_status in (("2026-11-21", 1), ("2026-11-22", 0)):
        known = entry("/a/maxLength/accepted", expires=expires)
        outcome, found = judged(LONG, case("/a/type", "object"), *CALM, known=(known,))
        assert outcome.exit == exit_status
        assert found == {"/a/maxLength/accepted": exit_status == 0}


# --- stale entries --------------------------------------------------------------------------------

MENDED = case("/a/maxLength", "over-limit")


def test_a_deviation_that_fails_no_longer_is_red() -> None:
    outcome, _ = judged(MENDED, *CALM, known=(KNOWN,))
    assert (outcome.state, outcome.exit) == (State.STALE, 1)
    assert outcome.headline == "✗ 1 known deviation no longer there"
    assert outcome.sentence == (
        f"{OPERATION}/a/maxLength/accepted is on file, and it fails no longer"
        f" at {OPERATION}/a/maxLength."
    )
    assert "known.toml:2" in outcome.remedy


@pytest.mark.parametrize(
    ("cases", "more"),
    [
        ((replace(MENDED, verdict=Verdict.INCONCLUSIVE),), {}),
        ((replace(MENDED, verdict=Verdict.NOT_RUN),), {}),
        ((MENDED, case("/a/maxLength", "far", verdict=Verdict.FLAKY)), {}),
        ((case("/a/maxLength", "at-limit", owed=ACCEPT),), {}),
        ((), {}),
        ((MENDED,), {"whole": False}),
    ],
)
def test_an_entry_without_a_conclusive_clause_is_not_stale(
    cases: tuple[CaseRecord, ...], more: dict[str, object]
) -> None:
    assert stale(journal(*cases, *CALM, known=(KNOWN,), **more)) == ()


def test_a_run_cut_short_calls_nothing_stale() -> None:
    made = replace(journal(MENDED, *CALM, known=(KNOWN,)), end=None)
    assert judge_run(made, find(made)).state is State.INTERRUPTED


def test_what_only_exploration_shows_is_stale_only_where_it_was_explored_alike() -> None:
    known = entry("/a/maxLength/accepted", drawn="deep, seed 0")
    for depth, number in (("standard", 0), ("deep", 1)):
        assert len(stale(journal(MENDED, *CALM, known=(known,), depth=depth))) == number


def test_a_quiet_night_says_nothing_of_what_is_flaky() -> None:
    known = entry(":state/steady/flaky", ":state/steady")
    calm = case(":state/steady", "", owed=EITHER)
    assert stale(journal(calm, *CALM, known=(known,))) == ()


def test_an_answer_that_breaks_its_clause_keeps_the_entry() -> None:
    name = ":response/200/url/type"
    known = entry(f"{name}/broken-response")
    breach = (Breach(OPERATION + name, "url is no text"),)
    own = replace(case(name, "", owed=EITHER), id=OPERATION + name)
    assert len(stale(journal(own, *CALM, known=(known,)))) == 1
    assert stale(journal(own, replace(MENDED, breaches=breach), known=(known,))) == ()


def test_an_answer_on_file_settles_the_verdict_over_all_answers() -> None:
    name = ":response/200/url/type"
    breach = (Breach(OPERATION + name, "url is no text"),)
    own = replace(
        case(name, "", Symptom.BROKEN_RESPONSE, owed=EITHER), id=OPERATION + name, breaches=breach
    )
    shows = replace(MENDED, breaches=breach)
    known = entry(f"{name}/broken-response")
    rest = (case("/a/type", "object"), *CALM)
    outcome, found = judged(own, shows, *rest, known=(known,))
    assert found == {f"{name}/broken-response": True}
    assert outcome.state is State.KNOWN


def test_advice_on_file_leaves_the_verdict_as_it_is() -> None:
    name = ":response/200/url/unique"
    shows = replace(MENDED, breaches=(Breach(OPERATION + name, "the same url"),))
    known = entry(f"{name}/prose")
    made = journal(shows, case("/a/type", "object"), *CALM, known=(known,))
    found = find(made)
    assert [(each.level, each.known) for each in found] == [("SHOULD", True)]
    assert judge_run(made, found).state is State.CONFORMANT
    assert judge_run(made, found, strict=True).state is State.KNOWN


def test_a_clause_that_the_contract_has_not_is_stale() -> None:
    made = journal(MENDED, *CALM, known=(entry("/gone/type/accepted"),))
    assert [each.sentence for each in stale(made)] == ["the contract has no such clause"]
    untested = replace(CLAUSES[0], id=f"{OPERATION}:untested")
    assert stale(replace(made, clauses=(untested,))) == ()
    elsewhere = replace(KNOWN, finding="Other/a/type/accepted", clauses=("Other/a/type",))
    assert stale(journal(MENDED, *CALM, known=(elsewhere,))) == ()


# --- the file -------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "known.toml"
    path.write_text(text)
    return path


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    text = ENTRY + 'expires = "2027-01-31"\nclauses = ["Op/a/maxLength", "Op/b"]\n'
    found = read_deviations(written(tmp_path, text), "known.toml")
    (only,) = found.deviations
    assert only == Deviation(
        "Op/a/maxLength/accepted",
        ("Op/a/maxLength", "Op/b"),
        "the gateway cuts it",
        "https://tracker.example/1",
        "2026-11-01",
        "2027-01-31",
        "",
        "known.toml:2",
    )
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("deviation", "known.toml: this is not TOML"),
        ("\udcff", "known.toml: this is not TOML"),
        ("x = 1", 'known.toml: the key "x" is not known at the top'),
        ("deviation = 1", "known.toml: deviation is no list of tables"),
        (
            ENTRY.replace("the gateway cuts it", " "),
            ":2: a known deviation has no reason",
        ),
        (ENTRY.replace("reason", "# reason"), ":2: a known deviation has no reason"),
        (ENTRY.replace("reason", "reasn"), 'known.toml:2: the key "reasn" is not known\nDid you'),
        (ENTRY.replace('"the gateway cuts it"', "1"), "known.toml:2: reason is no text"),
        (ENTRY.replace("https://", ""), "is no http or https address"),
        (ENTRY.replace("2026-11-01", '"soon"'), "known.toml:2: date is no day"),
        (ENTRY.replace("2026-11-01", "2026-11-01T00:00:00"), "known.toml:2: date is no day"),
        (ENTRY.replace("date", "# date"), "has no date"),
        (ENTRY.replace("/accepted", "/wrong"), "ends in no symptom"),
        (ENTRY.replace("Op/a/maxLength/", "Op:every/type/"), "stands for several clauses"),
        (ENTRY + "clauses = []", "stands for several clauses"),
        (ENTRY + "drawn = 1", "known.toml:2: drawn is no text"),
        (
            ENTRY + ENTRY,
            "8: Op/a/maxLength/accepted is on file already, at known.toml:2",
        ),
    ],
)
def test_a_file_that_is_not_complete_is_refused_with_its_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "known.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as caught:
        read_deviations(path, "known.toml")
    assert sentence in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_not_there_or_endless_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"known\.toml: the known deviations cannot be read"):
        read_deviations(tmp_path / "known.toml", "known.toml")
    with pytest.raises(UsageError, match="over 1 MiB"):
        read_deviations(written(tmp_path, "#" * (1 << 20) + "\n"), "known.toml")


def findings(
    *cases: CaseRecord, known: tuple[Deviation, ...] = ()
) -> tuple[Journal, tuple[Finding, ...]]:
    made = journal(*cases, known=known)
    return made, find(made)


def test_what_is_put_on_file_waits_for_its_reason_and_changes_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, "# ours\n" + ENTRY)
    fails = [case(f"/{name}/type", "object", ACCEPTED) for name in "ab"]
    made, found = findings(LONG, *fails, case("/d/type", "object"), *CALM[:2], known=(KNOWN,))
    append(path, unfiled(made, found, strict=False))
    text = path.read_text()
    assert text.startswith("# ours\n" + ENTRY)
    tables = tomllib.loads(text)["deviation"]
    assert [each["finding"].removeprefix(OPERATION) for each in tables[1:]] == [
        each.id.removeprefix(OPERATION) for each in found if not each.known
    ]
    assert {each["reason"] for each in tables[1:]} == {""}
    with pytest.raises(UsageError, match=r"known\.toml:9: a known deviation has no reason"):
        read_deviations(path, "known.toml")
    path.write_text(
        text.replace('reason = ""', 'reason = "x"').replace('link = ""', 'link = "http://x"')
    )
    entries = read_deviations(path, "known.toml").deviations
    again = replace(made, run=replace(made.run, deviations=(KNOWN, *entries[1:])))
    assert all(each.known for each in find(again))


def test_only_the_new_clauses_of_a_common_cause_are_put_on_file() -> None:
    old = entry(":every/type/accepted", "/a/type", "/b/type")
    fails = [case(f"/{name}/type", "object", ACCEPTED) for name in "abc"]
    made, found = findings(*fails, case("/a/maxLength", "x"), *CALM[:2], known=(old,))
    ((new, words),) = unfiled(made, found, strict=False)
    assert new.clauses == (f"{OPERATION}/c/type",)
    assert new.finding == old.finding
    assert words


def test_a_finding_that_was_drawn_says_how() -> None:
    made, found = findings(replace(LONG, explored=True), case("/a/type", "object"), *CALM)
    ((new, _),) = unfiled(made, found, strict=False)
    assert new.drawn == "standard, seed 0"


def test_hostile_words_stay_words_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    nasty = 'x\n[[deviation]]\n"""\x00\x7f\u2028'
    new = Deviation(f"{nasty}/accepted", (nasty, "b"), "", "", "2026-11-22", drawn=nasty)
    append(path, [(new, nasty)])
    (table,) = tomllib.loads(path.read_text())["deviation"]
    assert table["finding"] == new.finding
    assert table["clauses"] == [nasty, "b"]


def test_a_fault_of_http_is_known_by_its_code() -> None:
    answer = exchange("a=1", status=None, fault_code="reset", fault_sentence="reset")
    fault = replace(LONG, verdict=Verdict.FAULT, symptom=Symptom.FAULT, exchange=answer)
    known = entry(":http/reset/fault", "/a/maxLength")
    outcome, found = judged(fault, case("/a/type", "object"), *CALM, known=(known,))
    assert found == {":http/reset/fault": True}
    assert outcome.state is State.KNOWN
    other = replace(fault, exchange=replace(answer, fault_code="deadline"))
    assert covering((known,), other) is None
