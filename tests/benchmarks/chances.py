"""Every fair chance for Schemathesis: contracts and servers under which it can be green at all.

What stands in its way on this contract, and what is done about it here, never in the miniatures:

- It sends arrays as repeated names (`expand=a&expand=b`), which no encoding asks for: a server that
  reads such names as arrays too. But an array of one, which it calls valid, and a text, which it
  calls invalid, are the same bytes then (`expand=a`), and no server can please it with both: a
  contract without the array.
- It expects 401 where no key is sent, as the contract's `security` says; the miniatures ask for no
  key: a contract without `security`.
- It wants `Allow` with a 405 (RFC 9110, section 15.5.6), which the plain miniature leaves away: a
  server that adds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from conformance.reference.http import App, Request, Response
from tests.benchmarks.commands import CONTRACT

Adapter = Callable[[App], App]
FORM = "application/x-www-form-urlencoded"
NOT_ALLOWED = 405


def as_is(contract: dict[str, Any]) -> None:
    """Change nothing."""
    del contract


def without_security(contract: dict[str, Any]) -> None:
    """Demand no key."""
    contract.pop("security", None)
    contract.get("components", {}).pop("securitySchemes", None)


def without_array(contract: dict[str, Any]) -> None:
    """Demand no key, and know no `expand`."""
    without_security(contract)
    content = contract["paths"]["/v1/account_links"]["post"]["requestBody"]["content"][FORM]
    del content["schema"]["properties"]["expand"], content["encoding"]


def write_contract(change: Callable[[dict[str, Any]], None], folder: Path) -> Path:
    """Write the contract with `change` into `folder` and return its path."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    change(contract)
    path = folder / f"{change.__name__}.json"
    path.write_text(json.dumps(contract), encoding="utf-8")
    return path


def repeated_names(app: App) -> App:
    """Return `app`, which reads `expand=a&expand=b` as an array too."""

    def adapted(request: Request) -> Response:
        pieces = request.body.split(b"&")
        changed = [
            b"expand[]=" + each.removeprefix(b"expand=") if each.startswith(b"expand=") else each
            for each in pieces
        ]
        return app(replace(request, body=b"&".join(changed)))

    return adapted


def allow_header(app: App) -> App:
    """Return `app`, which says with a 405 what is allowed."""

    def adapted(request: Request) -> Response:
        response = app(request)
        if response.status != NOT_ALLOWED or any(
            name.lower() == "allow" for name, _ in response.headers
        ):
            return response
        return replace(response, headers=(*response.headers, ("allow", "POST")))

    return adapted


def adapt(app: App, adapters: Sequence[Adapter]) -> App:
    """Return `app` within all of `adapters`."""
    for each in adapters:
        app = each(app)
    return app
