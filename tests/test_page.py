"""Pages of the three generations become the OpenAPI document that a person would read in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.page import read_page
from conformance.errors import ContractError

PAGES = Path(__file__).parent / "documents" / "pages"

ISBN = {"name": "isbn", "in": "path", "required": True, "schema": {"type": "string"}}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "lendBook.first.html": {
        "openapi": "3.0.3",
        "info": {"title": "lendBook", "version": "unstated"},
        "paths": {
            "/v2/books/{isbn}/loans": {
                "post": {
                    "operationId": "lendBook",
                    "description": "Lends a book.",
                    "parameters": [
                        ISBN,
                        {
                            "name": "tags",
                            "in": "query",
                            "description": "Marks of the loan.",
                            "required": False,
                            "schema": {"type": "array", "items": {}},
                        },
                        {"name": "dry_run", "in": "query", "required": False, "schema": {}},
                    ],
                    "responses": {"201": {"description": "Lent."}},
                }
            }
        },
    },
    "lendBook.html": {
        "openapi": "3.0.3",
        "info": {"title": "Lend a reader's book", "version": "unstated"},
        "paths": {
            "/v2/books/{isbn}/loans": {
                "post": {
                    "operationId": "lendBook",
                    "summary": "Lend a reader's book",
                    "description": (
                        '<p>Costs one <currency> a day, <a href="/fees">see fees</a> &amp; fines.'
                        "\n\n<p>Readers pay <code>later</code>.</p>"
                    ),
                    "parameters": [
                        {
                            "name": "isbn",
                            "in": "path",
                            "description": "The <b>book</b>, as in <span>&lt;isbn&gt;</span>.",
                            "required": True,
                            "schema": {"type": "string"},
                        },
                        {"name": "dry_run", "in": "query", "required": False, "schema": {}},
                    ],
                    "requestBody": {
                        "content": {
                            "application/x-www-form-urlencoded": {
                                "schema": {
                                    "required": ["reader"],
                                    "type": "object",
                                    "properties": {
                                        "reader": {
                                            "maxLength": 40,
                                            "type": "string",
                                            "description": (
                                                "The reader's card, <code>card_…</code>."
                                            ),
                                        },
                                        "days": {
                                            "minimum": 0,
                                            "exclusiveMinimum": True,
                                            "type": "integer",
                                            "nullable": True,
                                        },
                                    },
                                    "additionalProperties": False,
                                }
                            }
                        }
                    },
                    "responses": {
                        "201": {"description": "Lent to <span>the reader</span>."},
                        "default": {
                            "description": (
                                "Refused: <ul><li>no card</li><li>too many books</li></ul>"
                            )
                        },
                    },
                }
            }
        },
    },
    "lendBook.third.html": {
        "openapi": "3.0.3",
        "info": {"title": "lendBook", "version": "unstated"},
        "paths": {
            "/v2/books/{isbn}/loans": {
                "post": {
                    "operationId": "lendBook",
                    "parameters": [{**ISBN, "description": "The book."}],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"type": "object"}}}
                    },
                    "responses": {
                        "201": {"description": "Lent.", "content": {"application/json": {}}},
                        "204": {"description": "Nothing to lend."},
                    },
                }
            }
        },
    },
    # The body schema of a DELETE page has no meaning, and the loan stands in the target alone.
    "returnBook.html": {
        "openapi": "3.0.3",
        "info": {"title": "returnBook", "version": "unstated"},
        "paths": {
            "/v2/loans/{loan}": {
                "delete": {
                    "operationId": "returnBook",
                    "parameters": [{"name": "loan", "in": "path", "required": True, "schema": {}}],
                    "responses": {"204": {"description": ""}},
                }
            }
        },
    },
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_page_becomes_document(name: str) -> None:
    text = (PAGES / name).read_text(encoding="utf-8")
    assert read_page(text, f"https://library.example/pages/{name}") == DOCUMENTS[name]


def test_every_page_is_in_the_table() -> None:
    assert {path.name for path in PAGES.iterdir()} == set(DOCUMENTS)


LINE = '<span class="requestLine">POST</span>'
TARGET = r'<span class="httpTarget">\loans</span>'
FORM = '<span class="headerLine">Content-Type</span>: <span class="headerValue">{}</span>'


def operation(text: str, place: str = "page.html") -> tuple[str, dict[str, Any]]:
    """Return the path and the operation of the page `text`."""
    ((path, item),) = read_page(text, place)["paths"].items()
    return path, item["post"]


@pytest.mark.parametrize(
    ("place", "head", "names"),
    [
        ("lend.html", "<title></title><h1 class=requestSummary>lendBook</h1>", ("lendBook", None)),
        ("lend.html", "<h1 class=request-summary>Lend a book</h1>", ("lend", "Lend a book")),
        (r"C:\pages\lend.htm", "<title>Lend</title><h1 class=requestSummary>Lend</h1>",
         ("lend", "Lend")),
        ("pages/.html", "<title>Lend</title><h1 class=requestSummary>Lend</h1>", (None, "Lend")),
        ("lend", "", ("lend", None)),
        ("lend.html", "<h1 class=requestSummary>lend<script>Book</h1>", ("lendBook", None)),
    ],
)  # fmt: skip
def test_names(place: str, head: str, names: tuple[str | None, str | None]) -> None:
    _, found = operation(head + LINE + TARGET, place)
    assert (found.get("operationId"), found.get("summary")) == names


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (r"\loans", "/loans", []),
        (r"+{baseUrl}\loans", "/loans", []),
        ("/loans", "/loans", []),
        (r"\loans{?a*,b,c:3}{&amp;d}", "/loans", ["a", "b", "c", "d"]),
        (r"\loans{?}", "/loans", []),
    ],
)
def test_target(target: str, path: str, query: list[str]) -> None:
    found_path, found = operation(f"{LINE}<span class=httpTarget>{target}</span>")
    assert found_path == path
    assert [parameter["name"] for parameter in found.get("parameters", [])] == query


def test_several_content_types_share_the_schema() -> None:
    page = (
        LINE + TARGET + FORM.format("text/csv, application/json") + FORM.format("text/csv") + ","
        '<span class="headerValue">text/html</span><pre class="schema">{"type": "string"}</pre>'
    )
    _, found = operation(page)
    schema = {"schema": {"type": "string"}}
    assert found["requestBody"] == {
        "content": {"text/csv": schema, "application/json": schema, "text/html": schema}
    }


def test_content_type_without_schema_is_kept() -> None:
    _, found = operation(LINE + TARGET + FORM.format("text/csv"))
    assert found["requestBody"] == {"content": {"text/csv": {}}}


def test_unknown_classes_and_types_mean_nothing() -> None:
    page = (
        f'<div class="note">x</div><div>y</div>{LINE}{TARGET}'
        "<span class=parameterName>at</span><span class=parameterType>moment</span>"
        "<span class=parameterLocation>header</span><span class=parameterRequired>required</span>"
    )
    _, found = operation(page)
    assert found["parameters"] == [
        {"name": "at", "in": "header", "required": True, "schema": {}},
    ]


ERRORS = {
    "<p>Hello.</p>": (
        "page.html: this HTML page shows no request line: it is not the page of one operation\n"
        "Give a page of one operation, or an OpenAPI 3.0 document (JSON or YAML)."
    ),
    f"{LINE}{TARGET}\n\n{LINE}": (
        "page.html:3: this HTML page shows a second request line: it is not the page of one "
        "operation\nGive a page of one operation, or an OpenAPI 3.0 document (JSON or YAML)."
    ),
    f"\n{LINE}": (
        'page.html:2: the request target "" has no path\n'
        r"Give it one that begins with a backslash, such as \v1\things."
    ),
    f'{LINE}{TARGET}\n<pre class="schema">{{}}</pre>': (
        "page.html:2: the page shows a request body schema and no content-type header line\n"
        "Add the line to the HTTP request of the page."
    ),
    f'{LINE}{TARGET}{FORM.format("text/csv")}\n<pre class="schema">{{&#xA;]</pre>': (
        "page.html:2: this is not JSON: Expecting property name enclosed in double quotes "
        "(column 1), in line 2 of the request body schema\nCorrect the syntax there."
    ),
    f'{LINE}{TARGET}{FORM.format("text/csv")}\n<pre class="schema">[NaN]</pre>': (
        "page.html:2: NaN is not a number that JSON can carry, in the request body schema\n"
        "Give a number within the range of JSON."
    ),
}


@pytest.mark.parametrize("text", ERRORS, ids=range(len(ERRORS)))
def test_error(text: str) -> None:
    with pytest.raises(ContractError) as caught:
        read_page(text, "page.html")
    assert str(caught.value) == ERRORS[text]


def test_broken_markup_ends_in_a_contract_error() -> None:
    # Some versions of html.parser give up on this, others read it as a comment.
    with pytest.raises(ContractError, match=r"^page\.html: this (is not HTML|HTML page shows)"):
        read_page("<![unknown[", "page.html")
