"""The frozen values that go to the target and come back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conformance.exchange import Exchange, Fault, Request, Response

FORM = ("Content-Type", "application/x-www-form-urlencoded")
REQUEST = Request("POST", "/v1/account_links", (FORM,), b"type=account_onboarding")


def exchange(status: int) -> Exchange:
    return Exchange(REQUEST, Response(status, (), b""), None, 1.0, 0.0)


@pytest.mark.parametrize("name", ["content-type", "CONTENT-TYPE", "Content-Type"])
def test_the_media_type_is_found_in_any_case(name: str) -> None:
    assert Request("POST", "/", (("x", "y"), (name, "text/plain"))).media_type == "text/plain"


def test_a_request_without_media_type_has_an_empty_one() -> None:
    assert Request("GET", "/").media_type == ""


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"path": "/v1/account_links?a"},
        {"headers": ()},
        {"body": None},
        {"body": b""},
        {"chunked": True},
    ],
)
def test_every_part_of_a_request_counts_for_its_digest(change: dict[str, object]) -> None:
    other = replace(REQUEST, **change)  # type: ignore[arg-type]
    assert other.digest != REQUEST.digest
    assert replace(REQUEST).digest == REQUEST.digest


def test_no_body_is_not_an_empty_body() -> None:
    assert Request("POST", "/", (), None).digest != Request("POST", "/", (), b"").digest


def test_a_header_is_found_in_any_case_and_the_first_counts() -> None:
    response = Response(200, (("A", "1"), ("a", "2")), b"")
    assert response.header("a") == "1"
    assert response.header("b") is None


@pytest.mark.parametrize(
    ("status", "accepted", "refused"),
    [
        (199, False, False),
        (200, True, False),
        (299, True, False),
        (300, False, False),
        (399, False, False),
        (400, False, True),
        (499, False, True),
        (500, False, False),
    ],
)
def test_the_status_says_yes_or_no(status: int, accepted: bool, refused: bool) -> None:  # noqa: FBT001  (a table)
    assert exchange(status).accepted is accepted
    assert exchange(status).refused is refused


def test_a_fault_is_neither_yes_nor_no() -> None:
    broken = Exchange(REQUEST, None, Fault("reset", "receive", "gone"), 1.0, 0.0)
    assert not broken.accepted
    assert not broken.refused
