"""A document and the files that it refers to → one document.

A reference to another file (`shared/errors.yaml#/Problem`) is read as written in the file that it
stands in (RFC 3986, section 5). The file goes whole to `#/x-conformance-files/shared~1errors.yaml`
of the first document, and the references to it follow, so that all later steps know one document
only. Files lie in the folder of the first document or below it, links included; documents at an
address may be asked for only from hosts that the user allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from msgspec import Struct, field

from conformance.contract.model import Json
from conformance.contract.read import is_address, label, read_text, read_value
from conformance.errors import ContractError
from conformance.pointer import join, unescape

FILES = "x-conformance-files"
MAX_FILES = 1000
MAX_TOTAL = 50 * 1024 * 1024
"""So many files, and characters in all of them, are read for one contract."""

_DATA = frozenset(("example", "examples", "default", "enum", "const", "value"))
"""Members whose values are data, whatever they look like."""

_MAPS = frozenset(
    (
        *("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        *("schemas", "responses", "parameters", "requestBodies", "headers", "links"),
        *("callbacks", "pathItems", "paths", "webhooks", "content", "encoding", FILES),
    )
)
"""Members whose own members are names of the author's, and no keywords."""

Node = dict[str, Json]


def bundled(document: Node, source: str, hosts: frozenset[str] = frozenset()) -> Node:
    """Return `document` with every file that it refers to, directly or not, inside it.

    `source` is the path or URL that it came from, `hosts` (`host` or `host:port`) are those that
    may be asked for more. What refers to nothing outside is returned as it is. Raises
    ContractError, with the place of the reference, for a file that lies elsewhere or cannot be
    read, a host that is not allowed, too many files.
    """
    work = _Bundler(source, hosts)
    work.take(document, "", source)
    while work.waiting:
        name, value, origin = work.waiting.pop()
        work.take(value, name, origin)
    return {**document, FILES: work.files} if work.files else document


def references(value: Json, pointer: str = "#") -> Iterator[tuple[Node, str]]:
    """Yield every object of `value` that holds a `$ref`, with its pointer; data is passed over.

    Works without recursion: a document may be as deep as its reader allows.
    """
    walk: list[tuple[Json, str, bool]] = [(value, pointer, False)]
    while walk:
        each, at, is_map = walk.pop()
        if isinstance(each, dict):
            if isinstance(each.get("$ref"), str):
                yield each, at
            walk.extend(
                (child, join(at, name), not is_map and name in _MAPS)
                for name, child in each.items()
                if isinstance(child, dict | list) and (is_map or name not in _DATA)
            )
        elif isinstance(each, list):
            walk.extend((child, f"{at}/{index}", False) for index, child in enumerate(each))


def place_of(source: str, pointer: str) -> str:
    """Return where `pointer` leads to, for people: in the file that it came from."""
    inner = f"#/{FILES}/"
    if not pointer.startswith(inner):
        return source + pointer
    name, slash, rest = pointer.removeprefix(inner).partition("/")
    return f"{unescape(name)}#{slash}{rest}"


class _Bundler(Struct):
    source: str
    hosts: frozenset[str]
    files: dict[str, Json] = field(default_factory=dict)
    waiting: list[tuple[str, Json, str]] = field(default_factory=list)
    total: int = 0

    def take(self, value: Json, name: str, origin: str) -> None:
        """Turn the references of one file to where their targets come to stand.

        `name` is the file's in the bundle, empty for the first; `origin` its path or URL.
        """
        named: dict[str, str] | None = None
        for node, pointer in references(value):
            place = f"{label(origin)}{pointer}"
            target, fragment = urldefrag(node["$ref"])
            if target and named is None:
                named = dict(identified(value, join("#", FILES, name) if name else "#"))
            own = _by_id(target, named) if target and named else ""
            if own and (not fragment or fragment.startswith("/")):
                node["$ref"] = own + fragment
                continue
            other = name if not target else self._file(target, origin, place)
            if other or name:
                node["$ref"] = self._inside(other, fragment, place)

    def _inside(self, name: str, fragment: str, place: str) -> str:
        root = join("#", FILES, name) if name else "#"
        if not fragment or fragment.startswith("/"):
            return root + fragment
        anchor = next(
            (at for at in anchors(self.files.get(name), root) if at[0] == unquote(fragment)), None
        )
        if anchor is None:
            what = f'the reference "#{fragment}" leads nowhere in {name or "the document"}'
            raise ContractError(what, "Correct the reference.", place)
        return anchor[1]

    def _file(self, target: str, origin: str, place: str) -> str:
        """Return the name in the bundle of the file that `target` names, having read it."""
        scheme = urlsplit(target).scheme
        if is_address(target) or is_address(origin):
            address = urljoin(origin, target) if is_address(origin) else target
            name, source = self._remote(address, place)
        elif scheme:
            what = f'the reference "{target}" is neither a file nor an http address'
            raise ContractError(what, "Refer to a file beside the document.", place)
        else:
            name, source = self._local(target, origin, place)
        if name and name not in self.files:
            self._read(name, source, place)
        return name

    def _remote(self, address: str, place: str) -> tuple[str, str]:
        if label(address) == label(self.source):
            return "", self.source
        host = urlsplit(address).netloc.rpartition("@")[2].lower()
        if host not in self.hosts and host.partition(":")[0] not in self.hosts:
            what = f'the reference to "{label(address)}" leads to another host'
            remedy = (
                f"Allow it with --allow-remote-refs={host}, or put the file beside the document."
            )
            raise ContractError(what, remedy, place)
        return label(address), address

    def _local(self, target: str, origin: str, place: str) -> tuple[str, str]:
        root = Path(self.source).resolve().parent
        try:
            path = (Path(origin).resolve().parent / unquote(target)).resolve(strict=True)
            found = path.is_file()
        except (OSError, ValueError, RuntimeError):  # not there, a NUL, a circle of links
            found = False
        if not found:
            what = f'the file "{target}" that is referred to cannot be found'
            raise ContractError(what, "Correct the reference, or add the file.", place)
        if not path.is_relative_to(root):
            what = f'the file "{target}" lies outside the folder of the document'
            raise ContractError(what, "Put all files of the contract into one folder.", place)
        if path == Path(self.source).resolve():
            return "", self.source
        return path.relative_to(root).as_posix(), str(path)

    def _read(self, name: str, source: str, place: str) -> None:
        text = read_text(source)
        self.total += len(text)
        if len(self.files) >= MAX_FILES or self.total > MAX_TOTAL:
            what = f"the contract refers to over {MAX_FILES} files, or {MAX_TOTAL >> 20} MB of them"
            raise ContractError(what, "Bundle what you test into fewer files.", place)
        self.files[name] = read_value(text, label(source))
        self.waiting.append((name, self.files[name], source))


def _by_id(target: str, named: dict[str, str]) -> str:
    """Return where the schema stands that `target` names by its `$id`, or nothing.

    Such a name may be relative to that of the schema around it.
    """
    names = (target, *(urljoin(each, target) for each in named))
    return next((named[each] for each in names if each in named), "")


def identified(value: Json, root: str = "#") -> Iterator[tuple[str, str]]:
    """Yield the `$id` of the schemas in `value` with their pointers (JSON Schema Core, 8.2.1)."""
    for each, at in _objects(value, root):
        if isinstance(each.get("$id"), str):
            yield each["$id"].removesuffix("#"), at


def anchors(value: Json, root: str = "#") -> Iterator[tuple[str, str]]:
    """Yield the anchors of the schemas in `value` with their pointers (JSON Schema Core, 8.2.2)."""
    for each, at in _objects(value, root):
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(each.get(keyword), str):
                yield each[keyword], at


def _objects(value: Json, root: str) -> Iterator[tuple[dict[str, Json], str]]:
    walk: list[tuple[Json, str]] = [(value, root)]
    while walk:
        each, at = walk.pop()
        if isinstance(each, dict):
            yield each, at
            walk.extend((child, join(at, name)) for name, child in each.items())
        elif isinstance(each, list):
            walk.extend((child, f"{at}/{index}") for index, child in enumerate(each))
