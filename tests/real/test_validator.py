"""express-openapi-validator: conforming, and each rule of its document edited in turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.real.documents import PATH, Edit, body, contract, without_encoding
from tests.real.held import Faults, assert_found, hold
from tests.real.servers import validator

ALWAYS: Faults = {
    "SHOULD /additionalProperties/accepted": "qs drops a nameless pair, `=x`, and it answers 200",
}


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_it_conforms(tmp_path: Path, depth: str) -> None:
    with validator(tmp_path, contract()) as url:
        ended = hold(url, tmp_path, depth=depth)
    assert_found(ended, ALWAYS)
    assert ended.exit == 0


def test_indices_are_found_out_where_the_contract_says_nothing(tmp_path: Path) -> None:
    document = contract(without_encoding)
    file = tmp_path / "open.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with validator(tmp_path, document) as url:
        ended = hold(url, tmp_path, f"--contract={file}")
    assert_found(ended, ALWAYS)
    assert ended.exit == 0
    over = ended.verdicts["PostAccountLinks/expand/items/maxLength/over-limit"]
    assert over == "PASS"


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body(document)["properties"]
    return found


def _without(name: str, keyword: str) -> Edit:
    return lambda document: _properties(document)[name].pop(keyword)


def _with(name: str, **keywords: object) -> Edit:
    return lambda document: _properties(document)[name].update(keywords)


def _items(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _properties(document)["expand"]["items"]
    return found


def _put(document: dict[str, Any]) -> None:
    document["paths"][PATH]["put"] = document["paths"][PATH]["post"]


RULES: dict[str, tuple[Edit, str]] = {
    # name → edit, the one finding of level MUST that it makes
    "account may be left out": (
        lambda doc: body(doc)["required"].remove("account"),
        "/account/required/accepted",
    ),
    "type may be left out": (
        lambda doc: body(doc)["required"].remove("type"),
        "/type/required/accepted",
    ),
    "any name is taken": (
        lambda doc: body(doc).pop("additionalProperties"),
        "/additionalProperties/accepted",
    ),
    "account of any type": (_without("account", "type"), "/account/type/accepted"),
    "account of any length": (_without("account", "maxLength"), "/account/maxLength/accepted"),
    "account a letter longer": (_with("account", maxLength=5001), "/account/maxLength/accepted"),
    "account a letter shorter": (_with("account", maxLength=4999), "/account/maxLength/refused"),
    "collect any text": (_without("collect", "enum"), "/collect/enum/accepted"),
    "collect in capitals": (
        lambda doc: _properties(doc)["collect"]["enum"].append("CURRENTLY_DUE"),
        "/collect/enum/accepted",
    ),
    "collect lacks a member": (
        lambda doc: _properties(doc)["collect"]["enum"].remove("eventually_due"),
        "/collect/enum/refused",
    ),
    "expand of any type": (_without("expand", "type"), "/expand/type/accepted"),
    "expand of two items": (_with("expand", maxItems=2), "/expand/type/refused"),
    "expand of items that differ": (_with("expand", uniqueItems=True), "/expand/type/refused"),
    "items of any type": (lambda doc: _items(doc).pop("type"), "/expand/items/type/accepted"),
    "items of any length": (
        lambda doc: _items(doc).pop("maxLength"),
        "/expand/items/maxLength/accepted",
    ),
    "items a letter shorter": (
        lambda doc: _items(doc).update(maxLength=4999),
        "/expand/items/maxLength/refused",
    ),
    "refresh_url of any type": (_without("refresh_url", "type"), "/refresh_url/type/accepted"),
    "refresh_url must be one": (
        _with("refresh_url", format="uri"),
        "/refresh_url/properties/refused",
    ),
    "refresh_url not known": (
        lambda doc: _properties(doc).pop("refresh_url"),
        "/refresh_url/properties/refused",
    ),
    "return_url of any type": (_without("return_url", "type"), "/return_url/type/accepted"),
    "type lacks a member": (
        lambda doc: _properties(doc)["type"]["enum"].remove("account_update"),
        "/type/enum/refused",
    ),
    "PUT does the same": (_put, ":request/method/accepted"),
    # x-stripeBypassValidation opens the enum: no fault.
    "type any text": (_without("type", "enum"), ""),
}


@pytest.mark.parametrize("name", RULES)
def test_an_edited_rule_gives_exactly_its_clause(tmp_path: Path, name: str) -> None:
    edit, finding = RULES[name]
    with validator(tmp_path, contract(edit)) as url:
        ended = hold(url, tmp_path)
    faults = {f"MUST {finding}": name} if finding else {}
    if finding == "/additionalProperties/accepted":  # the advice is part of it then
        assert_found(ended, faults)
    else:
        assert_found(ended, ALWAYS | faults)
