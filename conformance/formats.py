"""The registered formats of texts (JSON Schema Validation 2020-12, section 7.3).

`format` says nothing that binds (section 7.2.1) until a contract asserts it, by
`x-conformance-formats: assert` at the root of its document. Even then validators differ at the
edges: whether a leap second, a host without a dot or a blank for the T will do. So refusal is owed
to the texts of this table alone, which no reading of the standards takes, and acceptance to what
the strictest validator takes.
"""

from __future__ import annotations

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
