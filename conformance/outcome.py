"""Journal and findings → the verdict on the run: one state, one exit status, the figures.

States, the first that holds wins::

    TOOL            exit 3   a case broke this suite
    NOT_CONFORMANT  exit 1   a finding of level MUST (SHOULD too when strict)
    INTERRUPTED     exit 2   the run was cut short, for no reason that the journal gives
    INCONCLUSIVE    exit 7   nothing is broken, and something that was planned is not proved
    CONFORMANT      exit 0

A run that proved nothing is never green.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.evidence import BROKEN, Standing, tally
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.verdict import Expectation, Level, Verdict

EMBEDDED = " (embedded target, not yours)"
"""Ends the headline of a run that was fired at the target that comes with the suite."""


UNTRIED = Standing.UNTRIED


class State(StrEnum):
    """What a run says about the target."""

    CONFORMANT = "CONFORMANT"
    NOT_CONFORMANT = "NOT_CONFORMANT"
    INCONCLUSIVE = "INCONCLUSIVE"
    INTERRUPTED = "INTERRUPTED"
    TOOL = "TOOL"


EXITS: Mapping[State, int] = {
    State.CONFORMANT: 0,
    State.NOT_CONFORMANT: 1,
    State.INTERRUPTED: 2,
    State.TOOL: 3,
    State.INCONCLUSIVE: 7,
}


@dataclass(frozen=True)
class Counts:
    """The figures of a run. `clauses` are the covered ones; `seconds` is wall time.

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
    uncovered: int
    annotations: int
    requests: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """The verdict on a run. `headline` is one line, `sentence` and `remedy` are for people."""

    state: State
    exit: int
    headline: str
    sentence: str
    remedy: str
    counts: Counts


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
    counts = _count(journal, findings)
    blocking = [each for each in findings if strict or each.level is Level.MUST]
    state, headline, sentence, remedy = _verdict(journal, counts, blocking, findings, whole=whole)
    if journal.run.embedded:
        headline += EMBEDDED
    return Outcome(state, EXITS[state], headline, sentence, remedy, counts)


def _count(journal: Journal, findings: Sequence[Finding]) -> Counts:
    verdicts = [case.verdict for case in journal.cases]
    evidence = tally(journal, findings)
    standings = [evidence[clause.id].standing(clause) for clause in journal.clauses]
    missing = journal.run.planned - len({case.id for case in journal.cases})
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
        not_run=verdicts.count(Verdict.NOT_RUN) + max(missing, len(journal.unfinished)),
        explored=sum(case.explored for case in journal.cases),
        clauses=len(standings) - uncovered - annotations,
        proved=standings.count(Standing.PROVED),
        uncovered=uncovered,
        annotations=annotations,
        requests=journal.end.requests if journal.end else sum(sent),
        seconds=journal.end.seconds if journal.end else sum(c.seconds for c in journal.cases),
    )


def _verdict(
    journal: Journal,
    counts: Counts,
    blocking: Sequence[Finding],
    findings: Sequence[Finding],
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
    if blocking:
        shown = some(len({case for each in blocking for case in each.cases}), "case")
        short = " The run was cut short, so there may be more." if cut or journal.abort else ""
        return (
            State.NOT_CONFORMANT,
            f"✗ Not conformant: {some(len(blocking), 'finding')}",
            f"The target breaks its contract: see {shown} of {counts.cases:,}.{short}",
            "Each finding has the smallest request that shows it; paste its replay into a shell.",
        )
    if cut:
        planned = max(journal.run.planned, counts.cases)
        return (
            State.INTERRUPTED,
            f"! Interrupted: {counts.cases:,} of {some(planned, 'case')} finished",
            "The run was cut short. What did run found nothing broken; that is no verdict.",
            "Run it again, to the end.",
        )
    doubt = _doubt(journal, counts, findings)
    if doubt:
        return State.INCONCLUSIVE, f"? Inconclusive: {doubt[0]}", doubt[1], doubt[2]
    proved = f"{counts.proved:,} of {some(counts.clauses, 'clause')} proved"
    note = f", {some(len(findings), 'recommendation')} not followed" if findings else ""
    whole_words = (
        "Every request that the contract allows was accepted, every one that it forbids was"
        " refused, and no answer broke its documented shape."
    )
    rest = some(counts.clauses - counts.proved, "clause")
    silent = _silent(journal, findings)
    if counts.proved == counts.clauses:
        sentence = whole_words
    elif counts.proved + silent == counts.clauses:
        sentence = f"{whole_words} No answer had what {some(silent, 'more clause')} speak of."
    else:
        sentence = f"What ran broke nothing that the contract demands; {rest} not proved."
    return State.CONFORMANT, f"✓ Conformant: {proved}{note}", sentence, ""


def _silent(journal: Journal, findings: Sequence[Finding]) -> int:
    """Count the clauses of optional members that no answer of the run had."""
    evidence = tally(journal, findings)
    return sum(
        clause.side in ("response", "prose") and evidence[clause.id].standing(clause) is UNTRIED
        for clause in journal.clauses
    )


def _doubt(
    journal: Journal, counts: Counts, findings: Sequence[Finding]
) -> tuple[str, str, str] | None:
    """Return why nothing broken does not mean conformant: headline, sentence, remedy."""
    shown = {case for finding in findings for case in finding.cases}
    loose = [
        case.id
        for case in journal.cases
        if case.verdict in BROKEN and case.level is Level.MUST and case.id not in shown
    ]
    doubts = (
        journal.abort and (journal.abort.sentence, "Nothing more was sent.", journal.abort.remedy),
        _one_sided(journal),
        counts.inconclusive
        and (
            f"{some(counts.inconclusive, 'case')} proved nothing",
            "Their control was not accepted, or the refusal gave another reason.",
            "The report says of each of them why.",
        ),
        counts.not_run
        and (
            f"{some(counts.not_run, 'case')} did not run",
            "What did run found nothing broken.",
            "Run it again, to the end.",
        ),
        not counts.passed
        and ("no case ran", "A run that proved nothing is not green.", "Select some cases."),
        loose
        and (
            f"{some(len(loose), 'case')} went wrong that no finding names",
            f"The first is {loose[0]}.",
            "Run it again.",
        ),
    )
    return next((doubt for doubt in doubts if doubt), None)


def _one_sided(journal: Journal) -> tuple[str, str, str] | None:
    """Tell of a target that never accepted, or never refused, what it should have."""
    for wanted, deed in ((Expectation.ACCEPT, "accepted"), (Expectation.REFUSE, "refused")):
        verdicts = [case.verdict for case in journal.cases if case.expectation is wanted]
        if verdicts and Verdict.PASS not in verdicts:
            return (
                f"not one of {some(len(verdicts), f'{wanted} case')} passed",
                f"Nothing shows that the target ever {deed} a request for the right reason.",
                "Look at the first such case: it says what the target answered.",
            )
    return None


def some(number: int, noun: str) -> str:
    """Return `1 case`, `2 cases`, `1,000 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
