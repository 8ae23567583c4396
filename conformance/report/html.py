"""Page → report.html: one file, no request to anywhere, complete without its script.

Everything that is put into the template passes through one function that makes it visible
(`text.visible`) and through Jinja's escaping; nothing is exempt. The policy in the page lets only
its own style and script run, by their SHA-256 (CSP Level 3, section 2.3.1).
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.report.compare import Comparison
from conformance.report.text import Block, visible
from conformance.report.view import Page, page

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment


def render(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    """Return the page as text."""
    return "".join(pieces(journal, findings, outcome))


def pieces(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    """Yield what `render` returns, piece by piece."""
    return _rendered("page.html", page(journal, findings, outcome), scripts=True)


def render_comparison(compared: Comparison) -> str:
    """Return the page that shows two runs side by side."""
    return "".join(_rendered("compare.html", compared, scripts=False))


def _rendered(template: str, shown: Page | Comparison, *, scripts: bool) -> Iterator[str]:
    script = f"'{_hash(_included('script.js'))}'" if scripts else "'none'"
    policy = (
        f"default-src 'none'; style-src '{_hash(_included('style.css'))}';"
        f" script-src {script}; base-uri 'none'; form-action 'none'"
    )
    yield from _environment().get_template(template).generate(page=shown, policy=policy)
    yield "\n"


_TEMPLATES = Path(__file__).parent / "page"


@cache
def _environment() -> Environment:
    # jinja2 takes long to import, and a run without a report does not need it
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        bytecode_cache=_kept(),
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return environment


def _kept() -> BytecodeCache | None:
    """Return a home for compiled templates, where Python keeps its own; None where it may not."""
    from jinja2 import FileSystemBytecodeCache  # noqa: PLC0415  (see above)

    folder = _TEMPLATES / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    able = os.access(folder, os.W_OK) and not sys.dont_write_bytecode
    return FileSystemBytecodeCache(str(folder)) if able else None


def _shown(value: object) -> object:
    """Make text visible before it is escaped; text of several lines keeps its lines.

    What has markup comes from a macro of the template, whose data came through here already:
    data is plain text, never markup.
    """
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, Block):
        return visible(value, keep="\n\t")
    return visible(value) if isinstance(value, str) else value


def _included(name: str) -> str:
    """Return the text of a file as Jinja includes it: without its last line feed."""
    return (_TEMPLATES / name).read_text(encoding="utf-8").removesuffix("\n")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
