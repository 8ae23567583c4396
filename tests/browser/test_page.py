"""What a reader finds on the page, by eye, by keyboard and without scripts."""

from __future__ import annotations

import re

import pytest

from conformance.outcome import judge_run
from conformance.report.compare import compare
from conformance.report.html import render_comparison
from tests import sample_large
from tests.browser.conftest import Opened, Opener
from tests.sample_contract import OPERATION
from tests.sample_runs import RUNS, Run

NIGHT = sample_large.nightly()
PAGES: dict[str, Run] = {**RUNS, "night": NIGHT, "api": sample_large.whole_api(24, 20)}
_ABOVE_THE_FOLD = """() =>
  [...document.querySelectorAll("h1, .kicker, .changes li, .changes h2, .past, .facts, #map h2")]
    .filter((each) => each.getBoundingClientRect().top < innerHeight)
    .map((each) => each.innerText).join("\\n")"""
_FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const part = element.closest(".card, .bar, #map, #cases, #run, #unproved, header, body");
  return [part.id || part.className || part.tagName, style.outlineStyle, style.outlineWidth]; }"""
LENGTH = "c-PostAccountLinks.account.maxLength"


def test_five_seconds_are_enough(opened: Opener) -> None:
    seen = opened(NIGHT)
    top = seen.run(_ABOVE_THE_FOLD)
    new = sum(each.level == "MUST" and not each.known for each in NIGHT[1])
    assert 2 < new < 20
    assert f"Not conformant: {new} new findings, 1 known" in top
    assert re.search(r"Known\s*1", top)
    for fact in ("https://sandbox.example.com", "2026-11-22 03:17 UTC", "POST /v1/account_links"):
        assert fact in top
    assert re.search(r"New since last run\s*2", top)
    assert re.search(r"Fixed\s*1", top)
    assert "Since 2026-11-21 03:17 UTC. The contract changed: 2 clauses added." in top
    assert "Clause map" in top
    assert seen.page.title() == judge_run(*NIGHT).headline


def test_a_clause_of_the_map_filters_all_below(opened: Opener) -> None:
    seen = opened(NIGHT)
    every = seen.page.locator(".card:visible").count()
    seen.page.locator(f'[id="{LENGTH}"]').click()
    assert seen.page.locator(".card:visible").count() == 1 < every
    rows = seen.shown(".list tbody tr")
    assert len(rows) == 26
    assert all("account/maxLength" in each for each in rows)
    assert "1 finding 26 cases" in seen.page.locator("#chip").inner_text()
    assert seen.run("location.hash") == f"#only={LENGTH}"
    assert seen.page.locator(f'[id="{LENGTH}"]').get_attribute("aria-current") == "true"
    seen.page.locator("#chip button").click()
    assert seen.page.locator(".card:visible").count() == every


def test_a_site_of_the_map_takes_all_its_clauses(opened: Opener) -> None:
    seen = opened(NIGHT)
    seen.page.locator("a.site", has_text="account").first.click()
    names = {each.split("/member")[0].split("/outsider")[0] for each in seen.shown("tbody th")}
    assert names == {f"{OPERATION}/account/maxLength", f"{OPERATION}/account/type"}


def test_search_verdict_property_and_keyword(opened: Opener) -> None:
    seen = opened(NIGHT)
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("collect enum outsider")
    assert seen.page.locator("tbody tr:visible").count() == 22
    seen.page.locator("#q").fill("")
    for name, value, at in (("verdict", "FAULT", 3), ("owed", "REFUSE", 2)):
        seen.page.locator(f"#{name}").select_option(value)
        cells = seen.shown(f"tbody tr > :nth-child({at + 1})")
        assert cells
        assert all(value in each for each in cells)
    seen.page.locator("#verdict").select_option("")
    seen.page.locator("#place").select_option("/collect")
    seen.page.locator("#keyword").select_option("type")
    assert len(seen.shown("tbody tr")) == 8
    assert "8 cases of 281" in seen.page.locator("#shown").inner_text()


def test_a_search_for_nothing_shows_nothing(opened: Opener) -> None:
    seen = opened(NIGHT)
    seen.page.locator("#q").fill("<no such thing>")
    assert seen.shown("tbody tr") == []
    assert seen.shown(".card") == []


def test_the_table_sorts(opened: Opener) -> None:
    seen = opened(sample_large.many_cases(150))
    button = seen.page.locator("thead:visible button", has_text="ms")
    for ascending in (True, False):
        button.click()
        times = [float(each) for each in seen.shown("tbody td:last-child")]
        assert len(times) == 150
        assert times == sorted(times, reverse=not ascending)
        said = button.locator("..").get_attribute("aria-sort")
        assert said == ("ascending" if ascending else "descending")


def test_what_did_not_pass_comes_first(opened: Opener) -> None:
    cells = opened(NIGHT).shown("tbody td:nth-child(4)")
    assert "FAIL" in cells[0]
    assert "PASS" in cells[-1]


def test_every_exchange_is_one_click_away(opened: Opener) -> None:
    seen = opened(NIGHT)
    seen.page.locator("#q").fill("collect/enum/outsider-3")
    row = seen.page.locator("tbody tr[data-i]:visible")
    row.locator("button").click()
    detail = seen.page.locator("tr.detail").inner_text()
    for part in (
        "POST http://127.0.0.1:12111/v1/account_links",
        "Authorization: Bearer $STRIPE_API_KEY",
    ):
        assert part in detail
    assert "account=acct_3&type=account_onboarding&x3=1" in detail
    assert "Request-Id: req_7Yk2" in detail
    assert '"object":"account_link"' in detail
    assert detail.index("Control") < detail.index("Sent")
    assert row.locator("button").get_attribute("aria-expanded") == "true"
    row.locator("button").click()
    assert seen.page.locator("tr.detail").count() == 0


@pytest.mark.parametrize("anchor", ["#f-PostAccountLinks.collect.enum.accepted", f"#{LENGTH}"])
def test_a_deep_link_leads_there(opened: Opener, anchor: str) -> None:
    seen = opened(NIGHT, anchor)
    box = seen.page.locator(f'[id="{anchor[1:]}"]').bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


@pytest.mark.parametrize(
    "anchor", [f"#only={LENGTH}&verdict=FAIL", "#q=maxlength+outsider&verdict=FAIL", "#k4"]
)
def test_a_link_keeps_the_filter(opened: Opener, anchor: str) -> None:
    seen = opened(NIGHT, anchor)
    rows = seen.shown("tbody tr")
    assert 0 < len(rows) < 281
    assert all("maxLength" in each for each in rows)


def test_a_link_into_an_operation_opens_it(opened: Opener) -> None:
    run = PAGES["api"]
    operation = run[0].run.operations[9].id
    seen = opened(run, f"#c-{operation}.collect.enum")
    tile = seen.page.locator(f'[id="c-{operation}.collect.enum"]')
    assert tile.is_visible()
    assert seen.page.locator("details.op[open]").count() == 1


def test_an_operation_shows_its_map_when_it_is_opened(opened: Opener) -> None:
    seen = opened(PAGES["api"])
    assert seen.page.locator("details.op").count() == 24
    assert seen.page.locator("a.t").count() == 0
    seen.page.locator("details.op summary").first.click()
    seen.page.locator("a.t:visible").first.wait_for()  # a toggle is told a moment later
    assert seen.page.locator("a.t:visible").count() > 30


def test_everything_can_be_reached_by_keyboard(opened: Opener) -> None:
    seen = opened(NIGHT)
    reached = set()
    for _ in range(400):
        seen.page.keyboard.press("Tab")
        where, style, width = seen.run(_FOCUS)
        assert (style, width) == ("solid", "3px"), where
        reached.add(where)
        if where == "run":
            break
    cards = {f"f-{re.sub('[^A-Za-z0-9_-]+', '.', each.id)}" for each in NIGHT[1]}
    assert reached >= {"bar", "map", "unproved", "cases", "run", *cards}
    seen.page.locator("#q").focus()
    seen.page.keyboard.type("collect/enum/outsider-3")
    seen.page.locator("tbody button").first.focus()
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("tr.detail").count() == 1
    seen.page.locator(f'[id="{LENGTH}"]').focus()
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#chip").is_visible()


@pytest.mark.parametrize("name", ["night", "green", "aborted", "api"])
def test_without_scripts_everything_is_there(opened: Opener, name: str) -> None:
    journal, findings = PAGES[name]
    seen = opened(PAGES[name], java_script_enabled=False)
    text = re.sub(r"\s+", " ", seen.page.locator("body").text_content() or "")
    assert (
        judge_run(journal, findings)
        .headline.partition(" ")[2]
        .removesuffix(" (embedded target, not yours)")
        in text
    )
    for case in journal.cases:
        assert case.id.removeprefix(case.clause).strip("/") in text
    for finding in findings:
        assert finding.words in text
        assert seen.page.locator(
            f'[id="f-{re.sub("[^A-Za-z0-9_-]+", ".", finding.id)}"]'
        ).is_visible()
    assert text.count("PASS") >= sum(case.verdict == "PASS" for case in journal.cases)
    assert seen.page.locator("button:visible, input:visible, select:visible").count() == 0


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
@pytest.mark.parametrize("name", ["night", "hostile", "api", "many"])
def test_nothing_runs_out_of_the_page(opened: Opener, name: str, width: int) -> None:
    seen = opened(PAGES[name], width=width)
    for summary in seen.page.locator("summary:visible").all()[:12]:
        summary.click()
    assert seen.run("document.documentElement.scrollWidth") <= width


def _violations(seen: Opened, axe: str) -> list[str]:
    seen.run(f"() => {{ {axe} ; window.axe = axe }}")
    wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = seen.run("tags => axe.run(document, {runOnly: tags})", wanted)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]}: {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["night", "green", "api", "quiet"])
def test_no_violation_of_wcag(opened: Opener, axe: str, name: str, theme: str) -> None:
    seen = opened(PAGES[name], color_scheme=theme)
    for summary in seen.page.locator("summary:visible").all()[:6]:
        summary.click()
    row = seen.page.locator("tbody button:visible")
    if row.count():
        row.first.click()
    assert _violations(seen, axe) == []


@pytest.mark.parametrize("options", [{"width": 320}, {"forced_colors": "active"}])
def test_no_violation_of_wcag_on_a_phone_or_in_high_contrast(
    opened: Opener, axe: str, options: dict[str, object]
) -> None:
    seen = opened(NIGHT, **options)
    seen.page.locator(f'[id="{LENGTH}"]').click()
    assert _violations(seen, axe) == []


def test_two_runs_side_by_side(opened: Opener, axe: str) -> None:
    one, two = ((*run, judge_run(*run)) for run in (RUNS["green"], NIGHT))
    text = render_comparison(compare(one, two))
    for options in ({"width": 360}, {"color_scheme": "dark"}):
        seen = opened(text, **options)
        assert seen.run("document.documentElement.scrollWidth") <= options.get("width", 1440)
        # Nothing runs in this page, not even axe, which is told to the page past its policy.
        assert seen.page.locator("script").count() == 0
    loose = opened(text, bypass_csp=True)
    assert _violations(loose, axe) == []


def test_print_has_no_furniture_and_opens_details(opened: Opener) -> None:
    seen = opened(NIGHT)
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".bar:visible, #sift:visible").count() == 0
    assert seen.page.locator(".card .wire:visible").count() > 0
