"""The words of a verdict, one per thing."""

from __future__ import annotations

from enum import StrEnum


class Expectation(StrEnum):
    """What the contract owes a request."""

    ACCEPT = "ACCEPT"
    REFUSE = "REFUSE"
    EITHER = "EITHER"


class Level(StrEnum):
    """How binding a clause is: MUST (the schema says it), SHOULD (prose or a standard does)."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Verdict(StrEnum):
    """What became of a case.

    PASS          the target did what it owes, and a control shows that this means something
    FAIL          it did not, again and again
    FLAKY         the same request was answered differently
    INCONCLUSIVE  the answer proves nothing, because the control was not accepted
    FAULT         the target broke HTTP, or no answer came
    NOT_RUN       the run ended before the case was sent
    TOOL          this suite broke
    """

    PASS = "PASS"  # noqa: S105  (no password)
    FAIL = "FAIL"
    FLAKY = "FLAKY"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAULT = "FAULT"
    NOT_RUN = "NOT_RUN"
    TOOL = "TOOL"


class Symptom(StrEnum):
    """How a failure shows; part of a finding's identity."""

    NONE = ""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SERVER_ERROR = "server-error"
    BROKEN_RESPONSE = "broken-response"
    OTHER_REASON = "other-reason"
    FLAKY = "flaky"
    FAULT = "fault"
    PROSE = "prose"
