"""The JSON Schema of results.json, for those who read it with a program."""

from __future__ import annotations

from typing import Any

from conformance.outcome import State
from conformance.verdict import Expectation, Level, Symptom, Verdict

TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number", "minimum": 0}
HEADERS = {
    "type": "array",
    "items": {"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "maxItems": 2},
}


def _object(**members: Any) -> dict[str, Any]:  # noqa: ANN401  (any JSON Schema)
    """Every member named is there; readers pass over members that they do not know."""
    return {"type": "object", "properties": members, "required": list(members)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(words: type[Expectation | Level | Symptom | Verdict | State]) -> dict[str, Any]:
    return {"enum": [str(each) for each in words]}


REQUEST = _object(
    method=TEXT,
    url=TEXT,
    headers=HEADERS,
    shown=TEXT,
    body=_or_null(TEXT),
    body_bytes=WHOLE,
    body_sha256=TEXT,
    chunked={"type": "boolean"},
)

RESPONSE = _object(
    status={"type": "integer", "minimum": 100, "maximum": 999},
    headers=HEADERS,
    body=TEXT,
    body_bytes=WHOLE,
    body_sha256=TEXT,
    elapsed_ms=NUMBER,
)

DEVIATION = _object(
    finding=TEXT,
    clauses=_list(TEXT),
    reason=TEXT,
    link=TEXT,
    date=TEXT,
    expires=TEXT,
    drawn=TEXT,
    place=TEXT,
)

FINDING = _object(
    id=TEXT,
    operation=TEXT,
    clause=TEXT,
    words=TEXT,
    clauses=_list(TEXT),
    keyword_location=TEXT,
    instance_location=TEXT,
    contract=TEXT,
    source=TEXT,
    level=_one_of(Level),
    symptom=_one_of(Symptom),
    verdict=_one_of(Verdict),
    sentence=TEXT,
    expected=TEXT,
    actual=TEXT,
    curl=TEXT,
    control=TEXT,
    request=_or_null(REQUEST),
    response=_or_null(RESPONSE),
    cases={**_list(TEXT), "uniqueItems": True},
    known={"type": "boolean"},
    deviations=_list(DEVIATION),
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Results of a conformance run",
    **_object(
        format={"const": "conformance-results"},
        version={"const": 1},
        run=_object(
            id=TEXT,
            tool=TEXT,
            started_at={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
            seconds=NUMBER,
            seed={"type": "integer"},
            depth=TEXT,
            command=TEXT,
            target=TEXT,
            embedded={"type": "boolean"},
            complete={"type": "boolean"},
            options={"type": "object", "additionalProperties": TEXT},
            environment={"type": "object", "additionalProperties": TEXT},
        ),
        contract=_object(
            source=TEXT,
            title=TEXT,
            sha256=TEXT,
            operations=_list(_object(id=TEXT, method=TEXT, path=TEXT, summary=TEXT)),
        ),
        known_deviations=_object(source=TEXT, sha256=TEXT, entries=_list(DEVIATION)),
        outcome=_object(
            state=_one_of(State),
            exit={"enum": [0, 1, 2, 3, 7]},
            headline=TEXT,
            sentence=TEXT,
            remedy=TEXT,
            counts=_object(
                **dict.fromkeys(
                    (
                        *("cases", "passed", "failed", "flaky", "inconclusive", "faults", "tool"),
                        *("not_run", "explored", "clauses", "proved", "not_shown"),
                        *("uncovered", "annotations", "known", "stale", "requests"),
                    ),
                    WHOLE,
                ),
                seconds=NUMBER,
            ),
            stale=_list(_object(finding=TEXT, clause=TEXT, sentence=TEXT)),
        ),
        findings=_list(FINDING),
        clauses=_list(
            _object(
                id=TEXT,
                operation=TEXT,
                side=TEXT,
                keyword=TEXT,
                keyword_location=TEXT,
                instance_location=TEXT,
                words=TEXT,
                value=TEXT,
                source=TEXT,
                level=_one_of(Level),
                state=TEXT,
                reason=TEXT,
                line=WHOLE,
                standing=TEXT,
            )
        ),
        cases=_list(
            _object(
                id=TEXT,
                clause=TEXT,
                verdict=_one_of(Verdict),
                expectation=_one_of(Expectation),
                level=_one_of(Level),
                symptom=_one_of(Symptom),
                because=TEXT,
                status=_or_null({"type": "integer"}),
                elapsed_ms=_or_null(NUMBER),
            )
        ),
    ),
}
