"""The operations of a document as they stand in it, each with the id that it goes by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from conformance.contract.model import Json
from conformance.contract.refs import References
from conformance.pointer import join

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_NAMES = re.compile(r"\{[^{}]*\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_PLAIN = re.compile(r"[^!-~]+(?![^{]*\})")
"""What a path cannot carry as it is (RFC 3986, section 3.3), but for names in braces."""


class Entry(Struct, frozen=True):
    """One operation as it stands in the document, before anything of it is derived.

    `operation_id` is as stated, or empty; `notes` say where `id` could not be made from it alone.
    """

    id: str
    operation_id: str
    method: str
    path: str
    item: dict[str, Json]
    item_pointer: str
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> dict[str, Json]:
        """The Operation Object."""
        found: dict[str, Json] = self.item[self.method]
        return found

    @property
    def pointer(self) -> str:
        """Where it stands."""
        return join(self.item_pointer, self.method)

    @property
    def sent(self) -> str:
        """The path as requests carry it: without its fragment, and in ASCII."""
        return _PLAIN.sub(lambda found: quote(found[0]), self.path.partition("#")[0])

    @property
    def address(self) -> tuple[str, str]:
        """What a target is told of it: method and path, but no names of parameters."""
        return self.method, _NAMES.sub("{}", self.sent)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, as far as they are texts."""
        stated = self.value.get("tags")
        known = stated if isinstance(stated, list) else []
        return tuple(each for each in known if isinstance(each, str))


def entries(references: References) -> list[Entry]:
    """Return every operation, in order; each id is there once, and a shell passes it on.

    An operation without an operationId is named by its method and path, and so is each of those
    that share one: no order of the document decides which of them keeps it. Raises ContractError
    where a path, or what stands at it, is none.
    """
    found = list(_stated(references))
    times = Counter(_safe(entry.operation_id) for entry in found)
    own = {name for name, number in times.items() if name and number == 1}
    taken = set(own)
    return [
        replace(entry, id=_safe(entry.operation_id))
        if _safe(entry.operation_id) in own
        else _derived(entry, taken)
        for entry in found
    ]


def beside(known: Iterable[Entry]) -> dict[str, list[str]]:
    """Return, by id, the ids of the other operations at the same address."""
    at: dict[tuple[str, str], list[str]] = {}
    for entry in known:
        at.setdefault(entry.address, []).append(entry.id)
    return {each: [other for other in ids if other != each] for ids in at.values() for each in ids}


def declared_methods(known: Iterable[Entry]) -> dict[str, frozenset[str]]:
    """Return, by path, every method that a request for the path may be meant for.

    Those of other templates count that the path is an instance of, `/users/{id}` for `/users/me`:
    the concrete one goes first, but what a method that it lacks is for is left open (OpenAPI
    3.0.4, section 4.8.8).
    """
    own: dict[str, set[str]] = {}
    for entry in known:
        own.setdefault(entry.sent, set()).add(entry.method.upper())
    alike: dict[int, list[tuple[re.Pattern[str], set[str]]]] = {}
    for path, methods in own.items():
        if "{" in path:
            fixed = map(re.escape, re.split(r"\{[^{}]*\}", path))
            alike.setdefault(path.count("/"), []).append((re.compile("[^/]+".join(fixed)), methods))
    return {
        path: frozenset(methods).union(
            *(more for each, more in alike.get(path.count("/"), ()) if each.fullmatch(path))
        )
        for path, methods in own.items()
    }


def _stated(references: References) -> Iterator[Entry]:
    paths = references.document.get("paths", {})
    if not isinstance(paths, dict):
        raise references.object_error("#/paths")
    for path, stated in paths.items():
        if not path.startswith("/"):
            if path.startswith("x-"):
                continue
            what = f'the path "{path}" does not begin with a slash'
            raise references.error(what, "Correct it.", join("#/paths", path))
        item, pointer = references.follow(stated, join("#/paths", path))
        if not isinstance(item, dict):
            raise references.object_error(pointer)
        for method, value in item.items():
            if method not in METHODS:
                continue
            if not isinstance(value, dict):
                raise references.object_error(join(pointer, method))
            name = value.get("operationId")
            yield Entry("", "" if name is None else str(name), method, path, item, pointer)


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("_")


def _derived(entry: Entry, taken: set[str]) -> Entry:
    """Name POST /v1/account_links `post_v1_account_links`, with a number where that is taken."""
    base = "_".join([entry.method, *re.findall(r"[A-Za-z0-9_]+", entry.path)])
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    if not entry.operation_id:
        return replace(entry, id=name)
    note = f'its operationId "{entry.operation_id}" is that of another operation as well'
    return replace(entry, id=name, notes=(f"{note}: it goes by its method and path",))
