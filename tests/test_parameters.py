"""Parameters outside the body: written, read, derived, judged."""

from __future__ import annotations

from itertools import islice, product
from urllib.parse import parse_qsl, unquote

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from conformance.codec import Codec
from conformance.contract.model import (
    Content,
    DocumentedResponse,
    Header,
    Json,
    Operation,
    Parameter,
)
from conformance.exchange import Request
from conformance.planning import derive
from conformance.reference import clauses
from conformance.reference.http import Request as Received
from conformance.reference.http import Response
from conformance.verdict import Expectation, Verdict
from conformance.wire import InexpressibleError
from tests.over_http import complaints, held, unfound
from tests.soundness import TEXT, closed, scalars

NUMBER = {"type": "integer"}
NUMBERS = {"type": "array", "items": NUMBER}
WORDS = {"type": "array", "items": {"type": "string"}}
COLOUR = {"type": "object", "properties": {"R": NUMBER, "G": NUMBER}}
PLACE = "#/paths/~1things~1{id}/get"
OPEN = ("200", "4XX")


def parameter(name: str, location: str, schema: Json, style: str = "", **more: bool) -> Parameter:
    usual = "form" if location in ("query", "cookie") else "simple"
    style = style or usual
    explode = more.get("explode", style == "form")
    required = more.get("required", location == "path")
    place = f"{PLACE}/parameters/{name}/schema"
    return Parameter(name, location, required, schema, place, style=style, explode=explode)


def asked(*parameters: Parameter, path: str = "/things", **more: Json) -> Operation:
    return Operation(
        "GetThings",
        "GET",
        path,
        PLACE,
        parameters=parameters,
        declared_methods=frozenset({"GET"}),
        responses=tuple(DocumentedResponse(each, "", (), f"{PLACE}/{each}") for each in OPEN),
        **more,
    )


def one(location: str, schema: Json, style: str = "", **more: bool) -> Codec:
    """Return the codec of an operation with the one parameter `p`."""
    path = "/things/{p}" if location == "path" else "/things"
    return Codec(asked(parameter("p", location, schema, style, **more), path=path))


# --- there and back -------------------------------------------------------------------------------

ROWS: tuple[tuple[str, str, bool, Json, Json, str], ...] = (
    # OpenAPI 3.0.4, section 4.8.12.4, with colours as numbers
    ("path", "simple", False, NUMBER, 5, "/things/5"),
    ("path", "simple", False, NUMBERS, [3, 4, 5], "/things/3,4,5"),
    ("path", "simple", False, COLOUR, {"R": 1, "G": 2}, "/things/R,1,G,2"),
    ("path", "simple", True, COLOUR, {"R": 1, "G": 2}, "/things/R=1,G=2"),
    ("path", "label", False, NUMBER, 5, "/things/.5"),
    ("path", "label", True, NUMBERS, [3, 4, 5], "/things/.3.4.5"),
    ("path", "label", False, COLOUR, {"R": 1, "G": 2}, "/things/.R,1,G,2"),
    ("path", "label", True, COLOUR, {"R": 1, "G": 2}, "/things/.R=1.G=2"),
    ("path", "matrix", False, NUMBER, 5, "/things/;p=5"),
    ("path", "matrix", False, NUMBERS, [3, 4, 5], "/things/;p=3,4,5"),
    ("path", "matrix", True, NUMBERS, [3, 4, 5], "/things/;p=3;p=4;p=5"),
    ("path", "matrix", False, COLOUR, {"R": 1, "G": 2}, "/things/;p=R,1,G,2"),
    ("path", "matrix", True, COLOUR, {"R": 1, "G": 2}, "/things/;R=1;G=2"),
    ("query", "form", True, TEXT, "a b&c+é", "/things?p=a%20b%26c%2B%C3%A9"),
    ("query", "form", True, NUMBERS, [3, 4, 5], "/things?p=3&p=4&p=5"),
    ("query", "form", False, NUMBERS, [3, 4, 5], "/things?p=3,4,5"),
    ("query", "form", True, COLOUR, {"R": 1, "G": 2}, "/things?R=1&G=2"),
    ("query", "form", False, COLOUR, {"R": 1, "G": 2}, "/things?p=R,1,G,2"),
    ("query", "spaceDelimited", False, NUMBERS, [3, 4, 5], "/things?p=3%204%205"),
    ("query", "pipeDelimited", False, NUMBERS, [3, 4, 5], "/things?p=3%7C4%7C5"),
    ("query", "deepObject", True, COLOUR, {"R": 1, "G": 2}, "/things?p%5BR%5D=1&p%5BG%5D=2"),
    ("query", "application/json", False, COLOUR, {"R": 1}, "/things?p=%7B%22R%22%3A%201%7D"),
    ("path", "application/json", False, NUMBERS, [3], "/things/%5B3%5D"),
    ("header", "simple", False, NUMBERS, [3, 4, 5], "p: 3,4,5"),
    ("header", "simple", False, COLOUR, {"R": 1, "G": 2}, "p: R,1,G,2"),
    ("header", "simple", True, COLOUR, {"R": 1, "G": 2}, "p: R=1,G=2"),
    ("header", "application/json", False, NUMBERS, [3], "p: [3]"),
    ("cookie", "form", True, TEXT, "abc", "Cookie: p=abc"),
    ("cookie", "form", False, NUMBERS, [3, 4, 5], "Cookie: p=3,4,5"),
)


@pytest.mark.parametrize(("location", "style", "explode", "schema", "value", "sent"), ROWS)
def test_every_style_is_written_and_read(
    location: str,
    style: str,
    explode: bool,  # noqa: FBT001
    schema: Json,
    value: Json,
    sent: str,
) -> None:
    codec = one(location, schema, style, explode=explode)
    request = codec.encode({location: {"p": value}})
    assert sent in (request.path, *(f"{name}: {text}" for name, text in request.headers))
    readings = codec.read(request)
    assert {location: {"p": value}} in readings.values
    assert readings.complete
    # Versions of the standard differ on what parts the items of a label.
    assert readings.unreadable is (style == "label" and "," in sent)


@pytest.mark.parametrize(
    ("location", "schema", "value"),
    [
        ("path", TEXT, ""),
        ("path", TEXT, "."),
        ("path", TEXT, ".."),
        ("path", TEXT, "\ud800"),
        ("path", NUMBERS, []),
        ("query", NUMBERS, []),
        ("query", COLOUR, {}),
        ("query", TEXT, "\ud800"),
        ("header", TEXT, " a"),
        ("header", TEXT, "é"),
        ("header", TEXT, "a\nb"),
        ("header", NUMBERS, [[1]]),
        ("cookie", TEXT, "a b"),
        ("cookie", TEXT, "a;b"),
        ("cookie", NUMBERS, [1, 2]),
    ],
)
def test_what_a_place_cannot_say(location: str, schema: Json, value: Json) -> None:
    with pytest.raises(InexpressibleError):
        one(location, schema).encode({location: {"p": value}})


def test_a_path_without_its_parameter_cannot_be_said() -> None:
    with pytest.raises(InexpressibleError, match="another path"):
        one("path", TEXT).encode({"path": {}})


@pytest.mark.parametrize(
    ("location", "schema", "style", "sent", "values"),
    [
        ("query", NUMBER, "form", "p=", [{"p": ""}, {"p": None}, {}]),
        ("query", NUMBER, "form", "p=x", [{"p": "x"}]),
        ("query", NUMBER, "form", "p%5Ba%5D=1", [{"p": {"a": "1"}}, {}]),
        ("query", COLOUR, "deepObject", "p=1", [{"p": "1"}, {}]),
        ("query", COLOUR, "deepObject", "p[R][x]=1", [{"p": {"R": {"x": "1"}}}, {}]),
        ("query", TEXT, "form", "q=1", [{}]),
        ("query", COLOUR, "application/json", "p=x", []),
        ("header", TEXT, "simple", "a%20b", [{"p": "a%20b"}, {"p": "a b"}]),
        ("header", NUMBERS, "simple", "1, 2", [{"p": [1, 2]}]),
    ],
)
def test_what_may_be_read(
    location: str, schema: Json, style: str, sent: str, values: list[Json]
) -> None:
    codec = one(location, schema, style)
    request = Request("GET", "/things", (("P", sent),))
    if location == "query":
        request = Request("GET", f"/things?{sent}")
    assert [each[location] for each in codec.read(request).values] == values


def test_a_name_may_have_brackets_of_its_own() -> None:
    codec = Codec(asked(parameter("ids[]", "query", NUMBERS), parameter("page[size]", "query", {})))
    message = {"query": {"ids[]": [1, 2], "page[size]": "3"}}
    request = codec.encode(message)
    assert request.path == "/things?ids%5B%5D=1&ids%5B%5D=2&page%5Bsize%5D=3"
    assert codec.read(request).values == (message,)


def test_what_a_server_need_not_take_is_owed_nothing() -> None:
    path = one("path", TEXT)
    for value in ("a/b", "a\\b", "a\tb"):
        assert path.read(path.encode({"path": {"p": value}})).unreadable
    header, query = one("header", {}), one("query", {})
    assert header.read(header.encode({"header": {"p": "a" * 5000}})).unreadable
    assert query.read(query.encode({"query": {"p": "a" * 9000}})).unreadable


# --- whole operations -----------------------------------------------------------------------------

LIMIT = {"type": "integer", "minimum": 1, "maximum": 100}
EVERYWHERE = asked(
    parameter("id", "path", {"type": "string", "maxLength": 8}),
    parameter("limit", "query", LIMIT),
    parameter("tags", "query", {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3}),
    parameter("ids", "query", {**NUMBERS, "minItems": 2}, explode=False, required=True),
    parameter("filter", "query", closed({"name": TEXT, "age": NUMBER}), "deepObject", explode=True),
    parameter("X-Kind", "header", {"enum": ["one", "two"]}, required=True),
    parameter("session", "cookie", {"type": "string", "minLength": 3}),
    path="/things/{id}",
)
STYLED = asked(
    parameter("a", "path", {**NUMBERS, "maxItems": 3}, "label", explode=True),
    parameter("b", "path", COLOUR, "matrix", explode=True),
    parameter("c", "query", {**NUMBERS, "maxItems": 2}, "spaceDelimited", explode=False),
    parameter("d", "query", {**NUMBERS, "minItems": 2}, "pipeDelimited", explode=False),
    parameter("e", "query", {**COLOUR, "required": ["G"]}),
    parameter("f", "query", closed({"x": LIMIT}, "x"), "application/json"),
    path="/things/{a}/{b}",
)


@pytest.mark.parametrize("operation", [EVERYWHERE, STYLED, asked()], ids=["places", "styles", "-"])
def test_a_target_that_honours_its_parameters_is_accused_of_nothing(operation: Operation) -> None:
    assert complaints(operation) == []
    assert Expectation.ACCEPT in {case.expectation for case in derive(operation).cases}


@pytest.mark.parametrize("clause", clauses(EVERYWHERE))
def test_a_parameter_that_is_not_held_to_its_clause_is_found(clause: str) -> None:
    assert unfound(EVERYWHERE, clause) == []


def test_a_style_that_is_not_held_to_its_clauses_is_found() -> None:
    known = clauses(STYLED)
    assert len(known) > 10
    assert unfound(STYLED, *known) == []


def test_clauses_name_their_place() -> None:
    plan = derive(EVERYWHERE)
    found = {clause.local: clause for clause in plan.clauses}
    assert found["query/limit/maximum"].words == "limit in the query is at most 100"
    assert found["query/limit/maximum"].part == "query"
    assert found["query/limit/maximum"].instance_location == "/limit"
    assert found["query/ids/required"].keyword_location == f"{PLACE}/parameters/ids/required"
    assert found["path/id/required"].state == "annotation"
    refusal = next(case for case in plan.cases if case.id.endswith("query/limit/maximum/outside-1"))
    assert refusal.culprits == {"limit"}
    assert refusal.controls == (replace(refusal.request, path="/things/abc?ids=1,1&limit=100"),)


# --- paths that need not exist --------------------------------------------------------------------


def app_of(known: str) -> object:
    """Return a target that knows one thing, and takes whatever is asked of it."""

    def app(request: Received) -> Response:
        found = request.path == f"/things/{known}" and request.method == "GET"
        return Response(200 if found else 404, b"{}")

    return app


def test_nothing_need_be_at_another_path() -> None:
    operation = asked(parameter("id", "path", {"type": "string"}), path="/things/{id}")
    found = held(derive(operation), app_of("abc"))  # type: ignore[arg-type]  # a function of one
    assert found == []


def test_where_nothing_is_at_the_path_no_case_proves_anything() -> None:
    operation = asked(
        parameter("id", "path", {"type": "string"}),
        parameter("limit", "query", LIMIT),
        path="/things/{id}",
    )
    found = held(derive(operation), app_of("another"))  # type: ignore[arg-type]  # see above
    verdicts = {record.verdict for record in found}
    assert verdicts == {Verdict.INCONCLUSIVE}
    assert any(record.id.endswith("query/limit/maximum/outside-1") for record in found)


# --- headers of answers ---------------------------------------------------------------------------


def headed() -> Operation:
    place = f"{PLACE}/responses/200/headers"
    headers = (
        Header("X-Left", required=True, schema=LIMIT, pointer=f"{place}/X-Left/schema"),
        Header("X-Kinds", required=False, schema=WORDS, pointer=f"{place}/X-Kinds/schema"),
    )
    body = Content("application/json", {"type": "object"}, f"{PLACE}/responses/200/schema")
    answer = DocumentedResponse("200", "", (body,), f"{PLACE}/responses/200", headers)
    refusal = DocumentedResponse("4XX", "", (), f"{PLACE}/responses/4XX")
    return replace(asked(), responses=(answer, refusal))


def test_documented_headers_are_held_to_their_clauses() -> None:
    operation = headed()
    wanted = {
        f"response/200/header:X-Left/{each}" for each in ("required", "type", "minimum", "maximum")
    }
    assert complaints(operation) == []
    assert wanted <= {clause.local for clause in derive(operation).clauses}
    assert wanted <= {*clauses(operation)}
    assert unfound(operation, *sorted(wanted)) == []


def test_an_answer_without_content_owes_no_media_type() -> None:
    body = Content("application/json", {"type": "object"}, f"{PLACE}/responses/204/schema")
    answer = DocumentedResponse("204", "", (body,), f"{PLACE}/responses/204")
    refusal = DocumentedResponse("4XX", "", (), f"{PLACE}/responses/4XX")
    assert complaints(replace(asked(), responses=(answer, refusal))) == []
    head = replace(headed(), method="HEAD", declared_methods=frozenset({"HEAD"}))
    assert [each for each in complaints(head) if "/response/" in each] == []


# --- the second opinion ---------------------------------------------------------------------------


def lists_of(texts: list[str]) -> list[Json]:
    """Return the lists that texts may be; of many, those whose items are read alike."""
    choices = [scalars(text) for text in texts]
    if len(texts) < 6:
        return [list(each) for each in product(*choices)]
    return [[each[0] for each in choices], [each[-1] for each in choices]]


def naive(request: Request) -> list[Json]:
    """Return what a plain server may read of EVERYWHERE: texts as any scalar, names by hand."""
    path, _, query = request.path.partition("?")
    texts: dict[str, list[str]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        texts.setdefault(name, []).append(text)
    headers = {name.lower(): value for name, value in request.headers}
    parts: dict[tuple[str, str], list[Json]] = {
        ("path", "id"): [unquote(path.removeprefix("/things/"))]
    }
    if "limit" in texts:
        parts["query", "limit"] = scalars(texts["limit"][-1])
    if "tags" in texts:
        parts["query", "tags"] = lists_of(texts["tags"])
    if "ids" in texts:
        parts["query", "ids"] = lists_of(texts["ids"][-1].split(","))
    inner = {name[7:-1]: scalars(text[-1]) for name, text in texts.items() if name[:7] == "filter["}
    if inner:
        pairs = ([(name, each) for each in values] for name, values in inner.items())
        parts["query", "filter"] = [dict(each) for each in product(*pairs)]
    elif "filter" in texts:
        parts["query", "filter"] = list(texts["filter"])
    if "x-kind" in headers:
        parts["header", "X-Kind"] = [headers["x-kind"]]
    if "cookie" in headers:
        parts["cookie", "session"] = [headers["cookie"].removeprefix("session=")]
    found = []
    for values in islice(product(*parts.values()), 2000):
        message: dict[str, Json] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
        for (part, name), value in zip(parts, values, strict=True):
            message[part][name] = value
        found.append(message)
    return found


def test_every_case_holds_what_it_claims_by_another_decoder_and_validator() -> None:
    plan = derive(EVERYWHERE)
    validator = Draft202012Validator(plan.deriver.codec.schema)
    judged = {Expectation.ACCEPT: 0, Expectation.REFUSE: 0, Expectation.EITHER: 0}
    for case in plan.cases:
        if case.clause.side != "request":
            continue
        judged[case.expectation] += 1
        fitting = [each for each in naive(case.request) if validator.is_valid(each)]
        if case.expectation is Expectation.ACCEPT:
            assert fitting, case.id
        elif case.expectation is Expectation.REFUSE:
            assert not fitting, case.id
            assert case.controls, case.id
        for control in case.controls:
            if case.expectation is not Expectation.EITHER:
                assert any(validator.is_valid(each) for each in naive(control)), case.id
    assert min(judged[Expectation.ACCEPT], judged[Expectation.REFUSE]) > 50
