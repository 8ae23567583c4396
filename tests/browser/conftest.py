"""A browser, and pages in it that tell everything they try to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field
from playwright.sync_api import Browser, Page, sync_playwright

from conformance.outcome import judge_run
from conformance.report import html
from tests.sample_runs import Run

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Browser]:
    """Yield Chromium; without it the tests fail and say what to install."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("no Chromium: apt-get install chromium, or name one in $CHROMIUM")
    # Chromium's own sandbox does not work for root, which is who runs in a container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core."""
    if not AXE.exists():
        pytest.fail("no axe-core: npm ci --ignore-scripts --prefix tests/browser")
    return AXE.read_text(encoding="utf-8")


class Opened(Struct):
    """A report in a browser. `heard` is all that it said, asked for or tried and should not."""

    page: Page
    url: str
    heard: list[str] = field(default_factory=list)

    def run(self, script: str, argument: object = None) -> Any:  # noqa: ANN401  (any JSON)
        """Return what `script` gives in the page."""
        return self.page.evaluate(script, argument)

    def shown(self, selector: str) -> list[str]:
        """Return the texts of the elements that are to be seen."""
        every = self.page.locator(selector).all()
        return [each.inner_text() for each in every if each.is_visible()]


Opener = Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Return what opens the report of a run; each must stay silent to the end of its test."""
    contexts, every = [], []

    def open_report(run: Run | str, anchor: str = "", width: int = 1440, **options: Any) -> Opened:  # noqa: ANN401
        text = run if isinstance(run, str) else html.render(*run, judge_run(*run))
        file = tmp_path / f"report-{len(every)}.html"
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        seen = Opened(page, file.as_uri())
        every.append(seen)
        page.on("console", lambda message: seen.heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda problem: seen.heard.append(f"error: {problem}"))
        page.on("dialog", lambda box: (seen.heard.append(f"dialog: {box.message}"), box.dismiss()))
        page.on("request", lambda each: _asked(seen, each.url))
        context.on("page", lambda other: seen.heard.append(f"window: {other.url}"))
        seen.heard.clear()
        page.goto(seen.url + anchor)
        return seen

    yield open_report
    for context in contexts:
        context.close()
    assert [each.heard for each in every if each.heard] == []


def _asked(seen: Opened, url: str) -> None:
    if url.partition("#")[0] != seen.url:
        seen.heard.append(f"request: {url}")
