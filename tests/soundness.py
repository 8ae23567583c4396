"""Whether cases hold what they claim, decided by another validator and another decoder.

The suite judges with jsonschema-rs and its own readings; here stand the package jsonschema and a
naive decoder of forms. Nothing of `conformance.wire`, `readings` or `validation` is used for the
second opinion.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from jsonschema import Draft202012Validator
from msgspec import Struct

from conformance.case import Case
from conformance.contract import default_source, load
from conformance.contract.model import Content, Encoding, Json, Operation
from conformance.verdict import Expectation

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
ENTAILED = {"type": {"enum", "const"}}
FOLLOWS = {"unevaluatedProperties", "unevaluatedItems"}
Owed = Callable[[bytes], Expectation]
SEVERAL = ("two-names", "five-names", "all-missing", "explored")


class Small(Struct, frozen=True):
    """A contract of one operation; `arrays` says which spellings of arrays it reads for sure."""

    name: str
    schema: Json
    media_type: str = FORM
    encoding: tuple[tuple[str, Encoding], ...] = ()

    def operation(self) -> Operation:
        """Return the operation that takes this schema as its body."""
        content = Content(self.media_type, self.schema, "#/schema", dict(self.encoding))
        return Operation(
            "PostThing",
            "POST",
            "/v1/things",
            "#/paths/~1v1~1things/post",
            contents=(content,),
            body_required=True,
            declared_methods=frozenset({"POST"}),
        )


def closed(properties: Json, *required: str, **more: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


TEXT = {"type": "string", "maxLength": 20}
DEEP = Encoding("deepObject", explode=True)
NODE = {"$defs": {"node": closed({"name": TEXT, "child": {"$ref": "#/$defs/node"}}, "name")}}

SMALL = (
    Small(
        "nested",
        closed({"a": TEXT, "in": closed({"b": TEXT, "c": {"enum": ["x", "y"]}}, "b")}, "a", "in"),
        encoding=(("in", DEEP),),
    ),
    Small(
        "objects-in-arrays",
        closed({"items": {"type": "array", "items": closed({"k": TEXT, "n": TEXT}, "k")}}, "items"),
        encoding=(("items", DEEP),),
    ),
    Small(
        "numbers",
        closed(
            {
                "count": {"type": "integer", "minimum": 1, "maximum": 9},
                "rate": {"type": "number"},
                "on": {"type": "boolean"},
                "name": {"type": "string", "minLength": 3, "maxLength": 8},
            },
            "count",
        ),
    ),
    Small(
        "json",
        closed(
            {
                "count": {"type": "integer"},
                "rate": {"type": "number"},
                "on": {"type": "boolean"},
                "tags": {"type": "array", "items": TEXT},
                "kind": {"type": "string", "enum": ["one", "two_three"]},
                "in": closed({"deep": {"type": "string", "minLength": 2}}, "deep"),
            },
            "count",
            "in",
        ),
        JSON,
    ),
    Small(
        "nullable",
        closed({"a": {"type": ["string", "null"], "maxLength": 4}, "b": {"type": "string"}}, "b"),
        JSON,
    ),
    Small("nullable-form", closed({"a": {"type": ["string", "null"], "maxLength": 4}, "b": TEXT})),
    Small(
        "either-kind",
        closed(
            {
                "when": {"anyOf": [{"type": "string", "enum": ["now"]}, {"type": "integer"}]},
                "who": {"anyOf": [closed({"id": TEXT}, "id"), {"type": "string", "enum": [""]}]},
            },
            "when",
        ),
    ),
    Small(
        "map",
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": TEXT},
            "additionalProperties": {"type": "string", "maxLength": 3},
        },
    ),
    Small("recursive", {**NODE, **closed({"root": {"$ref": "#/$defs/node"}, "t": TEXT}, "root")}),
    Small(
        "open-arrays",
        closed({"a": TEXT, "list": {"type": "array", "items": TEXT}}, "a"),
    ),
    Small(
        "repeated-keys",
        closed({"a": TEXT, "list": {"type": "array", "items": TEXT}}, "a"),
        encoding=(("list", Encoding("form", explode=True)),),
    ),
    Small("open-enum", closed({"a": {"enum": ["x", "y"], "x-stripeBypassValidation": True}}, "a")),
    Small("formats", closed({"day": {"type": "string", "format": "date"}, "b": TEXT}, "b")),
    Small("nothing-required", closed({"a": TEXT, "b": {"type": "string", "enum": ["p", "q"]}})),
)


def default_operation() -> Operation:
    return load(default_source()).operations[0]


# --- the second opinion ---------------------------------------------------------------------------


def errors(schema: Json, body: Json, branches: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Return the keywords that `body` breaks, each with its place (`*` for any item).

    Of an `anyOf` or `oneOf` that nothing satisfies, the branch that `branches` names (`anyOf.0`)
    says what is broken in it.
    """
    found = set()
    queue = [(each, branches) for each in Draft202012Validator(schema).iter_errors(body)]
    for error, way in queue:
        keyword, _, index = (way[0] if way else "").partition(".")
        if keyword == error.validator and error.context:
            inner = [each for each in error.context if str(each.relative_schema_path[0]) == index]
            queue += [(each, way[1:]) for each in inner]
        else:
            found.add((str(error.validator), place([*error.absolute_path])))
    return found


def branches_of(case: Case) -> tuple[str, ...]:
    return tuple(re.findall(r"(?<=/)(?:any|one)Of\.\d+(?=/)", case.clause.id))


def place(path: list[Json]) -> str:
    return "".join("/*" if isinstance(step, int) else f"/{step}" for step in path)


def without_open_enums(schema: Json) -> Json:
    if isinstance(schema, dict):
        drop = "enum" if schema.get("x-stripeBypassValidation") else ""
        return {name: without_open_enums(value) for name, value in schema.items() if name != drop}
    return [without_open_enums(each) for each in schema] if isinstance(schema, list) else schema


def fits(schema: Json, body: Json, *, formats: bool = False) -> bool:
    """Whether `body` is valid; with `formats` also by a server that asserts them."""
    checker = Draft202012Validator.FORMAT_CHECKER if formats else None
    return Draft202012Validator(schema, format_checker=checker).is_valid(body)


def naive(data: bytes, content: Content) -> list[Json]:
    """Return what a plain server may read, the likeliest first; every text as any scalar."""
    if content.media_type == JSON:
        return [json.loads(data)] if data else [{}]
    whole: dict[str, Json] = {}
    for pair in data.split(b"&") if data else ():
        raw, _, text = pair.partition(b"=")
        steps = [step.rstrip("]") for step in plain(raw).split("[")]
        node = whole
        for step in steps[:-1]:
            node = node.setdefault(step, {}) if isinstance(node.get(step, {}), dict) else {}
        leaf = steps[-1]
        node.setdefault(leaf, [])
        if isinstance(node[leaf], list):
            node[leaf].append(plain(text))
    choices = []
    for name, value in whole.items():
        style = content.encoding[name].style if name in content.encoding else "open"
        choices.append([(name, each) for each in values(value, style)])
    return [dict(members) for members in itertools.islice(itertools.product(*choices), 4000)]


def plain(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "replace")


def values(node: Json, style: str) -> list[Json]:
    if isinstance(node, list):
        each = [scalars(text) for text in node]
        many = [list(items) for items in itertools.islice(itertools.product(*each), 200)]
        if style == "form":
            return [*many, *each[-1]]
        if style == "open":
            return [*each[-1], *many]
        return each[-1]
    if list(node) == [""]:
        if isinstance(node[""], list):
            return [list(items) for items in itertools.product(*map(scalars, node[""]))]
        return [[each] for each in values(node[""], "deep")]
    parts = [[(key, each) for each in values(below, "deep")] for key, below in node.items()]
    found = []
    for members in itertools.islice(itertools.product(*parts), 400):
        if all(key.isdigit() for key, _ in members):
            found.append([each for _, each in sorted(members, key=lambda pair: int(pair[0]))])
        else:
            found.append(dict(members))
    return found


def scalars(text: str) -> list[Json]:
    found: list[Json] = [text]
    if text in ("true", "false"):
        found.append(text == "true")
    with contextlib.suppress(ValueError, OverflowError):
        found.append(
            int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() else float(text)
        )
    return [*found, None] if text == "" else found


def differences(one: Json, other: Json, at: str = "") -> Iterator[str]:
    """Yield the places where two values differ, as deep as both have them."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            if (name in one) != (name in other):
                yield f"{at}/{name}"
            else:
                yield from differences(one[name], other[name], f"{at}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for left, right in zip(one, other, strict=True):
            yield from differences(left, right, f"{at}/*")
    elif one != other or type(one) is not type(other):
        yield at


def complaints(case: Case, operation: Operation, expected: Owed) -> list[str]:
    """Return what is unsound about `case`; `expected` gives the readings that the suite listed."""
    content = operation.contents[0]
    data = case.request.body or b""
    readings = naive(data, content)
    valid = [each for each in readings if fits(content.schema, each)]
    opened = [each for each in readings if fits(without_open_enums(content.schema), each)]
    found = []
    if case.expectation is Expectation.ACCEPT and not valid:
        found.append("ACCEPT, but no reading is valid")
    if case.expectation is Expectation.REFUSE and opened:
        found.append(f"REFUSE, but a reading is valid: {opened[0]!r:.200}")
    if case.expectation is not expected(data):
        found.append(f"{case.expectation}, but its readings say {expected(data)}")
    if case.expectation is Expectation.REFUSE and case.clause.side == "request":
        found += unsound_refusal(case, content, expected)
    return [f"{case.id}: {each}; {data[:300]!r}" for each in found]


def unsound_refusal(case: Case, content: Content, expected: Owed) -> Iterator[str]:
    keyword = case.clause.keyword
    bodies = naive(case.request.body or b"", content)
    way = branches_of(case)
    found = [errors(content.schema, body, way) for body in bodies]
    broken = min(found, key=lambda each: (keyword not in {name for name, _ in each}, len(each)))
    names = {name for name, _ in broken}
    if keyword not in names or names - {keyword} - ENTAILED.get(keyword, set()) - FOLLOWS:
        yield f"breaks {sorted(broken)}, not {keyword} alone"
    if not case.controls:
        yield "has no control"
        return
    if expected(case.controls[0].body or b"") is not Expectation.ACCEPT:
        yield "its control is not owed acceptance"
    if "body" in case.id.rpartition("/")[2]:
        return  # the empty and the absent body leave out everything
    site = case.clause.instance_location
    if keyword == "required" and not case.id.endswith("all-missing"):
        site = site.rpartition("/")[0]
    places = {*differences(bodies[0], naive(case.controls[0].body or b"", content)[0])}
    outside = [each for each in places if not each.startswith(site)]
    label = case.id.rpartition("/")[2].partition(":")[0]
    if outside or (len(places) != 1 and label not in SEVERAL):
        yield f"differs from its control at {sorted(places)}"
