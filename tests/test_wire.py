"""Body → bytes → readings: what was meant is always among what may be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.contract.model import Content, Encoding, Json
from conformance.errors import ContractError
from conformance.readings import Judge
from conformance.strategies import from_schema
from conformance.verdict import Expectation
from conformance.wire import InexpressibleError, Readings, Spelling, wires
from tests.soundness import FORM, JSON, SMALL, TEXT, closed, default_operation

CALM = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
SPELLINGS = tuple(
    Spelling(arrays, encoded, space)
    for arrays, encoded, space in product(
        (None, "index", "append", "repeat"), (False, True), ("+", "%20")
    )
)
DEEP = Encoding("deepObject", explode=True)
KEYS = Encoding("form", explode=True)
COMMA = Encoding("form", explode=False)
PIPES = Encoding("pipeDelimited", explode=True)
CONTENTS = {
    "default": default_operation().contents[0],
    **{each.name: each.operation().contents[0] for each in SMALL},
}
NUMBER = {"type": "integer"}
LIST = {"type": "array", "items": TEXT}


def form(schema: Json, **encoding: Encoding) -> Content:
    return Content(FORM, {"type": "object", "properties": schema}, "#", encoding)


def bodies(data: bytes, content: Content) -> tuple[Json, ...]:
    return wires()[content.media_type].read(data, content).values


# --- there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTENTS)
@CALM
@given(data=st.data(), spelling=st.sampled_from(SPELLINGS))
def test_the_body_is_among_the_readings_of_its_bytes(
    name: str, data: st.DataObject, spelling: Spelling
) -> None:
    content = CONTENTS[name]
    body = data.draw(from_schema(content.schema, content.schema))
    try:
        encoded = wires()[content.media_type].encode(body, content, spelling)
    except InexpressibleError:
        return
    readings = wires()[content.media_type].read(encoded, content)
    if spelling.arrays in (None, "index"):
        assert any(same(body, each) for each in readings.values) or not readings.complete


def same(body: Json, reading: Json) -> bool:
    """Whether two JSON values are the same, type by type."""
    return json.dumps(body, sort_keys=True) == json.dumps(reading, sort_keys=True)


@CALM
@given(
    items=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4),
    spelling=st.sampled_from(SPELLINGS),
    encoding=st.sampled_from([DEEP, KEYS, COMMA, None]),
)
def test_an_array_is_read_from_every_spelling_that_the_contract_allows(
    items: list[str], spelling: Spelling, encoding: Encoding | None
) -> None:
    content = form({"l": LIST}, **({"l": encoding} if encoding else {}))
    data = wires()[FORM].encode({"l": items}, content, spelling)
    settled = encoding is DEEP and spelling.arrays == "repeat" and len(items) == 1
    assert ({"l": items} in bodies(data, content)) is not settled


@CALM
@given(body=st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=4))
def test_text_is_read_as_it_was_written(body: dict[str, str]) -> None:
    content = form({})
    if any(set(name) & set("[]") for name in body):
        return
    for spelling in SPELLINGS:
        try:
            data = wires()[FORM].encode(body, content, spelling)
        except InexpressibleError:
            assert any("\ud800" <= c <= "\udfff" for pair in body.items() for c in "".join(pair))
            return
        assert body in bodies(data, content)
        assert data.isascii()


def test_json_is_read_as_it_was_written() -> None:
    content = Content(JSON, {}, "#")
    for body in ({"a": [1, None, "é", 1.5, True]}, [], "x", 7, None):
        data = wires()[JSON].encode(body, content, Spelling())
        assert bodies(data, content) == (body,)
    for data in (b"", b"{", b"\xff", b"[" * 100_000):
        assert wires()[JSON].read(data, content) == Readings((), unreadable=True)


@pytest.mark.parametrize("body", [float("nan"), float("inf"), "\ud800"])
def test_what_json_cannot_say(body: Json) -> None:
    with pytest.raises(InexpressibleError):
        wires()[JSON].encode(body, Content(JSON, {}, "#"), Spelling())


@pytest.mark.parametrize(
    "body", [[], "x", None, {"a": []}, {"a": {}}, {"a": [[]]}, {"a": "\ud800"}]
)
def test_what_a_form_cannot_say(body: Json) -> None:
    with pytest.raises(InexpressibleError):
        wires()[FORM].encode(body, form({}), Spelling())


@pytest.mark.parametrize(
    ("body", "spelling", "data"),
    [
        ({"a": "two words&é~*-._"}, Spelling(), b"a=two+words%26%C3%A9%7E*-._"),
        ({"a": "two words"}, Spelling(space="%20"), b"a=two%20words"),
        ({"a": "[x]"}, Spelling(), b"a=%5Bx%5D"),
        ({"a": {"b": {"c": "d"}}}, Spelling(), b"a[b][c]=d"),
        ({"a": {"b": "c"}}, Spelling(encoded_brackets=True), b"a%5Bb%5D=c"),
        ({"d": ["x", "y"]}, Spelling(), b"d[0]=x&d[1]=y"),
        ({"d": ["x", "y"]}, Spelling(arrays="append"), b"d[]=x&d[]=y"),
        ({"k": ["x", "y"]}, Spelling(), b"k=x&k=y"),
        ({"k": {"m": ["x", "y"]}}, Spelling(), b"k[m]=x&k[m]=y"),
        ({"k": ["x", "y"]}, Spelling(arrays="index"), b"k[0]=x&k[1]=y"),
        ({"o": ["x", "y"]}, Spelling(), b"o=x&o=y"),
        ({"z": ["x", "y"]}, Spelling(), b"z[0]=x&z[1]=y"),
        (
            {"a": True, "b": False, "c": None, "d": [1, 1.5]},
            Spelling(),
            b"a=true&b=false&c=&d[0]=1&d[1]=1.5",
        ),
        ({}, Spelling(), b""),
    ],
)
def test_how_a_form_is_written(body: Json, spelling: Spelling, data: bytes) -> None:
    content = form({"a": {}, "d": LIST, "k": LIST, "o": LIST}, d=DEEP, k=KEYS)
    assert wires()[FORM].encode(body, content, spelling) == data


# --- readings -------------------------------------------------------------------------------------


ROWS: tuple[tuple[Json, bytes, Sequence[Json], bool], ...] = (
    ({"a": TEXT}, b"", [{}], False),
    ({"a": TEXT}, b"a=1", [{"a": "1"}], False),
    ({"a": TEXT}, b"a=", [{"a": ""}, {"a": None}, {}], False),
    ({}, b"a=", [{"a": ""}, {"a": None}], False),
    ({"a": NUMBER}, b"a=1", [{"a": 1}], False),
    ({"a": NUMBER}, b"a=-1.5e2", [{"a": -150.0}, {"a": "-1.5e2"}], False),
    ({"a": NUMBER}, b"a=1.5", [{"a": 1.5}], False),
    ({"a": NUMBER}, b"a=1e2", [{"a": 100.0}, {"a": "1e2"}], False),
    ({"a": NUMBER}, b"a=x", [{"a": "x"}], False),
    ({"a": NUMBER}, b"a=01", [{"a": "01"}, {"a": 1}], False),
    ({"a": TEXT}, b"a=true", [{"a": "true"}], False),
    ({"a": TEXT}, b"a=01", [{"a": "01"}], False),
    ({"a": {"type": "number"}}, b"a=1.5", [{"a": 1.5}], False),
    ({"a": {"type": "number"}}, b"a=01", [{"a": "01"}, {"a": 1}], False),
    ({"a": {"type": ["boolean", "integer"]}}, b"a=01", [{"a": "01"}, {"a": 1}], False),
    ({"a": {"type": ["boolean", "integer"]}}, b"a=1", [{"a": 1}], False),
    ({"a": NUMBER}, b"a=inf", [{"a": "inf"}, {"a": 0}], False),
    ({"a": {"type": ["integer", "string"]}}, b"a=7", [{"a": 7}, {"a": "7"}], False),
    ({"a": {"enum": [7, "x"]}}, b"a=7", [{"a": 7}, {"a": "7"}], False),
    ({"a": {"type": "boolean"}}, b"a=true", [{"a": True}], False),
    ({"a": {"type": "boolean"}}, b"a=false", [{"a": False}], False),
    ({"a": {"type": "boolean"}}, b"a=word", [{"a": "word"}], False),
    ({"a": {"type": "boolean"}}, b"a=on", [{"a": "on"}, {"a": True}], False),
    ({"a": {"type": "boolean"}}, b"a=FALSE", [{"a": "FALSE"}, {"a": False}], False),
    ({"a": TEXT}, b"a=x&a=y", [{"a": "y"}, {"a": "x"}, {"a": ["x", "y"]}], True),
    ({"a": TEXT}, b"a=x&a=y&a=z", [{"a": "z"}, {"a": "x"}, {"a": ["x", "y", "z"]}], True),
    ({"a": TEXT}, b"a[0]=x", [{"a": ["x"]}], False),
    (
        {"a": TEXT},
        b"&".join(b"a[%d]=%d" % (number, number) for number in range(11)),
        [{"a": [str(number) for number in range(11)]}],
        False,
    ),
    ({"a": TEXT}, b"a[0]=x&a[0]=y", [{"a": ["y"]}, {"a": ["x"]}, {"a": [["x", "y"]]}], True),
    (
        {"a": TEXT},
        b"a[b]=x&a[b]=y",
        [{"a": {"b": "y"}}, {"a": {"b": "x"}}, {"a": {"b": ["x", "y"]}}],
        True,
    ),
    ({"a": TEXT}, b"a[]=x&a[]=y", [{"a": ["x", "y"]}], False),
    ({"a": TEXT}, b"a[0]=", [{"a": [""]}, {"a": [None]}, {"a": []}], False),
    ({"a": TEXT}, b"a[0]=x&a[01]=y", [{"a": ["x", "y"]}], True),
    ({"a": TEXT}, b"a[%C2%B2]=x", [{"a": {"\u00b2": "x"}}], False),
    ({"a": TEXT}, b"a[b]=x", [{"a": {"b": "x"}}], False),
    ({"a": TEXT}, b"a[b]=x&a[]=y", [{"a": {"b": "x", "": "y"}}], True),
    ({"a": TEXT}, b"a[1]=x", [{"a": ["x"]}], True),
    ({"a": TEXT}, b"a[0]=x&a[]=y", [{"a": ["x", "y"]}], True),
    ({"a": {"type": "object"}}, b"a[0]=x", [{"a": ["x"]}, {"a": {"0": "x"}}], False),
    ({"a": TEXT}, b"a=x&a[b]=y", [{"a": "x"}, {"a": {"b": "y"}}], True),
    ({"a": TEXT}, b"a[][k]=x", [{"a": [{"k": "x"}]}], True),
    ({"a": LIST}, b"a[][k]=x", [{"a": [{"k": "x"}]}], True),
    ({"o": LIST}, b"o=x", [{"o": "x"}, {"o": ["x"]}], False),
    ({"o": LIST}, b"o[0]=x", [{"o": ["x"]}], True),
    ({"c": LIST}, b"c=x", [{"c": ["x"]}], False),
    ({"p": LIST}, b"p=x", [{"p": "x"}, {"p": ["x"]}], False),
    ({"d": LIST}, b"d=x", [{"d": "x"}], False),
    ({"d": LIST}, b"d[0]=x", [{"d": ["x"]}], False),
    ({"k": TEXT}, b"k=x", [{"k": "x"}], False),
    ({"k": LIST}, b"k=x", [{"k": ["x"]}], False),
    ({"k": {"items": LIST, "type": "array"}}, b"k[0]=x&k[0]=y", [{"k": [["x", "y"]]}], True),
    ({"k": LIST}, b"k[]=x", [{"k": ["x"]}], True),
    ({"a": TEXT}, b"a=%zz", [{"a": "%zz"}, {}], True),
    ({"a": TEXT}, b"%zz=x", [{"%zz": "x"}, {}], True),
    ({"a": TEXT}, b"a=x&b=%zz", [{"a": "x", "b": "%zz"}, {"a": "x"}], True),
    ({"a": TEXT}, b"a=%FF", [{"a": "\ufffd"}], True),
    ({"a": TEXT}, b"a=%00", [{"a": "\x00"}], True),
    ({"a": TEXT}, b"&a=x&", [{"a": "x"}], True),
    ({"a": TEXT}, b"a", [{"a": ""}, {"a": None}, {}], False),
    ({"a": TEXT}, b"=x", [{"": "x"}], False),
    ({"a": TEXT}, b"a[=x", [{"a[": "x"}, {}], True),
    ({"a": TEXT}, b"a[=x&b=y", [{"a[": "x", "b": "y"}, {"b": "y"}], True),
    ({"a": TEXT}, b"[a]=x", [{"[a]": "x"}, {}], True),
    ({"a": TEXT, "b": TEXT}, b"a=x;b=y", [{"a": "x;b=y"}, {"a": "x", "b": "y"}], True),
    ({"a": TEXT}, b"a=x+y%20z", [{"a": "x y z"}], False),
)


@pytest.mark.parametrize(("schema", "data", "expected", "refusable"), ROWS)
def test_every_freedom_of_the_wire_is_a_reading(
    schema: Json, data: bytes, expected: Sequence[Json], *, refusable: bool
) -> None:
    open_ = form(schema, d=DEEP, k=KEYS, c=COMMA, p=PIPES)
    content = replace(open_, schema={**open_.schema, "additionalProperties": False})
    readings = wires()[FORM].read(data, content)
    assert [json.dumps(each) for each in readings.values] == [json.dumps(e) for e in expected]
    assert (readings.unreadable, readings.complete) == (refusable, True)


@pytest.mark.parametrize("name", [b"a[]", b"a[0]", b"a%5Bb%5D"])
@pytest.mark.parametrize("kind", ["a", "k"])
def test_brackets_without_a_meaning_may_be_part_of_a_name(name: bytes, kind: str) -> None:
    content = form({"a": TEXT, "k": LIST}, k=KEYS)
    whole = unquote(name.decode()).replace("a", kind, 1)
    found = bodies(name.replace(b"a", kind.encode(), 1) + b"=x", content)
    assert {whole: "x"} in found
    assert any(kind in body for body in found)


def test_in_deep_object_brackets_have_a_meaning() -> None:
    assert bodies(b"d[0]=x", form({"d": LIST}, d=DEEP)) == ({"d": ["x"]},)


@pytest.mark.parametrize(
    ("words", "meant"),
    [(("True", "TRUE", "1", "on", "yes"), True), (("False", "FALSE", "0", "off", "no"), False)],
)
def test_what_servers_may_take_for_a_boolean(words: Sequence[str], *, meant: bool) -> None:
    content = form({"a": {"type": "boolean"}})
    for word in words:
        assert bodies(f"a={word}".encode(), content) == ({"a": word}, {"a": meant})


def test_as_many_readings_as_can_be_listed_are_complete() -> None:
    seven = {"type": ["integer", "string"]}
    content = form({f"n{number}": seven for number in range(6)})
    data = b"&".join(b"n%d=7" % number for number in range(6))
    readings = wires()[FORM].read(data, content)
    assert (len(readings.values), readings.complete) == (64, True)
    assert not wires()[FORM].read(data + b";", content).complete
    halves = wires()[FORM].read(data.replace(b"n5=7", b"x=y;z=w"), content)
    assert (len(halves.values), halves.complete) == (64, True)


@pytest.mark.parametrize(
    "data",
    [
        b"&".join(b"n%d=" % number for number in range(8)),
        b"&".join(b"l[%d]=7" % number for number in range(8)),
        b"&".join(b"h[n%d]=7" % number for number in range(8)),
        b"&".join(b"n%d=;" % number for number in range(5)),
    ],
)
def test_more_readings_than_can_be_listed_are_not_concluded_from(data: bytes) -> None:
    seven = {"type": ["integer", "string"]}
    named = {f"n{number}": seven for number in range(8)}
    lists = {"l": {"type": "array", "items": seven}, "h": {"properties": named}}
    content = form({**named, **lists}, l=DEEP)
    readings = wires()[FORM].read(data, content)
    assert not readings.complete
    assert len(readings.values) <= 64
    assert Judge.of(content.schema, "#").expectation(readings) is Expectation.EITHER


# --- what readings owe ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        (Readings(({"a": "x"},)), Expectation.ACCEPT),
        (Readings(({"a": 1},)), Expectation.REFUSE),
        (Readings(({"a": "x"}, {"a": 1})), Expectation.EITHER),
        (Readings(({"a": "x"},), unreadable=True), Expectation.EITHER),
        (Readings(({"a": 1},), unreadable=True), Expectation.REFUSE),
        (Readings((), unreadable=True), Expectation.REFUSE),
        (Readings(()), Expectation.EITHER),
        (Readings(({"a": 1},), complete=False), Expectation.EITHER),
        (Readings(({"e": "y"},)), Expectation.REFUSE),
        (Readings(({"o": "y"},)), Expectation.EITHER),
        (Readings(({"o": 1},)), Expectation.REFUSE),
        (Readings(({"o": "x"},)), Expectation.ACCEPT),
        (Readings(({"l": [{"o": "y"}]},)), Expectation.EITHER),
    ],
)
def test_the_readings_decide_the_expectation(readings: Readings, expected: Expectation) -> None:
    opened = {"type": "string", "enum": ["x"], "x-stripeBypassValidation": True}
    either = {"anyOf": [{"type": "object", "properties": {"o": opened}}, False]}
    schema = closed({"a": TEXT, "e": {"enum": ["x"]}, "o": opened, "l": {"items": either}})
    assert Judge.of(schema, "#").expectation(readings) is expected


@pytest.mark.parametrize("value", [1, "true", None])
def test_an_enum_is_opened_by_true_alone(value: Json) -> None:
    schema = {"enum": ["x"], "x-stripeBypassValidation": value}
    assert Judge.of(schema, "#").expectation(Readings(("y",))) is Expectation.REFUSE


def test_a_schema_that_is_none_is_reported_with_its_place() -> None:
    with pytest.raises(ContractError) as raised:
        Judge.of({"type": "no such type"}, "#/here")
    assert raised.value.place == "#/here"


def test_without_a_schema_everything_is_accepted() -> None:
    assert Judge.of({}, "#").expectation(Readings((7,))) is Expectation.ACCEPT
