"""The registered formats of texts (JSON Schema Validation 2020-12, section 7.3).

`format` says nothing that binds (section 7.2.1) until a contract asserts it, by
`x-conformance-formats: assert` at the root of its document. Even then validators differ at the
edges: whether a leap second, a host without a dot or a blank for the T will do. So refusal is owed
to the texts of this table alone, which no reading of the standards takes, and acceptance to what
the strictest validator takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial

from msgspec import Struct


class Format(Struct, frozen=True):
    """Texts that are well-formed for every reader, and such that are for none.

    `settled` says that a validator can be trusted with any text: the grammar leaves nothing open.
    """

    well: tuple[str, ...]
    ill: tuple[str, ...]
    settled: bool = False


FORMATS: Mapping[str, Format] = {
    # RFC 3339, section 5.6; the number of days of a month is part of it (section 5.7).
    "date": Format(("2026-02-28",), ("yesterday", "2026-02-30", "28.02.2026"), settled=True),
    "date-time": Format(
        ("2026-02-28T12:00:00Z", "2026-02-28T12:00:00.5+01:00"),
        ("yesterday noon", "2026-02-28", "2026-02-30T12:00:00Z", "2026-02-28T25:00:00Z"),
        settled=True,
    ),
    "time": Format(("12:00:00Z",), ("noon", "25:00:00Z")),
    "duration": Format(("P3D", "PT1H"), ("three days", "3D", "P")),  # RFC 3339, appendix A
    # RFC 5321, section 4.1.2: a local part, @ and a domain
    "email": Format(("ann@example.com",), ("ann", "ann@", "@example.com")),
    "hostname": Format(("example.com",), ("not a host", "a..b")),  # RFC 1123, section 2.1
    "ipv4": Format(("192.0.2.1",), ("no address", "192.0.2.256", "2001:db8::1"), settled=True),
    "ipv6": Format(("2001:db8::1",), ("no address", "2001:db8::g", "192.0.2.1"), settled=True),
    # RFC 3986: a URI has a scheme, and no part of it a blank
    "uri": Format(("https://example.com/a",), ("no uri at all", "/only/a/path")),
    "uri-reference": Format(("https://example.com/a", "/a?b"), ("no reference at all",)),
    "uuid": Format(  # RFC 4122, section 3
        ("123e4567-e89b-12d3-a456-426614174000",),
        ("123e4567", "123e4567-e89b-12d3-a456-42661417400g"),
        settled=True,
    ),
    "json-pointer": Format(("/a/0",), ("a/0", "/a~2")),  # RFC 6901, section 3
    "regex": Format(("^a+$",), ("(a", "[a")),  # ECMA 262, section 22.2.1
}
ASSERTED = frozenset(
    {
        *FORMATS,
        *("idn-email", "idn-hostname", "iri", "iri-reference", "uri-template"),
        "relative-json-pointer",
    }
)
"""The registered formats that the validator knows."""

Checks = Mapping[str, Callable[[str], bool]]
"""By format: whether a text may pass for one."""

_FREE = frozenset(
    {"binary", "password", "html", "commonmark", "markdown", "text", "string", "textarea"}
)
"""They say what a text is for, or how it is shown: any will do."""

RANGES: Mapping[str, tuple[int, int]] = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "double-int": (-(2**53) + 1, 2**53 - 1),
    "unix-time": (0, 2**31 - 1),
    "unixtime": (0, 2**31 - 1),
    "timestamp": (0, 2**31 - 1),
}
"""The numbers of a format, as the OpenAPI Format Registry has them; and times, from 1970 on."""

_BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BASE64URL = re.compile("(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?")


@cache
def of_openapi() -> Checks:
    """Return checks of formats that the OpenAPI Format Registry has, and the validator has not."""
    return {
        "byte": lambda text: _BASE64.fullmatch(text) is not None,  # RFC 4648, section 4
        "base64url": lambda text: _BASE64URL.fullmatch(text) is not None,  # section 5
        "char": lambda text: len(text) == 1,
    }


_OF_OPENAPI = frozenset({*of_openapi(), "url"})


def is_known(name: str) -> bool:
    """Whether it is known what a text owes the format `name`, if it is anything."""
    return name in ASSERTED or name in _FREE or name in _OF_OPENAPI


def encoding_of(schema: Mapping[str, object]) -> str:
    """Return the format that the texts of `schema` have because they encode something.

    The name of the encoding where it is another one than base64, and the empty string where texts
    are what they are (JSON Schema Validation 2020-12, section 8).
    """
    encoding, inside = schema.get("contentEncoding"), schema.get("contentMediaType")
    if isinstance(encoding, str):
        return {"base64": "byte"}.get(encoding, encoding)
    free = inside in (None, "application/octet-stream", "text/plain")
    return "" if free else f"content {inside}"


def is_bounded(name: str) -> bool:
    """Whether some values are none of the format `name`, and it is known which."""
    return name in ASSERTED or name in _OF_OPENAPI or name in RANGES


@cache
def beyond_doubt() -> Checks:
    """Return checks that refuse what the table calls ill-formed, and nothing else."""
    return {
        name: partial(_passes, FORMATS[name].ill if name in FORMATS else ()) for name in ASSERTED
    }


@cache
def settled() -> Checks:
    """Return checks that pass all texts of the formats that are not settled."""
    return {name: partial(_passes, ()) for name in ASSERTED if not is_settled(name)}


def is_settled(name: object) -> bool:
    """Whether a validator can be trusted with any text of the format `name`."""
    return isinstance(name, str) and name in FORMATS and FORMATS[name].settled


def _passes(ill: tuple[str, ...], text: str) -> bool:
    return text not in ill
