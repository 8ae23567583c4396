"""What urllib.parse decodes byte by byte is decoded alike."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.percent import decoded, text_of
from conformance.reference.form import FormError, pairs

ODD = [b"", b"%", b"%4", b"%zz", b"%%41", b"%41%4", b"a%c3%A9b", b"+%2B", b"%00%ff%u0041"]


@pytest.mark.parametrize("data", ODD)
def test_odd_triples(data: bytes) -> None:
    assert decoded(data) == unquote_to_bytes(data)


# With what quoted-printable has a meaning of its own for: its sign, and the ends of lines.
LETTERS = st.sampled_from("%2BbcC3A9fF+aé \x00=D\n\r\t")


@given(st.text(LETTERS, max_size=40))
def test_as_the_standard_library_has_it(text: str) -> None:
    assert decoded(text.encode()) == unquote_to_bytes(text)
    assert text_of(text) == unquote_plus(text)


@given(st.text(LETTERS, max_size=40))
def test_the_embedded_target_decodes_alike_or_refuses(text: str) -> None:
    data = text.encode()
    pieces = [piece.partition(b"=") for piece in data.split(b"&") if piece]
    plain = [
        unquote_to_bytes(part.replace(b"+", b" "))
        for name, _, value in pieces
        for part in (name, value)
    ]
    try:
        found = [part for pair in pairs(data) for part in pair]
    except FormError:
        assert re.search(rb"%(?![0-9A-Fa-f]{2})", data) or not all(map(is_text, plain))
        return
    assert [each.encode() for each in found] == plain


def is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False
