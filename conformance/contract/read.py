"""A file or an address → text → a JSON value; every fault with the line it stands on."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.contract.json_reader import read_json
from conformance.contract.model import Json
from conformance.errors import ContractError

LIMIT_BYTES = 25 * 1024 * 1024
"""The largest document read; ten times the largest public description that we know of."""

WHAT_IS_READ = "Give an OpenAPI document (JSON or YAML), or an operation's HTML page."
"""The remedy where a document is of no known kind."""

VERSIONS_READ = "OpenAPI 3.0 and 3.1 and Swagger 2.0 are read."

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def is_address(source: str) -> bool:
    """Whether `source` is an http or https URL rather than a path."""
    return _ADDRESS.match(source) is not None


def label(source: str) -> str:
    """Return the name of `source` for messages and reports.

    A URL loses user information, query and fragment: any of them may hold a secret.
    """
    if not is_address(source):
        return source
    scheme, _, rest = source.partition("://")
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def read_text(source: str) -> str:
    """Return the text of the file or URL `source`, without a byte order mark.

    Raises ContractError where it cannot be had, is over 25 MB, not UTF-8, or empty.
    """
    place = label(source)
    data = _fetched(source) if is_address(source) else _bytes_of(source)
    if len(data) > LIMIT_BYTES:
        what = f"the document is over {LIMIT_BYTES // 1024**2} MB"
        raise ContractError(what, "Cut it down to the operations that you test.", place)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ContractError(
            "this is not UTF-8 text", "Save the document as UTF-8.", f"{place}:{line}"
        ) from None
    if not text.strip():
        raise ContractError("the document is empty", WHAT_IS_READ, place)
    return text


def _bytes_of(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        reason = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
        raise ContractError(
            f"the document cannot be read: {reason}", "Check the path.", source
        ) from None
    return data


def _fetched(source: str) -> bytes:
    # Most runs read a file: they need not pay for importing an HTTP client.
    from conformance.contract.fetch import fetch  # noqa: PLC0415  (start-up time)

    return fetch(source, label(source), LIMIT_BYTES)


def read_value(text: str, place: str) -> Json:
    """Return the JSON value that `text` spells, as JSON where it begins with a brace, else as YAML.

    Raises ContractError, naming `place` and the line, for a syntax error, a repeated key, a
    number that JSON has no spelling for.
    """
    if text.lstrip().startswith(("{", "[")):
        return read_json(text, place)
    # Importing PyYAML costs as much as reading the first contract ten times over.
    from conformance.contract.yaml_reader import read_yaml  # noqa: PLC0415  (start-up time)

    return read_yaml(text, place)
