"""Loading: files, addresses, JSON, YAML, companions, the command, the contract brought along."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import contract, pointer
from conformance.contract import read
from conformance.contract.__main__ import main
from conformance.contract.merge import merge_patch
from conformance.contract.model import Encoding, Json
from conformance.contract.yaml_reader import read_yaml
from conformance.errors import ContractError, UsageError

DOCUMENTS = Path(__file__).parent / "documents"
PAGE = str(DOCUMENTS / "pages" / "lendBook.html")
FIXTURES = Path(__file__).parents[1] / "fixtures"

API = '{"openapi": "3.0.3", "info": {"title": "Library"}, "paths": {"/loans": {"get": {}}}}'
CORRECT = "Correct the syntax there."
KINDS = "Give an OpenAPI document (JSON or YAML), or an operation's HTML page."
ABOVE = "Name what stands above it, or write the value out."
LAUGHS = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9))
RANGE = "Give a number within the range of JSON."
QUOTE = "Quote it if it is text, or give a number within the range of JSON."


def test_an_alias_is_what_it_names_and_a_merge_takes_its_members_in() -> None:
    text = """
a: &a {x: &x 1, "y": [&z z, *x]}
b: *a
c: {<<: *a, x: 2}
d: {<<: [{x: 3}, *a], "<<x": *z}
e: &a [*x]
f: *a
"""
    first = {"x": 1, "y": ["z", 1]}
    assert read_yaml(text, "here") == {
        "a": first,
        "b": first,
        "c": {"x": 2, "y": ["z", 1]},
        "d": {"<<x": "z", "x": 3, "y": ["z", 1]},
        "e": [1],
        "f": [1],
    }
    assert read_yaml('a: {"<<": {"b": 1}}', "here") == {"a": {"<<": {"b": 1}}}


names = st.text(st.sampled_from("ab/~0 1%é"), max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


# The contract that is brought along


def test_default_contract() -> None:
    loaded = contract.load(contract.default_source())
    assert loaded.title == "Stripe account links"
    (operation,) = loaded.operations
    assert (operation.id, operation.method, operation.path) == (
        "PostAccountLinks",
        "POST",
        "/v1/account_links",
    )
    assert operation.body_required
    (form,) = operation.contents
    assert form.media_type == "application/x-www-form-urlencoded"
    assert form.encoding == {"expand": Encoding("deepObject", explode=True)}
    assert form.schema["required"] == ["account", "type"]
    assert form.schema["additionalProperties"] is False
    assert form.schema["x-conformance-reserved"] == ["collection_options"]
    assert {name: _bare(each) for name, each in form.schema["properties"].items()} == {
        "account": {"type": "string", "maxLength": 5000},
        "collect": {"type": "string", "enum": ["currently_due", "eventually_due"]},
        "expand": {"type": "array", "items": {"type": "string", "maxLength": 5000}},
        "refresh_url": {"type": "string"},
        "return_url": {"type": "string"},
        "type": {
            "type": "string",
            "enum": ["account_onboarding", "account_update"],
            "x-stripeBypassValidation": True,
        },
    }
    success, error = operation.responses
    assert (success.status, error.status) == ("200", "default")
    link = success.contents[0].schema
    assert set(link["required"]) == set(link["properties"])
    assert link["properties"]["url"]["x-conformance-secret"] is True
    assert link["properties"]["url"]["x-conformance-unique"]
    assert link["properties"]["expires_at"]["x-conformance-future"]
    inner = error.contents[0].schema["properties"]["error"]
    limits = {name: each.get("maxLength") for name, each in inner["properties"].items()}
    texts = ("code", "decline_code", "doc_url", "param", "request_log_url", "charge")
    assert limits == {
        "type": None,
        "message": 40000,
        "payment_method_type": 5000,
        **dict.fromkeys(texts, 5000),
    }
    assert inner["properties"]["param"]["x-conformance-culprit"] is True


def test_pointers_of_the_default_contract_lead_into_it() -> None:
    source = contract.default_source()
    document = json.loads(Path(source).read_text(encoding="utf-8"))
    (operation,) = contract.load(source).operations
    assert pointer.resolve(document, operation.pointer)["operationId"] == operation.id
    for content in [*operation.contents, *(operation.responses[0].contents)]:
        assert pointer.resolve(document, content.pointer) == content.schema


def test_companion_holds_what_the_contract_has_and_the_page_has_not() -> None:
    whole = json.loads((FIXTURES / "post_account_links.json").read_text(encoding="utf-8"))
    patch = json.loads((FIXTURES / "post_account_links.companion.json").read_text(encoding="utf-8"))
    assert merge_patch(whole, patch) == whole


def test_default_contract_in_an_installed_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "conformance"
    monkeypatch.setattr(contract, "__file__", str(home / "contract" / "__init__.py"))
    assert contract.default_source() == str(tmp_path / "fixtures" / "post_account_links.json")
    (home / "fixtures").mkdir(parents=True)
    (home / "fixtures" / "post_account_links.json").write_text("{}")
    assert contract.default_source() == str(home / "fixtures" / "post_account_links.json")


def _bare(schema: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in schema.items() if name != "description"}


# Sources


def write(folder: Path, content: str | bytes, name: str = "api") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


YAML = """\
# A library
openapi: 3.0.3
info: {title: Library, version: 1.0}
paths:
  /loans:
    get:
      responses:
        200: {description: no}
"""


@pytest.mark.parametrize("text", [API, YAML, "\ufeff" + API, "\n\n " + API, "--- \n" + YAML])
def test_kinds_are_told_by_content(tmp_path: Path, text: str) -> None:
    source = write(tmp_path, text, "contract.html")
    loaded = contract.load(source)
    assert (loaded.source, loaded.title) == (source, "Library")
    assert [operation.id for operation in loaded.operations] == ["get_loans"]


def test_page_is_told_by_content(tmp_path: Path) -> None:
    source = write(tmp_path, "\n" + Path(PAGE).read_text(encoding="utf-8"), "lend.json")
    (operation,) = contract.load(source).operations
    assert operation.id == "lend.json"
    days = operation.contents[0].schema["properties"]["days"]
    assert days == {"exclusiveMinimum": 0, "type": ["integer", "null"]}


def test_yaml_and_json_of_one_document_have_one_digest(tmp_path: Path) -> None:
    value = contract.document(write(tmp_path, YAML))
    same = write(tmp_path, json.dumps(value), "b")
    assert contract.load(same).digest == contract.load(write(tmp_path, YAML)).digest
    assert value["paths"]["/loans"]["get"]["responses"] == {"200": {"description": "no"}}


def test_operations_asked_for(tmp_path: Path) -> None:
    source = write(tmp_path, API)
    assert len(contract.load(source, selection=contract.Selection(("get_loans",))).operations) == 1
    with pytest.raises(UsageError):
        contract.load(source, selection=contract.Selection(("get_loan",)))


READ_ERRORS: list[tuple[str | bytes, str]] = [
    ("", f": the document is empty\n{KINDS}"),
    ("\ufeff \n\t", f": the document is empty\n{KINDS}"),
    (b"{\n\n\xff}", ":3: this is not UTF-8 text\nSave the document as UTF-8."),
    ("hello", f": this is not an OpenAPI document: no object\n{KINDS}"),
    ("[]", f": this is not an OpenAPI document: no object\n{KINDS}"),
    ('{"a": 1,\n}', (":2: this is not JSON: Expecting property name enclosed in double quotes "
     f"(column 1)\n{CORRECT}")),
    ("{} {}", f":1: this is not JSON: Extra data (column 4)\n{CORRECT}"),
    ('{"a": {"a": 1},\n"b": [{"c": "}", "d": "\\"c\\":"},\n{"\\u0063": 1,\n"c": 2}]}',
     (':4: the key "c" stands twice in one object\n'
     "Keep one of the two: no reader knows which is meant.")),
    ('{"a": NaN}', f": NaN is not a number that JSON can carry\n{RANGE}"),
    ('{"a": -1e999}', f": -1e999 is not a number that JSON can carry\n{RANGE}"),
    ('{"a": ' + "9" * 5000 + "}",
     f": an integer of thousands of digits is not a number that JSON can carry\n{RANGE}"),
    ('{"a": "\\ud800"}', ": a string holds half of a surrogate pair\nEscape the whole character."),
    ('{"a":' * 100_000, ": the document is nested too deep to read\nFlatten it."),
    ("a: b: c", f":1: this is not YAML: mapping values are not allowed in this context\n{CORRECT}"),
    ("a:\n\t- b", (":2: this is not YAML: found character that cannot start any token"
     f"\n{CORRECT}")),
    ("a: \x07", (": this is not YAML: unacceptable character #x0007: control characters are not "
     f"allowed\n{CORRECT}")),
    ("a: 1\nb: *x", f":2: the alias *x names nothing that stands above it\n{ABOVE}"),
    ("a: &x [1, *x]", f":1: the alias *x stands inside what it names\n{ABOVE}"),
    (f"a0: &a0 1\n{LAUGHS}", (":7: the aliases stand for over 200,000 values\n"
     'Write fewer, or use {"$ref": "#/components/…"}.')),
    ("a: &x 1\nb: {<<: *x}", ":2: << takes in what is no mapping\nGive it the alias of a mapping."),
    ("a: 1\nb: 2\na: 3", (':3: the key "a" stands twice in one object\n'
     "Keep one of the two: no reader knows which is meant.")),
    ("1: a\n'1': b", (':2: the key "1" stands twice in one object\n'
     "Keep one of the two: no reader knows which is meant.")),
    ("a: 1\n---\nb: 1", ":2: a second document begins\nGive one document a file."),
    ("? [a]\n: b", ":1: a key must be a single word or text\nWrite it as a string."),
    ("a: !!binary aGk=", (":1: the tag tag:yaml.org,2002:binary is not read\n"
     "Write plain JSON values.")),
    ("a: !thing {}", ":1: the tag !thing is not read\nWrite plain JSON values."),
    ("a: .inf", f":1: .inf is not a number that JSON can carry\n{QUOTE}"),
    ("a: -1e999", f":1: -1e999 is not a number that JSON can carry\n{QUOTE}"),
    ("a: " + "1" * 301, f":1: {'1' * 20}… is not a number that JSON can carry\n{QUOTE}"),
    ("a: " + "[" * 400, ":1: this is nested over 400 levels deep\nFlatten it."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"), READ_ERRORS, ids=[row[1][:40] for row in READ_ERRORS]
)
def test_read_error(tmp_path: Path, content: str | bytes, message: str) -> None:
    source = write(tmp_path, content)
    with pytest.raises(ContractError) as caught:
        contract.load(source)
    assert str(caught.value) == source + message


def test_file_cannot_be_read(tmp_path: Path) -> None:
    for source, reason in {
        str(tmp_path / "absent.json"): "No such file or directory",
        str(tmp_path): "Is a directory",
        "a\0b": "embedded null byte",
    }.items():
        with pytest.raises(ContractError) as caught:
            contract.load(source)
        assert str(caught.value) == (
            f"{source}: the document cannot be read: {reason}\nCheck the path."
        )


def test_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_text(API)
    with path.open("r+b") as file:
        file.truncate(read.LIMIT_BYTES + 1)
    with pytest.raises(ContractError) as caught:
        contract.load(str(path))
    assert str(caught.value) == (
        f"{path}: the document is over 25 MB\nCut it down to the operations that you test."
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("1_000", "1_000"), ("=", "="), ("<<", "<<"), ("0b1", "0b1"), ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("~", None), ("", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("True", True), ("FALSE", False), ("tRue", "tRue"),
        ("0", 0), ("-12", -12), ("+12", 12), ("010", 10), ("0o17", 15), ("0xfF", 255),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("-1.5e3", -1500.0), ("1e3", 1000.0), (".", "."),
        ("'1'", "1"), ('"true"', "true"), ("!!str 1", "1"), ("! 1", "1"), ("|\n  1", "1"),
        ("!!seq [1, {a: 2}]", [1, {"a": 2}]), ("[]", []), ("{}", {}), ("\n  - 1\n  -", [1, None]),
        ("{1: a, true: b, ~: c, no: d, <<: {}}",
         {"1": "a", "true": "b", "~": "c", "no": "d"}),
    ],
)  # fmt: skip
def test_yaml_has_the_types_of_json(text: str, value: Json) -> None:
    found = read.read_value(f"a: {text}", "a.yaml")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


@settings(deadline=None)
@given(values)
def test_json_and_yaml_read_alike(value: Json) -> None:
    text = json.dumps({"a": value})
    assert read.read_value(text, "a") == {"a": value}
    assert read.read_value(f"# YAML\n{text}", "a") == {"a": value}


# Companions


def test_companion_completes_the_document(tmp_path: Path) -> None:
    source = write(tmp_path, API)
    patch = "info: {title: Books}\npaths:\n  /loans:\n    post: {operationId: lend}\n    get:\n"
    companion = write(tmp_path, patch, "companion")
    loaded = contract.load(source, companion)
    assert loaded.title == "Books"
    assert loaded.source == f"{source} with {companion}"
    assert [operation.id for operation in loaded.operations] == ["lend"]


def test_companion_must_be_an_object(tmp_path: Path) -> None:
    source, companion = write(tmp_path, API), write(tmp_path, "[]", "companion")
    with pytest.raises(ContractError) as caught:
        contract.load(source, companion)
    assert str(caught.value) == (
        f"{companion}: a companion must be an object: anything else would replace the document\n"
        "See RFC 7396."
    )


@pytest.mark.parametrize(
    ("document", "patch", "merged"),
    [  # RFC 7396, appendix A, whole
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(document: Json, patch: Json, merged: Json) -> None:
    assert merge_patch(document, patch) == merged


@settings(deadline=None)
@given(values, values)
def test_merge_patch_twice_is_once_and_touches_nothing(document: Json, patch: Json) -> None:
    before = json.dumps([document, patch])
    merged = merge_patch(document, patch)
    assert merge_patch(merged, patch) == merged
    assert json.dumps([document, patch]) == before
    assert merge_patch(document, {}) == (document if isinstance(document, dict) else {})


def test_merge_patch_keeps_order() -> None:
    merged = merge_patch({"b": 1, "a": 2, "c": 3}, {"d": 4, "a": 5, "b": None})
    assert list(merged) == ["a", "c", "d"]


# The command


def test_command_prints_the_merged_document(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    companion = write(tmp_path, '{"info": {"title": "Bücher"}}')
    assert main([PAGE, "--companion", companion]) == 0
    printed, problems = capfdbinary.readouterr()
    assert problems == b""
    owed = json.dumps(contract.document(PAGE, companion), indent=2, ensure_ascii=False) + "\n"
    assert printed == owed.encode()
    assert "Bücher" in owed


def test_command_prints_one_operation(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    two = json.loads(API)
    two["paths"]["/loans"]["post"] = {"operationId": "lend"}
    source = write(tmp_path, json.dumps(two))
    assert main([source, "--operation", "lend"]) == 0
    printed, _ = capfdbinary.readouterr()
    assert json.loads(printed)["paths"] == {"/loans": {"post": {"operationId": "lend"}}}


def test_command_says_what_is_wrong(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = write(tmp_path, API)
    assert main([source, "--operation", "lend"]) == 4
    printed, problems = capfdbinary.readouterr()
    assert printed == b""
    assert problems.decode() == (
        'the contract has no operation that --operation "lend" fits\nThe nearest are: get_loans.\n'
    )


def test_command_is_a_module(tmp_path: Path) -> None:
    source = str(tmp_path / "absent.json")
    done = python("-m", "conformance.contract", source)
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr == (
        f"{source}: the document cannot be read: No such file or directory\nCheck the path.\n"
    )


def test_reading_json_imports_neither_yaml_nor_html_nor_http() -> None:
    code = (
        "import sys, conformance.contract as c; c.load(c.default_source());"
        "print(sorted({'yaml', 'html.parser', 'httpx', 'difflib'} & set(sys.modules)))"
    )
    done = python("-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh interpreter that finds the package under test."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=Path(contract.__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
