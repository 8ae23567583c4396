"""Faults: names that the contract does not know are accepted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from .build import BASE, bad, fault, text
from .decoder import Params, Value
from .server import KNOWN, Check, Refusal

if TYPE_CHECKING:
    from .model import Miniature, Probe

KIND = "unknown-names"
ORDINARY = re.compile(r"[a-z][a-z_]*")
Allowed = Callable[[str, Value, Params], bool]


def strangers(params: Params) -> list[str]:
    """Return the names that the contract does not know."""
    return [name for name in params if name not in KNOWN]


def allowing(allowed: Allowed) -> Check:
    """Return the check of names with a hole: what is `allowed` is passed over."""

    def check(params: Params) -> Refusal | None:
        for name in strangers(params):
            if not allowed(name, params[name], params):
                return Refusal("unknown", name, code="parameter_unknown")
        return None

    return check


def _hole(name: str, what: str, allowed: Allowed, probe: Probe, level: str = "MUST") -> Miniature:
    return fault(
        KIND,
        name,
        f"accepts {what}",
        "/additionalProperties",
        probe,
        level=level,
        unknown=allowing(allowed),
    )


def _starts(name: str) -> bool:
    return name not in KNOWN and name.startswith(KNOWN)


def _contains(name: str) -> bool:
    return any(known in name and not name.startswith(known) for known in KNOWN)


FAULTS = (
    _hole(
        "ordinary",
        "an unknown name of small letters",
        lambda name, _v, _p: bool(ORDINARY.fullmatch(name)) and not _starts(name),
        bad(b"&foo=1"),
    ),
    _hole("underscore", "a name with _ before", lambda n, _v, _p: n[:1] == "_", bad(b"&_foo=1")),
    _hole(
        "starts-known",
        "a name that starts like a known one",
        lambda name, _v, _p: _starts(name),
        bad(b"&account_id=1"),
    ),
    _hole(
        "contains-known",
        "a name that contains a known one",
        lambda name, _v, _p: _contains(name),
        bad(b"&my_account=1"),
    ),
    _hole(
        "other-case",
        "a known name in other case",
        lambda name, _v, _p: name.lower() in KNOWN,
        bad(b"&Collect=1"),
    ),
    _hole(
        "blanks",
        "a known name with blanks around it",
        lambda name, _v, _p: name.strip() in KNOWN,
        bad(b"&collect+=1"),
    ),
    _hole(
        "dash",
        "a known name with a dash for its underscore",
        lambda name, _v, _p: name.replace("-", "_") in KNOWN,
        bad(b"&return-url=1"),
    ),
    _hole("numeric", "a name of digits", lambda name, _v, _p: name.isdigit(), bad(b"&7=1")),
    _hole(
        "long",
        "a name of more than 100 characters",
        lambda name, _v, _p: len(name) > 100,
        bad(b"&" + b"n" * 101 + b"=1"),
    ),
    _hole(
        "non-ascii",
        "a name that is not ASCII",
        lambda name, _v, _p: not name.isascii(),
        bad(b"&" + text("größe") + b"=1"),
    ),
    _hole("empty", "the empty name", lambda name, _v, _p: name == "", bad(b"&=1"), "SHOULD"),
    *(
        _hole(
            f"of-others-{known}",
            f"the name {known}, which other operations know",
            lambda name, _v, _p, known=known: name == known,  # type: ignore[misc]
            bad(b"&" + known.encode() + b"=1"),
        )
        for known in ("metadata", "id", "object")
    ),
    _hole(
        "of-the-answer",
        "the names of the answer",
        lambda name, _v, _p: name in ("created", "expires_at", "url"),
        bad(b"&created=1"),
    ),
    _hole(
        "metadata-hash",
        "metadata that holds a hash",
        lambda name, value, _p: name == "metadata" and isinstance(value, dict),
        bad(b"&metadata[a]=1"),
    ),
    _hole(
        "wide",
        "a known name in fullwidth letters",
        lambda name, _v, _p: unicodedata.normalize("NFKC", name) in KNOWN,
        bad(b"&" + text("\uff41ccount") + b"=1"),
    ),
    _hole(
        "one-in-camel-case",
        "returnUrl for return_url",
        lambda name, _v, _p: name == "returnUrl",
        bad(b"&returnUrl=1"),
    ),
    _hole("one-capitalised", "the name Type", lambda name, _v, _p: name == "Type", bad(b"&Type=1")),
    _hole(
        "empty-value",
        "an unknown name whose value is empty",
        lambda _n, value, _p: value == "",
        bad(b"&foo="),
    ),
    _hole(
        "array",
        "an unknown name that holds an array",
        lambda _n, value, _p: isinstance(value, list),
        bad(b"&foo[0]=1"),
    ),
    _hole(
        "hash",
        "an unknown name that holds a hash",
        lambda _n, value, _p: isinstance(value, dict),
        bad(b"&foo[a]=1"),
    ),
    _hole(
        "two",
        "unknown names where there are two or more",
        lambda _n, _v, params: len(strangers(params)) >= 2,
        bad(b"&foo=1&bar=2"),
    ),
    _hole(
        "five",
        "unknown names where there are five or more",
        lambda _n, _v, params: len(strangers(params)) >= 5,
        bad(b"&foo=1&bar=2&baz=3&qux=4&quux=5"),
    ),
    _hole(
        "first",
        "an unknown name that comes first in the body",
        lambda name, _v, params: next(iter(params)) == name,
        bad(body=b"foo=1&" + BASE),
    ),
    _hole(
        "last",
        "an unknown name that comes last in the body",
        lambda name, _v, params: list(params)[-1] == name,
        bad(b"&foo=1"),
    ),
    _hole("all", "any unknown name", lambda _n, _v, _p: True, bad(b"&foo=1")),
)
