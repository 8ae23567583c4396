"""`python -m tests.screenshots`: pictures of three reports, wide and narrow, light and dark.

Into `reports/screenshots/`; `--readme` makes the small one that the README shows, too.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from conformance.outcome import judge_run
from conformance.report import html
from tests import sample, sample_large

HOME = Path(__file__).parent.parent
FOLDER = HOME / "reports" / "screenshots"
README = HOME / "reports" / "example.png"
RUNS = {
    "green": lambda: (sample.green(), ()),
    "night": sample_large.nightly,
    "api": sample_large.whole_api,
}
_PARTS = ("", "#findings", "#unproved", "#cases", "#run")


def take(browser: Browser, url: str, name: str, width: int, theme: str) -> None:
    """Write a picture of each part of one page."""
    page = browser.new_page(viewport={"width": width, "height": 1600}, color_scheme=theme)  # type: ignore[arg-type]  # light or dark
    page.goto(url)
    for part in _PARTS:
        if part and not page.locator(part).count():
            continue
        page.evaluate("part => part && document.querySelector(part).scrollIntoView()", part)
        file = FOLDER / f"{name}-{width}-{theme}{part.replace('#', '-')}.png"
        page.screenshot(path=file)
        sys.stdout.write(f"{file.relative_to(HOME)}\n")
    page.close()


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as player, tempfile.TemporaryDirectory() as scratch:
        browser = player.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        for name, make in RUNS.items():
            run = make()
            file = Path(scratch, f"{name}.html")
            file.write_text(html.render(*run, judge_run(*run)), encoding="utf-8")
            for width in (1440, 360):
                for theme in ("light", "dark"):
                    take(browser, file.as_uri(), name, width, theme)
            if name == "night" and "--readme" in sys.argv:
                page = browser.new_page(
                    viewport={"width": 1300, "height": 1560}, device_scale_factor=0.66
                )
                page.goto(file.as_uri())
                page.screenshot(path=README)
        browser.close()


if __name__ == "__main__":
    main()
