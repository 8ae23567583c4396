"""Objects that are closed although the schema leaves them open: what a provider is known to do.

A schema that says nothing of other names takes them all (JSON Schema Core 2020-12, section
10.3.2.3). Some providers refuse them all the same, at every depth, and say so in prose or by their
manners. The contract says it by `x-conformance-closed`, on a schema (it holds from there on
downward, until `false` opens it again) or at the root of the document; a profile may say it too.

What is closed here is advice: a target that takes such a name breaks no word of the schema, so
acceptance and refusal are both its right, and taking it is a finding of level SHOULD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.model import CLOSED, Json

ADVISED = "x-conformance-advised"
"""In a schema that was closed here: the keywords of it that are advice."""

_KEYWORD = "additionalProperties"
_SPEAKS = frozenset(
    {
        *("additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames"),
        *("allOf", "anyOf", "oneOf", "if", "dependentSchemas", "enum", "const", "$ref"),
    }
)
"""Where one of these stands, others may declare names too, or the schema speaks for itself."""

_ONE = ("items", "additionalProperties")
_MAPS = ("properties", "patternProperties")
_ALIKE = ("allOf", "oneOf", "not", "if", "then", "else", "contains", "propertyNames")
"""What stands in these holds together with something else, or says what must not be."""


def closed(schema: Json, *, everywhere: bool) -> Json:
    """Return `schema` with its objects closed where that is said; itself where nothing is.

    What is valid afterwards was valid before. An object of several schemas stays as it is: none of
    them knows the names of the others. `everywhere` says it for the whole of `schema`.
    """
    if not (everywhere or any(CLOSED in each for each in _objects(schema))):
        return schema
    return _Closer(schema, everywhere=everywhere).of(schema, here=everywhere)


def _objects(schema: Json) -> Iterator[Mapping[str, Json]]:
    queue, seen = [schema], set[int]()
    for each in queue:
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Mapping):
            yield each
            queue.extend(value for value in each.values() if isinstance(value, Mapping | list))
        elif isinstance(each, list):
            queue.extend(value for value in each if isinstance(value, Mapping | list))


class _Closer:
    """Rewrites what is to be closed; parts that are shared stay shared, and others themselves."""

    def __init__(self, root: Json, *, everywhere: bool) -> None:
        self._everywhere = everywhere
        self._done: dict[tuple[int, bool], tuple[Json, Json]] = {}
        definitions = root.get("$defs", {}) if isinstance(root, Mapping) else {}
        self._untouched = {
            name: each for name, each in definitions.items() if name in _beside(root, definitions)
        }

    def of(self, schema: Json, *, here: bool) -> Json:
        if not isinstance(schema, Mapping):
            return schema
        stated = schema.get(CLOSED)
        here = stated if isinstance(stated, bool) else here
        key = (id(schema), here)
        if key not in self._done:
            self._done[key] = (schema, schema)  # a part within itself stays as it is
            self._done[key] = (schema, self._rewritten(schema, here=here))
        return self._done[key][1]

    def _rewritten(self, schema: Mapping[str, Json], *, here: bool) -> Json:
        found = dict(schema)
        for keyword in _ONE:
            if keyword in schema:
                found[keyword] = self.of(schema[keyword], here=here)
        for keyword in _MAPS:
            if isinstance(schema.get(keyword), Mapping):
                found[keyword] = {n: self.of(e, here=here) for n, e in schema[keyword].items()}
        if "prefixItems" in schema:
            found["prefixItems"] = [self.of(each, here=here) for each in schema["prefixItems"]]
        for keyword in ("anyOf", "allOf"):
            if _alone(schema, keyword):
                found[keyword] = [self.of(each, here=here) for each in schema[keyword]]
        if isinstance(schema.get("$defs"), Mapping):
            found["$defs"] = {
                name: each if name in self._untouched else self.of(each, here=self._everywhere)
                for name, each in schema["$defs"].items()
            }
        if here and _closes(schema):
            found |= {_KEYWORD: False, ADVISED: [_KEYWORD]}
        same = found.keys() == schema.keys() and all(found[n] is schema[n] for n in found)
        return schema if same else found


def _alone(schema: Mapping[str, Json], keyword: str) -> bool:
    """Whether the branches of `keyword` are all that says which members there are."""
    branches = schema.get(keyword)
    beside = (_SPEAKS | {"properties"}) - {keyword, "enum", "const"}
    if not isinstance(branches, list) or not beside.isdisjoint(schema):
        return False
    return keyword == "anyOf" or len(branches) == 1


def _closes(schema: Mapping[str, Json]) -> bool:
    """Whether `schema` can be closed: it names its members, and all that it requires."""
    names = schema.get("properties")
    if not isinstance(names, Mapping) or not names or not _SPEAKS.isdisjoint(schema):
        return False
    return names.keys() >= {*schema.get("required", ())} and (
        schema.get("minProperties", 0) <= len(names)
    )


def _beside(root: Json, definitions: Mapping[str, Json]) -> set[str]:
    """Return the definitions that hold somewhere together with something else."""
    found: set[str] = set()
    queue: list[Json] = []
    for schema in _objects(root):
        queue += [schema[keyword] for keyword in _ALIKE if keyword in schema]
        queue += [schema["anyOf"]] if "anyOf" in schema and not _alone(schema, "anyOf") else []
        queue += [*schema.get("dependentSchemas", {}).values()]
        queue += [{"$ref": schema["$ref"]}] if len(schema) > 1 and "$ref" in schema else []
    for each in queue:
        for schema in _objects(each):
            name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
            if name in definitions and name not in found:
                found.add(name)
                queue.append(definitions[name])
    return found
