"""Journal → Markdown (GitHub Flavored Markdown 0.29) for a job summary, a comment, a mail.

Whatever came from the target or the contract stands in a code span or a fence longer than any in
it (GFM, sections 4.5 and 6.3), so it is neither markup nor a mention nor a link. The text is
bounded, and says what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from conformance.evidence import Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.outcome import Outcome
from conformance.report.curl import folded, replay
from conformance.report.text import bounded, clipped, control, utc, visible
from conformance.run_record import Deviation
from conformance.text import some

MOST_BYTES = 200_000
_ROWS = 30
_LISTED = 100
_EXCERPT = 1500
_TAIL_BYTES = 400
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&@$]|^[-+=]|:(?=//)|(?<=www)\.")


def render(
    journal: Journal, findings: Sequence[Finding], outcome: Outcome, most_bytes: int = MOST_BYTES
) -> str:
    """Return the page of at most `most_bytes` bytes of UTF-8, with one trailing line feed."""
    new = [finding for finding in findings if not finding.known]
    known = [finding for finding in findings if finding.known]
    room = most_bytes - _TAIL_BYTES
    head = _head(journal, outcome)
    parts = [head]
    room -= _bytes(head)
    sections: list[tuple[str, Callable[[], Iterator[str]], int]] = [
        ("new findings", lambda: _table(new, journal), len(new)),
        ("known deviations", lambda: _known(known), len(known)),
        ("stale entries", lambda: _stale(outcome), len(outcome.stale)),
        ("cards", lambda: (_card(each) for each in new), len(new)),
    ]
    left = []
    for what, blocks, number in sections:
        shown = 0
        for block in blocks() if number else ():
            room -= _bytes(block)
            if room < 0:
                break
            parts.append(block)
            shown += 1
        if room < 0:
            left.append(f"{what} after the first {shown:,} of {number:,}")
            break
    foot = _foot(journal, findings, outcome)
    if not left and room >= _bytes(foot):
        parts.append(foot)
    else:
        left.append("what was not proved")
    if left:
        parts.append(
            f"\nCut at {most_bytes:,} bytes: left out are {', and '.join(left)}. "
            "report.html holds all of it.\n"
        )
    return "".join(parts).rstrip("\n") + "\n"


def pieces(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> Iterator[str]:
    """Yield what `render` returns; it is short."""
    yield render(journal, findings, outcome)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def prose(text: str) -> str:
    """Return `text` as words of a paragraph or a cell: no markup, no mention, no reference."""
    plain = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", visible(" ".join(text.split())))
    # A mention or reference is looked for in the text that is left: a blank of no width parts it.
    return re.sub(r"(&#(?:64|35);)(?=\w)", "\\1&#8203;", plain)


def code(text: str) -> str:
    """Return `text` as a code span, in a cell of a table as well (GFM, 4.10: `|` is escaped)."""
    shown = visible(" ".join(text.split()))
    if not shown:
        return ""
    ticks = "`" * (1 + _longest(shown, "`"))
    blank = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}".replace("|", "\\|")


def fence(text: str, language: str = "") -> str:
    """Return `text` in a fence longer than any in it."""
    ticks = "`" * max(3, 1 + _longest(text, "`"))
    return f"{ticks}{language}\n{visible(text, keep=chr(10))}\n{ticks}\n"


def _longest(text: str, char: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(char)}+", text)), default=0)


def _head(journal: Journal, outcome: Outcome) -> str:
    run, counts = journal.run, outcome.counts
    names = [f"{each.method} {each.path}" for each in run.operations]
    facts = (
        ("target", code(bounded(run.target, 300))),
        ("contract", code(bounded(run.contract, 300))),
        ("SHA-256", code(run.contract_digest[:12])),
        ("operations", code(bounded(names[0], 300)) if len(names) == 1 else f"{len(names):,}"),
        ("cases", f"{counts.cases:,}, {counts.passed:,} passed"),
        ("clauses", f"{counts.proved:,} of {counts.clauses:,} proved"),
        ("requests", f"{counts.requests:,} in {counts.seconds:.1f} s"),
        ("seed", f"{run.seed}, depth {prose(run.depth)}"),
        ("started", utc(run.started_at, "%Y-%m-%d %H:%M UTC")),
        *([("again", code(bounded(run.again, 600)))] if run.again else []),
    )
    rows = "".join(f"| {label} | {value} |\n" for label, value in facts)
    lines = f"## {prose(outcome.headline)}\n\n{prose(outcome.sentence)}"
    remedy = f" {prose(outcome.remedy)}" if outcome.remedy else ""
    return f"{lines}{remedy}\n\n| | |\n|---|---|\n{rows}"


def _table(findings: Sequence[Finding], journal: Journal) -> Iterator[str]:
    title = "New findings" if journal.run.deviations else "Findings"
    yield f"\n### {title}\n\n| finding | level | what | cases |\n|---|---|---|---|\n"
    for each in findings[:_ROWS]:
        words = prose(bounded(each.words, 200))
        number = len(set(each.cases))
        yield f"| {code(clipped(each.id, 200))} | {each.level} | {words} | {number:,} |\n"
    if len(findings) > _ROWS:
        yield f"\n{some(len(findings) - _ROWS, 'more finding')} below.\n"


def _known(findings: Sequence[Finding]) -> Iterator[str]:
    yield "\n### Known deviations\n\n| finding | since | reason |\n|---|---|---|\n"
    for each in findings[:_LISTED]:
        entry = each.deviations[0]
        yield f"| {code(clipped(each.id, 200))} | {entry.date} | {_reason(entry)} |\n"
    if len(findings) > _LISTED:
        yield f"\n{some(len(findings) - _LISTED, 'more known deviation')}.\n"


def _reason(entry: Deviation) -> str:
    until = f", until {entry.expires}" if entry.expires else ""
    return f"{prose(bounded(entry.reason, 300))} ({code(bounded(entry.link, 300))}){until}"


def _stale(outcome: Outcome) -> Iterator[str]:
    yield "\n### On file, and fails no longer\n\n"
    for each in outcome.stale[:_LISTED]:
        entry = each.deviation
        gone = f"{prose(each.sentence)} at {code(each.clause)}"
        yield f"- {code(entry.finding)}: {gone} ({code(entry.place)})\n"


def _card(finding: Finding) -> str:
    sent = finding.exchange
    rows = [
        ("clause", f"{finding.words}  ({finding.source})" if finding.source else finding.words),
        ("contract", finding.contract),
        ("request", (sent.shown or "no body") if sent else "none was sent"),
        ("expected", finding.expected),
        ("actual", finding.actual),
        *([("control", control(finding.control))] if finding.control else []),
    ]
    shown = "\n".join(f"{label:<9} {visible(bounded(value, _EXCERPT))}" for label, value in rows)
    words = replay(sent) if sent else ()
    command = "\n  ".join(folded(words, 100))
    again = f"\n{fence(command, 'bash')}" if command and len(command) <= 2 * _EXCERPT else ""
    body = bounded(sent.response_body, _EXCERPT) if sent and sent.response_body else ""
    answer = f"\nThe answer:\n\n{fence(body)}" if body else ""
    summary = f"<code>{_html(clipped(finding.id, 200))}</code>"
    inside = f"{fence(shown, 'text')}{again}{answer}"
    return f"\n<details><summary>{summary}</summary>\n\n{inside}\n</details>\n"


def _html(text: str) -> str:
    return "".join(f"&#{ord(char)};" if not char.isalnum() else char for char in visible(text))


_UNPROVED = (Standing.INCONCLUSIVE, Standing.UNTRIED, Standing.UNSHOWN, Standing.UNCOVERED)


def _foot(journal: Journal, findings: Sequence[Finding], outcome: Outcome) -> str:
    evidence = tally(journal, findings)
    lines = []
    for standing in _UNPROVED:
        named = [c for c in journal.clauses if evidence[c.id].standing(c) is standing]
        if named:
            shown = ", ".join(code(clipped(clause.id, 120)) for clause in named[:20])
            more = f", and {len(named) - 20:,} more" if len(named) > 20 else ""  # noqa: PLR2004
            where = " in this run" if standing is Standing.UNSHOWN else ""
            lines.append(f"- {some(len(named), 'clause')} {standing}{where}: {shown}{more}\n")
    if outcome.counts.not_run:
        lines.append(f"- {some(outcome.counts.not_run, 'case')} not run\n")
    return f"\n### Not proved\n\n{''.join(lines)}" if lines else ""
