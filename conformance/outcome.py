"""Journal and findings → the verdict on the run: one state, one exit status, the figures.

States, the first that holds wins::

    TOOL            exit 3   a case broke this suite
    NOT_CONFORMANT  exit 1   a new finding of level MUST (SHOULD too when strict)
    INTERRUPTED     exit 2   the run was cut short, for no reason that the journal gives
    STALE           exit 1   a known deviation fails no longer: the list is to be mended
    INCONCLUSIVE    exit 7   nothing new is broken, and something that was planned is not proved
    KNOWN           exit 0   broken, and every finding is a known deviation
    CONFORMANT      exit 0

A run that proved nothing is never green.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from conformance.deviations import Stale, stale
from conformance.doubt import doubt, elsewhere
from conformance.evidence import Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.operation_clause import UNTESTED
from conformance.text import some
from conformance.verdict import Level, Verdict

EMBEDDED = " (embedded target, not yours)"
"""Ends the headline of a run that was fired at the target that comes with the suite."""


class State(StrEnum):
    """What a run says about the target."""

    CONFORMANT = "CONFORMANT"
    KNOWN = "KNOWN"
    STALE = "STALE"
    NOT_CONFORMANT = "NOT_CONFORMANT"
    INCONCLUSIVE = "INCONCLUSIVE"
    INTERRUPTED = "INTERRUPTED"
    TOOL = "TOOL"


EXITS: Mapping[State, int] = {
    State.CONFORMANT: 0,
    State.KNOWN: 0,
    State.NOT_CONFORMANT: 1,
    State.STALE: 1,
    State.INTERRUPTED: 2,
    State.TOOL: 3,
    State.INCONCLUSIVE: 7,
}


class Counts(Struct, frozen=True):
    """The figures of a run. `clauses` are the covered ones; `seconds` is wall time.

    `not_shown` counts those of them that no answer of the run spoke of: they are not proved.
    `known` counts findings on file, `stale` entries of that file that fail no longer.

    Without an end record `requests` and `seconds` are what the finished cases add up to.
    """

    cases: int
    passed: int
    failed: int
    flaky: int
    inconclusive: int
    faults: int
    tool: int
    not_run: int
    explored: int
    clauses: int
    proved: int
    not_shown: int
    uncovered: int
    annotations: int
    known: int
    stale: int
    requests: int
    seconds: float


class Outcome(Struct, frozen=True):
    """The verdict on a run. `headline` is one line, `sentence` and `remedy` are for people.

    `stale` are the known deviations that fail no longer.
    """

    state: State
    exit: int
    headline: str
    sentence: str
    remedy: str
    counts: Counts
    stale: tuple[Stale, ...] = ()


def judge_run(
    journal: Journal,
    findings: Sequence[Finding],
    *,
    strict: bool = False,
    complete: bool | None = None,
) -> Outcome:
    """Return the verdict on a run; pure.

    `complete` says whether the run came to its end; None asks the journal for its end record,
    which is not there yet when the outcome is computed for writing it.
    """
    whole = journal.end is not None if complete is None else complete
    gone = stale(journal) if whole else ()
    counts = _count(journal, findings, len(gone))
    red = [each for each in findings if strict or each.level is Level.MUST]
    state, headline, sentence, remedy = _verdict(journal, counts, red, findings, gone, whole=whole)
    if journal.run.embedded:
        headline += EMBEDDED
    return Outcome(state, EXITS[state], headline, sentence, remedy, counts, gone)


def _count(journal: Journal, findings: Sequence[Finding], gone: int) -> Counts:
    verdicts = [case.verdict for case in journal.cases]
    evidence = tally(journal, findings)
    standings = [evidence[clause.id].standing(clause) for clause in journal.clauses]
    missing = journal.planned - len({case.id for case in journal.cases})
    uncovered, annotations = (
        standings.count(each) for each in (Standing.UNCOVERED, Standing.ANNOTATION)
    )
    sent = [case.exchange.attempts for case in journal.cases if case.exchange]
    return Counts(
        cases=len(journal.cases),
        passed=verdicts.count(Verdict.PASS),
        failed=verdicts.count(Verdict.FAIL),
        flaky=verdicts.count(Verdict.FLAKY),
        inconclusive=verdicts.count(Verdict.INCONCLUSIVE),
        faults=verdicts.count(Verdict.FAULT),
        tool=verdicts.count(Verdict.TOOL),
        not_run=verdicts.count(Verdict.NOT_RUN)
        + max(missing, len(journal.unfinished))
        + len(journal.without_turn),
        explored=sum(case.explored for case in journal.cases),
        clauses=len(standings) - uncovered - annotations,
        proved=standings.count(Standing.PROVED),
        not_shown=standings.count(Standing.UNSHOWN),
        uncovered=uncovered,
        annotations=annotations,
        known=sum(finding.known for finding in findings),
        stale=gone,
        requests=journal.end.requests if journal.end else sum(sent),
        seconds=journal.end.seconds if journal.end else sum(c.seconds for c in journal.cases),
    )


def _verdict(
    journal: Journal,
    counts: Counts,
    red: Sequence[Finding],
    findings: Sequence[Finding],
    gone: Sequence[Stale],
    *,
    whole: bool,
) -> tuple[State, str, str, str]:
    cut = not whole and journal.abort is None
    if counts.tool:
        return (
            State.TOOL,
            f"! The suite broke: {some(counts.tool, 'case')} without a verdict",
            "A fault of this suite, not of the target; nothing here speaks for or against it.",
            "Please report it, with the journal of this run.",
        )
    if whole and (lost := elsewhere(journal)):
        headline = f"? Inconclusive: {lost.headline}"
        return State.INCONCLUSIVE, headline, lost.sentence, lost.remedy
    blocking = [each for each in red if not each.known]
    if blocking:
        return _not_conformant(journal, counts, blocking, cut=cut)
    if cut:
        planned = max(journal.planned, counts.cases)
        return (
            State.INTERRUPTED,
            f"! Interrupted: {counts.cases:,} of {some(planned, 'case')} finished",
            "The run was cut short. What did run found nothing new; that is no verdict.",
            "Run it again, to the end.",
        )
    if gone:
        return _stale(gone)
    open_question = doubt(journal, findings, counts.not_run)
    if open_question:
        return (
            State.INCONCLUSIVE,
            f"? Inconclusive: {open_question.headline}",
            open_question.sentence,
            open_question.remedy,
        )
    # Advice on file leaves the verdict as it is, unless something is not proved because of it.
    if any(each.known for each in red) or (counts.known and counts.inconclusive):
        return (
            State.KNOWN,
            f"⚠ Not conformant: 0 new findings, {counts.known:,} known",
            f"The target breaks its contract in what is on file and nowhere else{_hidden(counts)}.",
            f"{journal.run.deviations_source} says why each is borne for now.",
        )
    advice = len(findings)
    proved = f"{counts.proved:,} of {some(counts.clauses, 'clause')} proved"
    note = f", {some(advice, 'recommendation')} not followed" if advice else ""
    untested = {each.operation for each in journal.clauses if each.keyword == UNTESTED}
    if untested:
        every = untested | {each.id for each in journal.run.operations}
        note += f", {len(untested):,} of {some(len(every), 'operation')} not tested"
    whole_words = (
        "Every request that the contract allows was accepted, every one that it forbids was"
        " refused, and no answer broke its documented shape."
    )
    rest = some(counts.clauses - counts.proved, "clause")
    silent = counts.not_shown
    if counts.proved == counts.clauses:
        sentence = whole_words
    elif counts.proved + silent == counts.clauses:
        sentence = f"{whole_words} No answer showed what {some(silent, 'more clause')} speak of."
    else:
        sentence = f"What ran broke nothing that the contract demands; {rest} not proved."
    return State.CONFORMANT, f"✓ Conformant: {proved}{note}", sentence, ""


def _hidden(counts: Counts) -> str:
    if not counts.inconclusive:
        return ""
    return f" that could be seen: {some(counts.inconclusive, 'case')} proved nothing because of it"


def _not_conformant(
    journal: Journal, counts: Counts, blocking: Sequence[Finding], *, cut: bool
) -> tuple[State, str, str, str]:
    shown = some(len({case for each in blocking for case in each.cases}), "case")
    short = " The run was cut short, so there may be more." if cut or journal.abort else ""
    number = some(len(blocking), "new finding" if journal.run.deviations else "finding")
    known = f", {counts.known:,} known" if journal.run.deviations else ""
    return (
        State.NOT_CONFORMANT,
        f"✗ Not conformant: {number}{known}",
        f"The target breaks its contract: see {shown} of {counts.cases:,}.{short}",
        "Each finding has the smallest request that shows it; paste its replay into a shell.",
    )


def _stale(gone: Sequence[Stale]) -> tuple[State, str, str, str]:
    first = gone[0]
    rest = len(gone) - 1
    more = " One more entry fails no longer." if rest == 1 else f" So do {rest} more entries."
    return (
        State.STALE,
        f"✗ {some(len(gone), 'known deviation')} no longer there",
        f"{first.deviation.finding} is on file, and {first.sentence} at {first.clause}."
        + (more if len(gone) > 1 else ""),
        f"Take it off the list ({first.deviation.place}): its return is to be red.",
    )
