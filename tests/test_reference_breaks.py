"""The embedded target is wrong exactly where it is told to be."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.reference import Request, application, break_clause, clauses
from conformance.reference.__main__ import broken, listed
from conformance.reference.schema import Checker
from conformance.response_clauses import response_clauses
from tests.miniatures.contract import (
    BASE,
    ERROR,
    FORM,
    LINK,
    LINKS,
    PATH,
    REQUEST,
    ask,
    documented,
    operation,
)

SHOWS = {
    "/account/required": b"type=account_update",
    "/type/required": b"account=a",
    "/additionalProperties": BASE + b"&foo=1",
    "/account/type": b"type=account_update&account[0]=a",
    "/account/maxLength": b"type=account_update&account=" + b"a" * 5001,
    "/collect/type": BASE + b"&collect[0]=currently_due",
    "/collect/enum": BASE + b"&collect=nonsense",
    "/expand/type": BASE + b"&expand=x",
    "/expand/items/type": BASE + b"&expand[0][a]=x",
    "/expand/items/maxLength": BASE + b"&expand[0]=" + b"a" * 5001,
    "/refresh_url/type": BASE + b"&refresh_url[0]=x",
    "/return_url/type": BASE + b"&return_url[a]=x",
    "/type/type": b"account=a&type[0]=account_update",
    "/type/enum": b"account=a&type=other",
}


def test_every_request_clause_can_be_broken() -> None:
    assert {name for name in clauses(LINKS) if name.startswith("/")} == set(SHOWS)


@pytest.mark.parametrize("clause", SHOWS)
def test_a_broken_request_clause_is_not_enforced_and_the_others_are(clause: str) -> None:
    app = application(break_clause(LINKS, clause))
    accepted = {name for name, body in SHOWS.items() if ask(app, body)[0] == 200}
    assert accepted == {clause}


@pytest.mark.parametrize("clause", [each for each in clauses(LINKS) if each.startswith("response")])
def test_a_broken_response_clause_is_violated_alone(clause: str) -> None:
    _, status, *path, keyword = clause.split("/")
    app = application(break_clause(LINKS, clause))
    schema, body = (LINK, BASE) if status == "200" else (ERROR, BASE + b"&foo=1")
    answer = app(Request("POST", PATH, "", (("content-type", FORM),), body))
    problems = list(Checker(schema).problems(schema, json.loads(answer.body)))
    if keyword == "media-type":
        assert (problems, dict(answer.headers)) == ([], {"content-type": "text/plain"})
        return
    found = [(each.keyword, each.path) for each in problems]
    assert (keyword, tuple(path)) in found
    beside = {"enum"} if keyword == "type" else set()
    assert [
        each for each in found if each != (keyword, tuple(path)) and each[0] not in beside
    ] == []
    other = application(LINKS)(Request("POST", PATH, "", (("content-type", FORM),), body))
    assert answer.status == other.status


def test_the_original_is_left_alone() -> None:
    before = json.dumps(REQUEST)
    break_clause(LINKS, "/account/required")
    break_clause(LINKS, "/collect/type")
    assert json.dumps(REQUEST) == before


def test_clauses_behind_references_and_of_several_operations() -> None:
    other = operation(
        {"properties": {"x": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"maximum": 3}}},
        id="Other",
        path="/v1/other",
    )
    assert "/x/maximum" in clauses(other)
    names = listed([LINKS, other])
    assert "Other/x/maximum" in names
    assert "Other:response/200/url/type" in names
    app = application(*broken([LINKS, other], "Other/x/maximum"))
    assert ask(app, b"x=4", path="/v1/other")[0] == 200
    assert ask(app, BASE + b"&foo=1")[0] == 400
    with pytest.raises(UsageError, match="Other has no clause"):
        broken([LINKS, other], "Other/x/minimum")


def test_an_unknown_clause_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        break_clause(LINKS, "/acount/maxLenght")
    assert "/account/maxLength" in caught.value.remedy


def test_an_open_enum_is_no_clause_to_break() -> None:
    opened = operation({"properties": {"x": {"enum": ["a"], "x-stripeBypassValidation": True}}})
    assert "/x/enum" not in clauses(opened)


def test_a_keyword_of_the_listing_with_no_instance_to_spoil_is_left_out() -> None:
    never = replace(LINKS, responses=(documented("200", {"type": "string", "pattern": "^"}),))
    assert [each for each in clauses(never) if "200" in each] == [
        "response/200/media-type",
        "response/200/type",
    ]


def test_what_another_alternative_takes_by_right_is_no_clause_to_break() -> None:
    longer = {"type": "string", "maxLength": 3}
    text, any_text = {"type": "string"}, {"$ref": "#/$defs/text"}
    open_branch = {"properties": {"a": longer}, "required": ["a"]}
    tried = operation(
        {
            "properties": {
                "all": {"anyOf": [longer, {"description": "anything"}]},
                "texts": {"type": "string", "anyOf": [longer, any_text]},
                "listed": {"anyOf": [{"enum": ["a"]}, text]},
                "inner": {"anyOf": [open_branch, {"properties": {"a": longer}}]},
                "more": {
                    "anyOf": [
                        {"properties": {"a": longer, "b": longer}},
                        {"properties": {"b": longer}},
                    ]
                },
                "told": {"anyOf": [longer, {"type": "integer"}]},
            },
            "$defs": {"text": text},
        }
    )
    found = {name for name in clauses(tried) if not name.startswith("response")}
    assert found == {
        "/listed/anyOf",
        "/inner/anyOf",
        "/inner/anyOf.0/a/maxLength",
        "/inner/anyOf.1/a/maxLength",
        "/more/anyOf",
        "/more/anyOf.0/b/maxLength",
        "/more/anyOf.1/b/maxLength",
        "/told/anyOf",
        "/told/anyOf.0/maxLength",
    }


def test_a_clause_of_an_answer_is_called_as_in_a_report_and_broken_alone() -> None:
    schema = {
        "required": ["$ok"],
        "properties": {"$ok": {"type": "boolean", "enum": [True]}},
    }
    sure = replace(LINKS, responses=(documented("200", schema),))
    name = "response/200/_ok-f800f896/enum"
    assert name in clauses(sure)
    assert name.replace("response/200", f"{LINKS.id}:response/200") in {
        clause.id for clause in response_clauses(sure)
    }
    app = application(break_clause(sure, name))
    answer = app(Request("POST", PATH, "", (("content-type", FORM),), BASE))
    assert json.loads(answer.body) == {"$ok": False}


def test_a_definition_that_holds_itself_is_broken_two_levels_deep() -> None:
    node = {"properties": {"n": {"maximum": 3}, "next": {"$ref": "#/$defs/node"}}}
    tried = operation({"$ref": "#/$defs/node", "$defs": {"node": node}})
    found = {name for name in clauses(tried) if not name.startswith("response")}
    assert found == {"/n/maximum", "/next/n/maximum"}
