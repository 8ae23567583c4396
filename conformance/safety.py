"""What the suite does not send to whom. Pure: finds fault, and sends nothing.

A run sends hundreds of invalid requests and creates things. So a live key, a provider's own host
without a test key, a key in clear text over a network, and the addresses where clouds keep their
credentials are refused before a byte leaves. A sandbox of the user's own needs no word of consent.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final

from msgspec import Struct

from conformance.address import TargetUrl
from conformance.errors import UsageError
from conformance.headers import TargetHeader
from conformance.profiles import profiles

CONSENT: Final = "CONFORMANCE_ALLOW_LIVE"
"""The variable that holds the last four characters of a live key: the second word of consent."""

DESTRUCTIVE: Final = frozenset({"DELETE", "PUT", "PATCH"})
"""Methods that change or remove what is there already."""

_LAST = 4
_NO_KEY = "none"
_METADATA: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16",  # RFC 3927; AWS, Azure, Google, OpenStack and others
            "fe80::/10",  # RFC 4291, section 2.5.6
            "fd00:ec2::/32",  # AWS
            "100.100.100.200/32",  # Alibaba
            "192.0.0.192/32",  # Oracle
        ),
    )
)


class Safety(Struct, frozen=True):
    """What a run may do: where its target is, which headers it sends, what the user allowed.

    `allow_live` is the host that the user repeats to test the real thing there. `consent` is the
    value of the variable CONSENT.
    """

    url: TargetUrl
    headers: Sequence[TargetHeader] = ()
    allow_live: str = ""
    allow_cleartext: bool = False
    consent: str = ""

    @property
    def local(self) -> bool:
        """Whether the target is on this machine, as far as its name says."""
        return is_loopback(self.url.host)

    @property
    def live(self) -> bool:
        """Whether the user wants the real thing, and has said so twice."""
        starts = tuple(s for each in profiles().values() for s in each.keys.live)
        keys = sorted((key for _, key in self._keys()), key=lambda key: not key.startswith(starts))
        key = next(iter(keys), "")
        wanted = key[-_LAST:] if key else _NO_KEY
        return self.allow_live.lower() == self.url.host and self.consent == wanted

    def check(self) -> None:
        """Raise UsageError where the target or a header must not be used."""
        for header, key in self._keys():
            self._check_key(header, key)
        self._check_host()
        self.check_address(self.url.host)

    def _keys(self) -> Iterator[tuple[TargetHeader, str]]:
        for header in self.headers:
            # Without a secret a header has no key: one that stands in the text itself is refused.
            yield from ((header, key) for key in keys_in(header) if header.secrets)

    def _check_key(self, header: TargetHeader, key: str) -> None:
        for each in profiles().values():
            for start, words in each.keys.wrong.items():
                if key.startswith(start):
                    raise UsageError(
                        f"the key in the {header.where} {header.name} begins with {start}: "
                        f"it is {words}",
                        f"Use a test key: {' or '.join(each.keys.test)}…",
                    )
            if key.startswith(each.keys.live) and not self.live:
                raise UsageError(
                    f"the key in the {header.where} {header.name} is a live one "
                    f"({' or '.join(each.keys.live)}…), and this suite sends hundreds of invalid "
                    "requests",
                    f"Use a test key ({each.keys.test[0]}…). {self._way('the key')}",
                )

    def _check_host(self) -> None:
        for each in profiles().values():
            if not each.owns(self.url.host) or self.live:
                continue
            if not any(key.startswith(each.keys.test) for _, key in self._keys()):
                raise UsageError(
                    f"{self.url.host} is the live service, unless a test key says otherwise, and "
                    "nothing given has one",
                    f"Set one: --target-header='Authorization: Bearer $API_KEY' with a key that "
                    f"begins with {' or '.join(each.keys.test)}. {self._way('the key, or none')}",
                )

    def _way(self, what: str) -> str:
        return (
            f"To test the real thing on purpose, say so twice: --allow-live={self.url.host} on the "
            f"command line, and {CONSENT}=… in the environment with the last {_LAST} characters of "
            f"{what}."
        )

    def check_address(self, address: str) -> None:
        """Raise UsageError where the IP address must not be used; names are looked up first."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            if address != self.url.host or self.local:
                return
            local = False
        else:
            found = getattr(found, "ipv4_mapped", None) or found
            local = found.is_loopback or found.is_unspecified
            if any(found in network for network in _METADATA):
                raise UsageError(
                    f"{address} is a link-local address: clouds keep their credentials there",
                    "Give the target's own address with --target-url.",
                )
        if local or self.url.scheme == "https" or self.allow_cleartext:
            return
        secret = next((header for header in self.headers if header.secrets), None)
        if secret is not None:
            raise UsageError(
                f"the {secret.where} {secret.name} holds a key, and http: sends it in clear text "
                f"to {self.url.host}",
                "Use https:, or --allow-cleartext where the network in between is your own.",
            )


def says_true(body: bytes, member: str) -> bool:
    """Whether a JSON text, whole or not, has `"member": true` anywhere; no member: no."""
    if not member:
        return False
    name = re.escape(member.encode())
    return re.search(rb'(?<!\\)"' + name + rb'"\s*:\s*true\b', body) is not None


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine (RFC 6761, section 6.3; RFC 5735, section 3)."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def keys_in(header: TargetHeader) -> Iterator[str]:
    """Yield what may be a key in a header: its words, and the user name of Basic (RFC 7617)."""
    words = [word for word in re.split(r"[\s,;=]+", header.value.reveal()) if word]
    yield from (word for word in words if word.lower() not in ("bearer", "basic"))
    for before, word in pairwise(words):
        if before.lower() == "basic":
            with suppress(binascii.Error, ValueError):
                plain = base64.b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
                yield plain.partition(":")[0]
