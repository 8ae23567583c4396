"""Faults that take two parameters, or more, to meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .build import BASE, FULL, Test, also, bad, fault, good, has, unless
from .server import COLLECT, KNOWN, enums, lengths, required, types, unknown

if TYPE_CHECKING:
    from .decoder import Params
    from .model import Miniature

KIND = "context"
LONG = b"a" * 5001
OPTIONAL = ("collect", "expand", "refresh_url", "return_url")


def _is(name: str, value: str) -> Test:
    return lambda params: params.get(name) == value


def _bare(params: Params) -> bool:
    return not any(name in params for name in OPTIONAL)


def _ends(position: int) -> Test:
    """Return the test whether collect comes first (0) or last (-1) and is wrong."""
    return lambda params: (
        bool(params)
        and list(params)[position] == "collect"
        and params["collect"] not in COLLECT
        and isinstance(params["collect"], str)
    )


def _pair(names: tuple[str, ...], more: bytes) -> Miniature:
    return fault(
        KIND,
        f"refuses-{'-and-'.join(names)}",
        f"refuses {' and '.join(names)} together",
        "/properties",
        good(more),
        more=also(has(*names)),
    )


URL = b"https%3A%2F%2Fa.test%2F"
FAULTS = (
    fault(
        KIND,
        "unknown-beside-collect",
        "accepts unknown names where collect is given",
        "/additionalProperties",
        bad(b"&collect=currently_due&foo=1"),
        unknown=unless(unknown, has("collect")),
    ),
    fault(
        KIND,
        "unknown-beside-expand",
        "accepts unknown names where expand is given",
        "/additionalProperties",
        bad(b"&expand[0]=x&foo=1"),
        unknown=unless(unknown, has("expand")),
    ),
    fault(
        KIND,
        "unknown-beside-return-url",
        "accepts unknown names where return_url is given",
        "/additionalProperties",
        bad(b"&return_url=" + URL + b"&foo=1"),
        unknown=unless(unknown, has("return_url")),
    ),
    fault(
        KIND,
        "unknown-in-full",
        "accepts unknown names where every known one is given",
        "/additionalProperties",
        bad(body=FULL + b"&foo=1"),
        unknown=unless(unknown, has(*KNOWN)),
    ),
    fault(
        KIND,
        "unknown-in-bare",
        "accepts unknown names where no optional one is given",
        "/additionalProperties",
        bad(b"&foo=1"),
        unknown=unless(unknown, _bare),
    ),
    fault(
        KIND,
        "enum-without-refresh-url",
        "accepts any collect where refresh_url is absent",
        "/collect/enum",
        bad(b"&collect=nonsense"),
        enums=unless(enums, lambda p: "collect" in p and "refresh_url" not in p),
    ),
    fault(
        KIND,
        "enum-beside-refresh-url",
        "accepts any collect where refresh_url is given",
        "/collect/enum",
        bad(b"&collect=nonsense&refresh_url=" + URL),
        enums=unless(enums, has("refresh_url")),
    ),
    fault(
        KIND,
        "enum-for-update",
        "accepts any collect where type is account_update",
        "/collect/enum",
        bad(body=b"account=a&type=account_update&collect=nonsense"),
        enums=unless(enums, _is("type", "account_update")),
    ),
    fault(
        KIND,
        "enum-first",
        "accepts any collect where it comes first in the body",
        "/collect/enum",
        bad(body=b"collect=nonsense&" + BASE),
        enums=unless(enums, _ends(0)),
    ),
    fault(
        KIND,
        "enum-last",
        "accepts any collect where it comes last in the body",
        "/collect/enum",
        bad(b"&collect=nonsense"),
        enums=unless(enums, _ends(-1)),
    ),
    fault(
        KIND,
        "length-for-update",
        "accepts long texts where type is account_update",
        "/account/maxLength /expand/items/maxLength",
        bad(body=b"type=account_update&account=" + LONG),
        lengths=unless(lengths, _is("type", "account_update")),
    ),
    fault(
        KIND,
        "length-beside-eventually-due",
        "accepts long texts beside eventually_due",
        "/account/maxLength /expand/items/maxLength",
        bad(b"&collect=eventually_due&expand[0]=" + LONG),
        lengths=unless(lengths, _is("collect", "eventually_due")),
    ),
    fault(
        KIND,
        "account-missing-beside-expand",
        "accepts a missing account where expand is given",
        "/account/required",
        bad(body=b"type=account_update&expand[0]=x"),
        required=unless(required, lambda p: "expand" in p and "type" in p),
    ),
    fault(
        KIND,
        "type-missing-beside-collect",
        "accepts a missing type where collect is given",
        "/type/required",
        bad(body=b"account=a&collect=currently_due"),
        required=unless(required, lambda p: "collect" in p and "account" in p),
    ),
    fault(
        KIND,
        "types-beside-both-urls",
        "accepts any types where both URLs are texts",
        "/expand/type /expand/items/type /account/type",
        bad(b"&refresh_url=a&return_url=b&expand=x"),
        types=unless(
            types,
            lambda p: (
                isinstance(p.get("refresh_url"), str) and isinstance(p.get("return_url"), str)
            ),
        ),
    ),
    _pair(("collect", "return_url"), b"&collect=currently_due&return_url=" + URL),
    _pair(("expand", "refresh_url"), b"&expand[0]=x&refresh_url=" + URL),
    _pair(
        ("collect", "expand", "return_url"), b"&collect=currently_due&expand[0]=x&return_url=" + URL
    ),
    fault(
        KIND,
        "refuses-update-with-eventually-due",
        "refuses account_update together with eventually_due",
        "/properties",
        good(body=b"account=a&type=account_update&collect=eventually_due"),
        more=also(
            lambda p: p.get("type") == "account_update" and p.get("collect") == "eventually_due"
        ),
    ),
    fault(
        KIND,
        "refuses-the-fullest",
        "refuses a body that gives every known name",
        "/properties",
        good(body=FULL),
        more=also(has(*KNOWN)),
    ),
)
