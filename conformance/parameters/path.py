"""Path parameters (OpenAPI 3.0.4, section 4.8.12.3; RFC 6570; RFC 3986, section 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote

from conformance.contract.model import Json
from conformance.parameters import Field, Fields, assembled, document, parts, text_values
from conformance.percent import quoted, unquoted
from conformance.wire import InexpressibleError, Readings
from conformance.wire.text import joined, scalars

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_DOTS = (".", "..")
_LONGEST = len("%2E%2E")
_ODD = re.compile(r"[/\\\x00-\x1f\x7f]")
"""What servers and what stands before them treat in ways of their own, even when it is encoded."""


def write(template: str, declared: Fields, values: Mapping[str, Json]) -> str:
    """Return the path that says `values`.

    Raises InexpressibleError for a missing or empty value, for one that is a dot segment (it
    would name another path: RFC 3986, section 5.2.4), and where the template has a name that no
    parameter describes.
    """

    def expanded(found: re.Match[str]) -> str:
        name = found[1]
        if name not in declared:
            raise InexpressibleError(f"the path has {{{name}}}, which no parameter describes")
        if name not in values:
            raise InexpressibleError(f"a path without {name} is another path")
        return _written(declared[name], values[name])

    path = _EXPRESSION.sub(expanded, template)
    if any(unquoted(segment) in _DOTS for segment in path.split("/") if len(segment) <= _LONGEST):
        raise InexpressibleError("a dot segment names another path")
    return path


def read(template: str, declared: Fields, path: str) -> Readings:
    """Return what `path`, an instance of `template`, may stand for."""
    names, greedy, lazy = _patterns(template)
    found = greedy.fullmatch(path)
    other = found if lazy is greedy else lazy.fullmatch(path)
    if found is None or other is None:
        return Readings((), unreadable=True)
    texts = dict(zip(names, found.groups(), strict=True))
    ambiguous = found.groups() != other.groups()
    odd = any(map(_is_odd, texts.values()))
    return assembled(_values(declared, texts), unreadable=ambiguous or odd)


@lru_cache(maxsize=4096)
def _is_odd(text: str) -> bool:
    return _ODD.search(unquoted(text)) is not None


@lru_cache(maxsize=64)
def _patterns(template: str) -> tuple[list[str], re.Pattern[str], re.Pattern[str]]:
    """Return the names in `template`, and what finds their values; one apart by `/` has one way."""
    pieces = _EXPRESSION.split(template)
    fixed = [re.escape(piece) for piece in pieces[::2]]
    greedy = re.compile("([^/]+)".join(fixed))
    apart = all("/" in piece for piece in pieces[2:-1:2])
    return pieces[1::2], greedy, greedy if apart else re.compile("([^/]+?)".join(fixed))


def _values(declared: Fields, texts: Mapping[str, str]) -> Iterator[tuple[str, list[Json], bool]]:
    for name, raw in texts.items():
        field = declared[name]
        match field.parameter.style:
            case "label":
                yield name, *_label(field, raw)
            case "matrix":
                yield name, *_matrix(field, raw)
            case _:
                yield name, *text_values(field, raw, decode=unquoted)


def _written(field: Field, value: Json) -> str:
    name, explode = quote(field.name, safe=""), field.parameter.explode
    named = isinstance(value, dict) and explode
    whole = [(document(value),)] if "/" in field.parameter.style else None
    texts = ["=".join(map(_escape, each)) for each in whole or parts(value, pairs=explode)]
    if texts == [""]:
        raise InexpressibleError("an empty segment names another path")
    match field.parameter.style:
        case "label":
            return "." + ("." if explode else ",").join(texts)
        case "matrix" if named:
            return "".join(f";{text}" for text in texts)
        case "matrix" if explode:
            return "".join(f";{name}={text}" for text in texts)
        case "matrix":
            return f";{name}={','.join(texts)}"
        case _:
            return ",".join(texts)


def _label(field: Field, raw: str) -> tuple[list[Json], bool]:
    """Read `.a.b`; without `explode` versions of the standard differ: `.a.b` or `.a,b`."""
    text, explode = raw.removeprefix("."), field.parameter.explode
    separator = "." if explode else ","
    found, refusable = text_values(field, text, separator, unquoted)
    return found, refusable or (not explode and "," in text)


def _matrix(field: Field, raw: str) -> tuple[list[Json], bool]:
    prefix = f";{quote(field.name, safe='')}="
    if not field.parameter.explode or raw.count(";") == 1:
        if raw.startswith(prefix):
            found = joined(raw.removeprefix(prefix), field.place, ",", unquoted)
            if field.parameter.explode and field.place.takes_object:
                found += joined(raw[1:], field.place, ";", unquoted, pairs=True)
            return found, False
        if not field.parameter.explode:
            return scalars(unquoted(raw), field.place), True
    texts = raw.removeprefix(";").split(";")
    if all(f";{text}".startswith(prefix) for text in texts):
        items = ",".join(text.partition("=")[2] for text in texts)
        return joined(items, field.place, ",", unquoted), False
    return joined(";".join(texts), field.place, ";", unquoted, pairs=True), False


def _escape(text: str) -> str:
    try:
        return quoted(text)
    except UnicodeEncodeError as problem:
        raise InexpressibleError("a lone surrogate has no UTF-8 form") from problem
