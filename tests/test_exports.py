"""CTRF, SARIF, Markdown and what GitHub shows: shapes, figures, and hostile text in every field."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import jsonschema
import pytest
import yaml
from msgspec.structs import replace

from conformance.contract import default_source
from conformance.contract.lines import lines
from conformance.outcome import judge_run
from conformance.pointer import from_tokens
from conformance.report import EXPORTS, Reported, ctrf, export, github, markdown, sarif
from conformance.report.__main__ import main
from conformance.report.files import RESULTS, build
from conformance.report.sarif import uri
from conformance.report.written import written
from conformance.run_record import Deviation
from conformance.verdict import Verdict
from tests import sample
from tests.export_shapes import CTRF, SARIF
from tests.sample_runs import HOSTILE, RUNS, Run


def known(run: Run, number: int = 1) -> Run:
    """Put the first findings of `run` on file."""
    journal, findings = run
    entries = tuple(
        Deviation(each.id, each.clauses, HOSTILE, "https://tracker.example/1", "2026-11-01")
        for each in findings[:number]
    )
    filed = tuple(
        replace(each, deviations=(entry,), known=True)
        for each, entry in zip(findings[:number], entries, strict=True)
    )
    head = replace(journal.run, deviations=entries, deviations_source="known.toml")
    return replace(journal, run=head), (*filed, *findings[number:])


EVERY = {**RUNS, "known": known(RUNS["red"]), "hostile known": known(RUNS["hostile"], 3)}


@pytest.fixture(params=EVERY, name="run")
def _run(request: pytest.FixtureRequest) -> Run:
    return EVERY[request.param]


# --- CTRF -----------------------------------------------------------------------------------------


def test_ctrf_has_its_shape(run: Run) -> None:
    report = json.loads(ctrf.render(*run, judge_run(*run)))
    jsonschema.validate(report, CTRF)
    summary, tests = report["results"]["summary"], report["results"]["tests"]
    assert summary["tests"] == len(tests) == len(run[0].cases)
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == sum(test["status"] == status for test in tests)
    assert len({test["id"] for test in tests}) == len({case.id for case in run[0].cases})


def test_ctrf_fails_what_is_red_and_nothing_else() -> None:
    journal, findings = known(RUNS["red"])
    tests = json.loads(ctrf.render(journal, findings, judge_run(journal, findings)))["results"]
    by_name = {test["name"]: test for test in tests["tests"]}
    for case in findings[0].cases:
        assert by_name[case]["status"] == "other"
        assert by_name[case]["rawStatus"] == "FAIL"
        assert by_name[case]["extra"]["knownDeviation"]
    for case in findings[1].cases:
        assert by_name[case]["status"] == "failed"
    raw = {test["rawStatus"]: test["status"] for test in tests["tests"]}
    assert raw["INCONCLUSIVE"] == "other"
    assert tests["environment"]["healthy"] is True
    cut = RUNS["cut"]
    assert not json.loads(ctrf.render(*cut, judge_run(*cut)))["results"]["environment"]["healthy"]


def test_ctrf_ids_stay_from_night_to_night() -> None:
    first, second = RUNS["green"], (sample.green(run_id="another", started_at=1.0), ())
    one, two = (json.loads(ctrf.render(*each, judge_run(*each))) for each in (first, second))
    ids = [[test["id"] for test in each["results"]["tests"]] for each in (one, two)]
    assert ids[0] == ids[1]
    assert one["reportId"] != two["reportId"]


# --- SARIF ----------------------------------------------------------------------------------------


def test_sarif_has_its_shape(run: Run) -> None:
    log = json.loads(sarif.render(*run, judge_run(*run)))
    jsonschema.validate(log, SARIF)
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert len(only["results"]) == len(run[1])
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_names_line_fingerprint_and_suppression() -> None:
    journal, findings = known(RUNS["red"])
    clauses = tuple(replace(each, line=number) for number, each in enumerate(journal.clauses, 7))
    journal = replace(
        journal, clauses=clauses, run=replace(journal.run, contract_file="api/a b.json")
    )
    (only,) = json.loads(sarif.render(journal, findings, judge_run(journal, findings)))["runs"]
    first, second = only["results"][:2]
    line = next(each.line for each in clauses if each.id == findings[0].clause)
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "api/a%20b.json"}, "region": {"startLine": line}}
    assert first["partialFingerprints"] == {"conformanceFinding/v1": findings[0].id}
    assert (first["baselineState"], second["baselineState"]) == ("unchanged", "new")
    assert first["suppressions"][0]["status"] == "accepted"
    assert "suppressions" not in second
    plain = RUNS["red"]
    (only,) = json.loads(sarif.render(*plain, judge_run(*plain)))["runs"]
    assert all("baselineState" not in each for each in only["results"])
    assert {each["level"] for each in only["results"]} == {"error", "warning"}


def test_a_path_becomes_a_uri() -> None:
    assert uri("api/open api.json") == "api/open%20api.json"
    assert uri("/a b/c.json") == "file:///a%20b/c.json"


# --- lines of the contract ------------------------------------------------------------------------


def pointers(value: object, path: tuple[str, ...] = ()) -> dict[str, object]:
    found: dict[str, object] = {"#" + from_tokens(path): value}
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, below in pairs:
        found |= pointers(below, (*path, str(name)))
    return found


ODD = {"a/b": [{"~c": 1}, [], {}, "x"], 'q"\\\n': {"": {"é": [[[2]]]}}, "z": None}


@pytest.mark.parametrize("document", [json.loads(Path(default_source()).read_text()), ODD])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_every_place_of_a_document_has_its_line(document: dict[str, object], form: str) -> None:
    text = (
        json.dumps(document, indent=1, ensure_ascii=False)
        if form == "json"
        else yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=10**6)
    )
    every = pointers(document)
    found = lines(text, every)
    assert found.keys() == every.keys()
    rows = text.split("\n")
    for pointer in every:
        name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        if name and name.isascii() and name.isidentifier():
            assert name in rows[found[pointer] - 1], pointer
    assert lines(text, ["#/nowhere", "#/a~1b/9"]) == {}


REFERRING = """\
paths:
  here:
    $ref: "#/parts/a~1b"
parts:
  a/b:
    list:
    - $ref: "#/parts/c%20d"
  c d:
    type: string
  round:
    $ref: "#/parts/round"
"""


@pytest.mark.parametrize("json_", [False, True])
def test_lines_are_found_behind_references(*, json_: bool) -> None:
    text = json.dumps(yaml.safe_load(REFERRING), indent=0) if json_ else REFERRING
    wanted = "#/paths/here/list/0/type"
    (line,) = lines(text, [wanted, "#/parts/round/a", "#/paths/here/list/x/type"]).values()
    assert "type" in text.splitlines()[line - 1]
    assert lines(text, ["#/parts/c d/type"]) == {"#/parts/c d/type": line}


def test_a_line_is_counted_not_guessed() -> None:
    text = '{\n "a":\n  1,\n "b": {"c": [1,\n2]}}'
    assert lines(text, ["#/a", "#/b", "#/b/c", "#/b/c/1", "#/x"]) == {
        "#/a": 2,
        "#/b": 4,
        "#/b/c": 4,
        "#/b/c/1": 5,
    }


# --- Markdown -------------------------------------------------------------------------------------

TAGS = re.compile(r"</?(details|summary|code)>")
ENTITY = re.compile(r"&#\d+;")


def bare(text: str) -> str:
    """Return the Markdown outside fences and code spans, as GFM (4.5, 6.3) delimits them."""
    kept, ticks = [], ""
    for line in text.split("\n"):
        opening = re.match(r"(`{3,})\w*$", line)
        if ticks:
            ticks = "" if re.fullmatch(f"`{{{len(ticks)},}} *", line) else ticks
        elif opening:
            ticks = opening[1]
        else:
            kept.append(re.sub(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)", "CODE", line))
    assert ticks == "", "a fence is not closed"
    return "\n".join(kept)


def test_nothing_of_the_targets_is_markup(run: Run) -> None:
    text = markdown.render(*run, judge_run(*run))
    left = ENTITY.sub("", TAGS.sub("", bare(text)))
    assert not re.search(r"[<@`$~&]|#\d|\[|\]\(|://|www\.", left), left
    assert {row.replace("\\|", "").count("|") for row in left.split("\n") if row[:1] == "|"} <= {
        3,
        4,
        5,
    }
    assert text.count("<details>") == text.count("</details>")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\ud800-\udfff]", text)


@pytest.mark.parametrize("text", ["a", "`", "``a```b`", "a|b", " x ", "`x|`", "", "a\n``\nb"])
def test_code_and_fences_hold_whatever_they_are_given(text: str) -> None:
    span = markdown.code(text)
    assert bare(span) == ("CODE" if text.strip() else "")
    assert "|" not in span.replace("\\|", "")
    assert bare(markdown.fence(text)).strip() == ""


@pytest.mark.parametrize("text", ["@octocat", "#123", "<img src=x>", "[a](b)", "a|b", "$x$ ~~y~~"])
def test_prose_is_words(text: str) -> None:
    shown = markdown.prose(text)
    assert not re.search(r"[<>@|\[\]`*_~$]", shown)
    assert unescape(shown).replace("\u200b", "") == text
    assert "\u200b" in unescape(shown) or text[0] not in "@#"


@pytest.mark.parametrize("most_bytes", [3_000, 20_000, markdown.MOST_BYTES, github.SUMMARY_BYTES])
def test_markdown_is_bounded_and_says_what_is_cut(most_bytes: int) -> None:
    journal, findings = RUNS["many"]
    many = tuple(
        replace(each, id=f"{each.id}{number}", words="é" * 400)
        for number in range(20)
        for each in findings
    )
    text = markdown.render(journal, many, judge_run(journal, many), most_bytes)
    assert len(text.encode()) <= most_bytes
    assert f"Cut at {most_bytes:,} bytes" in text
    assert bare(text)
    short = markdown.render(*RUNS["red"], judge_run(*RUNS["red"]))
    assert "Cut at" not in short
    assert short.count("<details>") == len(RUNS["red"][1])


def test_markdown_tells_new_from_known() -> None:
    run = known(RUNS["red"])
    text = markdown.render(*run, judge_run(*run))
    assert "### New findings" in text
    assert "### Known deviations" in text
    assert text.count("<details>") == len(run[1]) - 1
    assert "https://tracker.example/1" in text


# --- GitHub ---------------------------------------------------------------------------------------


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Read a command as the runner does (actions/runner, ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    end = line.index("::", 2)
    name, _, rest = line[2:end].partition(" ")
    pairs = dict(pair.split("=", 1) for pair in rest.split(",") if pair)
    for old, new in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        pairs = {key: value.replace(old, new) for key, value in pairs.items()}
    message = line[end + 2 :]
    for old, new in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        message = message.replace(old, new)
    return name, pairs, message


def test_annotations_are_for_new_red_findings(run: Run) -> None:
    journal, findings = run
    journal = replace(journal, run=replace(journal.run, contract_file="a,b:c%.json"))
    for strict in (False, True):
        red = [each for each in findings if not each.known and (strict or each.level == "MUST")]
        commands = github.commands(journal, findings, strict=strict)
        assert len(commands) == min(len(red), 10)
        for line in commands:
            assert "\n" not in line
            assert "\r" not in line
            assert "##[" not in line
            name, pairs, message = parsed(line)
            assert name == "error"
            assert pairs.keys() <= {"file", "line", "title"}
            assert pairs.get("file", "a,b:c%.json") == "a,b:c%.json"
            assert message


def test_a_command_in_what_a_target_says_stays_data() -> None:
    journal, findings = RUNS["red"]
    evil = "x\n::stop-commands::y\r::set-output name=a::b ##[command]%0A::error::z"
    changed = tuple(replace(each, id=f"a,{evil}", actual=evil, words=evil) for each in findings)
    for line in github.commands(journal, changed, strict=True):
        assert not re.search(r"[\r\n]|##\[|^\s*::(?!error )", line)
        _, pairs, message = parsed(line)
        assert pairs["title"].startswith("a,x")
        assert "%0A::error::z" in message


def test_the_tenth_annotation_counts_the_rest() -> None:
    journal, findings = RUNS["many"]
    commands = github.commands(journal, findings, strict=True)
    assert len(commands) == 10
    assert f"{len(findings) - 9} more new findings, see the summary" in commands[-1]


def test_the_summary_is_the_same_markdown_in_64_kib(run: Run) -> None:
    text = github.summary(*run, judge_run(*run))
    assert len(text.encode()) <= 65_536
    if len(markdown.render(*run, judge_run(*run)).encode()) < 60_000:
        assert text == markdown.render(*run, judge_run(*run))


# --- files ----------------------------------------------------------------------------------------


def test_the_same_journal_makes_the_same_bytes(run: Run) -> None:
    for form in EXPORTS:
        first, second = (b"".join(export(Reported(*run, judge_run(*run)), form)) for _ in range(2))
        assert first == second
        assert first.endswith(b"\n")
        assert b"\r" not in first


def test_no_report_of_a_large_run_is_ever_whole_in_memory() -> None:
    journal, findings = RUNS["red"]
    several = tuple(replace(findings[0], id=f"{findings[0].id}{each}") for each in range(500))
    cases = tuple(replace(journal.cases[0], id=f"{each}") for each in range(5000))
    large = Reported(replace(journal, cases=cases), several, judge_run(journal, findings))
    for form in ("ctrf", "sarif"):
        sizes = [len(each) for each in export(large, form)]
        assert sum(sizes) > 500_000, form
        assert max(sizes) < 20_000, form
    sizes = [len(each) for each in build(large.journal, several, large.outcome)[RESULTS]]
    assert max(sizes) < 20_000


def test_what_is_written_in_pieces_is_json() -> None:
    """An iterator is an array; what holds one is parted, wherever it stands."""
    assert [*written({"a": [1, "\u00e9"], "b": {}})] == ['{"a": [1, "\\u00e9"], "b": {}}', "\n"]
    parted = {"none": iter(()), "more": {"d": iter(({"e": 1}, [2]))}, "f": [{"g": iter("xy")}, {}]}
    pieces = [*written(parted)]
    assert len(pieces) > len(parted)
    assert json.loads("".join(pieces)) == {
        "none": [],
        "more": {"d": [{"e": 1}, [2]]},
        "f": [{"g": ["x", "y"]}, {}],
    }


def test_build_makes_every_file(tmp_path: Path) -> None:
    sample.write(sample.green(), tmp_path / "journal.ndjson")
    assert main(["build", str(tmp_path)]) == 0
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert before.keys() >= {"report.html", "results.json", *EXPORTS.values()}
    assert main(["build", str(tmp_path)]) == 0
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_a_flaky_case_is_a_failed_one() -> None:
    journal = RUNS["green"][0]
    flaky = replace(journal.cases[0], verdict=Verdict.FLAKY, tried=3, wrong=1)
    journal = replace(journal, cases=(flaky, *journal.cases[1:]))
    report = json.loads(ctrf.render(journal, (), judge_run(journal, ())))["results"]
    assert report["summary"]["flaky"] == 1
    first = report["tests"][0]
    assert (first["status"], first["flaky"], first["retries"]) == ("failed", True, 2)
