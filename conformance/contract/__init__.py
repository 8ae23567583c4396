"""The contract: a document → the operations that the target is held to.

    page (HTML)  ─ page ────────────┐
    JSON, YAML   ─ read ─ bundle ───┴─ merge ─ swagger ─ OpenAPI document ─ openapi ─→ Contract
                          companion ─────┘                (entries, content, schemas, refs, dialect)

What a document is shows in its content, not in its name. A page becomes an OpenAPI document first,
so does Swagger 2.0, and files that a document refers to come inside it: there is one way from there
on. A companion is a merge patch (RFC 7396) that adds what the document lacks. `$ref` is resolved
here, and nowhere else in the suite.

`python -m conformance.contract PAGE.html --companion FILE` prints the document after merging.
"""

from __future__ import annotations

from pathlib import Path

from conformance.contract.bundle import bundled
from conformance.contract.model import Contract, Json
from conformance.contract.openapi import to_contract, too_deep
from conformance.contract.read import WHAT_IS_READ, label, read_text, read_value
from conformance.contract.selection import EVERYTHING, Selection
from conformance.errors import ContractError

__all__ = ["Selection", "default_source", "document", "load"]


def load(
    source: str,
    companion: str | None = None,
    selection: Selection = EVERYTHING,
    hosts: frozenset[str] = frozenset(),
) -> Contract:
    """Return the contract at `source`, completed by `companion`, with what is selected of it.

    `source` is the path or http(s) URL of an OpenAPI 3.0 or 3.1 or Swagger 2.0 document (JSON or
    YAML), or of the HTML page of one operation; `companion` is one of a JSON or YAML merge patch.
    `hosts` may be asked for documents that it refers to. Raises ContractError for a fault in any,
    with its place and what to do; NothingSelectedError for what no operation fits.
    """
    place = label(source) if companion is None else f"{label(source)} with {label(companion)}"
    return to_contract(document(source, companion, hosts), place, selection)


def document(
    source: str, companion: str | None = None, hosts: frozenset[str] = frozenset()
) -> Json:
    """Return the OpenAPI document at `source`, merged with `companion`, as a JSON value.

    Files that it refers to are inside it, Swagger has become OpenAPI. Raises ContractError where
    one of them cannot be read.
    """
    text = read_text(source)
    try:
        found = bundled(_parsed(text, label(source)), source, hosts)
        if companion is not None:
            patch = read_value(read_text(companion), label(companion))
            if not isinstance(patch, dict):
                what = "a companion must be an object: anything else would replace the document"
                raise ContractError(what, "See RFC 7396.", label(companion))
            from conformance.contract.merge import merge_patch  # noqa: PLC0415  (start-up time)

            found = merge_patch(found, patch)
        if "swagger" in found and "openapi" not in found:
            from conformance.contract.swagger import from_swagger  # noqa: PLC0415  (see above)

            found = from_swagger(found, label(source))
    except RecursionError:
        raise too_deep(label(source)) from None
    return found


def default_source() -> str:
    """Return the path of the contract that the suite brings along: POST /v1/account_links."""
    package = Path(__file__).resolve().parents[1]
    name = "fixtures/post_account_links.json"
    installed = package / name
    # In a checkout the fixtures stand next to the package, in a wheel inside it.
    return str(installed if installed.exists() else package.parent / name)


def _parsed(text: str, place: str) -> dict[str, Json]:
    if not text.lstrip().startswith("<"):
        found = read_value(text, place)
        if not isinstance(found, dict):
            raise ContractError("this is not an OpenAPI document: no object", WHAT_IS_READ, place)
        return found
    # Only a page needs an HTML parser.
    from conformance.contract.page import read_page  # noqa: PLC0415  (start-up time)

    return read_page(text, place)
