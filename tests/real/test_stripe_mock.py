"""stripe-mock: as it comes, and with documents edited so that it has exactly one more fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.real.documents import PATH, Edit, body, fixtures, for_stripe_mock
from tests.real.held import Faults, assert_found, hold, sentence
from tests.real.servers import stripe_mock

ALWAYS: Faults = {
    "SHOULD /additionalProperties/accepted": "it drops a nameless pair, `=x`, and answers 200",
    "SHOULD :response/200/url/unique/prose": "a single-use URL, and every answer has the same",
}
"""What it does whatever documents it is given."""

PLAIN: Faults = ALWAYS | {
    "MUST /account/maxLength/accepted": "it reads maxLength, and checks it nowhere",
    "MUST /expand/properties/server-error": "it answers 500 to a valid `expand[0]=abc`",
    "SHOULD :response/200/expires_at/future/prose": "its link expired in 2009, when it was made",
}
SPELLING = "MUST :request/spelling/refused"
UNIQUE = "SHOULD :response/200/url/unique/prose"
EDITED: Faults = ALWAYS | {
    "MUST :every/maxLength/accepted": "it reads maxLength, and checks it nowhere",
    SPELLING: "RFC 9110, section 8.3.1: a media type has no case; it answers "
    "400 to Application/X-Www-Form-Urlencoded",
}

NEVER_EXPIRES = 4_000_000_000


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_as_it_comes(tmp_path: Path, depth: str) -> None:
    with stripe_mock(tmp_path) as url:
        ended = hold(url, tmp_path, depth=depth)
    assert ended.exit == 1
    assert_found(ended, PLAIN)


def test_with_our_documents(tmp_path: Path) -> None:
    link = fixtures(expires_at=NEVER_EXPIRES)
    with stripe_mock(tmp_path, for_stripe_mock(), link) as url:
        ended = hold(url, tmp_path, depth="standard")
    assert_found(ended, EDITED)


def _put(document: dict[str, Any]) -> None:
    document["paths"][PATH]["put"] = document["paths"][PATH]["post"]


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body(document)["properties"]
    return found


SPECS: dict[str, tuple[Edit, set[str], set[str]]] = {
    # name → edit, what it adds to the findings, what it hides of them
    "account may be left out": (
        lambda doc: body(doc)["required"].remove("account"),
        {"MUST /account/required/accepted"},
        set(),
    ),
    "type may be left out": (
        lambda doc: body(doc)["required"].remove("type"),
        {"MUST /type/required/accepted"},
        set(),
    ),
    # It copies what it was sent into its answer, `object` too, once it lets that through.
    "any name is taken": (
        lambda doc: body(doc).pop("additionalProperties"),
        {"MUST /additionalProperties/accepted", "MUST :response/200/object/enum/broken-response"},
        {"SHOULD /additionalProperties/accepted"},
    ),
    "collect is any text": (
        lambda doc: _properties(doc)["collect"].pop("enum"),
        {"MUST /collect/enum/accepted"},
        set(),
    ),
    "collect lacks a member": (
        lambda doc: _properties(doc)["collect"]["enum"].remove("eventually_due"),
        {"MUST /collect/enum/refused"},
        set(),
    ),
    "refresh_url is of any type": (
        lambda doc: _properties(doc)["refresh_url"].pop("type"),
        {"MUST /refresh_url/type/accepted"},
        set(),
    ),
    # No body with everything is accepted then, and spellings have no control.
    "return_url is an integer": (
        lambda doc: _properties(doc)["return_url"].update(type="integer"),
        {"MUST /return_url/properties/refused"},
        {SPELLING},
    ),
    "return_url is not known": (
        lambda doc: _properties(doc).pop("return_url"),
        {"MUST /return_url/properties/refused"},
        {SPELLING},
    ),
    "PUT does the same": (_put, {"MUST :request/method/accepted"}, set()),
    # x-stripeBypassValidation opens the enum: no fault.
    "type is any text": (lambda doc: _properties(doc)["type"].pop("enum"), set(), set()),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_fault_in_what_it_accepts(tmp_path: Path, name: str) -> None:
    edit, more, fewer = SPECS[name]
    link = fixtures(expires_at=NEVER_EXPIRES)
    with stripe_mock(tmp_path, for_stripe_mock(edit), link) as url:
        ended = hold(url, tmp_path)
    assert_found(ended, dict.fromkeys((EDITED.keys() | more) - fewer, ""))


LINKS: dict[str, tuple[dict[str, object], str]] = {
    # name → members of the answer (`...` leaves one out), the finding
    "created is a text": ({"created": "1700000000"}, "created/type"),
    "created is null": ({"created": None}, "created/type"),
    "created is a boolean": ({"created": True}, "created/type"),
    "created is missing": ({"created": ...}, "created/required"),
    "expires_at is a fraction": ({"expires_at": NEVER_EXPIRES + 0.5}, "expires_at/type"),
    "url is missing": ({"url": ...}, "url/required"),
    "url is null": ({"url": None}, "url/type"),
    "url is a number": ({"url": 5}, "url/type"),
    "url is an array": ({"url": ["https://connect.example"]}, "url/type"),
    "url is too long": ({"url": "https://x/" + "a" * 5000}, "url/maxLength"),
    "object is another": ({"object": "account"}, "object/enum"),
    "object is missing": ({"object": ...}, "object/required"),
    "object is null": ({"object": None}, "object/type"),
    "further members are legal": ({"more": {"a": 1}}, ""),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_fault_in_its_answer(tmp_path: Path, name: str) -> None:
    members, clause = LINKS[name]
    link = fixtures(**{"expires_at": NEVER_EXPIRES, **members})
    with stripe_mock(tmp_path, for_stripe_mock(), link) as url:
        ended = hold(url, tmp_path)
    more = {f"MUST :response/200/{clause}/broken-response"} if clause else set[str]()
    # Only texts can be compared from answer to answer.
    fewer = (
        set[str]() if isinstance(link["resources"]["account_link"].get("url"), str) else {UNIQUE}
    )
    assert_found(ended, dict.fromkeys((EDITED.keys() | more) - fewer, ""))


def test_it_expires_before_it_is_created(tmp_path: Path) -> None:
    link = fixtures(created=NEVER_EXPIRES + 1, expires_at=NEVER_EXPIRES)
    with stripe_mock(tmp_path, for_stripe_mock(), link) as url:
        ended = hold(url, tmp_path)
    after = {"SHOULD :response/200/expires_at/after/prose": "it expires before it was created"}
    assert_found(ended, EDITED | after)


def test_it_wants_more_than_the_contract_says(tmp_path: Path) -> None:
    spec = for_stripe_mock(lambda doc: body(doc)["required"].append("refresh_url"))
    with stripe_mock(tmp_path, spec, fixtures()) as url:
        ended = hold(url, tmp_path)
    assert ended.exit == 7
    assert sentence(ended).startswith(
        "The target answered 400 to POST /v1/account_links with the smallest valid body"
    )
