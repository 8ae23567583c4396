"""What --operation, --tag, --path and --method choose, and what is said where nothing fits."""

from __future__ import annotations

import pytest

from conformance.contract.model import Json
from conformance.contract.openapi import slice_of, to_contract
from conformance.contract.selection import Selection
from conformance.errors import NothingSelectedError
from tests.sample_documents import api

LIBRARY = api(
    {
        "/books": {
            "get": {"operationId": "listBooks", "tags": ["books"]},
            "post": {"operationId": "addBook", "tags": ["books", "staff"]},
        },
        "/books/{isbn}": {"get": {"operationId": "getBook", "tags": ["books"]}},
        "/loans": {"post": {"operationId": "lend it"}},
        "/fees": {"get": {}},
    }
)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), "listBooks addBook getBook lend_it get_fees"),
        (Selection(("*Book*",)), "listBooks addBook getBook"),
        (Selection(("lend it", "add*")), "addBook lend_it"),
        (Selection(("lend_it", "get_fees")), "lend_it get_fees"),
        (Selection(tags=("staff",)), "addBook"),
        (Selection(paths=("/books/{isbn}",)), "getBook"),
        (Selection(paths=("/books*",), methods=("get",)), "listBooks getBook"),
        (Selection(methods=("POST", "put*", "get"), tags=("b*",)), "listBooks addBook getBook"),
    ],
)
def test_chosen(selection: Selection, chosen: str) -> None:
    if "put*" in selection.methods:
        with pytest.raises(NothingSelectedError):
            to_contract(LIBRARY, "api.json", selection)
        return
    found = to_contract(LIBRARY, "api.json", selection).operations
    assert [operation.id for operation in found] == chosen.split()
    sliced = slice_of(LIBRARY, "api.json", selection)
    assert [each.id for each in to_contract(sliced, "").operations] == chosen.split()


@pytest.mark.parametrize(
    ("selection", "what", "remedy"),
    [
        (
            Selection(("listBooks", "lendit")),
            'the contract has no operation that --operation "lendit" fits',
            "The nearest are: lend_it, lend it, listBooks.",
        ),
        (
            Selection(tags=("bok",)),
            'the contract has no operation that --tag "bok" fits',
            "The nearest are: books.",
        ),
        (
            Selection(paths=("/12345",)),
            'the contract has no operation that --path "/12345" fits',
            "The nearest are: /books, /books/{isbn}, /loans.",
        ),
        (
            Selection(("get_fees",), methods=("post",)),
            "no operation fits everything that was asked for: --operation=get_fees, --method=POST",
            "Each kind of option fits some operation, but none fits all of them.",
        ),
    ],
)
@pytest.mark.parametrize("read", [to_contract, slice_of])
def test_nothing_fits(read: Json, selection: Selection, what: str, remedy: str) -> None:
    with pytest.raises(NothingSelectedError) as caught:
        read(LIBRARY, "api.json", selection)
    assert (caught.value.what, caught.value.remedy) == (what, remedy)
