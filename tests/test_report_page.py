"""The page: complete, harmless, self-contained, legible."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import pytest
from msgspec.structs import replace

from conformance.outcome import judge_run
from conformance.report import build, html
from conformance.report.names import anchors
from conformance.verdict import Symptom
from tests import sample
from tests.sample_contract import OPERATION, SPECS
from tests.sample_runs import RUNS, Run


@pytest.fixture(params=RUNS, name="run")
def _run(request: pytest.FixtureRequest) -> Run:
    return RUNS[request.param]


def page_of(run: Run) -> str:
    return html.render(*run, judge_run(*run))


class Shape(HTMLParser):
    """What a browser makes of the page."""

    VOID = frozenset({"meta", "input", "br", "img", "link", "hr"})
    CELLS = frozenset({"th", "td"})
    CLOSES: ClassVar = {
        "th": CELLS,
        "td": CELLS,
        "tr": CELLS | {"tr"},
        "tbody": CELLS | {"tr", "thead", "tbody"},
        "/thead": CELLS | {"tr"},
        "/table": CELLS | {"tr", "tbody"},
    }
    """What begins or ends → what that ends (HTML, section 13.1.2.4)."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self.data = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        self._end(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost tag."""
        self._end(f"/{tag}")
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag without content."""
        self.tags.append((tag, dict(attrs)))

    def _end(self, event: str) -> None:
        while self.open and self.open[-1] in self.CLOSES.get(event, ()):
            self.open.pop()

    def handle_data(self, data: str) -> None:
        """Note text, that of style and script apart."""
        if self.open and self.open[-1] == "script" and self.tags[-1][1]:
            self.data += data
        elif self.open and self.open[-1] in ("style", "script"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every `tag`."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        """Return all text of the page."""
        return " ".join(self.texts)


def test_the_page_is_well_formed(run: Run) -> None:
    shape = Shape(page_of(run))
    assert shape.open == []
    assert [name for name, _ in shape.tags].count("h1") == 1
    assert [name for name, _ in shape.tags].count("main") == 1
    assert shape.all("html") == [{"lang": "en"}]
    ids = Counter(each["id"] for _, each in shape.tags if "id" in each)
    assert max(ids.values()) == 1
    targets = [each["href"] or "" for each in shape.all("a")]
    assert all(target.startswith("#") for target in targets)
    assert {target[1:] for target in targets} <= set(ids)


def test_the_page_asks_nobody_for_anything(run: Run) -> None:
    shape = Shape(page_of(run))
    names = {name for name, _ in shape.tags}
    assert not names & {"img", "link", "iframe", "object", "embed", "base", "video", "use", "image"}
    for _, attributes in shape.tags:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src")
        ]
    assert "url(" not in shape.raw["style"]
    assert "@import" not in shape.raw["style"]


def test_only_the_pages_own_style_and_script_may_run(run: Run) -> None:
    shape = Shape(page_of(run))
    policy = next(
        each["content"] or ""
        for each in shape.all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    scripts = shape.all("script")
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert len(shape.all("style")) == 1
    for name, text in shape.raw.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_the_page_is_small(run: Run) -> None:
    raw = Shape(page_of(run)).raw
    assert len(raw["script"]) < 12 * 1024
    assert len(raw["style"]) < 20 * 1024


def test_the_page_says_the_verdict_first(run: Run) -> None:
    text = page_of(run)
    headline = judge_run(*run).headline
    assert f"<title>{headline}</title>" in text
    order = [
        text.find(part) for part in ("<h1>", 'id="map"', 'id="findings"', 'id="cases"', 'id="run"')
    ]
    present = [place for place in order if place >= 0]
    assert present == sorted(present)
    assert (order[2] >= 0) == bool(run[1])


def test_every_case_clause_and_finding_stands_on_the_page() -> None:
    journal, findings = RUNS["red"]
    shape = Shape(page_of((journal, findings)))
    texts = {each.strip() for each in shape.texts}
    for clause in journal.clauses:
        assert clause.keyword in texts
    for case in journal.cases:
        assert case.id.removeprefix(f"{case.clause}/") in texts
    ids = {each.get("id") for _, each in shape.tags}
    assert "f-PostAccountLinks.collect.enum.accepted" in ids
    assert "c-PostAccountLinks.collect.enum" in ids
    for label in ("Owed", "Got", "Source", "Control", "Sent", "In the contract", "Replay"):
        assert label in texts


def test_an_empty_run_still_shows_the_whole_contract() -> None:
    shape = Shape(page_of(RUNS["aborted"]))
    ids = {each.get("id") or "" for _, each in shape.tags}
    assert len([each for each in ids if each.startswith("c-")]) == len(SPECS)
    assert "no request of bounded size reaches it" in shape.text


def test_figures_of_the_map() -> None:
    text = re.sub(r"\s+", " ", page_of(RUNS["red"]))
    tile = text[text.index('id="c-PostAccountLinks.account.maxLength"') :]
    tile = tile[: tile.index("</a>")]
    assert "accept 12 " in tile
    assert '<span class="short">refuse 0/14</span>' in tile
    assert 'href="#f-PostAccountLinks.account.maxLength.accepted"' in tile


def test_data_is_never_markup() -> None:
    text = page_of(RUNS["hostile"])
    shape = Shape(text)
    assert len(shape.all("script")) == 2
    assert "<" not in shape.data
    assert "{{7*7}}" in shape.text
    assert "alert(1)" in shape.text
    for char in "\x00\x07\x1b\x9b\u202e\u200b\u2028\ud800\U000e0041":
        assert char not in text
    assert "\\u202e" in shape.text
    assert "␛[2J" in shape.text


def test_the_template_trusts_nothing() -> None:
    for template in (Path(html.__file__).parent / "page").glob("*.html"):
        assert not re.search(r"\|\s*safe|Markup|autoescape", template.read_text()), template


def test_a_target_that_accepts_everything_gets_one_line_that_says_so() -> None:
    journal = sample.green()
    for spec in SPECS:
        if spec.refuse:
            journal = sample.broken(journal, OPERATION + spec.local, Symptom.ACCEPTED)
    finding = sample.finding(journal, "PostAccountLinks/collect/enum", Symptom.ACCEPTED)
    assert "the target may not validate at all" in page_of((journal, (finding,)))
    assert "the target may not validate at all" not in page_of(RUNS["red"])


def test_what_was_found_is_said_beside_the_clause() -> None:
    journal, findings = RUNS["red"]
    told = replace(findings[0], sentence="every keyword maxLength is ignored")
    said = '<p class="told">every keyword maxLength is ignored</p>'
    assert said in page_of((journal, (told,)))
    assert said not in page_of((journal, findings))


def test_a_clause_of_an_unknown_side_is_still_drawn() -> None:
    journal = RUNS["green"][0]
    odd = replace(journal.clauses[0], id="PostAccountLinks:new/thing", side="new")
    assert "c-PostAccountLinks.new.thing" in page_of((replace(journal, clauses=(odd,)), ()))


def test_a_body_too_long_to_keep_is_named_by_its_digest() -> None:
    text = page_of(RUNS["quiet"])
    assert "The body of 70,000 bytes is too long to keep" in text
    assert "no answer in 10 s" in text


def test_the_same_journal_makes_the_same_bytes(run: Run) -> None:
    outcome = judge_run(*run)
    first, second = (
        {name: b"".join(data) for name, data in build(*run, outcome).items()} for _ in range(2)
    )
    assert first == second
    assert set(first) == {"results.json", "report.html"}
    for data in first.values():
        assert b"\r" not in data
        assert data.endswith(b"\n")
        data.decode("utf-8")


def _tokens(css: str, theme: str) -> dict[str, str]:
    dark = css.index("@media (prefers-color-scheme:dark)")
    part = css[:dark] if theme == "light" else css[dark : css.index("*{box-sizing")]
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})\b", part))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_enough_contrast(theme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    tokens = _tokens(Path(html.__file__).with_name("page").joinpath("style.css").read_text(), theme)
    tones = ("good", "bad", "doubt", "quiet")
    pairs = [("ink", "mark"), ("soft", "mark")]
    pairs += [(tone, ground) for tone in tones for ground in ("card", "paper", f"{tone}-bg")]
    for tone in ("good", "bad", "doubt"):
        pairs += [(each, f"{tone}-bg") for each in ("ink", "soft", *tones)]
    pairs += [
        (text, ground) for text in ("ink", "soft", "link") for ground in ("card", "paper", "code")
    ]
    for text, ground in pairs:
        light, dark = sorted((_luminance(tokens[text]), _luminance(tokens[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_anchors_are_distinct_stable_and_safe() -> None:
    found = anchors("f", ["a/b", "a.b", "a:b", "a/b", "<é>"])
    assert found == {"a/b": "f-a.b", "a.b": "f-a.b-2", "a:b": "f-a.b-3", "<é>": "f-"}
