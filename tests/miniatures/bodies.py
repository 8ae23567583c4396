"""Raw bodies, written by hand, and what the contract owes them."""

from __future__ import annotations

from .build import BASE, FULL

LONG = b"a" * 5001
URL = b"https%3A%2F%2Fa.test%2F%3Fb%3Dc%26d"

ACCEPTED = (
    BASE,
    FULL,
    b"type=account_update&account=acct_1",
    b"account=a&type=account_update&collect=eventually_due",
    b"account=a&type=account_update&expand[]=x&expand[]=x",
    b"account=a&type=account_update&expand%5B0%5D=x&expand%5B1%5D=y",
    b"account=a&type=account_update&expand[1]=y&expand[0]=x",
    BASE + b"".join(b"&expand[%d]=x" % each for each in range(20)),
    b"type=account_update&account=" + b"a" * 5000,
    b"type=account_update&account=" + b"%C3%A9" * 5000,
    b"type=account_update&account=" + b"%F0%9F%98%80" * 5000,
    BASE + b"&expand[0]=" + b"%F0%9F%98%80" * 5000,
    BASE + b"&refresh_url=" + URL + b"&return_url=" + URL,
    BASE + b"&return_url=" + b"a" * 20_000,
    BASE + b"&return_url=a+b%20c%2Bd",
    BASE + b"&return_url=",
    b"account=123&type=account_update",
    b"account=&type=account_update",
    b"account=a&&type=account_update&",
)
REFUSED = (
    b"",
    b"account=a",
    b"type=account_update",
    b"garbage",
    BASE + b"&foo=1",
    BASE + b"&foo",
    BASE + b"&=x",
    BASE + b"&Account=a",
    BASE + b"&account%20=a",
    BASE + b"&collection_options[fields]=x",
    BASE + b"&expand=x",
    BASE + b"&expand[a]=x",
    BASE + b"&expand[0][a]=x",
    BASE + b"&expand[0][0]=x",
    BASE + b"&expand[=x",
    BASE + b"&expand]=x",
    BASE + b"&expand[0]=" + LONG,
    BASE + b"&expand[0]=x&expand[1]=" + LONG,
    BASE + b"&collect=nonsense",
    BASE + b"&collect=",
    BASE + b"&collect=Currently_due",
    BASE + b"&collect[0]=currently_due",
    BASE + b"&collect[a]=currently_due",
    BASE + b"&account=b",
    BASE + b"&account[0]=b",
    BASE + b"&return_url[0]=b",
    BASE + b"&refresh_url[a]=b",
    BASE + b"&return_url=%zz",
    BASE + b"&return_url=%f",
    BASE + b"&return_url=%ff",
    BASE + b"&return_url=%00",
    b"account[]=a&type=account_update",
    b"account[a]=a&type=account_update",
    b"account=a&type[0]=account_update",
    b"account=a&type=other",
    b"type=account_update&account=" + LONG,
    b"type=account_update&account=" + b"e%CC%81" * 2501,
)
