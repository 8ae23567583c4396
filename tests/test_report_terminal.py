"""The lines at the end of a run, and how text is made visible."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from conformance.outcome import judge_run
from conformance.records import AbortRecord
from conformance.report.terminal import Line, summary_lines
from conformance.report.text import (
    answer,
    bounded,
    clipped,
    milliseconds,
    status_line,
    visible,
)
from tests import sample
from tests.sample_runs import RUNS, Run, many


@pytest.fixture(params=RUNS, name="run")
def _run(request: pytest.FixtureRequest) -> Run:
    return RUNS[request.param]


def lines_of(run: Run, **options: object) -> list[Line]:
    return summary_lines(*run, judge_run(*run), report_path="reports/report.html", **options)  # type: ignore[arg-type]


def plain(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def test_a_failure_reads_as_the_design_says() -> None:
    text = plain(lines_of(RUNS["red"]))
    expected = """\
  PostAccountLinks/collect/enum/outsider-0   (+21 alike)
    clause    collect is one of: currently_due, eventually_due   (JSON Schema Validation 2020-12, s…
    contract  …rlencoded/schema/properties/collect/enum = ["currently_due","eventually_due"]
    request   account="acct_1", type="account_onboarding", collect="currently_duex"
    expected  refused (4xx)
    actual    200 OK in 1.4 ms
    control   account="acct_1", type="account_onboarding", collect="currently_due": 200 OK in 1.4 ms
    replay    curl -i -g --path-as-is -X POST -H User-Agent: -H 'Accept: application/json' \\
              -H 'Accept-Encoding: identity' -H 'Content-Type: application/x-www-form-urlencoded' \\
              -H "Authorization: Bearer $STRIPE_API_KEY" \\
              --data-raw 'account=acct_1&type=account_onboarding&collect=currently_duex' \\
              http://127.0.0.1:12111/v1/account_links
"""
    assert expected in text
    assert "  PostAccountLinks:response/200/created/type/broken-response   SHOULD\n" in text


def test_the_closing_block_of_a_green_run() -> None:
    lines = lines_of(RUNS["green"], again="pytest --seed=7")
    assert (
        plain(lines)
        == """\
✓ Conformant: 23 of 23 clauses proved
  Every request that the contract allows was accepted, every one that it forbids was refused, and no
  answer broke its documented shape.

  POST /v1/account_links  281 cases  23 clauses  290 requests  1.1 s
  target     http://127.0.0.1:12111
  proved     23 of 23 clauses (accepted 113 as it must, refused 163 as it must)
  unproved   1 clause uncovered: expand/maxItems (no request of bounded size reaches it)
  report     reports/report.html
  again      pytest --seed=7"""
    )
    assert [line.style for line in lines][:5] == ["green", "none", "none", "none", "bold"]


@pytest.mark.parametrize(
    ("name", "style"),
    [("red", "red"), ("cut", "yellow"), ("aborted", "yellow"), ("green", "green")],
)
def test_the_verdict_has_the_colour_of_its_state(name: str, style: str) -> None:
    headline = judge_run(*RUNS[name]).headline
    assert next(line for line in lines_of(RUNS[name]) if line.text == headline).style == style


def test_the_embedded_target_says_how_to_test_ones_own() -> None:
    text = plain(lines_of(RUNS["embedded"]))
    assert "(embedded target, not yours)" in text
    assert "pytest --target-url=URL" in text
    assert "--target-url=URL" not in plain(lines_of(RUNS["green"]))


def test_findings_are_bounded() -> None:
    blocks = plain(lines_of(RUNS["many"])).split("\n\n")
    findings = [each for each in blocks if each.startswith("  PostAccountLinks/")]
    assert len(findings) == 20
    assert "  … 6 more findings in the report" in blocks
    for block in [each for run in RUNS.values() for each in plain(lines_of(run)).split("\n\n")]:
        if "    clause    " in block:
            assert block.count("\n") < 12
            assert len(block.encode()) <= 2048


@pytest.mark.parametrize("width", [20, 80, 100, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_can_harm_a_terminal_or_a_build_server(
    run: Run, width: int, *, unicode: bool
) -> None:
    for line in lines_of(run, width=width, unicode=unicode):
        assert line.text.isprintable()
        assert not line.text.lstrip().startswith("::")
        assert "##[" not in line.text
        assert unicode or line.text.isascii()


def test_a_sentence_of_a_target_cannot_command_a_build_server() -> None:
    journal = sample.aborted()
    said = replace(journal, abort=AbortRecord("it said", "::error::no ##[group]"))
    text = plain(lines_of((said, ())))
    assert "  : :error::no ## [group]\n" in text


def test_lines_keep_to_the_width_but_for_what_is_to_be_copied() -> None:
    for line in lines_of(RUNS["many"], width=80):
        copied = "replay" in line.text or line.text.startswith("              ")
        assert copied or len(line.text) <= 80


def test_a_lost_body_is_said_and_a_long_command_stays_in_the_report() -> None:
    assert "the body is too long to keep" in plain(lines_of(RUNS["quiet"]))
    journal, findings = RUNS["red"]
    wild = sample.exchange("".join(chr(0x100 + 7 * each % 900) for each in range(1400)))
    long = replace(findings[0], exchange=wild)
    assert "    replay    in the report" in plain(lines_of((journal, (long,))))


def test_a_finding_without_an_exchange_is_still_told() -> None:
    journal, findings = many()
    text = plain(lines_of((journal, findings[-1:])))
    assert "  fault\n" in text
    assert "none was sent" in text


def test_a_found_sentence_and_a_bare_block() -> None:
    journal, findings = RUNS["red"]
    quiet = replace(journal, run=replace(journal.run, again=""))
    lines = summary_lines(quiet, findings, judge_run(quiet, findings))
    assert not [line for line in lines if line.text.startswith(("  report", "  again"))]


def test_what_was_not_proved_is_named_and_counted() -> None:
    text = plain(lines_of(RUNS["cut"]))
    assert "14 clauses not tried: " in text
    assert "5 clauses not shown in this run: " in text
    assert ", … 9 more" in text
    assert "241 cases not run" in text


def test_an_id_stays_whole_at_the_end_of_a_line() -> None:
    journal, findings = RUNS["cut"]
    named = [replace(each, id=each.id.replace("/", "/all-", 1)) for each in journal.clauses]
    whole = replace(journal, clauses=tuple(named))
    for width in range(60, 100):
        lines = summary_lines(whole, findings, judge_run(whole, findings), width=width)
        assert not [line.text for line in lines if line.text.endswith("-")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é 😀 e\u0301", "é 😀 e\u0301"),
        ("a\nb\tc\x7f", "a␊b␉c␡"),
        ("\x85\xa0", "\\x85\\xa0"),
        ("\u202e\u200d\ufeff\ud800", "\\u202e\\u200d\\ufeff\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "\\u0301" * 2),
    ],
)
def test_what_does_not_show_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_plain_terminals_get_ascii() -> None:
    assert visible("✓ a… é\x1b😀", unicode=False) == "+ a... \\xe9\\x1b\\U0001f600"
    assert visible("a\nb\x1b", keep="\n") == "a\nb␛"


def test_amounts_for_people() -> None:
    assert [milliseconds(each) for each in (1.42, 12.4, 3210)] == ["1.4 ms", "12 ms", "3.2 s"]
    assert [status_line(each) for each in (200, 404, 799)] == ["200 OK", "404 Not Found", "799"]
    assert bounded("abc", 3) == "abc"
    assert bounded("abcd", 3) == "abc… (4 characters)"
    assert clipped("abcd", 3) == "ab…"
    assert answer(sample.exchange(status=None)) == "no answer"
