"""Why nothing broken does not yet mean conformant: journal and findings → one reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from conformance.evidence import BROKEN
from conformance.findings import Finding
from conformance.journal import Journal
from conformance.operation_clause import FAULTY
from conformance.records import CaseRecord, ExchangeRecord
from conformance.text import some
from conformance.verdict import Expectation, Level, Verdict

_NOT_FOUND = 404


class Doubt(Struct, frozen=True):
    """One reason: a headline, a sentence, and what to do next."""

    headline: str
    sentence: str
    remedy: str


def doubt(journal: Journal, findings: Sequence[Finding], not_run: int) -> Doubt | None:
    """Return the first reason, or None. `not_run` counts the cases that were planned and not run.

    What a known deviation shows is settled, and so is what cannot be shown because of it.
    """
    shown = {case for finding in findings for case in _shown(finding)}
    settled = behind_known(journal, findings)
    open_cases = [case for case in journal.cases if case.id not in settled]
    inconclusive = sum(case.verdict is Verdict.INCONCLUSIVE for case in open_cases)
    loose = [
        case.id
        for case in open_cases
        if case.verdict in BROKEN and case.level is Level.MUST and case.id not in shown
    ]
    if journal.abort is not None:
        return Doubt(journal.abort.sentence, "Nothing more was sent.", journal.abort.remedy)
    whole = _none_ready(open_cases) or _nowhere(journal, open_cases) or _one_sided(open_cases)
    if whole is not None:
        return whole
    if inconclusive:
        first = min(
            (each for each in open_cases if each.verdict is Verdict.INCONCLUSIVE),
            key=lambda each: not _is_smallest(each),
        )
        return Doubt(
            f"{some(inconclusive, 'case')} proved nothing",
            f"{'The first is' if inconclusive > 1 else 'It is'} {first.id}: {first.because}",
            "The report says of each of them why." if inconclusive > 1 else "",
        )
    if faulty := [each for each in journal.clauses if each.keyword == FAULTY]:
        every = {each.id for each in journal.run.operations} | {c.operation for c in faulty}
        return Doubt(
            f"{len(faulty):,} of {some(len(every), 'operation')} not tested, for a fault of the"
            " contract",
            f"{faulty[0].operation}: {faulty[0].reason}.",
            "Mend the contract there, or choose what is to be tested with --operation.",
        )
    if not_run:
        return Doubt(
            f"{some(not_run, 'case')} did not run",
            "What did run found nothing broken.",
            "Run it again, to the end.",
        )
    if not any(case.verdict is Verdict.PASS for case in journal.cases):
        return Doubt("no case ran", "A run that proved nothing is not green.", "Select some cases.")
    if loose:
        return Doubt(
            f"{some(len(loose), 'case')} went wrong that no finding names",
            f"The first is {loose[0]}.",
            "Run it again.",
        )
    return None


def elsewhere(journal: Journal) -> Doubt | None:
    """Tell of a target that answers 404 to everything, also where no path names what exists.

    What its answers break then is nothing of this contract: the address is another one.
    """
    cases = journal.cases
    sent = [each for case in cases for each in (case.exchange, case.control) if each is not None]
    first = next((each for each in cases if _is_smallest(each)), None)
    if first is None or any(each.status != _NOT_FOUND for each in sent):
        return None
    return Doubt("the target answered 404 to everything", first.because, "")


def behind_known(journal: Journal, findings: Sequence[Finding]) -> frozenset[str]:
    """Return the ids of the cases that known deviations show or keep from proving anything.

    The latter have for control a request that the target is known to answer wrongly, or one that
    proves nothing for that very reason. A control that was drawn is no case, so there the answer
    tells: the operation is known to answer so.
    """
    settled = {case for finding in findings if finding.known for case in _shown(finding)}
    if not settled:
        return frozenset()
    wrong = {_request(case.exchange) for case in journal.cases if case.id in settled}
    waiting: dict[tuple[object, ...], list[CaseRecord]] = {}
    for case in journal.cases:
        if case.verdict is Verdict.INCONCLUSIVE and case.control is not None:
            waiting.setdefault(_request(case.control), []).append(case)
    todo = list(wrong)
    while todo:
        for case in waiting.pop(todo.pop(), ()):
            settled.add(case.id)
            todo.append(_request(case.exchange))
    answers = {_answer(case) for case in journal.cases if case.id in settled and case.wrong}
    settled |= {
        case.id
        for case in journal.cases
        if case.explored
        and case.verdict is Verdict.INCONCLUSIVE
        and case.control is not None
        and (case.operation, case.control.status, case.control.fault_code) in answers
    }
    return frozenset(settled)


def _shown(finding: Finding) -> tuple[str, ...]:
    """Return the ids of the cases of `finding`, the verdict over all answers included.

    The latter is called like its clause, and shows nothing that the answers themselves do not.
    """
    return (*finding.cases, *finding.clauses)


def _answer(case: CaseRecord) -> tuple[str, int | None, str]:
    sent = case.exchange
    return (case.operation, sent.status if sent else None, sent.fault_code if sent else "")


def _request(exchange: ExchangeRecord | None) -> tuple[object, ...]:
    """Return what makes two requests the same, whatever a header says of the delivery."""
    if exchange is None:
        return ()
    kind = tuple(value for name, value in exchange.headers if name.lower() == "content-type")
    sent = exchange.method, exchange.url, exchange.body_sha256, exchange.chunked, exchange.given
    return *sent, kind


def _is_smallest(case: CaseRecord) -> bool:
    """Whether the case stands for an operation whose smallest valid request was refused."""
    return case.id == f"{case.operation}:request/smallest"


def _none_ready(cases: Sequence[CaseRecord]) -> Doubt | None:
    """Tell of a target that refuses the smallest valid request of every operation."""
    if not cases or not all(map(_is_smallest, cases)):
        return None
    return Doubt(
        f"not one of {some(len(cases), 'operation')} could be judged",
        cases[0].because,
        "The report says of each of them why.",
    )


def _nowhere(journal: Journal, cases: Sequence[CaseRecord]) -> Doubt | None:
    """Tell which path parameters to pin, where all that is open is open for lack of them."""
    lost = [each for each in journal.clauses if each.keyword == "resource"]
    unproved = {case.operation for case in cases if case.verdict is Verdict.INCONCLUSIVE}
    if not unproved or not unproved <= {clause.operation for clause in lost}:
        return None
    give = lost[0].reason.partition(": ")[2]
    more = f" So for {some(len(lost) - 1, 'operation')} more." if len(lost) > 1 else ""
    return Doubt(
        f"the target knows nothing {lost[0].words.removeprefix('something is ')}",
        "What can be told without it was; what needs an accepted request proved nothing.",
        f"{give[:1].upper()}{give[1:]}.{more}",
    )


def _one_sided(cases: Sequence[CaseRecord]) -> Doubt | None:
    """Tell of a target that never accepted, or never refused, what it should have."""
    for wanted, deed in ((Expectation.ACCEPT, "accepted"), (Expectation.REFUSE, "refused")):
        verdicts = [case.verdict for case in cases if case.expectation is wanted]
        if verdicts and Verdict.PASS not in verdicts:
            return Doubt(
                f"not one of {some(len(verdicts), f'{wanted} case')} passed",
                f"Nothing shows that the target ever {deed} a request for the right reason.",
                "Look at the first such case: it says what the target answered.",
            )
    return None
