"""Reserved characters that the contract lets a value carry as they are (`allowReserved`).

They pass unchanged in a query, or in a form whose encoding says so (OpenAPI 3.0.4, section 4.8.12;
RFC 6570, section 3.2.3). What has a meaning of its own there stays encoded all the same: `#`, `[`
and `]` stand in no query (RFC 3986, section 3.4), and `&`, `=`, `+` and `;` part pairs, names and
blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec.structs import replace

from conformance import pointer
from conformance.case import Case, clause_id
from conformance.clause import Clause
from conformance.contract.model import Json
from conformance.deriver import Deriver
from conformance.exchange import Request
from conformance.message import BODY
from conformance.messages import Path, place
from conformance.obligation import Put
from conformance.operation_clause import operation_clause
from conformance.protocol import wire_case
from conformance.styles import FORM
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError

_PASSING = ":/?@!$'()*,"
_TEXTS = (f"a{_PASSING}b", "a:/@b", "a/b", "a:b", "https://example.com/a?b", "/", ":")
"""Values to try, the most telling first: a schema may take a few of these characters only."""

_ACCEPT = Expectation.ACCEPT


def cases(deriver: Deriver) -> Iterator[Case]:
    """Yield a request with raw reserved characters for each place that allows them."""
    for clause, path, shown in _places(deriver):
        found = next(_raw(deriver, path, shown), None)
        if found is None:
            reason = deriver.values.doubt(path) or "no valid value with such a character is known"
            deriver.add(replace(clause, state="uncovered", reason=reason))
            continue
        raw, encoded = found
        prefix = clause.id.removesuffix("/allowReserved")
        if (kind := deriver.clauses.get(f"{prefix}/type")) is not None:
            said, controls = "reserved characters, percent-encoded", (deriver.preflight,)
            yield wire_case(kind, "reserved-encoded", said, _ACCEPT, encoded, controls)
        words = "the same with its reserved characters unencoded"
        yield wire_case(deriver.add(clause), "raw", words, _ACCEPT, raw, (encoded,))


def _places(deriver: Deriver) -> Iterator[tuple[Clause, Path, tuple[Json, ...]]]:
    """Yield the clause of each place that allows reserved characters, its path, and its values."""
    operation, content = deriver.operation, deriver.content
    for each in operation.parameters:
        if each.allow_reserved and each.location == "query" and "/" not in each.style:
            at = f"{each.pointer.rpartition('/schema')[0]}/allowReserved"
            yield _clause(deriver, ("query", each.name), at), ("query", each.name), each.examples
    if content is None or content.media_type != FORM:
        return
    for name, encoding in content.encoding.items():
        if encoding.allow_reserved:
            at = pointer.join(content.pointer.rpartition("/")[0], "encoding", name, "allowReserved")
            yield _clause(deriver, (BODY, name), at), (BODY, name), ()


def _clause(deriver: Deriver, path: Path, at: str) -> Clause:
    operation, (part, name) = deriver.operation, path
    prefix = operation.id if part == BODY else f"{operation.id}:{part}"
    source = "OpenAPI 3.0.4, section 4.8.12; RFC 6570, section 3.2.3"
    return replace(
        operation_clause(operation, "allowReserved", "", source),
        id=clause_id(prefix, (name,), "allowReserved"),
        side="request",
        keyword_location=at,
        instance_location=pointer.join("", name),
        words=f"{name} takes reserved characters as they are",
        value="true",
        part=part,
    )


def _raw(deriver: Deriver, path: Path, shown: Iterable[Json]) -> Iterator[tuple[Request, Request]]:
    """Yield requests with raw reserved characters that are owed acceptance, each with its control.

    The readings of the raw bytes decide, as with every request.
    """
    ordinary = deriver.messages.optional.get(path, deriver.messages.least.get(path))
    texts = [each for each in (*_TEXTS, *shown, ordinary) if isinstance(each, str)]
    for value in (*texts, *([text] for text in texts)):
        message = place(deriver.messages.smallest, path, Put(value), deriver.samples)
        try:
            encoded = deriver.request(deriver.messages.ordered(message))
        except InexpressibleError:
            continue
        if not any(read.get(path[0], {}).get(path[1]) == value for read in _read(deriver, encoded)):
            continue
        marks = _PASSING if isinstance(value, str) else _PASSING.replace(",", "")
        raw = _unescaped(encoded, path, marks)
        if raw != encoded and {deriver.expectation(raw), deriver.expectation(encoded)} == {_ACCEPT}:
            yield raw, encoded


def _read(deriver: Deriver, request: Request) -> tuple[Json, ...]:
    """Return what `request` is read as first: a text that stands for an array is none."""
    return deriver.read(request).values[:1]


def _unescaped(request: Request, path: Path, marks: str) -> Request:
    """Return `request` with `marks` as they are in what is sent under the name of `path`."""
    if path[0] == BODY:
        body = _values_unescaped((request.body or b"").decode("latin-1"), path[1], marks)
        return replace(request, body=body.encode("latin-1"))
    target, _, query = request.path.partition("?")
    return replace(request, path=f"{target}?{_values_unescaped(query, path[1], marks)}")


def _values_unescaped(text: str, name: str, marks: str) -> str:
    pairs = []
    for pair in text.split("&"):
        key, equals, value = pair.partition("=")
        if key.partition("[")[0].partition("%5B")[0] == quote(name, safe=""):
            for mark in marks:
                value = value.replace(quote(mark, safe=""), mark)
        pairs.append(f"{key}{equals}{value}")
    return "&".join(pairs)
