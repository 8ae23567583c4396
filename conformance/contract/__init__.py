"""The contract: a document → the operations that the target is held to.

    page (HTML)  ─ page ──┐
    JSON, YAML   ─ read ──┴─ OpenAPI document ─ merge ─ openapi ─→ Contract
                                   companion ─┘        (content, refs, dialect)

What a document is shows in its content, not in its name. A page becomes an OpenAPI document first,
so there is one way from there on. A companion is a merge patch (RFC 7396) that adds what the
document lacks. `$ref` is resolved here, and nowhere else in the suite.

`python -m conformance.contract PAGE.html --companion FILE` prints the document after merging.
"""

from __future__ import annotations

from pathlib import Path

from conformance.contract.merge import merge_patch
from conformance.contract.model import Contract, Json
from conformance.contract.openapi import to_contract, too_deep
from conformance.contract.read import WHAT_IS_READ, label, read_text, read_value
from conformance.contract.selection import EVERYTHING, Selection
from conformance.errors import ContractError

__all__ = ["Selection", "default_source", "document", "load", "merge_patch"]


def load(source: str, companion: str | None = None, selection: Selection = EVERYTHING) -> Contract:
    """Return the contract at `source`, completed by `companion`, with what is selected of it.

    `source` is the path or http(s) URL of an OpenAPI 3.0 document (JSON or YAML), or of the HTML
    page of one operation; `companion` is one of a JSON or YAML merge patch. Raises ContractError
    for a fault in either, with its place and what to do; NothingSelectedError for what no
    operation fits.
    """
    place = label(source) if companion is None else f"{label(source)} with {label(companion)}"
    return to_contract(document(source, companion), place, selection)


def document(source: str, companion: str | None = None) -> Json:
    """Return the OpenAPI document at `source`, merged with `companion`, as a JSON value.

    Raises ContractError where either cannot be read.
    """
    text = read_text(source)
    try:
        found = _parsed(text, label(source))
        if companion is None:
            return found
        patch = read_value(read_text(companion), label(companion))
        if not isinstance(patch, dict):
            what = "a companion must be an object: anything else would replace the document"
            raise ContractError(what, "See RFC 7396.", label(companion))
        return merge_patch(found, patch)
    except RecursionError:
        raise too_deep(label(source)) from None


def default_source() -> str:
    """Return the path of the contract that the suite brings along: POST /v1/account_links."""
    package = Path(__file__).resolve().parents[1]
    name = "fixtures/post_account_links.json"
    installed = package / name
    # In a checkout the fixtures stand next to the package, in a wheel inside it.
    return str(installed if installed.exists() else package.parent / name)


def _parsed(text: str, place: str) -> Json:
    if not text.lstrip().startswith("<"):
        found = read_value(text, place)
        if not isinstance(found, dict):
            raise ContractError("this is not an OpenAPI document: no object", WHAT_IS_READ, place)
        return found
    # Only a page needs an HTML parser.
    from conformance.contract.page import read_page  # noqa: PLC0415  (start-up time)

    return read_page(text, place)
