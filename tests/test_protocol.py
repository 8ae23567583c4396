"""The clauses of the wire: what each odd request is owed, and what it is compared with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.case import Case
from conformance.planning import derive
from conformance.protocol import shown
from conformance.traits import traits
from conformance.verdict import Expectation
from tests.soundness import FORM, JSON, TEXT, Small, closed
from tests.test_cases import operation, plan

ACCEPT, REFUSE, EITHER = Expectation.ACCEPT, Expectation.REFUSE, Expectation.EITHER


def wire(name: str, clause: str) -> dict[str, Case]:
    """Return the cases of a wire clause by label."""
    return {
        case.id.rpartition("/")[2]: case
        for case in plan(name).cases
        if case.clause.local == f"request/{clause}"
    }


def test_methods_that_are_not_declared_are_refused() -> None:
    found = wire("default", "method")
    assert set(found) == {"put", "patch", "delete", "get"}
    for name, case in found.items():
        assert case.request == replace(plan("default").preflight, method=name.upper())
        assert (case.expectation, case.off_contract) == (REFUSE, True)
        assert case.also_allowed == {501}


def test_a_declared_method_is_left_alone() -> None:
    declared = frozenset({"POST", "get", "DELETE"})
    cases = derive(replace(operation("default"), declared_methods=declared)).cases
    found = {case.request.method for case in cases if case.off_contract}
    assert found == {"PUT", "PATCH"}


@pytest.mark.parametrize(
    ("label", "expectation"),
    [
        ("json", EITHER),
        ("json-lacking", REFUSE),
        ("json-text", REFUSE),
        ("json-broken", REFUSE),
        ("multipart", EITHER),
        ("multipart-lacking", REFUSE),
        ("multipart-broken", REFUSE),
        ("text", EITHER),
        ("text-garbage", REFUSE),
        ("absent", EITHER),
        ("absent-garbage", REFUSE),
        ("octets", REFUSE),
        ("malformed", REFUSE),
    ],
)
def test_other_media_types_owe_what_can_be_read_from_them(
    label: str, expectation: Expectation
) -> None:
    case = wire("default", "media-type")[label]
    assert case.expectation is expectation
    assert case.controls == (plan("default").preflight,)
    assert case.request.media_type != FORM


def test_a_media_type_that_is_declared_is_no_other_one() -> None:
    assert not any(label.startswith("json") for label in wire("json", "media-type"))
    assert "json" in wire("default", "media-type")


def test_where_nothing_is_required_nothing_readable_is_refused() -> None:
    found = wire("nothing-required", "media-type")
    assert {case.expectation for case in found.values()} == {EITHER}


def test_every_spelling_is_accepted_as_the_usual_one_is() -> None:
    found = wire("default", "spelling")
    assert set(found) >= {
        "backwards",
        "charset",
        "media-type-case",
        "chunked",
        "encoded-brackets",
        "escaped-letter",
        "plus",
        "percent-20",
        "lower-case-hex",
    }
    for case in found.values():
        assert case.expectation is ACCEPT
        assert case.controls[0] != case.request
    assert found["chunked"].request.chunked
    assert found["chunked"].also_allowed == {411}
    assert found["charset"].request.media_type == f"{FORM}; charset=utf-8"
    assert b"%5B0%5D" in (found["encoded-brackets"].request.body or b"")
    assert (found["escaped-letter"].request.body or b"").startswith(b"%61ccount=")


def test_json_has_fewer_spellings() -> None:
    labels = {label for label in wire("json", "spelling") if not label.startswith("control-")}
    assert labels == {"backwards", "charset", "media-type-case", "chunked"}
    assert wire("json", "syntax") == {}


def test_arrays_that_the_contract_leaves_open_are_owed_nothing_in_any_spelling() -> None:
    for case in plan("open-arrays").cases:
        body = case.request.body or b""
        settled = case.expectation is ACCEPT and case.request.media_type == FORM
        assert not (settled and b"list" in body), case.id


@pytest.mark.parametrize(
    ("label", "expectation"),
    [
        ("bad-percent", EITHER),
        ("bad-utf8", EITHER),
        ("nul", EITHER),
        ("bad-utf8-in-enum", REFUSE),
        ("nul-in-name", REFUSE),
        ("empty-pairs", EITHER),
        ("only-ampersands", REFUSE),
        ("name-alone", REFUSE),
        ("deep", REFUSE),
        ("repeated", EITHER),
        ("repeated-outsiders", REFUSE),
        ("array-gap", EITHER),
        ("array-negative", REFUSE),
    ],
)
def test_odd_forms(label: str, expectation: Expectation) -> None:
    case = wire("default", "syntax")[label]
    assert case.expectation is expectation
    assert plan("default").preflight in case.controls
    assert case.words.startswith("the form ")


def test_what_an_odd_form_breaks_is_named() -> None:
    outsiders = wire("default", "syntax")["repeated-outsiders"]
    assert outsiders.breaks == ("PostAccountLinks/collect/enum",)
    assert wire("default", "syntax")["bad-percent"].breaks == ()


def test_no_body_is_refused_where_names_are_required() -> None:
    found = {case.id.rpartition("/")[2]: case for case in plan("json").cases if "-body" in case.id}
    assert found["empty-body"].request.body == b""
    assert found["absent-body"].request.body is None
    assert found["absent-body"].request.headers == ()
    assert {each.clause.local for each in found.values()} == {"/required"}
    assert {each.expectation for each in found.values()} == {REFUSE}
    for name in ("nothing-required", "map"):
        expected = name == "map"
        assert any("absent-body" in case.id for case in plan(name).cases) is expected


def test_no_body_at_all_is_refused_where_one_of_any_kind_is_required() -> None:
    cases = derive(Small("text", {"type": "string"}, JSON).operation()).cases
    found = [case for case in cases if case.id.endswith("-body")]
    assert {case.id.rpartition("/")[2] for case in found} == {"empty-body", "absent-body"}
    assert {case.clause.words for case in found} == {"a body is required"}
    assert {case.expectation for case in found} == {REFUSE}


def test_bytes_are_shown_in_ascii_and_short() -> None:
    assert shown(b"a=\x00\xff\n") == "a=\\x00\\xff\\n"
    assert len(shown(b"\x00" * 100)) == 60


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"a=x", ("with a",)),
        (b"a[0]=x&b=y", ("raw brackets", "with a", "with b")),
        (b"a%5B0%5D=x", ("encoded brackets", "with a")),
        (b"a=%F0%9F%98%80", ("astral", "non-ascii", "with a")),
        (b"a=e%CC%81", ("combining", "non-ascii", "with a")),
        (b"a=x+y", ("plus sign", "with a")),
        (b"a=x%20y", ("percent-20", "with a")),
        (b"=x", ("empty name",)),
        (b"a=%3Cb%3E", ("markup", "with a")),
        (b"a=%FF", ("non-ascii", "bytes that are not UTF-8", "with a")),
        (b"", ("no body",)),
        (b"a=" + b"x" * 9000, ("long body", "with a")),
    ],
)
def test_traits(body: bytes, found: tuple[str, ...]) -> None:
    request = plan("default").deriver.raw(body)
    assert traits(request) == found


def test_requests_in_other_media_types_have_no_parameters_to_name() -> None:
    request = plan("default").deriver.raw(b'{"a": "x"}', JSON)
    assert traits(request) == ()


def test_a_contract_without_free_text_or_arrays_has_odd_forms_all_the_same() -> None:
    small = Small("plain", closed({"a": {"enum": ["x"]}, "b": TEXT}, "b"))
    labels = {case.id.rpartition("/")[2] for case in derive(small.operation()).cases}
    assert {"only-percent", "binary", "repeated-outsiders"} <= labels
    assert not labels & {"array-gap", "array-negative"}
