"""What the real servers are started with: the contract of this project, in their own words.

Each server is given a document that is the contract, but for what `edit` changes in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parents[2] / "fixtures" / "post_account_links.json"
PATH = "/v1/account_links"
Edit = Callable[[dict[str, Any]], None]
"""Changes a document in place."""


def contract(edit: Edit | None = None) -> dict[str, Any]:
    """Return the contract as other programs read it: without our extensions, edited."""
    document: dict[str, Any] = _plain(json.loads(CONTRACT.read_text(encoding="utf-8")))
    if edit is not None:
        edit(document)
    return document


def _plain(node: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return `node` without the members that only this suite reads."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, dict):
        return {
            name: _plain(value)
            for name, value in node.items()
            if not name.startswith("x-conformance-")
        }
    return node


def body(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the form in `document`."""
    content = document["paths"][PATH]["post"]["requestBody"]["content"]
    found: dict[str, Any] = content["application/x-www-form-urlencoded"]["schema"]
    return found


def answer(document: dict[str, Any], status: str = "200") -> dict[str, Any]:
    """Return the schema of an answer in `document`."""
    content = document["paths"][PATH]["post"]["responses"][status]["content"]
    found: dict[str, Any] = content["application/json"]["schema"]
    return found


def without_encoding(document: dict[str, Any]) -> None:
    """Leave open how arrays travel: an edit."""
    content = document["paths"][PATH]["post"]["requestBody"]["content"]
    del content["application/x-www-form-urlencoded"]["encoding"]


LINK = {
    "object": "account_link",
    "created": 1_700_000_000,
    "expires_at": 1_700_000_300,
    "url": "https://connect.example/setup/e/acct_1/ab12",
}


def for_stripe_mock(edit: Edit | None = None) -> dict[str, Any]:
    """Return the contract as stripe-mock reads it: the answer's schema names its fixture."""
    document = contract(edit)
    for schema in ("200", "default"):
        answer(document, schema).pop("title")
    link = deepcopy(answer(document))
    link["x-resourceId"] = "account_link"
    content = document["paths"][PATH]["post"]["responses"]["200"]["content"]
    content["application/json"]["schema"] = {"$ref": "#/components/schemas/account_link"}
    document["components"] = {"schemas": {"account_link": link}}
    return document


def fixtures(**changes: object) -> dict[str, Any]:
    """Return the fixtures of stripe-mock: one AccountLink with `changes`; `...` leaves one out."""
    link = {name: value for name, value in {**LINK, **changes}.items() if value is not ...}
    return {"resources": {"account_link": link}}
