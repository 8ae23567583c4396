"""(case, exchange, control) → verdict: pure, and knows nothing of how cases are made."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from conformance.case import Case
from conformance.exchange import Exchange
from conformance.verdict import Expectation, Symptom, Verdict

_TOO_MANY = 429
_UNAVAILABLE = 503
_SERVER_ERROR = 500


class Judgement(Struct, frozen=True):
    """A verdict, how a failure shows, and why in one sentence."""

    verdict: Verdict
    symptom: Symptom = Symptom.NONE
    because: str = ""


def judge(
    case: Case,
    exchange: Exchange,
    control: Exchange | None,
    blamed: str = "",
    *,
    says_error: bool = False,
) -> Judgement:
    """Return the verdict on `case`.

    `control` is the first control that was not accepted, or the nearest one that was, or None
    where the case needs none. `blamed` is the declared top-level name that a refusal names.
    `says_error` tells of a body that is an error: with a 2xx that is a fault of the answer.
    """
    if exchange.fault is not None:
        return Judgement(Verdict.FAULT, Symptom.FAULT, exchange.fault.sentence)
    status = exchange.response.status if exchange.response is not None else 0
    if status in case.also_allowed:
        return Judgement(Verdict.PASS, because=f"{status} is allowed here")
    if status == _TOO_MANY or (status == _UNAVAILABLE and _says_when(exchange)):
        return Judgement(Verdict.INCONCLUSIVE, because=f"the target was busy ({status})")
    if status >= _SERVER_ERROR:
        return _crash(control, status)
    match case.expectation:
        case Expectation.EITHER:
            return Judgement(
                Verdict.PASS, because=f"answered {status}, as the target may choose{_but(case)}"
            )
        case Expectation.ACCEPT:
            return _accept(exchange, control, status)
        case Expectation.REFUSE if exchange.succeeded and says_error:
            because = f"answered {status}, but with an error for a body"
            return Judgement(Verdict.INCONCLUSIVE, because=because)
        case Expectation.REFUSE:
            return _refuse(case, exchange, control, status, blamed)


def _crash(control: Exchange | None, status: int) -> Judgement:
    if _broken(control):
        return _no_control(control)
    because = f"the target answered {status}: no request may break the server"
    return Judgement(Verdict.FAIL, Symptom.SERVER_ERROR, because)


def _accept(exchange: Exchange, control: Exchange | None, status: int) -> Judgement:
    if exchange.accepted:
        return Judgement(Verdict.PASS, because=f"accepted with {status}")
    if control is not None and not control.accepted:
        return _no_control(control)
    if exchange.refused:
        because = f"a valid request was refused with {status}"
        return Judgement(Verdict.FAIL, Symptom.REFUSED, because)
    return Judgement(Verdict.INCONCLUSIVE, because=f"{status} neither accepts nor refuses")


def _refuse(
    case: Case, exchange: Exchange, control: Exchange | None, status: int, blamed: str
) -> Judgement:
    if exchange.succeeded:  # a redirect may lead to the error as well
        because = f"an invalid request was accepted with {status}"
        return Judgement(Verdict.FAIL, Symptom.ACCEPTED, because)
    if control is None or not control.accepted:
        return _no_control(control)
    if not exchange.refused:
        return Judgement(Verdict.INCONCLUSIVE, because=f"{status} neither accepts nor refuses")
    if blamed and case.culprits and blamed not in case.culprits:
        because = f"refused with {status}, but the error blames {blamed}"
        return Judgement(Verdict.INCONCLUSIVE, Symptom.OTHER_REASON, because)
    because = f"refused with {status}, the control was accepted{_but(case)}"
    return Judgement(Verdict.PASS, because=because)


def _but(case: Case) -> str:
    return f"; {case.doubt}" if case.doubt else ""


def _broken(control: Exchange | None) -> bool:
    """Whether the control broke the server as well, so that the case adds nothing."""
    response = control.response if control is not None else None
    return response is not None and response.status >= _SERVER_ERROR


def _no_control(control: Exchange | None) -> Judgement:
    if control is None:
        said = "no control was sent"
    elif control.response is not None:
        said = f"its control was answered {control.response.status}"
    else:
        said = "its control got no answer"
    return Judgement(Verdict.INCONCLUSIVE, because=f"{said}, so the answer proves nothing")


def blamed_name(texts: Iterable[str], declared: frozenset[str]) -> str:
    """Return the declared top-level property that a refusal names, or the empty string.

    `texts` are what the members of the error body say that the contract marks for it:
    `expand[0]`, `address.city`.
    """
    tops = (text.partition("[")[0].partition(".")[0] for text in texts)
    return next((top for top in tops if top in declared), "")


def _says_when(exchange: Exchange) -> bool:
    """Whether a 503 is a plea to come back (RFC 9110, section 15.6.4), not a crash."""
    return exchange.response is not None and exchange.response.header("retry-after") is not None
