"""JSON Pointer, and the sentences of errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import pointer
from conformance.contract.model import Json
from conformance.errors import ContractError, SuiteError, UsageError

names = st.text(st.sampled_from("ab/~0 1%é"), max_size=4)


@settings(deadline=None)
@given(st.lists(names))
def test_pointer_round_trip(tokens: list[str]) -> None:
    made = pointer.from_tokens(tokens)
    assert pointer.tokens(made) == tuple(tokens)
    assert pointer.join("#", *tokens) == f"#{made}"
    document: Json = "here"
    for token in reversed(tokens):
        document = {token: document}
    assert pointer.resolve(document, f"#{made}") == "here"


@pytest.mark.parametrize(
    ("written", "value"),
    [  # RFC 6901, section 5
        ("", ...), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
        ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
    ],
)  # fmt: skip
def test_pointer_examples_of_the_standard(written: str, value: Json) -> None:
    document = {
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
        'k"l': 6, " ": 7, "m~n": 8,
    }  # fmt: skip
    assert pointer.resolve(document, written) == (document if value is ... else value)


@pytest.mark.parametrize("written", ["/b", "/a/2", "/a/x", "/a/0/x", "/a/-"])
def test_pointer_that_leads_nowhere(written: str) -> None:
    with pytest.raises(ContractError) as caught:
        pointer.resolve({"a": ["text", 1]}, written, place="api.json")
    assert str(caught.value) == f"api.json: nothing stands at {written}"


def test_errors_compose_their_sentence() -> None:
    assert str(UsageError("No.")) == "No."
    assert str(UsageError("No.", "Do.")) == "No.\nDo."
    assert str(ContractError("No.", "Do.", "a:1")) == "a:1: No.\nDo."
    assert str(ContractError("No.")) == "No."
    assert str(SuiteError("No.")) == (
        "No.\nThis is a bug in the conformance suite, please report it."
    )
