"""What CTRF and SARIF ask of the members that are written: closed shapes, so a new one is noticed.

CTRF: the specification of Common Test Report Format, object by object (root, results, tool,
summary, test, environment). SARIF: OASIS SARIF 2.1.0, sections 3.13 to 3.49.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
ANY = {"type": "object"}


def closed(needed: dict[str, Any], **optional: Any) -> dict[str, Any]:  # noqa: ANN401  (schemas)
    """Return an object of `needed` and `optional` members, and of no other."""
    return {
        "type": "object",
        "properties": {**needed, **optional},
        "required": list(needed),
        "additionalProperties": False,
    }


def many(items: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401  (schemas)
    """Return an array of `items`."""
    return {"type": "array", "items": items, **more}


_STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
_TEST = closed(
    {"name": NAME, "status": _STATUS, "duration": WHOLE},
    id=UUID,
    rawStatus=TEXT,
    suite=many(TEXT, minItems=1),
    type=TEXT,
    retries=WHOLE,
    flaky={"type": "boolean"},
    message=TEXT,
    filePath=TEXT,
    line=WHOLE,
    threadId=TEXT,
    extra=ANY,
)
_COUNTS = ("tests", "passed", "failed", "skipped", "pending", "other", "start", "stop")
CTRF = closed(
    {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "results": closed(
            {
                "tool": closed({"name": NAME}, version=TEXT),
                "summary": closed(dict.fromkeys(_COUNTS, WHOLE), flaky=WHOLE, duration=WHOLE),
                "tests": many(_TEST),
            },
            environment=closed({}, appName=TEXT, testEnvironment=TEXT, healthy={"type": "boolean"}),
            extra=ANY,
        ),
    },
    reportId=UUID,
    timestamp=TIME,
    generatedBy=TEXT,
)

_MESSAGE = closed({"text": NAME})
_LOCATION = closed(
    {},
    logicalLocations=many(closed({"fullyQualifiedName": NAME, "kind": TEXT})),
    physicalLocation=closed(
        {"artifactLocation": closed({"uri": {"type": "string", "pattern": r"^[!-~]+$"}})},
        region=closed({"startLine": {"type": "integer", "minimum": 1}}),
    ),
)
_RESULT = closed(
    {"message": _MESSAGE},
    ruleId=NAME,
    ruleIndex=WHOLE,
    level={"enum": ["none", "note", "warning", "error"]},
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    locations=many(_LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    occurrenceCount={"type": "integer", "minimum": 1},
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    suppressions=many(
        closed(
            {"kind": {"enum": ["inSource", "external"]}},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        ),
        minItems=1,
    ),
    properties=ANY,
)
SARIF = closed(
    {
        "version": {"const": "2.1.0"},
        "runs": many(
            closed(
                {
                    "tool": closed(
                        {
                            "driver": closed(
                                {"name": NAME},
                                version=TEXT,
                                rules=many(
                                    closed({"id": NAME}, shortDescription=_MESSAGE, properties=ANY),
                                    uniqueItems=True,
                                ),
                            )
                        }
                    )
                },
                automationDetails=closed({"id": TEXT}),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                invocations=many(
                    closed(
                        {"executionSuccessful": {"type": "boolean"}},
                        exitCode={"type": "integer"},
                        startTimeUtc=TIME,
                        endTimeUtc=TIME,
                    )
                ),
                results=many(_RESULT),
                properties=ANY,
            )
        ),
    },
    **{"$schema": TEXT},
)
