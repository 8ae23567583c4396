"""Known-good values: what the user knows that the target takes, and no schema says.

A target may refuse a body that the contract allows: the account must exist, nothing can be
expanded. So a property with known-good values is promised for those values only. That is a second
version of the schema, in which the property is required and one of its values, and in which what
must never be sent is not allowed (`conformance.readings` judges by every version): a valid body
without the known-good value is then owed nothing, and a violation is still a violation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from conformance import pointer
from conformance.config import nearest
from conformance.contract.model import Json, Operation
from conformance.file import File
from conformance.message import BODY, ITEM, message_schema
from conformance.schema import View, dereference
from conformance.validation import Validator

Path = tuple[str, ...]
NEVER = "never"
_IN_PLACE = ("anyOf", "oneOf")


class Values(Struct, frozen=True):
    """The known-good values of one operation, by place in a message; and what is never sent."""

    pinned: Mapping[Path, tuple[Json, ...]] = field(default_factory=dict)
    never: frozenset[Path] = frozenset()

    def leaves_out(self, path: Path) -> bool:
        """Whether `path` lies at or below what is never sent."""
        return bool(self.never) and any(path[: len(each)] == each for each in self.never)

    def doubt(self, path: Path) -> str:
        """Return why a refusal at `path` may have another reason than the schema, or nothing."""
        for each in self.never:
            if path[: len(each)] == each:
                return f"{_name(each)} is never sent, as you say, so a refusal may have that reason"
        for each in self.pinned:
            if path[: len(each)] == each:
                return (
                    f"only your values of {_name(each)} are known to be good, so another one may be"
                    " refused for a reason of its own"
                )
        return ""


NONE = Values()


def of_operation(file: File, operation: Operation) -> Values:
    """Return what `[values.OPERATION]` says. Raises UsageError with the line of what is wrong."""
    table = file.values.get(operation.id, {})
    where = f"values.{operation.id}"
    if not isinstance(table, Mapping):
        raise file.error(f"{where} is no table", f"Write [{where}].", operation.id, "values")
    pinned: dict[Path, tuple[Json, ...]] = {}
    never: set[Path] = set()
    schema = message_schema(operation, next(iter(operation.contents), None))
    for key, entry, value in _entries(table, ()):
        path = entry if entry == (NEVER,) else _in_message(schema, entry)
        names = [path]
        if path == (NEVER,):
            names = [_in_message(schema, _path(each)) for each in value]
        for each in names:
            found = _schemas(schema, each)
            if not found:
                known = _declared(schema, each)
                message = f'{operation.id} has no property "{_name(each)}"'
                raise file.error(message, nearest(each[-1], known), key, where)
        if path == (NEVER,):
            never |= {*names}
            continue
        pinned[path] = tuple(value) if isinstance(value, list) and value else (value,)
        for each in pinned[path]:
            if not any(Validator(one).fits(each) for one in _schemas(schema, path)):
                raise file.error(
                    f"the value {each!r:.80} of {_name(path)} does not fit the contract",
                    "A list holds the values that are good; one that is itself an array stands in"
                    " a list of its own.",
                    key,
                    where,
                )
    values = Values(pinned, frozenset(never))
    _consistent(file, operation, values, schema)
    return values


def _consistent(file: File, operation: Operation, values: Values, schema: Json) -> None:
    where = f"values.{operation.id}"
    for path in values.never:
        if any(each[: len(path)] == path for each in values.pinned):
            message = f"{_name(path)} has known-good values and is never sent"
            raise file.error(message, "Choose one of them.", NEVER, where)
        if any(path[-1] in each.get("required", ()) for each in _parent(schema, path).schemas):
            message = f"the contract requires {_name(path)}, so it cannot be left out"
            raise file.error(message, "Give it a known-good value.", NEVER, where)


def _entries(table: Mapping[str, Json], above: Path) -> Iterator[tuple[str, Path, Json]]:
    """Yield the key, the path and the value of each entry; tables within are nested names."""
    for key, value in table.items():
        path = (*above, *_path(key))
        if isinstance(value, Mapping):
            yield from ((key, inner, each) for _, inner, each in _entries(value, path))
        else:
            yield key, path, value


def _path(key: str) -> Path:
    """Read a name, a dotted name or a JSON Pointer."""
    return pointer.tokens(key) if key.startswith("/") else tuple(str(key).split("."))


def _in_message(schema: Json, path: Path) -> Path:
    """Return the place that the user's `path` means: the body's, unless it names another part."""
    body = View.of(schema["properties"].get(BODY, {}), schema)
    if path[0] in schema["properties"] and not body.declares(path[0]):
        return path
    return (BODY, *path)


def _name(path: Path) -> str:
    return ".".join(path[1:] if path[0] == BODY else path)


def _parent(schema: Json, path: Path) -> View:
    view = View.of(schema, schema)
    for step in path[:-1]:
        view = view.item() if step == ITEM else view.member(step)
    return view


def _schemas(schema: Json, path: Path) -> tuple[Json, ...]:
    """Return every schema that is declared for `path`, each with the definitions of the root."""
    step, parent = path[-1], _parent(schema, path)
    found = [
        each["items"] if step == ITEM else each["properties"][step]
        for each in parent.schemas
        if ("items" in each if step == ITEM else step in each.get("properties", ()))
    ]
    defs = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    return tuple({**each, **defs} for each in found if isinstance(each, Mapping))


def _declared(schema: Json, path: Path) -> set[str]:
    return {name for each in _parent(schema, path).schemas for name in each.get("properties", ())}


# --- the version of the schema --------------------------------------------------------------------


class _Tree(Struct):
    """The entries at or below one place."""

    values: tuple[Json, ...] | None = None
    never: bool = False
    steps: dict[str, _Tree] = field(default_factory=dict)

    def at(self, path: Path) -> _Tree:
        place = self
        for step in path:
            place = place.steps.setdefault(step, _Tree())
        return place


def narrowed(schema: Json, values: Values) -> Json:
    """Return the version of `schema` that the known-good values leave."""
    tree = _Tree()
    for path, known in values.pinned.items():
        tree.at(path).values = known
    for path in values.never:
        tree.at(path).never = True
    return _narrowed(schema, schema, tree) if tree.steps else schema


def _narrowed(schema: Json, root: Json, tree: _Tree) -> Json:
    schema = dereference(schema, root)
    if tree.never:
        return False
    if tree.values is not None:
        shown = {name: value for name, value in schema.items() if name not in ("example", "enum")}
        return {**shown, "enum": list(tree.values)}
    if not tree.steps or not isinstance(schema, Mapping):
        return schema
    new = dict(schema)
    if ITEM in tree.steps and "items" in schema:
        new["items"] = _narrowed(schema["items"], root, tree.steps[ITEM])
    properties = {**schema.get("properties", {})}
    for name in tree.steps.keys() & properties.keys():
        properties[name] = _narrowed(properties[name], root, tree.steps[name])
    if properties:
        new["properties"] = properties
    needed = [n for n in properties if n in tree.steps and _is_sent(tree.steps[n])]
    if needed:
        new["type"] = "object"
        new["required"] = list(dict.fromkeys([*schema.get("required", ()), *needed]))
    for applicator in (*_IN_PLACE, "allOf"):
        if applicator in schema:
            new[applicator] = _branches(schema[applicator], root, tree, applicator)
    return new


def _is_sent(tree: _Tree) -> bool:
    """Whether a known-good value stands at or below: then the place is sent in every body."""
    return tree.values is not None or any(
        name != ITEM and _is_sent(each) for name, each in tree.steps.items()
    )


def _branches(branches: list[Json], root: Json, tree: _Tree, applicator: str) -> list[Json]:
    """Return the branches narrowed; of alternatives only those that know the names are left."""
    concerned = [
        any(View.of(each, root).declares(name) for name in tree.steps) or _has_items(each, tree)
        for each in branches
    ]
    pairs = zip(branches, concerned, strict=True)
    if applicator == "allOf" or not any(concerned) or not _is_sent(tree):
        return [_narrowed(each, root, tree) if known else each for each, known in pairs]
    return [_narrowed(each, root, tree) for each, known in pairs if known]


def _has_items(schema: Json, tree: _Tree) -> bool:
    return ITEM in tree.steps and isinstance(schema, Mapping) and "items" in schema


def check_operations(file: File, operations: Mapping[str, Operation]) -> None:
    """Raise UsageError where `[values]` names an operation that the contract does not have."""
    for name in file.values:
        if name not in operations:
            message = f'the contract has no operation "{name}"'
            raise file.error(message, nearest(name, operations), name, "values")
