"""A format that the target alone knows is its own affair, and all else still counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance import reference
from conformance.contract.model import Json
from conformance.evidence import Standing, tally
from conformance.journal_reader import read_journal
from conformance.plan import Plan
from conformance.planning import derive
from conformance.readings import Judge
from conformance.unsure import Unsure, has_own_format
from conformance.verdict import Expectation
from conformance.wire import Readings
from tests.held import ANSWERS, App, held
from tests.soundness import JSON, Small, closed

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER
PHONE = {"type": "string", "format": "phone"}
CURRENCY = {"type": "string", "format": "currency", "maxLength": 4}
OWN = {"phone": lambda text: text.startswith("+"), "currency": lambda text: text in ("usd", "eur")}
MEMBERS: Json = {
    "to": {**PHONE, "example": "+1555"},
    "currency": CURRENCY,
    "also": {"type": "array", "items": CURRENCY},
    "amount": {"type": "integer", "maximum": 9},
}


def plan_of(properties: Json, *required: str) -> Plan:
    described = Small("own", closed(properties, *required), JSON).operation()
    return derive(replace(described, responses=ANSWERS))


def checking(plan: Plan, clause: str = "") -> App:
    """Return the embedded target with formats of its own; it ignores `clause`."""
    operation = plan.operation
    broken = reference.break_clause(operation, clause) if clause else operation
    app = reference.application(broken)

    def answer(request: reference.Request) -> reference.Response:
        found = app(request)
        if found.status != 200:
            return found
        body = json.loads(request.body)
        texts = [(MEMBERS[name], each) for name, each in body.items() if name in MEMBERS]
        texts += [(CURRENCY, each) for each in body.get("also", ())]
        bad = any(
            isinstance(text, str) and not OWN[schema["format"]](text)
            for schema, text in texts
            if schema.get("format") in OWN
        )
        return replace(found, status=400) if bad else found

    return answer


def standings(folder: Path) -> dict[str, Standing]:
    journal = read_journal(folder / "journal.ndjson")
    found = tally(journal, ())
    return {each.local: found[each.id].standing(each) for each in journal.clauses}


def test_a_target_with_formats_of_its_own_is_green(tmp_path: Path) -> None:
    plan = plan_of(MEMBERS, "to")
    assert held(plan, "", tmp_path, checking(plan)) == ()
    found = standings(tmp_path)
    assert found["/to/type"] is found["/amount/maximum"] is Standing.PROVED
    assert found["/currency/maxLength"] is found["/also/items/type"] is Standing.UNSHOWN
    assert Standing.INCONCLUSIVE not in found.values()


def test_a_target_that_checks_no_format_shows_all_the_rest(tmp_path: Path) -> None:
    plan = plan_of(MEMBERS, "to")
    assert held(plan, "", tmp_path) == ()
    assert {Standing.INCONCLUSIVE, Standing.BROKEN}.isdisjoint(standings(tmp_path).values())
    assert standings(tmp_path)["/currency/maxLength"] is Standing.PROVED


@pytest.mark.parametrize(
    "clause", ["/to/type", "/currency/maxLength", "/also/items/maxLength", "/amount/maximum"]
)
def test_what_is_ignored_beside_such_a_format_is_found(tmp_path: Path, clause: str) -> None:
    plan = plan_of(MEMBERS, "to")
    named = [each.clause.removeprefix("PostThing") for each in held(plan, clause, tmp_path)]
    assert named == [clause]


def test_what_a_target_with_formats_of_its_own_ignores_is_found(tmp_path: Path) -> None:
    plan = plan_of(MEMBERS, "to")
    found = held(plan, "", tmp_path, checking(plan, "/amount/maximum"))
    assert [each.clause for each in found] == ["PostThing/amount/maximum"]


def test_optional_texts_that_may_be_refused_stay_out_of_the_way() -> None:
    plan = plan_of(MEMBERS, "amount")
    accepted = [case.request.body or b"" for case in plan.cases if case.expectation is ACCEPT]
    assert any(b"+1555" in each for each in accepted)
    assert not any(b"currency" in each for each in accepted)


@pytest.mark.parametrize(
    ("schema", "value", "owed"),
    [
        (PHONE, "12", EITHER),
        (PHONE, "smallest", ACCEPT),
        (PHONE, 12, REFUSE),
        ({**PHONE, "example": "12"}, "12", ACCEPT),
        ({**PHONE, "examples": ["11", "12"]}, "12", ACCEPT),
        ({**PHONE, "default": "12"}, "12", ACCEPT),
        ({**PHONE, "enum": ["12"]}, "12", ACCEPT),
        ({"anyOf": [PHONE, {"type": "integer"}]}, 12, ACCEPT),
        ({"anyOf": [PHONE, {"type": "integer"}]}, "12", EITHER),
        ({"type": ["string", "null"], "format": "phone"}, "12", EITHER),
        ({"type": "number", "format": "phone"}, 12, ACCEPT),
        ({"type": "string", "format": "password"}, "12", ACCEPT),
        ({"type": "string", "format": "url"}, "12", EITHER),
        ({"type": "string", "format": "url"}, "https://a.b", ACCEPT),
        ({"type": "string", "format": "byte"}, "YWJj", ACCEPT),
        ({"type": "string", "format": "byte"}, "YWJ", EITHER),
        ({"type": "string", "format": "base64url"}, "YWJ", ACCEPT),
        ({"type": "string", "format": "char"}, "ab", EITHER),
        ({"type": "string", "contentEncoding": "base64"}, "YWJj", ACCEPT),
        ({"type": "string", "contentEncoding": "base64"}, "YWJ", EITHER),
        ({"type": "string", "contentEncoding": "base16"}, "YWJj", EITHER),
        ({"type": "string", "contentMediaType": "application/json"}, "{", EITHER),
        ({"type": "string", "contentMediaType": "text/plain"}, "{", ACCEPT),
        ({"type": "integer", "format": "uint8"}, 256, EITHER),
        ({"type": "integer", "format": "uint8"}, 255, ACCEPT),
        ({"type": "integer", "format": "uint64"}, -1, EITHER),
        ({"type": "integer", "format": "unix-time"}, -1, EITHER),
    ],
)
def test_what_a_text_of_a_format_is_owed(schema: Json, value: Json, owed: Expectation) -> None:
    whole = {"properties": {"v": schema}}
    unsure = Unsure(whole, {"v": "smallest"})
    judge = replace(Judge.of(whole, "#"), unsure=unsure if has_own_format(whole) else None)
    assert judge.expectation(Readings(({"v": value},))) is owed


@pytest.mark.parametrize("said", [{"format": "byte"}, {"contentEncoding": "base64"}])
def test_a_text_in_base64_is_one_whatever_its_length(said: Json) -> None:
    plan = plan_of({"v": {"type": "string", "minLength": 10, **said}}, "v")
    assert plan.preflight.body == b'{"v": "YWJjYWJjYWJj"}'
    assert any(case.clause.local == "/v/minLength" for case in plan.cases)
