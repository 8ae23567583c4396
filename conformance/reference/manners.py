"""What a contract says beside its schemas: formats that bind, and objects that are closed."""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.reference.keywords import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.contract.model import Json

_DURATION = re.compile(
    r"P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)", re.ASCII
)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(\.\d+)?(z|[-+]([01]\d|2[0-3]):[0-5]\d)", re.ASCII | re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def well_formed(name: str, text: str) -> bool:
    """Whether `text` has the registered format `name`; any text has one that is not known."""
    check = FORMATS.get(name)
    try:
        return check is None or check(text)
    except (ValueError, re.error):
        return False


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and date.fromisoformat(text))


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3]) <= 60  # noqa: PLR2004


def _is_moment(text: str) -> bool:
    return text[10:11].upper() == "T" and _is_date(text[:10]) and _is_time(text[11:])


def _is_reference(text: str) -> bool:
    return not re.search(r"[\s<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})", text) and bool(urlsplit(text))


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_moment,
    "time": _is_time,
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "email": lambda text: bool(re.fullmatch(r"[^@\s]+@[^@\s]+", text)),
    "hostname": lambda text: bool(re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", text, re.IGNORECASE)),
    "ipv4": lambda text: bool(ipaddress.IPv4Address(text)) or True,
    "ipv6": lambda text: bool(ipaddress.IPv6Address(text)) or True,
    "uri": lambda text: _is_reference(text) and bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)),
    "uri-reference": _is_reference,
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "json-pointer": lambda text: bool(re.fullmatch(r"(/([^/~]|~[01])*)*", text)),
    "regex": lambda text: bool(re.compile(translated(text))),
}


def closed(schema: Json, *, here: bool) -> Json:
    """Return `schema` with each object closed that names its members and says nothing of others.

    An object that several schemas speak of stays as it is.
    """
    if not isinstance(schema, dict):
        return schema
    here = schema.get("x-conformance-closed", here)
    found = dict(schema)
    if isinstance(schema.get("properties"), dict):
        found["properties"] = {n: closed(e, here=here) for n, e in schema["properties"].items()}
        others = {"additionalProperties", "unevaluatedProperties", *_MORE} & schema.keys()
        if here and schema["properties"] and not others:
            found["additionalProperties"] = False
    for name in ("items", "additionalProperties"):
        if name in schema:
            found[name] = closed(schema[name], here=here)
    if "anyOf" in schema and not schema.keys() & {"properties", *_MORE} - {"anyOf"}:
        found["anyOf"] = [closed(each, here=here) for each in schema["anyOf"]]
    return found


_MORE = frozenset(
    ("patternProperties", "propertyNames", "allOf", "anyOf", "oneOf", "if", "dependentSchemas")
)
