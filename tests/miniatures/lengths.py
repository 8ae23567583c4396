"""Faults: lengths miscounted, limits misplaced, limits that the contract does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from .build import also, bad, fault, good, text
from .server import LIMIT, Check, Refusal, items, text_of

if TYPE_CHECKING:
    from .decoder import Params
    from .model import Miniature, Probe

KIND = "lengths"
Count = Callable[[str], int]


def utf8(value: str) -> int:
    """Count bytes."""
    return len(value.encode())


def utf16(value: str) -> int:
    """Count UTF-16 units."""
    return len(value.encode("utf-16-le")) // 2


def graphemes(value: str) -> int:
    """Count characters that are no combining marks."""
    return sum(not unicodedata.combining(each) for each in value)


def _check(account: Callable[[str], bool], item: Callable[[str, int, int], bool]) -> Check:
    """Return the check of lengths that refuses what the two tests hold of."""

    def check(params: Params) -> Refusal | None:
        value = params.get("account", "")
        if isinstance(value, str) and account(value):
            return Refusal("length", "account")
        found = items(params)
        for index, each in enumerate(found):
            if isinstance(each, str) and item(each, index, len(found)):
                return Refusal("length", f"expand[{index}]")
        return None

    return check


def _over(value: str) -> bool:
    return len(value) > LIMIT


def _item_over(value: str, _index: int, _count: int) -> bool:
    return len(value) > LIMIT


def _at(place: str, value: str, owed: str) -> Probe:
    make = good if owed == "accepted" else bad
    if place == "account":
        return make(body=b"type=account_update&account=" + text(value))
    return make(b"&expand[0]=" + text(value))


def _counting(
    place: str, name: str, what: str, too_long: Callable[[str], bool], probe: Probe
) -> Miniature:
    clause = "/account/maxLength" if place == "account" else "/expand/items/maxLength"
    check = (
        _check(too_long, _item_over)
        if place == "account"
        else _check(_over, lambda value, _i, _n: too_long(value))
    )
    return fault(KIND, f"{place}-{name}", f"{what} ({place})", clause, probe, lengths=check)


def _both(place: str) -> tuple[Miniature, ...]:
    def row(
        name: str, what: str, too_long: Callable[[str], bool], value: str, owed: str
    ) -> Miniature:
        return _counting(place, name, what, too_long, _at(place, value, owed))

    return (
        row("4999", "allows 4999 characters only", lambda s: len(s) > 4999, "a" * 5000, "accepted"),
        row("5001", "allows 5001 characters", lambda s: len(s) > 5001, "a" * 5001, "refused"),
        row("none", "has no limit", lambda _: False, "a" * 5001, "refused"),
        row("lax", "allows 10,000 characters", lambda s: len(s) > 10_000, "a" * 5001, "refused"),
        row("bytes", "counts bytes", lambda s: utf8(s) > LIMIT, "é" * 5000, "accepted"),
        row("utf-16", "counts UTF-16 units", lambda s: utf16(s) > LIMIT, "😀" * 5000, "accepted"),
        row(
            "graphemes",
            "does not count combining marks",
            lambda s: graphemes(s) > LIMIT,
            "e\u0301" * 2501,
            "refused",
        ),
    )


def _items(name: str, checked: Callable[[int, int], bool], more: bytes) -> Miniature:
    return fault(
        KIND,
        f"items-{name}-only",
        f"checks the length of the {name} item only",
        "/expand/items/maxLength",
        bad(more),
        lengths=_check(_over, lambda s, index, count: len(s) > LIMIT and checked(index, count)),
    )


def _invented(name: str, limit: int) -> Miniature:
    return fault(
        KIND,
        f"{name}-over-{limit}",
        f"refuses {name} over {limit} characters, though it has no limit",
        f"/{name}/type /{name}/maxLength",
        good(b"&" + name.encode() + b"=https%3A%2F%2Fa.test%2F" + b"a" * (limit - 14)),
        more=also(lambda params: len(text_of(params, name)) > limit, name),
    )


def _expand(name: str, sentence: str, test: Callable[[Params], bool], more: bytes) -> Miniature:
    clauses = "/expand/type /expand/items/type /expand/items/maxLength"
    return fault(KIND, name, sentence, clauses, good(more), more=also(test, "expand"))


def _repeated(params: Params) -> bool:
    found = [str(each) for each in items(params)]
    return len(set(found)) < len(found)


LONG = b"a" * 5001
FAULTS = (
    *_both("account"),
    *_both("items"),
    _items("first", lambda index, _: index == 0, b"&expand[0]=x&expand[1]=" + LONG),
    _items(
        "last", lambda index, count: index == count - 1, b"&expand[0]=" + LONG + b"&expand[1]=x"
    ),
    _items("second", lambda index, _: index == 1, b"&expand[0]=" + LONG + b"&expand[1]=x"),
    *(
        _invented(name, limit)
        for name in ("refresh_url", "return_url")
        for limit in (2048, 5000, 10_000)
    ),
    fault(
        KIND,
        "account-ascii-only",
        "refuses an account beyond ASCII, of any length",
        "/account/type",
        good(body=b"type=account_update&account=" + text("\u00e9")),
        more=also(lambda params: not text_of(params, "account").isascii(), "account"),
    ),
    _expand(
        "many-items",
        "refuses more than 10 items",
        lambda params: len(items(params)) > 10,
        b"".join(b"&expand[%d]=x%d" % (each, each) for each in range(11)),
    ),
    _expand(
        "few-items",
        "refuses more than 2 items",
        lambda params: len(items(params)) > 2,
        b"&expand[0]=x&expand[1]=y&expand[2]=z",
    ),
    _expand(
        "repeated-items", "refuses an item that comes twice", _repeated, b"&expand[0]=x&expand[1]=x"
    ),
)
