"""Parts of the page: the one difference, the excerpt of the contract, what is listed of many."""

from __future__ import annotations

import base64
import re

import pytest
from msgspec.structs import replace

from conformance.findings import find
from conformance.outcome import judge_run
from conformance.report import case_list, html
from conformance.report.difference import Line, plain, sides
from conformance.report.snippet import by_schema, snippet
from conformance.verdict import Verdict
from tests import sample, sample_large
from tests.sample_contract import OPERATION

HEAD = 2
"""The lines that say method, address and media type."""


def marks(control: str, sent: str, **changes: object) -> tuple[list[str], list[str]]:
    """Return what is marked on either side."""
    both = sides(sample.exchange(control), sample.exchange(sent, **changes))
    left, right = ([line.marked for line in side if line.marked] for side in both)
    return left, right


@pytest.mark.parametrize(
    ("control", "sent", "left", "right"),
    [
        ("a=1&b=2", "a=1&b=2", [], []),
        ("a=1&b=2", "a=1&b=3", ["2"], ["3"]),
        ("a=1&b=2", "a=1", ["b = 2"], ["(b is not there)"]),
        ("a=1", "a=1&b=2", ["(b is not there)"], ["b = 2"]),
        ("a=1&b=2", "a=1&c=2", ["b = 2"], ["c = 2"]),
        ("a=currently_due", "a=currently_duex", [], ["x"]),
        ("a=" + "a" * 5000, "a=" + "a" * 5001, ["(5,000 characters)"], ["(5,001 characters)"]),
        ("a=" + "a" * 500, "a=" + "a" * 250 + "b" + "a" * 249, ["a"], ["b"]),
    ],
)
def test_the_one_difference_is_marked(
    control: str, sent: str, left: list[str], right: list[str]
) -> None:
    assert marks(control, sent) == (left, right)


def test_another_method_or_media_type_is_the_difference() -> None:
    assert marks("a=1", "a=1", method="PUT")[1] == ["PUT http://127.0.0.1:12111/v1/account_links"]
    left, right = marks("a=1", "a=1", headers=(("Content-Type", "text/plain"),))
    assert left[0] == "application/x-www-form-urlencoded"
    assert right[0] == "text/plain"


def test_json_is_shown_member_by_member() -> None:
    json_headers = (("Content-Type", "application/json"),)
    one, two = (
        sample.exchange(text, headers=json_headers)
        for text in ('{"a":1,"b":[1]}', '{"a":1,"b":[2]}')
    )
    left, right = sides(one, two)
    assert [line.marked for line in left + right if line.marked] == ["  1", "  2"]
    assert [line.before + line.marked + line.after for line in left[HEAD:]] == [
        "{", ' "a": 1,', ' "b": [', "  1", " ]", "}",
    ]  # fmt: skip


def test_a_body_is_shown_as_it_is_read_and_as_it_is_spelt() -> None:
    assert plain(sample.exchange("a%5B%5D=x+y"))[HEAD] == Line("a[] = x y   (sent as a%5B%5D=x+y)")
    many = plain(sample.exchange("&".join(f"a{at}=1" for at in range(100))))
    assert many[-1] == Line("… 42 more lines")


def test_an_excerpt_has_the_keywords_beside() -> None:
    journal = sample.green()
    clause = next(each for each in journal.clauses if each.id == f"{OPERATION}/account/maxLength")
    found = snippet(clause, by_schema(journal.clauses))
    assert found is not None
    assert found.pointer.endswith("/properties/account")
    assert [(each.name, each.value, each.own) for each in found.keywords] == [
        ("maxLength", "5000", True),
        ("type", '"string"', False),
    ]
    assert snippet(replace(clause, keyword_location=""), {}) is None


def test_of_too_many_cases_every_failure_and_every_clause_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(case_list, "MOST_CASES", 400)
    journal, findings = sample_large.whole_api(12, 60)
    page = html.render(journal, findings, judge_run(journal, findings))
    wrong = [case for case in journal.cases if case.verdict is not Verdict.PASS]
    assert wrong
    listed = re.findall(r"<tr[^>]*><th>.*?<td>\S+ (\w+)<td>", page)
    assert listed.count("FAIL") == len(wrong)
    tried = {case.clause for case in journal.cases}
    assert page.count('<tr class="g"') == len(tried)
    assert len(tried) <= len(listed) <= 480
    left_out = len(journal.cases) - len(listed)
    assert f"{left_out:,} cases that passed are counted everywhere on this page" in page


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    journal, findings = sample.red()
    sent = sample.exchange(None, body_base64=base64.b64encode(b"a=\xff\n").decode(), body_bytes=4)
    page = html.render(
        journal, (replace(findings[0], exchange=sent, control=None),), judge_run(journal, findings)
    )
    assert "a=\\xff\\x0a\n(4 bytes, SHA-256" in page


def test_what_is_on_file_is_amber_and_says_why() -> None:
    journal, findings = sample_large.nightly()
    page = html.render(journal, findings, judge_run(journal, findings))
    assert "Known <b>1</b>" in page
    assert "since 2026-10-03: the sandbox checks collect only when the link is used" in page
    assert re.search(r'<a class="t known[^>]* id="c-PostAccountLinks.collect.enum"', page)
    assert "Comes and goes <b>1</b>" in page
    fixed = sample.green()
    head = replace(fixed.run, deviations=journal.run.deviations, whole=True)
    gone = replace(fixed, run=head)
    page = html.render(gone, find(gone), judge_run(gone, find(gone)))
    assert "On file, and gone <b>1</b>" in page


def test_what_is_shown_by_what_it_allows_alone_is_listed() -> None:
    journal = sample.green()
    index, half = next((n, c) for n, c in enumerate(journal.clauses) if c.side == "request")
    assert "Proved one way" not in html.render(journal, (), judge_run(journal, ()))
    clauses = list(journal.clauses)
    clauses[index] = replace(half, reason="shown by what it allows alone")
    journal = replace(journal, clauses=tuple(clauses))
    page = html.render(journal, (), judge_run(journal, ()))
    assert page.count("Proved one way") == 1
    assert "<span>shown by what it allows alone</span>" in page
