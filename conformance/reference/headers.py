"""The documented headers of an answer, as they should be or spoilt on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.reference.demands import safe
from conformance.reference.example import Examples
from conformance.reference.parameters import kinds_of, split
from conformance.reference.sabotage import Sabotage
from conformance.reference.schema import Checker
from conformance.reference.values import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import DocumentedResponse, Header, Json

_MARK = "header:"
_WRONG = ("conformance other", "1", "-1", "0.5", "999999999999", "x" * 300, "true", "")


def headers_of(
    documented: DocumentedResponse, sabotage: Sabotage | None
) -> tuple[tuple[str, str], ...]:
    """Return the headers that `documented` names, all of them, with their texts."""
    found = []
    for header in documented.headers:
        text = _text(header, Examples(Checker(header.schema)).make(header.schema))
        if sabotage is not None and sabotage.path == (_MARK + header.name,):
            if sabotage.keyword == "required":
                continue
            text = _spoilt(header, sabotage.keyword) or text
        found.append((header.name.lower(), text))
    return tuple(found)


def in_header(sabotage: Sabotage) -> bool:
    """Whether it is a header that `sabotage` spoils, and not the body."""
    return bool(sabotage.path) and str(sabotage.path[0]).startswith(_MARK)


def spoilable(documented: DocumentedResponse) -> Iterator[tuple[str, Sabotage]]:
    """Yield the clauses of headers that an answer can be made to violate."""
    for header in documented.headers:
        place = (_MARK + header.name,)
        if header.required:
            yield (
                f"/{_MARK}{safe(header.name)}/required",
                Sabotage(documented.status, place, "required"),
            )
        for keyword in header.schema if isinstance(header.schema, dict) else ():
            if _spoilt(header, keyword) is not None:
                sabotage = Sabotage(documented.status, place, keyword)
                yield f"/{_MARK}{safe(header.name)}/{keyword}", sabotage


def _text(header: Header, value: Json) -> str:
    if header.media_type:
        return json.dumps(value)
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    if isinstance(value, dict):
        pairs = (
            f"{key}={each}" if header.explode else f"{key},{each}" for key, each in value.items()
        )
        return ",".join(pairs)
    return value if isinstance(value, str) else json.dumps(value)


def _spoilt(header: Header, keyword: str) -> str | None:
    """Return a text that breaks `keyword` in every way it may be read, and nothing else."""
    if header.media_type:
        return None
    checker = Checker(header.schema)
    kinds = kinds_of(checker, header.schema)
    for text in _WRONG:
        broken = []
        for node in split(text, ",", kinds, str, pairs=header.explode):
            value = Reader(checker, {}).read({"properties": {"h": header.schema}}, {"h": node})["h"]
            problems = checker.problems(header.schema, value)
            broken.append({each.keyword for each in problems if not each.path})
        if broken and all(each == {keyword} for each in broken):
            return text
    return None
