"""What is known of a provider and stands in no contract: one file each, data only.

A module of this package has a constant PROFILE. A profile is used where the user names it
(`--profile`), where the target or a server of the contract is one of its hosts, and, for the
provider of the contract that comes with the suite, with that contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field


class Keys(Struct, frozen=True):
    """The keys of a provider by how they begin.

    `test` keys reach a sandbox, `live` ones move real things. `wrong` are keys of another kind,
    each with the words for what it is: they can call nothing here.
    """

    test: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


class Profile(Struct, frozen=True):
    """One provider.

    `hosts` are its own: with a test key a sandbox, with any other key the real thing; a host
    counts with all below it. `rate_per_s` holds for them. `live_member` is the member of an
    answer that is true where the answer is about real things. `secrets` are the members that no
    output may show, by the `object` of the answer that has them. `culprits` lead to the name of
    the parameter that an error blames. `idempotency_header` names the header by which a request
    that is delivered twice is done once. `closes_objects` says that names which are not declared
    are refused at every depth, whether the schema says so or not; `reads_brackets` that arrays and
    objects travel as `a[0]` and `a[b]` in a form, whether the contract says so or not.
    """

    name: str
    hosts: tuple[str, ...] = ()
    default_contract: bool = False
    keys: Keys = Keys()
    rate_per_s: float | None = None
    live_member: str = ""
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    culprits: tuple[tuple[str, ...], ...] = ()
    idempotency_header: str = ""
    closes_objects: bool = False
    reads_brackets: bool = False

    def owns(self, host: str) -> bool:
        """Whether `host` is the provider's."""
        name = host.lower().rstrip(".")
        return any(name == each or name.endswith(f".{each}") for each in self.hosts)

    def secret_members(self, body: bytes) -> tuple[str, ...]:
        """Return the names of the members of `body` that no output may show."""
        kinds = {found.decode("utf-8", "replace") for found in _OBJECT.findall(body)}
        held = (names for kind, names in self.secrets.items() if kind in kinds)
        return tuple(dict.fromkeys(name for names in held for name in names))


_OBJECT: Final = re.compile(rb'(?="object"\s*:\s*"([^"]*)")')

NOBODY: Final = Profile("none")
"""What is known where no profile is used: nothing."""


@cache
def profiles() -> Mapping[str, Profile]:
    """Return every profile by name."""
    found = [import_module(f"{__name__}.{info.name}").PROFILE for info in iter_modules(__path__)]
    return {each.name: each for each in found}


def chosen(
    name: str | None, hosts: Iterable[str] = (), *, default_contract: bool = False
) -> Profile:
    """Return the profile that the user named, or that the hosts or the contract ask for."""
    if name is not None:
        return {**profiles(), NOBODY.name: NOBODY}[name]
    known = [*hosts]
    for each in profiles().values():
        if (each.default_contract and default_contract) or any(each.owns(host) for host in known):
            return each
    return NOBODY


def host_of(url: str) -> str:
    """Return the host of a server's URL, empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
