"""Faults: enums, types and required names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from .build import BASE, accept_when, also, bad, fault, good, leaves, text, unless
from .server import COLLECT, FORM, TEXTS, TYPE, enums, lengths, media_type, required, types

if TYPE_CHECKING:
    from collections.abc import Callable

    from .decoder import Params, Value
    from .model import Miniature, Probe

VALID = {"account": "acct_1", "collect": "currently_due", "type": "account_onboarding"}


def _loose(name: str, what: str, test: Callable[[Value], bool], value: bytes) -> Miniature:
    """Accept for collect what `test` holds of, whatever its type."""

    def taken(params: Params) -> bool:
        return "collect" in params and test(params["collect"])

    def without(params: Params) -> Params:
        return {key: each for key, each in params.items() if key != "collect"}

    spelt = value if value.startswith(b"[") else b"=" + value
    return fault(
        "enums",
        name,
        f"accepts {what} for collect",
        "/collect/enum /collect/type",
        bad(b"&collect" + spelt),
        types=lambda params: types(without(params) if taken(params) else params),
        enums=lambda params: enums(without(params) if taken(params) else params),
    )


def _string(test: Callable[[str], bool]) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, str) and value not in COLLECT and test(value)


ENUMS = (
    _loose("other-case", "other case", _string(lambda s: s.lower() in COLLECT), b"CURRENTLY_DUE"),
    _loose("blanks", "blanks around", _string(lambda s: s.strip() in COLLECT), b"currently_due+"),
    _loose(
        "prefix",
        "the beginning of a member",
        _string(lambda s: s != "" and any(each.startswith(s) for each in COLLECT)),
        b"currently",
    ),
    _loose(
        "suffix", "more after a member", _string(lambda s: s.startswith(COLLECT)), b"currently_duex"
    ),
    _loose(
        "containing",
        "a text that contains a member",
        _string(lambda s: any(each in s for each in COLLECT)),
        b"xcurrently_duex",
    ),
    _loose(
        "dash",
        "a dash for the underscore",
        _string(lambda s: s.replace("-", "_") in COLLECT),
        b"currently-due",
    ),
    _loose(
        "line-break",
        "a member with a line break behind",
        _string(lambda s: s.removesuffix("\n") in COLLECT),
        b"currently_due%0A",
    ),
    _loose(
        "wide",
        "a member in fullwidth letters",
        _string(lambda s: unicodedata.normalize("NFKC", s) in COLLECT),
        text("\uff43urrently_due"),
    ),
    _loose(
        "blank-for-underscore",
        "a blank for the underscore",
        _string(lambda s: s.replace(" ", "_") in COLLECT),
        b"currently+due",
    ),
    _loose("camel", "camel case", _string(lambda s: s == "currentlyDue"), b"currentlyDue"),
    _loose("number", "a number", _string(str.isdigit), b"1"),
    _loose(
        "other-property", "a member of type", _string(lambda s: s in TYPE), b"account_onboarding"
    ),
    _loose("array", "an array", lambda value: isinstance(value, list), b"[0]=currently_due"),
    _loose("hash", "a hash", lambda value: isinstance(value, dict), b"[a]=currently_due"),
    _loose("anything", "any text", _string(bool), b"nonsense"),
    *(
        fault(
            "enums",
            f"refuses-{name}-{member}",
            f"refuses {member} for {name}",
            f"/{name}/enum",
            good(body=body),
            more=also(lambda p, n=name, m=member: p.get(n) == m, name),  # type: ignore[misc]
        )
        for name, member, body in (
            ("collect", "currently_due", BASE + b"&collect=currently_due"),
            ("collect", "eventually_due", BASE + b"&collect=eventually_due"),
            ("type", "account_update", b"account=acct_1&type=account_update"),
        )
    ),
)


def _first(name: str, kind: type) -> Callable[[Params], Params]:
    """Return the way to take the first text of a `kind` for the scalar `name`."""

    def plain(params: Params) -> Params:
        value = params.get(name, "")
        if isinstance(value, kind) and (found := leaves(value)):
            return {**params, name: found[0]}
        return params

    return plain


def _scalar(name: str, kind: type, word: str, key: bytes) -> Miniature:
    plain = _first(name, kind)
    value = VALID.get(name, "https://a.test/").encode()
    rest = [
        each.encode() + b"=" + VALID[each].encode() for each in ("account", "type") if each != name
    ]
    clauses = f"/{name}/type" + (f" /{name}/enum" if name in ("collect", "type") else "")
    return fault(
        "types",
        f"{name}-{word}",
        f"accepts {word} for {name} and takes what it holds first",
        clauses,
        bad(body=b"&".join([*rest, name.encode() + key + b"=" + value])),
        types=lambda params: types(plain(params)),
        enums=lambda params: enums(plain(params)),
    )


def _expand(
    name: str, what: str, clauses: str, change: Callable[[Value], Value], more: bytes
) -> Miniature:
    def changed(params: Params) -> Params:
        return {**params, "expand": change(params["expand"])} if "expand" in params else params

    return fault(
        "types",
        name,
        f"accepts {what}",
        clauses,
        bad(more),
        types=lambda params: types(changed(params)),
    )


def _items_of(kind: type) -> Callable[[Value], Value]:
    return lambda value: (
        ["" if isinstance(each, kind) else each for each in value]
        if isinstance(value, list)
        else value
    )


def _unwrapped(params: Params) -> Params:
    return {
        name: value[0] if name in TEXTS and isinstance(value, list) and value else value
        for name, value in params.items()
    }


TYPES = (
    fault(
        "types",
        "every-array-unwrapped",
        "takes the first item of an array for every scalar",
        " ".join(f"/{name}/type" for name in TEXTS) + " /collect/enum /type/enum",
        bad(b"&return_url[]=x"),
        types=lambda params: types(_unwrapped(params)),
        enums=lambda params: enums(_unwrapped(params)),
        lengths=lambda params: lengths(_unwrapped(params)),
    ),
    *(
        _scalar(name, kind, word, key)
        for name in TEXTS
        for kind, word, key in ((list, "array", b"[0]"), (dict, "hash", b"[a]"))
    ),
    _expand(
        "expand-scalar",
        "a scalar for expand",
        "/expand/type",
        lambda value: [value] if isinstance(value, str) else value,
        b"&expand=x",
    ),
    _expand(
        "expand-hash",
        "a hash for expand",
        "/expand/type",
        lambda value: list(value.values()) if isinstance(value, dict) else value,
        b"&expand[a]=x",
    ),
    _expand(
        "item-hash",
        "a hash for an item of expand",
        "/expand/items/type",
        _items_of(dict),
        b"&expand[0][a]=x",
    ),
    _expand(
        "item-array",
        "an array for an item of expand",
        "/expand/items/type",
        _items_of(list),
        b"&expand[0][0]=x",
    ),
)


def _missing(
    name: str, what: str, clauses: str, test: Callable[[Params], bool], probe: Probe
) -> Miniature:
    return fault(
        "required", name, f"accepts {what}", clauses, probe, required=unless(required, test)
    )


BOTH = "/account/required /type/required"
REQUIRED = (
    _missing(
        "nothing",
        "a body without account, without type, without both",
        f"{BOTH} /required",
        lambda _: True,
        bad(body=b"account=acct_1"),
    ),
    _missing(
        "account",
        "a body without account",
        "/account/required",
        lambda params: "account" not in params and "type" in params,
        bad(body=b"type=account_update"),
    ),
    _missing(
        "type",
        "a body without type",
        "/type/required",
        lambda params: "type" not in params and "account" in params,
        bad(body=b"account=acct_1"),
    ),
    _missing(
        "all",
        "a body without any required name",
        f"{BOTH} /required",
        lambda params: "type" not in params and "account" not in params,
        bad(body=b"collect=currently_due"),
    ),
    _missing(
        "empty-body",
        "an empty form",
        f"{BOTH} /required request/syntax request/media-type",
        lambda params: not params,
        bad(body=b"", media_type=FORM),
    ),
    fault(
        "required",
        "absent-body",
        "accepts a request without media type and body",
        f"{BOTH} /required request/media-type request/syntax",
        bad(body=b"", media_type=None),
        around=accept_when(
            lambda context: not context.request.body and media_type(context.request) == ""
        ),
    ),
)
FAULTS = (*ENUMS, *TYPES, *REQUIRED)
