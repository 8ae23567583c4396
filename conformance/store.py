"""Plans kept on disk, so that what was derived once need not be derived again.

A plan follows from the contract, the operation, the user's values and this suite's own files, so
these make its key: a change in any of them finds nothing, and derives anew. The file is JSON (no
code in it, whoever wrote it), compressed, with a checksum: a damaged one counts as absent. Types
of the fields say how a value is read back, so a new field of a case needs nothing here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import types
import zlib
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from conformance import own_json
from conformance.case import Case
from conformance.clause import Clause
from conformance.contract.model import Contract, Json, Operation
from conformance.errors import SuiteError
from conformance.exchange import Request
from conformance.plan import Plan
from conformance.values import Values

_SHARED: tuple[Any, ...] = (Request, Clause, Case)
"""What stands once in a file, however often it is referred to; each refers to those before it."""

_KEPT = 6
"""So many contracts, or versions of them, are kept."""

_PACKAGE = Path(__file__).parent
_SUM_BYTES = 32


class Store:
    """The plans of one contract below `folder`; those of another `extent` are others.

    What cannot be read or written counts as absent.
    """

    def __init__(self, folder: Path, contract: Contract, extent: str = "") -> None:
        key = f"{_suite()}\n{contract.digest}\n{extent}"
        self._above = folder
        self._folder = folder / hashlib.sha256(key.encode()).hexdigest()[:32]

    def load(self, operation: Operation, values: Values) -> Plan | None:
        """Return the plan of `operation`, or None where it is not kept."""
        try:
            data = self._path(operation, values).read_bytes()
            text = data[_SUM_BYTES:]
            if hashlib.sha256(text).digest() != data[:_SUM_BYTES]:
                return None
            return unpacked(own_json.read(zlib.decompress(text)), operation, values)
        except (OSError, ValueError, zlib.error, LookupError, TypeError):
            return None

    def save(self, plan: Plan) -> None:
        """Keep `plan`, readable by the user alone: a contract may be a secret."""
        text = zlib.compress(own_json.written(packed(plan)), 1)
        data = hashlib.sha256(text).digest() + text
        temporary = ""
        try:
            if not self._folder.exists():
                self._folder.mkdir(parents=True, mode=0o700)
                self._forget_old()
            descriptor, temporary = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(temporary).replace(self._path(plan.operation, plan.values))
        except OSError:
            if temporary:
                Path(temporary).unlink(missing_ok=True)

    def _path(self, operation: Operation, values: Values) -> Path:
        known = [[*each.encoding.items()] for each in operation.contents]
        key = f"{operation.id}\n{operation.closed}\n{known!r}\n{values!r}"
        return self._folder / hashlib.sha256(key.encode()).hexdigest()[:32]

    def _forget_old(self) -> None:
        found = [(each.stat().st_mtime, each) for each in self._above.iterdir() if each.is_dir()]
        for _, old in sorted(found, reverse=True)[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


@cache
def _suite() -> str:
    """Return what tells one state of this suite's own files from another."""
    stamps, folders = [], [str(_PACKAGE)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    stamps.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
    return "\n".join(sorted(stamps))


# --- a plan as JSON -------------------------------------------------------------------------------


class _Way(NamedTuple):
    """How values of one type become JSON and come back; None leaves them as they are."""

    pack: Callable[[Any, _Tables], Json] | None
    unpack: Callable[[Any, _Rows], Any] | None


_Tables = Mapping[Any, "_Table"]
_Rows = Mapping[Any, Sequence[Any]]


class _Table:
    """The rows of one class, each value once."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._known: dict[Any, int] = {}

    def place(self, value: Any, row: Callable[[], Json]) -> int:  # noqa: ANN401  (any struct)
        place = self._known.get(value)
        if place is None:
            place = self._known[value] = len(self.rows)
            self.rows.append(row())
        return place


def packed(plan: Plan) -> Json:
    """Return `plan` as a JSON value, but for what it is derived from."""
    tables = {each: _Table() for each in _SHARED}
    root = [_pack(getattr(plan, name), way, tables) for name, way in _plan_fields()]
    return {"rows": [tables[each].rows for each in _SHARED], "plan": root}


def unpacked(value: Json, operation: Operation, values: Values) -> Plan:
    """Return the plan that `packed` made `value` of."""
    rows: dict[Any, list[Any]] = {}
    for each, listed in zip(_SHARED, value["rows"], strict=True):
        ways = [way.unpack for _, way in _ways(each)]
        rows[each] = [
            each(
                *(
                    part if way is None else way(part, rows)
                    for way, part in zip(ways, row, strict=True)
                )
            )
            for row in listed
        ]
    members = {
        name: part if way.unpack is None else way.unpack(part, rows)
        for (name, way), part in zip(_plan_fields(), value["plan"], strict=True)
    }
    return Plan(operation=operation, values=values, **members)


def _plan_fields() -> list[tuple[str, _Way]]:
    return [(name, way) for name, way in _ways(Plan) if name not in ("operation", "values")]


@cache
def _ways(kind: Any) -> tuple[tuple[str, _Way], ...]:  # noqa: ANN401  (a struct)
    hints = get_type_hints(kind)
    skipped = ("operation", "values") if kind is Plan else ()
    return tuple(
        (name, _Way(None, None) if name in skipped else _way(hints[name]))
        for name in kind.__struct_fields__
    )


def _pack(value: Any, way: _Way, tables: _Tables) -> Json:  # noqa: ANN401  (any value of a plan)
    return value if way.pack is None else way.pack(value, tables)


_PLAIN = (str, int, float, bool, type(None))


def _way(hint: Any) -> _Way:  # noqa: ANN401  (a type as it is annotated)
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _PLAIN or origin is Literal:
        return _Way(None, None)
    if hint is bytes:
        return _Way(lambda v, _: v.decode("latin-1"), lambda v, _: v.encode("latin-1"))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Way(lambda v, _: v.value, lambda v, _: hint(v))
    if hint in _SHARED:
        return _Way(
            lambda v, t: t[hint].place(
                v, lambda: [_pack(getattr(v, name), way, t) for name, way in _ways(hint)]
            ),
            lambda v, r: r[hint][v],
        )
    if origin in (types.UnionType, Union) and type(None) in inner and len(inner) == 2:  # noqa: PLR2004
        return _optional(_way(next(each for each in inner if each is not type(None))))
    if origin in (tuple, frozenset):
        return _several(origin, [_way(each) for each in inner if each is not Ellipsis], inner)
    raise SuiteError(f"plans cannot be kept: no way is known for a field of type {hint}")


def _optional(way: _Way) -> _Way:
    pack, unpack = way
    if pack is None or unpack is None:
        return way
    return _Way(
        lambda v, t: None if v is None else pack(v, t),
        lambda v, r: None if v is None else unpack(v, r),
    )


def _several(kind: Any, ways: list[_Way], inner: tuple[Any, ...]) -> _Way:  # noqa: ANN401  (tuple or frozenset)
    if kind is tuple and Ellipsis not in inner:
        return _Way(
            lambda v, t: [_pack(each, way, t) for each, way in zip(v, ways, strict=True)],
            lambda v, r: tuple(
                each if way.unpack is None else way.unpack(each, r)
                for each, way in zip(v, ways, strict=True)
            ),
        )
    pack, unpack = ways[0]
    ordered: Callable[[Any], Any] = sorted if kind is frozenset else list
    if pack is None or unpack is None:
        return _Way(lambda v, _: ordered(v), lambda v, _: kind(v))
    return _Way(
        lambda v, t: ordered([pack(each, t) for each in v]),
        lambda v, r: kind([unpack(each, r) for each in v]),
    )
